import { listNearNumbers } from './near-numbers.ts'
import type { Attempt, Situation } from './situation.ts'

/** More pairs than these are not varied one by one. */
const mostPairs = 50

/** Assumes that a `+` was signed as a plus sign. */
export function* attemptPlus({ context, canonicalizeQuery }: Situation): Iterable<Attempt> {
  yield attemptQuery(canonicalizeQuery(context.query.replaceAll('+', '%2B')))
}

/** What an HTTP client encodes by itself when it stands in a query as it is: `requests` encodes `[`, others leave it. */
const encodedOnSending = /%(?:22|3[CE]|5[B-E]|60|7[B-D])/gi

/** Assumes that the query was signed as it stands in the URL, or stood before the client sent it, sorted. */
export function* attemptAsSent(situation: Situation): Iterable<Attempt> {
  const sent = readTexts(situation).map((text) => (text.includes('=') ? text : text + '='))
  const given = sent.map((text) => text.replaceAll(encodedOnSending, decodeURIComponent))
  for (const pairs of [sent, given]) {
    yield attemptQuery(sortBy(pairs, readName).join('&'))
    yield attemptQuery(pairs.sort().join('&'))
  }
}

/** Assumes that the query was not sorted, or sorted in another way. */
export function* attemptUnsorted(situation: Situation): Iterable<Attempt> {
  const texts = readTexts(situation)
  for (const pairs of [texts.map(situation.canonicalizeQuery), texts]) {
    yield attemptQuery(pairs.join('&'))
    yield attemptQuery(sortBy(pairs, readName).join('&'))
    yield attemptQuery(sortBy(pairs, (pair) => decode(readName(pair))).join('&'))
    yield attemptQuery(sortBy(pairs, (pair) => readName(pair).toLowerCase()).join('&'))
    yield attemptQuery(pairs.sort().join('&'))
  }
}

/** Assumes that what was encoded already was encoded once more. */
export function* attemptTwice({ context, parts, canonicalizeQuery }: Situation): Iterable<Attempt> {
  yield attemptQuery(canonicalizeQuery(context.query.replaceAll('%', '%25').replaceAll('+', '%2B')))
  yield attemptQuery(parts.query.replaceAll('%', '%25'))
}

/** Assumes that the query was not signed at all. */
export function* attemptNoQuery(situation: Situation): Iterable<Attempt> {
  if (situation.parts.query === '') return
  yield attemptQuery('')
  // A presigned request has to sign its own parameters, and may have left out all others.
  const own = readTexts(situation).filter((text) => text.startsWith('X-Amz-'))
  yield attemptQuery(situation.canonicalizeQuery(own.join('&')))
}

/** Assumes that names without `=` were left out, or signed without one. */
export function* attemptFlags(situation: Situation): Iterable<Attempt> {
  const texts = readTexts(situation)
  yield attemptQuery(situation.canonicalizeQuery(texts.filter((text) => text.includes('=')).join('&')))
  yield attemptQuery(texts.sort().join('&'))
}

/** Assumes that pairs with an empty name were left out. */
export function* attemptEmptyNames(situation: Situation): Iterable<Attempt> {
  const texts = readTexts(situation).filter((text) => !text.startsWith('='))
  yield attemptQuery(situation.canonicalizeQuery(texts.join('&')))
}

/** Assumes that the values of a repeated name became one, or were sent under a name with `[]`. */
export function* attemptRepeats({ parts }: Situation): Iterable<Attempt> {
  const { query } = parts
  if (query.includes('%5B'))
    yield attemptQuery(
      query.replace(/%5B\d*%5D=/g, '='),
      'without the `[]` that the client added to its name',
    )
  const values = Map.groupBy(query.split('&'), readName)
  const kept = [...values.values()]
  const join = (choose: (pairs: string[]) => string | undefined): string => kept.map(choose).join('&')
  yield attemptQuery(
    join((pairs) => pairs.at(-1)),
    'with its last value only',
  )
  yield attemptQuery(
    join((pairs) => pairs[0]),
    'with its first value only',
  )
  const merge = (pairs: string[]): string =>
    readName(pairs[0] ?? '') + '=' + pairs.map((pair) => pair.slice(pair.indexOf('=') + 1)).join('%2C')
  yield attemptQuery(join(merge), 'with its values joined by commas')
}

// Names stay encoded in sentences: decoded, they could hold terminal escapes.
/** Assumes that pairs were added after signing, the last ones or any one. */
export function* attemptPairsDropped(situation: Situation): Iterable<Attempt> {
  const { canonicalizeQuery } = situation
  const texts = readTexts(situation)
  for (let kept = texts.length - 1; kept > 0 && kept >= texts.length - mostPairs; kept--) {
    const added = texts.slice(kept).map((text) => readName(canonicalizeQuery(text)))
    yield attemptQuery(canonicalizeQuery(texts.slice(0, kept).join('&')), `without \`${added.join('`, `')}\``)
  }
  for (const [index, text] of texts.slice(0, mostPairs).entries()) {
    const others = texts.toSpliced(index, 1).join('&')
    yield attemptQuery(canonicalizeQuery(others), `without \`${readName(canonicalizeQuery(text))}\``)
  }
}

/** Assumes that one value was another number near by, or empty. */
export function* attemptNearQueries({ parts }: Situation): Iterable<Attempt> {
  const pairs = parts.query.split('&')
  for (const [index, pair] of pairs.slice(0, mostPairs).entries()) {
    const name = readName(pair)
    if (name.startsWith('X-Amz-')) continue
    for (const near of ['', ...listNearNumbers(pair.slice(name.length + 1))]) {
      const other = `${name}=${near}`
      yield attemptQuery(
        pairs.with(index, other).join('&'),
        `with \`${other}\`, and the request has another value`,
      )
    }
  }
}

/** The pairs as they stand in the URL, without the signature. */
function readTexts({ context }: Situation): string[] {
  return context.query.split('&').filter((text) => text !== '' && !text.startsWith('X-Amz-Signature='))
}

function attemptQuery(query: string, detail = ''): Attempt {
  return { parts: { query }, detail }
}

function readName(pair: string): string {
  const equals = pair.indexOf('=')
  return equals < 0 ? pair : pair.slice(0, equals)
}

function sortBy(pairs: readonly string[], readKey: (pair: string) => string): string[] {
  const keyed = pairs.map((pair) => [readKey(pair), pair] as const)
  return keyed.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, pair]) => pair)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
