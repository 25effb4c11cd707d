import { hmacHex, type HmacKey, sha256Hex } from '#sha256'
import { type Claim, readClaim } from './authorization.ts'
import type { CanonicalHeader } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import { queryReadings } from './canonical-query.ts'
import {
  type CanonicalParts,
  createCanonicalRequest,
  createStringToSign,
  emptyPayloadHash,
  formatScope,
} from './canonical-request.ts'
import type { CanonicalStrings } from './canonical-strings.ts'
import { createSecretRemover, maskHeaders, maskQuery } from './mask.ts'
import { type RawRequest, readReceivedHeaders, splitTarget } from './received-request.ts'
import { deriveSigningKey } from './signing-key.ts'
import {
  isSignatureOf,
  lookUp,
  readCanonicalQuery,
  replaceHost,
  type VerificationContext,
  type VerifyOptions,
} from './verify.ts'

/** One thing to assume differently about a request. */
export interface Attempt {
  /** Canonical parts that differ. */
  readonly parts?: Partial<CanonicalParts>
  /** A secret other than the one that was looked up. */
  readonly secretAccessKey?: string
  /** What of the claim differs. */
  readonly claim?: Partial<Claim>
  /** Another way to make the signing key of the secret. */
  readonly deriveKey?: (secretAccessKey: string) => HmacKey
  /** What was done to the canonical request before it was hashed. */
  readonly rewrite?: (canonicalRequest: string) => string
  /** What was done to the string to sign. */
  readonly rewriteStringToSign?: (stringToSign: string) => string
  /** What was assumed, for the sentence. */
  readonly detail?: string
}

/** A refused request with a well-formed signature, ready to be tried under other assumptions. */
export interface Situation {
  readonly context: VerificationContext
  /** The parts as received; a signed header that is absent counts as empty, and the body is hashed as it is. */
  readonly parts: CanonicalParts
  /** Why no secret was to be had; undefined when there is one. */
  readonly keyProblem: 'UnrecognizedClientException' | 'ExpiredTokenException' | undefined
  /** Canonicalises another query as the received one is. */
  readonly canonicalizeQuery: (query: string) => string
  /** Tells whether the signature matches under an assumption, over the received host or one of `hosts`. */
  readonly matches: (attempt: Attempt) => boolean
  /** What was signed under an assumption that matches; secrets are masked, also where the assumption put them. */
  readonly readSigned: (attempt: Attempt) => CanonicalStrings
}

/**
 * Reads a refused request for diagnosis.
 * @param request the request
 * @param options as for `verify`
 * @returns the situation, or undefined when the request bears no well-formed signature
 */
export function readSituation(request: RawRequest, options: VerifyOptions): Situation | undefined {
  const headers = readReceivedHeaders(request.rawHeaders)
  const { path, query } = splitTarget(request.target)
  const reading = readClaim(headers, query)
  if (!reading.ok) return undefined
  const { claim } = reading
  const context: VerificationContext = { request, options, headers, path, query, claim }
  const canonicalizeQuery = (query: string): string =>
    readCanonicalQuery({ ...context, query }, queryReadings.plusIsBlank)
  const parts = readParts(context)
  const found = lookUp(claim, options)
  const secret = 'code' in found ? undefined : found.secretAccessKey
  const findHeaders = (attempt: Attempt): readonly CanonicalHeader[] | undefined => {
    const secretAccessKey = attempt.secretAccessKey ?? secret
    if (secretAccessKey === undefined) return undefined
    const assumed = { ...parts, ...attempt.parts }
    const isSigned = (headers: readonly CanonicalHeader[]): boolean =>
      isSignatureUnder(attempt, { ...claim, ...attempt.claim }, { ...assumed, headers }, secretAccessKey)
    if (isSigned(assumed.headers)) return assumed.headers
    const host = options.hosts?.find((host) => isSigned(replaceHost(assumed.headers, host)))
    return host === undefined ? undefined : replaceHost(assumed.headers, host)
  }
  return {
    context,
    parts,
    keyProblem: 'code' in found ? found.code : undefined,
    canonicalizeQuery,
    matches: (attempt) => findHeaders(attempt) !== undefined,
    readSigned: (attempt) => {
      const assumed = { ...parts, ...attempt.parts }
      const headers = findHeaders(attempt) ?? assumed.headers
      const hide = createSecretRemover([secret, claim.sessionToken, claim.signature])
      const strings = createStrings(attempt, { ...claim, ...attempt.claim }, { ...assumed, headers })
      return { canonicalRequest: hide(strings.canonicalRequest), stringToSign: hide(strings.stringToSign) }
    },
  }
}

function createStrings(attempt: Attempt, claim: Claim, parts: CanonicalParts): Required<CanonicalStrings> {
  const { rewrite = (text) => text, rewriteStringToSign = (text) => text } = attempt
  const shown = { ...parts, query: maskQuery(parts.query), headers: maskHeaders(parts.headers) }
  return {
    canonicalRequest: rewrite(createCanonicalRequest(shown)),
    stringToSign: rewriteStringToSign(
      createStringToSign(claim.amzDate, formatScope(claim.scope), rewrite(createCanonicalRequest(parts))),
    ),
  }
}

// Not in constant time where texts are rewritten: no request is let in for what is found here.
function isSignatureUnder(attempt: Attempt, claim: Claim, parts: CanonicalParts, secret: string): boolean {
  const { deriveKey, rewrite, rewriteStringToSign } = attempt
  if (!deriveKey && !rewrite && !rewriteStringToSign) return isSignatureOf(claim, parts, secret)
  const canonicalRequest = createCanonicalRequest(parts)
  const text = createStringToSign(
    claim.amzDate,
    formatScope(claim.scope),
    rewrite?.(canonicalRequest) ?? canonicalRequest,
  )
  const key = deriveKey?.(secret) ?? deriveSigningKey(secret, claim.scope)
  return hmacHex(key, rewriteStringToSign?.(text) ?? text) === claim.signature
}

function readParts(context: VerificationContext): CanonicalParts {
  const { claim, headers, request, path } = context
  const signed = [...new Set(claim.signedHeaders)]
    .sort()
    .map((name): CanonicalHeader => [name, headers.get(name)?.value ?? ''])
  return {
    method: request.method,
    path: createCanonicalPath(path, getPathRules(claim.scope.service)),
    query: readCanonicalQuery(context, queryReadings.plusIsBlank),
    headers: signed,
    payloadHash: request.body.length === 0 ? emptyPayloadHash : sha256Hex(request.body),
  }
}
