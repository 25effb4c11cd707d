import {
  attemptBodies,
  attemptEmptyBody,
  attemptStatedHash,
  attemptUnsignedPayload,
} from './mistakes-body.ts'
import {
  attemptContentType,
  attemptHostAliases,
  attemptHostPorts,
  attemptMethods,
  attemptRepeatedHeaders,
  attemptSecrets,
  attemptSignedHeaderOrder,
} from './mistakes-head.ts'
import {
  attemptDecodedPath,
  attemptNearPaths,
  attemptPathOnce,
  attemptRawPath,
  attemptTrailingSlash,
} from './mistakes-path.ts'
import {
  attemptFlagsDropped,
  attemptNearQueries,
  attemptNoQuery,
  attemptPairsDropped,
  attemptQueryReading,
  attemptQueryTwice,
  attemptRepeatsDropped,
  attemptUnsortedQuery,
} from './mistakes-query.ts'
import type { Attempt, Situation } from './situation.ts'

/** The mistakes that are proved by a signature that matches when they are assumed. */
export type ProvableMistakeId =
  | 'secret-with-white-space'
  | 'host-without-port'
  | 'another-host'
  | 'another-method'
  | 'path-encoded-once'
  | 'path-not-normalized'
  | 'path-decoded'
  | 'path-changed'
  | 'query-plus-as-plus'
  | 'query-not-encoded'
  | 'query-unsorted'
  | 'query-encoded-twice'
  | 'query-left-out'
  | 'query-flag-left-out'
  | 'query-repeats-left-out'
  | 'query-changed'
  | 'body-empty-when-signed'
  | 'body-reserialized'
  | 'unsigned-payload'
  | 'body-changed'
  | 'header-changed'
  | 'headers-unsorted'

/** One common mistake: what to assume, and what it means when the signature then matches. */
export interface Mistake {
  readonly cause: ProvableMistakeId
  readonly attempt: (situation: Situation) => Iterable<Attempt>
  /** One sentence; `detail` is what the attempt that matched assumed. */
  readonly says: (detail: string) => string
  readonly fix: string
}

