import { createCanonicalPath } from './canonical-path.ts'
import { showText } from './mask.ts'
import { listNearNumbers } from './near-numbers.ts'
import type { Attempt, Situation } from './situation.ts'

/** More segments than these are not varied one by one. */
const mostSegments = 30

/** The headers in which proxies tell of the path that was asked for. */
const proxyHeaders = [
  'x-forwarded-prefix',
  'x-original-uri',
  'x-original-url',
  'x-forwarded-uri',
  'x-envoy-original-path',
]

/** Assumes that the path was encoded once only. */
export function* attemptPathOnce({ context: { path } }: Situation): Iterable<Attempt> {
  yield attemptPath(createCanonicalPath(path, { encodeTwice: false, normalize: true }))
  yield attemptPath(createCanonicalPath(path, { encodeTwice: false, normalize: false }))
  yield attemptPath(path)
}

/** Assumes that the path was encoded a third time. */
export function* attemptPathThrice({ parts }: Situation): Iterable<Attempt> {
  yield attemptPath(parts.path.replaceAll('%', '%25'))
}

/** Assumes that empty and dot segments were kept. */
export function* attemptRawPath({ context: { path } }: Situation): Iterable<Attempt> {
  yield attemptPath(createCanonicalPath(path, { encodeTwice: true, normalize: false }))
}

/** Assumes that the path was decoded and not encoded again. */
export function* attemptDecodedPath({ context: { path } }: Situation): Iterable<Attempt> {
  try {
    yield attemptPath(decodeURIComponent(path))
  } catch {
    // No text: there is nothing that it could have been decoded to.
  }
}

/** Assumes that the query stood in the path: as text, or encoded with it. */
export function* attemptQueryInPath({ context: { path, query }, parts }: Situation): Iterable<Attempt> {
  if (query === '') return
  const whole = `${path}?${query}`
  const encoded = createCanonicalPath(whole, { encodeTwice: true, normalize: true })
  for (const path of [whole, encoded]) {
    yield { parts: { path, query: '' } }
    yield { parts: { path, query: parts.query } }
  }
}

/** Assumes a slash at the end that was added or lost, or a prefix that a proxy added or took away. */
export function* attemptPrefixes({ parts, context }: Situation): Iterable<Attempt> {
  const { path } = parts
  yield attemptPath(path.endsWith('/') ? path.slice(0, -1) || '/' : path + '/', path)
  yield attemptPath('/', path)
  const segments = path.split('/')
  for (let dropped = 2; dropped < Math.min(segments.length, 5); dropped++) {
    yield attemptPath('/' + segments.slice(dropped).join('/'), path)
  }
  for (const name of proxyHeaders) {
    const told = context.headers.get(name)?.value.split('?')[0]
    if (told === undefined) continue
    for (const before of [told, told + path]) {
      yield attemptPath(createCanonicalPath(before, { encodeTwice: true, normalize: true }), path)
    }
  }
}

/** Assumes that one segment was another number near by. */
export function* attemptNearPaths({ parts }: Situation): Iterable<Attempt> {
  const segments = parts.path.split('/')
  for (const [index, segment] of segments.slice(0, mostSegments).entries()) {
    for (const near of listNearNumbers(segment)) {
      yield attemptPath(segments.with(index, near).join('/'), parts.path)
    }
  }
}

/** Encodings that are not AWS's, which leaves A-Z a-z 0-9 - . _ ~ alone and writes capitals. */
const encodings: readonly (readonly [detail: string, encode: (text: string) => string])[] = [
  [
    "`! ' ( ) *` left as they are",
    (text) => text.replace(/%(?:25)?(2[1789A])/g, (_, hex: string) => decodeURIComponent('%' + hex)),
  ],
  ['`~` encoded', (text) => text.replaceAll('~', '%7E')],
  ['blanks as `+`', (text) => text.replace(/%(25)?20/g, '+')],
  [
    'small letters in place of `%2F`',
    (text) => text.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase()),
  ],
]

/** Assumes that the path, the query or both were encoded in another way. */
export function* attemptEncodings({ parts }: Situation): Iterable<Attempt> {
  for (const [detail, encode] of encodings) {
    const path = encode(parts.path)
    const query = encode(parts.query)
    yield { parts: { query }, detail }
    yield { parts: { path }, detail }
    yield { parts: { path, query }, detail }
  }
}

function attemptPath(path: string, received = ''): Attempt {
  return { parts: { path }, detail: `${quote(path)}, and ${quote(received)} arrived` }
}

// A canonical path is encoded once more than the path of the URL, which is the one that people know.
function quote(path: string): string {
  return `\`${showText(path.replaceAll('%25', '%'))}\``
}
