import { dropSignature } from './authorization.ts'
import {
  createCanonicalQuery,
  joinPairs,
  type QueryPair,
  queryReadings,
  readQuery,
} from './canonical-query.ts'
import { encodeText } from './percent.ts'
import { listNearNumbers } from './near-numbers.ts'
import type { Attempt, Situation } from './situation.ts'

/** More pairs than these are not varied one by one. */
const mostPairs = 50

/** Assumes another reading of the query. */
export function* attemptQueryReading(
  situation: Situation,
  name: keyof typeof queryReadings,
): Iterable<Attempt> {
  const query = createCanonicalQuery(readPairs(situation, name))
  if (query !== situation.parts.query) yield attemptQuery(query)
}

/** Assumes that the query was not sorted, or sorted in another way. */
export function* attemptUnsortedQuery(situation: Situation): Iterable<Attempt> {
  for (const reading of ['plusIsBlank', 'asSent'] as const) {
    const pairs = readPairs(situation, reading)
    yield attemptQuery(joinPairs(pairs))
    yield attemptQuery(joinPairs([...pairs].sort((left, right) => compare(left[0], right[0]))))
    yield attemptQuery(
      joinPairs([...pairs].sort((left, right) => compare(decode(left[0]), decode(right[0])))),
    )
    yield attemptQuery(
      joinPairs([...pairs].sort((left, right) => compare(joinPairs([left]), joinPairs([right])))),
    )
    yield attemptQuery(
      joinPairs([...pairs].sort((left, right) => compare(left[0].toLowerCase(), right[0].toLowerCase()))),
    )
  }
  yield attemptQuery(situation.context.query)
}

/** Assumes that what was encoded already was encoded once more. */
export function* attemptQueryTwice(situation: Situation): Iterable<Attempt> {
  const pairs = readPairs(situation, 'asSent')
  yield attemptQuery(
    createCanonicalQuery(pairs.map(([name, value]) => [encodeText(name), encodeText(value)])),
  )
  yield attemptQuery(createCanonicalQuery(pairs.map(([name, value]) => [name, encodeText(value)])))
}

/** Assumes that the query was not signed at all. */
export function* attemptNoQuery({ parts }: Situation): Iterable<Attempt> {
  if (parts.query !== '') yield attemptQuery('')
}

/** Assumes that names without `=` were left out, or signed without one. */
export function* attemptFlagsDropped(situation: Situation): Iterable<Attempt> {
  const texts = situation.context.query.split('&').filter((text) => text !== '')
  if (!texts.some((text) => !text.includes('='))) return
  const others = texts.filter((text) => text.includes('=')).join('&')
  yield attemptQuery(createCanonicalQuery(readQuery(others, queryReadings.plusIsBlank)))
  yield attemptQuery([...texts].sort(compare).join('&'))
}

/** Assumes that of each repeated name only the first or the last value was signed. */
export function* attemptRepeatsDropped(situation: Situation): Iterable<Attempt> {
  const pairs = readPairs(situation, 'plusIsBlank')
  const last = new Map(pairs)
  if (last.size === pairs.length) return
  const first = new Map([...pairs].reverse())
  yield attemptQuery(createCanonicalQuery([...last]))
  yield attemptQuery(createCanonicalQuery([...first]))
}

// Names stay encoded in sentences: decoded, they could hold terminal escapes.
/** Assumes that one pair was added after signing. */
export function* attemptPairsDropped(situation: Situation): Iterable<Attempt> {
  const pairs = readPairs(situation, 'plusIsBlank').slice(0, mostPairs)
  for (const [index, pair] of pairs.entries()) {
    const others = pairs.filter((_, other) => other !== index)
    yield { ...attemptQuery(createCanonicalQuery(others)), detail: `without \`${pair[0]}\`` }
  }
}

/** Assumes that one value was another number near by, or empty. */
export function* attemptNearQueries(situation: Situation): Iterable<Attempt> {
  const pairs = readPairs(situation, 'plusIsBlank').slice(0, mostPairs)
  for (const [index, [name, value]] of pairs.entries()) {
    if (name.startsWith('X-Amz-')) continue
    for (const near of ['', ...listNearNumbers(value)]) {
      const changed: QueryPair[] = pairs.map((pair, other) => (other === index ? [name, near] : pair))
      const detail = `with \`${name}=${near}\`, and the request has another value`
      yield { ...attemptQuery(createCanonicalQuery(changed)), detail }
    }
  }
}

function readPairs({ context }: Situation, reading: keyof typeof queryReadings): QueryPair[] {
  const pairs = readQuery(context.query, queryReadings[reading])
  return context.claim.form === 'presigned' ? dropSignature(pairs) : pairs
}

function attemptQuery(query: string): Attempt {
  return { parts: { query } }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
