import type { FuzzCase, Pair } from './cases.ts'
import type { Part, Parts } from './parts.ts'

/** What is known of a deviation when it is to be explained. */
export interface DeviationContext {
  readonly oracle: string
  /** The part that differs, or `threw` or `refused` with a text in `message`. */
  readonly part: Part | 'threw' | 'refused'
  readonly fuzz: FuzzCase
  /** The URL that the oracle was given. */
  readonly path: string
  readonly query: string
  /** The headers it was given. */
  readonly headers: readonly Pair[]
  /** Its canonical request, and the one it is compared with. */
  readonly theirs?: Parts
  readonly ours?: Parts
  readonly message: string
}

/** A known way in which another signer deviates. */
export interface Deviation {
  readonly id: string
  readonly oracles: readonly string[]
  readonly part: DeviationContext['part']
  /** What differs, and why. */
  readonly says: string
  /** Where it is told, if anywhere. */
  readonly link: string
  readonly when: (context: DeviationContext) => boolean
}

/** A triplet sequence that is no UTF-8, or a `%` that begins none: `decodeURIComponent` throws on both. */
function isUndecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return false
  } catch {
    return true
  }
}

function names(query: string): string[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=')[0] ?? '')
}

function hasRepeats(query: string): boolean {
  const all = names(query).map((name) =>
    isUndecodable(name) ? name : decodeURIComponent(name.replaceAll('+', ' ')),
  )
  return new Set(all).size < all.length
}

/** The query as botocore signs it. */
function sortRaw(query: string): string {
  return query
    .split('&')
    .map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')] as const)
    .toSorted(([name, value], [other, otherValue]) =>
      name === other ? (value < otherValue ? -1 : 1) : name < other ? -1 : 1,
    )
    .map((pair) => pair.join('='))
    .join('&')
}

