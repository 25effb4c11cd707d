import { isEncoded } from '#shortcuts'
import { encodeAgain } from './percent.ts'

/** A name and a value of a query, in the form they take in the canonical query. */
export type QueryPair = readonly [name: string, value: string]

/** Canonicalises one name or value of the query on the wire. */
export type QueryReading = (text: string) => string

/** Reads text decoded, `+` as a blank, and encodes it again: the reading that `sign` and `verify` go by. */
export const plusIsBlank: QueryReading = (text) =>
  isEncoded(text) ? text : encodeAgain(text.replaceAll('+', '%20'))

/**
 * The ways to read a query. `verify` accepts `plusIsBlank` alone.
 *
 * guess: AWS decodes the query, reads `+` as a blank, and encodes it again. It is known to encode again
 * (a raw `:` or `/` signed as it stands is refused); a function behind a URL is handed a blank for `+`.
 * The other readings are refused because to accept them beside the first lets a changed request pass:
 * with `plusIsPlus`, `%2B` on the wire could be turned into `+`, which means something else, under the
 * same signature. `diagnose` tries them and names the one that was signed.
 */
export const queryReadings: Readonly<Record<'plusIsBlank' | 'plusIsPlus' | 'asSent', QueryReading>> = {
  plusIsBlank,
  plusIsPlus: (text) => encodeAgain(text),
  asSent: (text) => text,
}

/**
 * Splits a query into canonical pairs, in the order they stand.
 * @param query the text after `?`, without it
 * @param reading one of `queryReadings`
 * @returns the pairs; `flag` has an empty value, an empty name is kept, an empty pair (`&&`) is none
 */
export function readQuery(query: string, reading: QueryReading): QueryPair[] {
  const pairs: QueryPair[] = []
  for (const text of query.split('&')) {
    if (text === '') continue
    const equals = text.indexOf('=')
    const end = equals < 0 ? text.length : equals
    pairs.push([reading(text.slice(0, end)), reading(text.slice(end + 1))])
  }
  return pairs
}

/**
 * Joins pairs into a query, in the order given.
 * @param pairs canonical pairs
 * @returns `name=value&…`, each with its `=`
 */
export function joinPairs(pairs: readonly QueryPair[]): string {
  let query = ''
  for (const pair of pairs) query += (query && '&') + pair[0] + '=' + pair[1]
  return query
}

/**
 * Creates the canonical query of pairs.
 * @param pairs canonical pairs, in any order
 * @param joined the same, joined in that order
 * @returns the third line of a canonical request: sorted by encoded name, then by encoded value
 */
export function createCanonicalQuery(pairs: readonly QueryPair[], joined: string = joinPairs(pairs)): string {
  for (let index = 1; index < pairs.length; index++) {
    const before = pairs[index - 1]
    const pair = pairs[index]
    if (before && pair && comparePairs(before, pair) > 0) return joinPairs([...pairs].sort(comparePairs))
  }
  return joined
}

// Encoded text is ASCII, so comparing code units is comparing bytes. As-sent text holds bytes as characters.
function comparePairs(left: QueryPair, right: QueryPair): number {
  const at = left[0] === right[0] ? 1 : 0
  return left[at] < right[at] ? -1 : Number(left[at] > right[at])
}