/** The mistakes in the order they are tried: the cheap and common first, guesses at what was changed last. */
export const mistakes: readonly Mistake[] = [
  {
    cause: 'host-without-port',
    attempt: attemptHostPorts,
    says: (detail) =>
      `The request was signed for the host ${detail}, which is not the Host header it was sent with.`,
    fix: 'Sign the Host header as it is sent, with its port where it has one.',
  },
  {
    cause: 'secret-with-white-space',
    attempt: attemptSecrets,
    says: (detail) => `The secret access key was used with ${detail}.`,
    fix: 'Trim the secret access key where it is read, and check the file or variable it comes from.',
  },
  {
    cause: 'path-not-normalized',
    attempt: attemptRawPath,
    says: () => 'The path was signed with its empty or dot segments.',
    fix: 'Remove empty and dot segments from the path, at least in the canonical request.',
  },
  {
    cause: 'path-encoded-once',
    attempt: attemptPathOnce,
    says: () =>
      'The path was encoded once in the canonical request; every service but S3 wants it encoded twice.',
    fix: 'Encode the path that is sent once more for the canonical request (`%20` becomes `%2520`), or switch the signer from S3 mode.',
  },
  {
    cause: 'path-decoded',
    attempt: attemptDecodedPath,
    says: () => 'The path was decoded before it was signed.',
    fix: 'Sign the path as it is sent, never decoded.',
  },
  {
    cause: 'query-plus-as-plus',
    attempt: (situation) => attemptQueryReading(situation, 'plusIsPlus'),
    says: () => 'The query holds a `+` that was signed as a plus sign (`%2B`); it is read as a blank.',
    fix: 'Send `%20` for a blank and `%2B` for a plus sign.',
  },
  {
    cause: 'query-not-encoded',
    attempt: (situation) => attemptQueryReading(situation, 'asSent'),
    says: () => 'The query was signed as it stands in the URL; the server decodes it and encodes it again.',
    fix: 'Encode every query name and value strictly (all but A-Z a-z 0-9 - . _ ~) in the URL, then sign that.',
  },
  {
    cause: 'query-unsorted',
    attempt: attemptUnsortedQuery,
    says: () => 'The query was signed in the order of the URL, or sorted before it was encoded.',
    fix: 'Sort the query by encoded name, then by encoded value, in the canonical request.',
  },
  {
    cause: 'query-encoded-twice',
    attempt: attemptQueryTwice,
    says: () => 'The query was encoded twice in the canonical request.',
    fix: 'Decode the query before it is encoded for the canonical request.',
  },
  {
    cause: 'query-left-out',
    attempt: attemptNoQuery,
    says: () => 'The request was signed without its query: it was left out, or added after signing.',
    fix: 'Sign the whole URL that is sent. The JS SDK signer wants the query in `query`, not inside `path`.',
  },
  {
    cause: 'query-flag-left-out',
    attempt: attemptFlagsDropped,
    says: () => 'A query name without `=` was left out of the signature, or signed without its `=`.',
    fix: 'Send `flag=` in place of `flag`.',
  },
  {
    cause: 'query-repeats-left-out',
    attempt: attemptRepeatsDropped,
    says: () => 'Of a repeated query name only one value was signed.',
    fix: 'Sign every value of a repeated name; some signers take a map and keep only the last.',
  },
  {
    cause: 'body-empty-when-signed',
    attempt: attemptEmptyBody,
    says: () => 'The request was signed as if it had no body.',
    fix: 'Hand the body to the signer: the very bytes that are sent.',
  },
  {
    cause: 'body-reserialized',
    attempt: attemptBodies,
    says: (detail) => `The body was signed ${detail} and serialised differently when it was sent.`,
    fix: 'Serialise the body once, sign that text and send that text; hand the HTTP client a string or bytes, not an object.',
  },
  {
    cause: 'unsigned-payload',
    attempt: attemptUnsignedPayload,
    says: () => 'The body was left out of the signature (UNSIGNED-PAYLOAD), which function URLs refuse.',
    fix: "Sign the body's SHA-256 in place of UNSIGNED-PAYLOAD.",
  },
  {
    cause: 'another-method',
    attempt: attemptMethods,
    says: (detail) => `The request was signed for the method ${detail}.`,
    fix: 'Sign the method that is sent, in upper case; mind redirects and clients that turn POST into GET.',
  },
  {
    cause: 'another-host',
    attempt: attemptHostAliases,
    says: (detail) => `The request was signed for the host ${detail}.`,
    fix: 'Sign for the host that the request is sent to; behind a proxy or CDN, that of the function URL.',
  },
  {
    cause: 'header-changed',
    attempt: function* (situation) {
      yield* attemptContentType(situation)
      yield* attemptRepeatedHeaders(situation)
    },
    says: (detail) => `The signed header ${detail} was changed after signing.`,
    fix: 'Send signed headers as they were signed, or leave out of the signature what the client or a proxy changes.',
  },
  {
    cause: 'headers-unsorted',
    attempt: attemptSignedHeaderOrder,
    says: () => 'The signed headers were not sorted by name when they were signed.',
    fix: 'Sort the headers by their lower-case names in the canonical request and in SignedHeaders.',
  },
  {
    cause: 'path-changed',
    attempt: function* (situation) {
      yield* attemptTrailingSlash(situation)
      yield* attemptNearPaths(situation)
    },
    says: (detail) => `The path was changed after signing: the signature is that of ${detail}.`,
    fix: 'Sign the URL that is sent, and send it unchanged; sign again for another path.',
  },
  {
    cause: 'query-changed',
    attempt: function* (situation) {
      yield* attemptPairsDropped(situation)
      yield* attemptNearQueries(situation)
    },
    says: (detail) => `The query was changed after signing: the signature is that of a query ${detail}.`,
    fix: 'Sign the URL that is sent, and send it unchanged; sign again for another query.',
  },
  {
    cause: 'body-changed',
    attempt: attemptStatedHash,
    says: () =>
      'The body was changed after signing: x-amz-content-sha256 is signed, and it is not the hash of the body received.',
    fix: 'Sign the very bytes that are sent, and sign again for another body.',
  },
]