/** Holds a character that makes aws4 decode the whole target and encode it again. */
function isReencoded(target: string): boolean {
  return /[^0-9A-Za-z;,/?:@&=+$\-_.!~*'()#%]/.test(target)
}

function hasHeader(context: DeviationContext, ...wanted: string[]): boolean {
  return context.headers.some(([name]) => wanted.includes(name.toLowerCase()))
}

const isS3 = ({ fuzz }: DeviationContext): boolean => fuzz.service === 's3'
const isPresigned = ({ fuzz }: DeviationContext): boolean => fuzz.expiresInSeconds !== undefined
const isQueryUndecodable = ({ query }: DeviationContext): boolean => isUndecodable(query.replaceAll('+', ' '))

/** Measured here; nobody has written of it. */
const noThread = ''
const issue = (repository: string, number: number): string =>
  `https://github.com/${repository}/issues/${number}`

/** Every deviation that is known and explained; one that no row explains fails the run. */
export const deviations: readonly Deviation[] = [
  {
    id: 'query-signed-raw',
    oracles: ['botocore'],
    part: 'query',
    says: 'signs the query of a URL as it is written, only sorted; its own clients encode before',
    link: issue('curl/curl', 11794),
    when: ({ query, fuzz, theirs }) =>
      fuzz.expiresInSeconds === undefined && theirs?.query === sortRaw(query),
  },
  {
    id: 'query-repeats-dropped',
    oracles: ['botocore'],
    part: 'query',
    says: 'keeps one value of a repeated name when it presigns, and sends what it kept',
    link: noThread,
    when: (context) => isPresigned(context) && hasRepeats(context.query),
  },
  {
    id: 'query-repeats-dropped-s3',
    oracles: ['aws4', 'aws4fetch'],
    part: 'query',
    says: 'signs the first value alone of a repeated name for S3, and sends all',
    link: noThread,
    when: (context) => isS3(context) && hasRepeats(context.query),
  },
  {
    id: 'query-empty-name-dropped',
    oracles: ['aws4', 'aws4fetch'],
    part: 'query',
    says: 'leaves a pair with an empty name out of the signature; aws4 does not send it either',
    link: noThread,
    when: ({ query }) => names(query).includes(''),
  },
  {
    id: 'query-flag-dropped',
    oracles: ['smithy'],
    part: 'query',
    says: 'sends a name without `=` but leaves it out of the signature',
    link: issue('anomalyco/sst', 3830),
    when: ({ query }) => query.split('&').some((pair) => !pair.includes('=')),
  },
  {
    id: 'query-no-utf8',
    oracles: ['aws4', 'aws4fetch', 'botocore'],
    part: 'query',
    says: 'replaces bytes that are no UTF-8 by U+FFFD when it decodes the query',
    link: noThread,
    when: isQueryUndecodable,
  },
  {
    id: 'parser-throws',
    oracles: ['smithy'],
    part: 'threw',
    says: 'cannot read a query with a `%` that begins no UTF-8 triplet',
    link: noThread,
    when: (context) => isQueryUndecodable(context) && context.message.includes('URI malformed'),
  },
  {
    id: 'path-throws',
    oracles: ['aws4'],
    part: 'threw',
    says: 'decodes the path, for S3 or to re-encode it, and cannot when it holds a `%` that begins no UTF-8 triplet',
    link: noThread,
    when: ({ path, query, message }) =>
      isUndecodable(`${path}?${query}`) && message.includes('URI malformed'),
  },
  {
    id: 'path-reencoded',
    oracles: ['aws4'],
    part: 'path',
    says: 'decodes and encodes again a target that holds `[`, `]`, `|` or the like, and sends and signs that',
    link: issue('mhart/aws4', 91),
    when: ({ path, query }) => isReencoded(`${path}?${query}`),
  },
  {
    id: 'query-reencoded',
    oracles: ['aws4'],
    part: 'query',
    says: 'the same for the query beside such a path: `%25` loses its `25` on the way',
    link: issue('mhart/aws4', 91),
    when: ({ path, query }) => isReencoded(`${path}?${query}`),
  },
  {
    id: 'path-s3-decoded',
    oracles: ['aws4', 'aws4fetch'],
    part: 'path',
    says: 'decodes the whole path for S3, `%2F` to `/` and `+` to a blank',
    link: noThread,
    when: (context) => isS3(context) && /%2f|\+/i.test(context.path),
  },
  {
    id: 'path-s3-undecodable',
    oracles: ['aws4fetch'],
    part: 'path',
    says: 'encodes an S3 path twice that it cannot decode',
    link: noThread,
    when: (context) => isS3(context) && isUndecodable(context.path),
  },
  {
    id: 'path-s3-as-written',
    oracles: ['botocore', 'smithy'],
    part: 'path',
    says: 'signs an S3 path as it is written; their clients encode keys before',
    link: issue('aws/aws-sdk-js', 853),
    when: (context) => isS3(context) && context.theirs?.path === context.path,
  },
  {
    id: 'header-white-space',
    oracles: ['botocore', 'smithy', 'aws4', 'aws4fetch'],
    part: 'headers',
    says: 'takes every Unicode white space in a value for a blank, and sends it as it is',
    link: noThread,
    when: ({ headers }) => headers.some(([, value]) => /[^\S \t]/.test(value)),
  },
  {
    id: 'header-next-line',
    oracles: ['botocore'],
    part: 'headers',
    says: 'takes U+0085 for a blank as well, as Python does and JavaScript does not',
    link: noThread,
    when: ({ headers }) => headers.some(([, value]) => value.includes('\u0085')),
  },
  {
    id: 'content-type-put-in',
    oracles: ['aws4'],
    part: 'headers',
    says: 'takes an empty Content-Type beside a body for none, and puts its own in',
    link: noThread,
    when: (context) => context.fuzz.body !== undefined && hasHeader(context, 'content-type'),
  },
  {
    id: 'header-beyond-latin1',
    oracles: ['aws4fetch'],
    part: 'threw',
    says: 'keeps headers in a Headers object, which takes no character beyond U+00FF',
    link: noThread,
    when: ({ headers, message }) =>
      headers.some(([, value]) => /[^\0-\u00ff]/.test(value)) && /ByteString|byte string|255/i.test(message),
  },
  {
    id: 'method-case',
    oracles: ['aws4', 'smithy'],
    part: 'method',
    says: 'signs the method in the case it was given; clients send it in upper case',
    link: noThread,
    when: ({ fuzz }) => fuzz.method !== fuzz.method.toUpperCase(),
  },
  {
    id: 'date-stale',
    oracles: ['aws4'],
    part: 'refused',
    says: 'takes a Date or X-Amz-Date of the caller, or two of them joined, for the time of signing',
    link: noThread,
    when: (context) =>
      hasHeader(context, 'date', 'x-amz-date') &&
      /^(?:Signature (?:expired|not yet)|Date must be)/.test(context.message),
  },
  {
    id: 'date-repeated',
    oracles: ['aws4'],
    part: 'threw',
    says: 'reads the time of signing from a Date header, and cannot when there are two',
    link: noThread,
    when: (context) => hasHeader(context, 'date') && context.message.includes('Invalid time value'),
  },
  {
    id: 'presign-s3-hash',
    oracles: ['smithy'],
    part: 'payload',
    says: 'hashes the empty body of a presigned S3 request; the SDK’s presigner asks it for UNSIGNED-PAYLOAD',
    link: noThread,
    when: (context) => isPresigned(context) && isS3(context),
  },
]

/**
 * Explains a deviation.
 * @param context what differs
 * @returns its row, or undefined when no row explains it
 */
export function explain(context: DeviationContext): Deviation | undefined {
  return deviations.find(
    ({ oracles, part, when }) => oracles.includes(context.oracle) && part === context.part && when(context),
  )
}
