import { sortHeaders } from './canonical-headers.ts'
import { createCanonicalQuery, joinPairs, plusIsBlank, readQuery } from './canonical-query.ts'
import { algorithm, emptyPayloadHash, joinHeaderNames, unsignedPayload } from './canonical-request.ts'
import { getPayloadHash } from './payload.ts'
import { encodeText } from './percent.ts'
import type { SignableRequest, SignOptions } from './signable-request.ts'
import { createDraft, type Draft, formatUrl, signDraft } from './signing.ts'

/** How to presign. */
export interface PresignOptions extends SignOptions {
  /** How long the URL holds, in whole seconds, 1 to 604800 (seven days); 3600 by default. */
  readonly expiresInSeconds?: number
}

/** A presigned request. */
export interface PresignedRequest {
  /** The method the URL holds for. */
  readonly method: string
  /** The URL, signature included. */
  readonly url: string
  /** What was hashed; holds the session token. */
  readonly canonicalRequest: string
  /** What was signed. */
  readonly stringToSign: string
}

/** Seven days: no presigned request holds longer. */
export const longestExpirySeconds = 604_800

/**
 * Signs a request in its URL. Headers that are given are signed and have to be sent with it.
 *
 * A function URL takes a presigned request only without a body.
 * @param request method and absolute URL; headers and body only where the sender knows them
 * @param options credentials, region, service, the time, and how long the URL holds
 * @returns the URL to hand out, and what was signed
 * @throws TypeError when the request or an option is malformed, or a body is to go to a function URL
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function presign(request: SignableRequest, options: PresignOptions): PresignedRequest {
  const { credentials, expiresInSeconds = 3600 } = options
  if (
    !Number.isInteger(expiresInSeconds) ||
    expiresInSeconds < 1 ||
    expiresInSeconds > longestExpirySeconds
  ) {
    throw new TypeError(
      `expiresInSeconds must be a whole number of seconds from 1 to ${longestExpirySeconds}, not ${expiresInSeconds}`,
    )
  }
  const draft = createDraft(request, options)
  const payloadHash = getPresignedPayloadHash(request, options, draft)
  const headers = sortHeaders(draft.signed)
  const signedHeaders = joinHeaderNames(headers)
  const parameters = {
    Algorithm: algorithm,
    Credential: draft.signer.credential,
    Date: draft.amzDate,
    Expires: String(expiresInSeconds),
    SignedHeaders: signedHeaders,
    'Security-Token': credentials.sessionToken,
  }
  // Those of an earlier signature are replaced.
  const pairs = readQuery(draft.url.query, plusIsBlank).filter(([name]) => !isSigningParameter(name))
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) pairs.push([`X-Amz-${name}`, encodeText(value)])
  }
  const query = joinPairs(pairs)
  const canonicalQuery = createCanonicalQuery(pairs, query)
  const { signature, ...texts } = signDraft(draft, canonicalQuery, headers, signedHeaders, payloadHash)
  return {
    method: draft.method,
    url: formatUrl(draft.url, `${query}&X-Amz-Signature=${signature}`),
    ...texts,
  }
}

const isSigningParameter = (name: string): boolean =>
  /^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token|Signature)$/.test(name)

// Whoever presigns for S3 rarely has the body; every other service hashes what it receives.
function getPresignedPayloadHash(request: SignableRequest, options: SignOptions, draft: Draft): string {
  const { body, payloadHash } = request
  const isKnown = body !== undefined || (payloadHash ?? draft.contentSha256) !== undefined
  if (!isKnown && options.service === 's3') return unsignedPayload
  const hash = getPayloadHash(request, options, draft.contentSha256)
  if (options.service === 'lambda' && hash !== emptyPayloadHash && hash !== unsignedPayload) {
    throw new TypeError('Function URLs refuse a presigned request with a body: sign it in its headers')
  }
  return hash
}
