import { encodeAt, readTriplet, triplets, unreserved } from './percent.ts'

/** A name and a value of a query, in the form they take in the canonical query. */
export type QueryPair = readonly [name: string, value: string]

/** One way to read the query on the wire before it is canonicalised. */
export interface QueryReading {
  /** What it does, in a few words. */
  readonly says: string
  /** Whether `verify` accepts a signature over it. */
  readonly accepted: boolean
  /** Canonicalises one name or value, from `start` up to `end` of the query. */
  readonly canonicalize: (query: string, start: number, end: number) => string
}

/**
 * The ways to read a query, and which of them a verifier accepts.
 *
 * guess: AWS decodes the query, reads `+` as a blank, and encodes it again. It is known to encode again
 * (a raw `:` or `/` signed as it stands is refused); a function behind a URL is handed a blank for `+`.
 * The other readings are refused because to accept them beside the first lets a changed request pass:
 * with `plusIsPlus`, `%2B` on the wire could be turned into `+`, which means something else, under the
 * same signature. `diagnose` tries them and names the one that was signed.
 */
export const queryReadings: Readonly<Record<'plusIsBlank' | 'plusIsPlus' | 'asSent', QueryReading>> = {
  plusIsBlank: {
    says: 'decoded, `+` as a blank, and encoded again',
    accepted: true,
    canonicalize: (query, start, end) => encodePart(query, start, end, '%20'),
  },
  plusIsPlus: {
    says: 'decoded, `+` as a plus, and encoded again',
    accepted: false,
    canonicalize: (query, start, end) => encodePart(query, start, end, '%2B'),
  },
  asSent: {
    says: 'as it stands in the URL, only sorted',
    accepted: false,
    canonicalize: (query, start, end) => query.slice(start, end),
  },
}

/**
 * Splits a query into canonical pairs, in the order they stand.
 * @param query the text after `?`, without it
 * @param reading a row of `queryReadings`
 * @returns the pairs; `flag` has an empty value, an empty name is kept, an empty pair (`&&`) is none
 */
export function readQuery(query: string, reading: QueryReading): QueryPair[] {
  const pairs: QueryPair[] = []
  let start = 0
  // Looked for only when passed: `a&a&a…` must not search to the end at every pair.
  let equals = findEquals(query, 0)
  while (start < query.length) {
    let end = query.indexOf('&', start)
    if (end < 0) end = query.length
    if (end > start) {
      if (equals < start) equals = findEquals(query, start)
      const hasValue = equals < end
      const name = reading.canonicalize(query, start, hasValue ? equals : end)
      pairs.push([name, hasValue ? reading.canonicalize(query, equals + 1, end) : ''])
    }
    start = end + 1
  }
  return pairs
}

function findEquals(query: string, from: number): number {
  const index = query.indexOf('=', from)
  return index < 0 ? query.length : index
}

/**
 * Joins pairs into a query, in the order given.
 * @param pairs canonical pairs
 * @returns `name=value&…`, each with its `=`
 */
export function joinPairs(pairs: readonly QueryPair[]): string {
  let query = ''
  for (const [name, value] of pairs) query += (query === '' ? '' : '&') + name + '=' + value
  return query
}

/**
 * Creates the canonical query of pairs.
 * @param pairs canonical pairs, in any order
 * @returns the third line of a canonical request: sorted by encoded name, then by encoded value
 */
export function createCanonicalQuery(pairs: readonly QueryPair[]): string {
  for (let index = 1; index < pairs.length; index++) {
    const before = pairs[index - 1]
    const pair = pairs[index]
    if (before && pair && comparePairs(before, pair) > 0) return joinPairs([...pairs].sort(comparePairs))
  }
  return joinPairs(pairs)
}

// Encoded text is ASCII, so comparing code units is comparing bytes. As-sent text holds bytes as characters.
function comparePairs(left: QueryPair, right: QueryPair): number {
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1
  if (left[1] !== right[1]) return left[1] < right[1] ? -1 : 1
  return 0
}

function encodePart(query: string, start: number, end: number, plus: string): string {
  for (let index = start; index < end; index++) {
    const code = query.charCodeAt(index)
    if (code > 255 || unreserved[code] !== 1)
      return query.slice(start, index) + encodeRest(query, index, end, plus)
  }
  return query.slice(start, end)
}

// A `%` that begins no triplet is a percent sign.
function encodeRest(query: string, start: number, end: number, plus: string): string {
  let encoded = ''
  for (let index = start; index < end; index++) {
    const code = query.charCodeAt(index)
    const byte = code === 37 && index + 2 < end ? readTriplet(query, index) : -1
    if (byte >= 0) {
      encoded += unreserved[byte] === 1 ? String.fromCharCode(byte) : (triplets[byte] ?? '')
      index += 2
    } else {
      encoded += code === 43 ? plus : encodeAt(query, index)
    }
  }
  return encoded
}
