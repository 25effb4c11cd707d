import {
  fixBody,
  fixEncoding,
  fixHeader,
  fixHeaderOrder,
  fixHost,
  fixKey,
  fixLayout,
  fixMethod,
  fixNoBody,
  fixPath,
  fixPathTwice,
  fixQuery,
  fixQueryOrder,
} from './fixes.ts'
import {
  attemptBodies,
  attemptCharsets,
  attemptEmptyBody,
  attemptStatedHash,
  attemptStreaming,
  attemptUnsignedPayload,
} from './mistakes-body.ts'
import {
  attemptContentType,
  attemptHeaders,
  attemptHostAliases,
  attemptHostPorts,
  attemptMethods,
  attemptNamesInCapitals,
  attemptSignedHeaderOrder,
  attemptTokenAdded,
  attemptWhiteSpace,
} from './mistakes-head.ts'
import { attemptKeys, attemptLayouts, attemptSecrets, attemptSpellings } from './mistakes-key.ts'
import {
  attemptDecodedPath,
  attemptEncodings,
  attemptNearPaths,
  attemptPathOnce,
  attemptPathThrice,
  attemptPrefixes,
  attemptQueryInPath,
  attemptRawPath,
} from './mistakes-path.ts'
import {
  attemptAsSent,
  attemptEmptyNames,
  attemptFlags,
  attemptNearQueries,
  attemptNoQuery,
  attemptPairsDropped,
  attemptPlus,
  attemptRepeats,
  attemptTwice,
  attemptUnsorted,
} from './mistakes-query.ts'
import type { Attempt, Situation } from './situation.ts'

/** The mistakes that are proved by a signature that matches when they are assumed. */
export type ProvableMistakeId =
  | 'secret-with-white-space'
  | 'key-derived-otherwise'
  | 'signature-spelled-otherwise'
  | 'canonical-request-layout'
  | 'host-without-port'
  | 'another-host'
  | 'another-method'
  | 'path-encoded-once'
  | 'path-encoded-thrice'
  | 'path-not-normalized'
  | 'path-decoded'
  | 'path-changed'
  | 'loosely-encoded'
  | 'query-in-path'
  | 'query-plus-as-plus'
  | 'query-not-encoded'
  | 'query-unsorted'
  | 'query-encoded-twice'
  | 'query-left-out'
  | 'query-flag-left-out'
  | 'query-empty-name-left-out'
  | 'query-repeats-left-out'
  | 'query-changed'
  | 'token-added-after-presigning'
  | 'body-empty-when-signed'
  | 'body-reserialized'
  | 'body-other-charset'
  | 'unsigned-payload'
  | 'streaming-payload'
  | 'body-changed'
  | 'header-changed'
  | 'header-white-space'
  | 'header-names-in-capitals'
  | 'headers-unsorted'

/** One common mistake: what to assume, and what it means when the signature then matches. */
export interface Mistake {
  readonly cause: ProvableMistakeId
  readonly attempt: (situation: Situation) => Iterable<Attempt>
  /** What happened and why; `{}` stands for what the attempt that matched assumed. */
  readonly says: string
  readonly fix: string
  /** Whether it is also tried together with each other such mistake. */
  readonly pairs?: true
}

const pairs = true

