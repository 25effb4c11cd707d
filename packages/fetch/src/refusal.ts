import type { CanonicalDifference, Diagnosis } from '@furlong/sigv4'
import { type AnswerParts, readAnswer } from './answer.ts'

/** What was refused, and for what kind of reason. */
export type RefusalTag =
  | {
      readonly kind: 'signature'
      readonly reason: 'mismatch' | 'scope' | 'clock' | 'incomplete' | 'missing'
    }
  | { readonly kind: 'credentials'; readonly reason: 'unknown-key' | 'expired-token' }
  | { readonly kind: 'access-denied' }
  | { readonly kind: 'no-such-url' }
  | { readonly kind: 'throttled'; readonly reason: 'concurrency' | 'reserved-concurrency' | 'rate' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'function-error'; readonly reason: 'failed' | 'timeout' }

/** Why AWS, and not the application, gave this answer. */
export type Refusal = RefusalTag & {
  readonly status: number
  /** AWS's code, for example `AccessDeniedException`; undefined when the answer holds none. */
  readonly code: string | undefined
  /** AWS's text without signatures and tokens; empty when the answer holds none. */
  readonly message: string
  /** What happened, in a sentence; where a check of the request found the cause, that cause. */
  readonly says: string
  /** What to do about it. */
  readonly fix: string
  /** What the local side adds: the command that explains this very request. */
  readonly why: string | undefined
  /** What a check of the request as it was sent shows, best first; only with `explain: true`. */
  readonly diagnosis: readonly Diagnosis[]
  /** What AWS made of the request and what was signed, where AWS says it; only with `explain: true`. */
  readonly differences: readonly CanonicalDifference[]
}

/** One row: an answer fits when all it states fits. */
interface RefusalRule {
  readonly tag: RefusalTag
  readonly statuses?: readonly number[]
  readonly codes?: readonly string[]
  /** Fits AWS's text. */
  readonly message?: RegExp
  /** Fits the whole body. */
  readonly body?: RegExp
  readonly says: string
  readonly fix: string
}

const clock = {
  tag: { kind: 'signature', reason: 'clock' },
  says: 'The signature is of a time too far from the server’s, which allows 5 minutes.',
  fix: 'Set the clock (NTP); where the Date header can be read, the time is taken from it and the request sent again.',
} as const

const scope = {
  tag: { kind: 'signature', reason: 'scope' },
  says: 'The request is signed for another region, service or day than the server’s.',
  fix: 'Set the options `region` and `service` to those of the URL: `lambda` for a function URL.',
} as const

const mismatch = {
  tag: { kind: 'signature', reason: 'mismatch' },
  says: 'The signature is not that of the request as it arrived: it was changed on the way, or the secret is not the one of this access key.',
  fix: 'Send exactly what was signed, through nothing that rewrites path, query, host or body, and compare the secret with the one issued with the key.',
} as const

const expiredToken = {
  tag: { kind: 'credentials', reason: 'expired-token' },
  says: 'The session token has expired.',
  fix: 'Get new credentials: sign in again or assume the role again; a provider that states `expiration` is asked in time.',
} as const

const unknownKey = {
  tag: { kind: 'credentials', reason: 'unknown-key' },
  says: 'AWS does not know the access key, or a temporary key came without its session token.',
  fix: 'Use key, secret and token of one session; look for an AWS_PROFILE or AWS_SESSION_TOKEN left from another.',
} as const

const accessDenied = {
  tag: { kind: 'access-denied' },
  says: 'The signature may be right, but no policy lets the caller in. A function URL takes two permissions: lambda:InvokeFunctionUrl and lambda:InvokeFunction.',
  fix: 'Grant both: `npx furlong grant <function> --to <role>`, with `--aws` for your account on AWS, where new permissions take from seconds to some minutes.',
} as const

const failed = {
  tag: { kind: 'function-error', reason: 'failed' },
  says: 'The function threw, crashed, took too long or gave a malformed response; AWS says no more than this.',
  fix: 'Read the log of the function.',
} as const