/** The mistakes in the order they are tried: the cheap and common first, guesses at what was changed last. */
export const mistakes: readonly Mistake[] = [
  {
    cause: 'host-without-port',
    attempt: attemptHostPorts,
    says: 'The request was signed for the host {}.',
    fix: 'Sign the Host header as it is sent, with its port where it has one.',
    pairs,
  },
  {
    cause: 'secret-with-white-space',
    attempt: attemptSecrets,
    says: 'The secret access key was used with {}.',
    fix: 'Clean the secret access key where it is read, and check the file or variable it comes from.',
  },
  {
    cause: 'query-left-out',
    attempt: attemptNoQuery,
    says: 'The request was signed without its query: it was left out, or added after signing.',
    fix: 'Sign the whole URL that is sent. The JS SDK signer wants the query in `query`, not inside `path`.',
    pairs,
  },
  {
    cause: 'query-in-path',
    attempt: attemptQueryInPath,
    says: 'The query was signed as a part of the path, its `?` included.',
    fix: 'Hand path and query to the signer apart: the JS SDK signer wants `path: url.pathname` and the query as an object in `query`.',
    pairs,
  },
  {
    cause: 'path-not-normalized',
    attempt: attemptRawPath,
    says: 'The path was signed with its empty or dot segments (`//`, `/./`, `/../`), which the server removes.',
    fix: 'Remove empty and dot segments from the path, at least in the canonical request.',
    pairs,
  },
  {
    cause: 'path-encoded-once',
    attempt: attemptPathOnce,
    says: 'The path was encoded once in the canonical request; every service but S3 wants it encoded twice.',
    fix: fixPathTwice,
    pairs,
  },
  {
    cause: 'path-decoded',
    attempt: attemptDecodedPath,
    says: 'The path was decoded before it was signed, and sent encoded.',
    fix: 'Sign the path as it is sent, never decoded: `url.pathname`, not its decoded form.',
    pairs,
  },
  {
    cause: 'path-encoded-thrice',
    attempt: attemptPathThrice,
    says: 'The path was encoded once too often: it was encoded before it was given to a signer that encodes it twice.',
    fix: 'Give the signer the path as it is sent, encoded once.',
    pairs,
  },
  {
    cause: 'query-plus-as-plus',
    attempt: attemptPlus,
    says: 'The query holds a `+` that was signed as a plus sign (`%2B`); it is read as a blank.',
    fix: 'Send `%20` for a blank and `%2B` for a plus sign.',
    pairs,
  },
  {
    cause: 'query-not-encoded',
    attempt: attemptAsSent,
    says: 'The query was signed as it stands in the URL; the server decodes it and encodes it again.',
    fix: 'Encode every query name and value strictly (all but A-Z a-z 0-9 - . _ ~) in the URL, then sign that.',
    pairs,
  },
  {
    cause: 'query-unsorted',
    attempt: attemptUnsorted,
    says: 'The query was signed in the order of the URL, or sorted before it was encoded.',
    fix: fixQueryOrder,
    pairs,
  },
  {
    cause: 'query-encoded-twice',
    attempt: attemptTwice,
    says: 'The query was encoded twice in the canonical request.',
    fix: 'Decode the query before it is encoded for the canonical request.',
    pairs,
  },
  {
    cause: 'loosely-encoded',
    attempt: attemptEncodings,
    says: 'The path or the query was signed in another encoding than AWS uses: with {}.',
    fix: fixEncoding,
  },
  {
    cause: 'query-flag-left-out',
    attempt: attemptFlags,
    says: 'A query name without `=` was left out of the signature, or signed without its `=`.',
    fix: 'Send `flag=` in place of `flag`.',
    pairs,
  },
  {
    cause: 'query-empty-name-left-out',
    attempt: attemptEmptyNames,
    says: 'The query holds a pair with an empty name (`=value`), which was left out of the signature and sent.',
    fix: 'Take the pair with the empty name out of the URL.',
    pairs,
  },
  {
    cause: 'query-repeats-left-out',
    attempt: attemptRepeats,
    says: 'A repeated name of the query was signed {}.',
    fix: 'Sign every value of a repeated name as a pair of its own, and send the URL that was signed; some signers take a map and keep one value.',
    pairs,
  },
  {
    cause: 'token-added-after-presigning',
    attempt: attemptTokenAdded,
    says: 'The session token was added to the presigned URL after it was signed.',
    fix: 'Hand the session token to the signer, so that X-Amz-Security-Token is signed too.',
  },
  {
    cause: 'another-method',
    attempt: attemptMethods,
    says: 'The request was signed for the method {}.',
    fix: fixMethod,
    pairs,
  },
  {
    cause: 'body-empty-when-signed',
    attempt: attemptEmptyBody,
    says: 'The request was signed as if it had no body.',
    fix: fixNoBody,
    pairs,
  },
  {
    cause: 'streaming-payload',
    attempt: attemptStreaming,
    says: 'The body was signed in chunks or left to a trailer (x-amz-content-sha256: STREAMING-…), as only S3 takes it.',
    fix: "Sign the whole body's SHA-256; do not send to a function URL with an S3 client.",
    pairs,
  },
  {
    cause: 'unsigned-payload',
    attempt: attemptUnsignedPayload,
    says: 'The body was left out of the signature (UNSIGNED-PAYLOAD), which function URLs refuse.',
    fix: "Sign the body's SHA-256 in place of UNSIGNED-PAYLOAD.",
    pairs,
  },
  {
    cause: 'another-host',
    attempt: attemptHostAliases,
    says: 'The request was signed for the host {}.',
    fix: fixHost,
    pairs,
  },
  {
    cause: 'header-changed',
    attempt: attemptContentType,
    says: 'The signed header {}.',
    fix: 'Set the content type yourself, charset included, so that the HTTP client has nothing to add to it.',
    pairs,
  },
  {
    cause: 'body-reserialized',
    attempt: attemptBodies,
    says: 'The body was signed {} and sent in another form: the text that was signed is not the text that was sent.',
    fix: 'Serialise the body once, sign that text and send that text; hand the HTTP client a string or bytes, not an object (with curl, --data-binary).',
    pairs,
  },
  {
    cause: 'body-other-charset',
    attempt: attemptCharsets,
    says: 'The body was signed as {}.',
    fix: 'Turn the body into UTF-8 bytes once, sign those bytes and send those bytes.',
  },
  {
    cause: 'header-changed',
    attempt: attemptHeaders,
    says: 'The signed header {}.',
    fix: fixHeader,
  },
  {
    cause: 'header-white-space',
    attempt: attemptWhiteSpace,
    says: 'A header value was signed with its blanks as they stand; a canonical value is trimmed, and each run of blanks is one.',
    fix: 'Trim header values and collapse their blanks in the canonical request.',
  },
  {
    cause: 'headers-unsorted',
    attempt: attemptSignedHeaderOrder,
    says: 'The signed headers were not sorted by name when they were signed.',
    fix: fixHeaderOrder,
  },
  {
    cause: 'header-names-in-capitals',
    attempt: attemptNamesInCapitals,
    says: 'The names of the signed headers were written with capitals.',
    fix: 'Write header names in small letters in the canonical request and in SignedHeaders, then sort them.',
  },
  {
    cause: 'key-derived-otherwise',
    attempt: attemptKeys,
    says: 'The signing key was derived {}.',
    fix: fixKey,
  },
  {
    cause: 'signature-spelled-otherwise',
    attempt: attemptSpellings,
    says: '{}, and AWS wants small hexadecimal letters.',
    fix: 'Write every hash and the signature as 64 small hexadecimal digits.',
  },
  {
    cause: 'canonical-request-layout',
    attempt: attemptLayouts,
    says: 'The request was signed {}.',
    fix: fixLayout,
  },
  {
    cause: 'path-changed',
    attempt: function* (situation) {
      yield* attemptPrefixes(situation)
      yield* attemptNearPaths(situation)
    },
    says: 'The path was changed after signing: the signature is that of {}.',
    fix: fixPath,
  },
  {
    cause: 'query-changed',
    attempt: function* (situation) {
      yield* attemptPairsDropped(situation)
      yield* attemptNearQueries(situation)
    },
    says: 'The query was changed after signing: the signature is that of a query {}.',
    fix: fixQuery,
  },
  {
    cause: 'body-changed',
    attempt: attemptStatedHash,
    says: 'The body was {} after signing: x-amz-content-sha256 is signed, and it is not the hash of what arrived.',
    fix: fixBody,
    pairs,
  },
]