/**
 * AWS's refusals, the first that fits counts. An answer without AWS's code, as a browser sees it, is known by its
 * text alone; the answers of an application fit no row.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const refusalRules: readonly RefusalRule[] = [
  { ...clock, message: /^Signature (?:expired|not yet current): / },
  { ...clock, codes: ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'] },
  { ...scope, message: /^(?:Credential should be scoped|Date in Credential scope does not match)/ },
  { ...scope, codes: ['AuthorizationHeaderMalformed'] },
  {
    tag: { kind: 'signature', reason: 'incomplete' },
    message: /must be a 'SignedHeader' in the AWS Authorization/,
    says: 'A header that must be signed was not.',
    fix: 'Sign Host, X-Amz-Date and X-Amz-Security-Token; a proxy that adds headers of these names breaks it too.',
  },
  { ...mismatch, codes: ['InvalidSignatureException', 'SignatureDoesNotMatch', 'XAmzContentSHA256Mismatch'] },
  { ...mismatch, message: /^The request signature we calculated does not match/ },
  {
    tag: { kind: 'signature', reason: 'incomplete' },
    codes: ['IncompleteSignatureException', 'IncompleteSignature', 'InvalidHeader'],
    says: 'The Authorization header is not a whole signature of version 4.',
    fix: 'Leave `Authorization` to the signer; an application sends its own token in another header.',
  },
  {
    tag: { kind: 'signature', reason: 'missing' },
    codes: ['MissingAuthenticationTokenException', 'MissingAuthenticationToken'],
    says: 'The request arrived without a signature. API Gateway says the same of a path or method that it does not have.',
    fix: 'Sign the request, look for a proxy that drops `Authorization`, and check path and method.',
  },
  { ...expiredToken, codes: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired'] },
  { ...expiredToken, message: /^The security token included in the request is expired/ },
  {
    ...unknownKey,
    codes: ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'InvalidToken'],
  },
  { ...unknownKey, message: /^The security token included in the request is invalid/ },
  {
    tag: { kind: 'no-such-url' },
    statuses: [403],
    body: /^\{"Message":null\}$/,
    says: 'There is no function URL of this name.',
    fix: 'Look the URL up (`npx furlong url list <function>`): deleting and making it anew changes its name.',
  },
  { ...accessDenied, codes: ['AccessDeniedException', 'AccessDenied', 'ForbiddenException'] },
  {
    ...accessDenied,
    statuses: [403],
    body: /^\{"Message":"Forbidden(?:\. For troubleshooting Function URL authorization issues, see: [^"]*)?"\}$/,
  },
  {
    tag: { kind: 'throttled', reason: 'reserved-concurrency' },
    statuses: [429],
    body: /"Reason":"ReservedFunction\w+LimitExceeded"/,
    says: 'The function’s reserved concurrency, or ten times as many requests a second, is used up; 0 switches a function off.',
    fix: 'Raise the reserved concurrency, or call less often.',
  },
  {
    tag: { kind: 'throttled', reason: 'concurrency' },
    statuses: [429],
    body: /"Reason":"ConcurrentInvocationLimitExceeded"/,
    says: 'The account’s concurrency is used up; a new account may have no more than 10.',
    fix: 'Call less at once, or have the quota raised.',
  },
  {
    tag: { kind: 'throttled', reason: 'rate' },
    codes: [
      'TooManyRequestsException',
      'ThrottlingException',
      'Throttling',
      'SlowDown',
      'RequestLimitExceeded',
    ],
    says: 'AWS took no more requests at this rate.',
    fix: 'Call less often; let the pauses between attempts grow.',
  },
  {
    tag: { kind: 'too-large' },
    codes: ['RequestEntityTooLargeException', 'EntityTooLarge'],
    says: 'The request is too large: 6,291,456 bytes as the event, in which a binary body grows by a third.',
    fix: 'Send less, or put the body into S3 and send its name.',
  },
  {
    tag: { kind: 'function-error', reason: 'timeout' },
    codes: ['Runtime.RequestTimeout'],
    says: 'The function took longer than its timeout.',
    fix: 'Raise its timeout, or let it do less.',
  },
  { ...failed, statuses: [502], body: /^Internal Server Error$/ },
]

/**
 * Tells what AWS refused, from the parts of an answer.
 * @param answer status, AWS's code as the header has it, body, and the local side's hint
 * @returns the refusal; undefined for an answer of the application, and for one that no row knows
 */
export function classifyAnswer(answer: AnswerParts): Refusal | undefined {
  if (answer.status < 400) return undefined
  const { code, message } = readAnswer(answer)
  const rule = refusalRules.find(
    (row) =>
      (row.statuses?.includes(answer.status) ?? true) &&
      (row.codes === undefined || (code !== undefined && row.codes.includes(code))) &&
      (row.message?.test(message) ?? true) &&
      (row.body?.test(answer.body) ?? true),
  )
  if (!rule) return undefined
  const { tag, says, fix } = rule
  const { status, why } = answer
  return {
    ...tag,
    status,
    code,
    message: maskMessage(message),
    says,
    fix:
      why === undefined || tag.kind !== 'access-denied'
        ? fix
        : `Run \`${why}\`: it names what is missing, and the command that grants it.`,
    why,
    diagnosis: [],
    differences: [],
  }
}

const longestMessage = 500

// Some services repeat the header they could not read, and the canonical request with the token in it.
function maskMessage(message: string): string {
  return message
    .replace(/\s*The Canonical String for this request should have been[^]*$/, '')
    .replaceAll(/Signature=[0-9A-Za-z]+/g, 'Signature=…')
    .replaceAll(/[A-Za-z0-9+/=%_-]{64,}/g, '…')
    .slice(0, longestMessage)
}
