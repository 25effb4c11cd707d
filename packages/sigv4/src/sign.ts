import { algorithm, joinHeaderNames, unsignedPayload } from './canonical-request.ts'
import { sortHeaders } from './canonical-headers.ts'
import { createCanonicalQuery, joinPairs, plusIsBlank, readQuery } from './canonical-query.ts'
import { getPayloadHash } from './payload.ts'
import type { HeaderPair, SignableRequest, SignOptions } from './signable-request.ts'
import type { UrlParts } from './url.ts'
import { createDraft, formatUrl, signDraft } from './signing.ts'

/** A signed request, ready to send. */
export interface SignedRequest {
  /** The method to send, in upper case. */
  readonly method: string
  /** The URL to send: the one that was signed, which need not be spelled like the one given. */
  readonly url: string
  /** All headers to send but `host`, which the HTTP client adds. */
  readonly headers: HeaderPair[]
  /** What was hashed; holds the session token. */
  readonly canonicalRequest: string
  /** What was signed. */
  readonly stringToSign: string
}

/**
 * Signs a request with Signature Version 4 in its headers.
 *
 * Send `url` and `headers` as returned: the URL is rewritten (dot segments resolved, the query encoded, never a
 * bare `+`) so that the signature holds however a server reads it. `x-amz-content-sha256` is sent and signed
 * whenever there is a body. A `host` header given replaces the URL's host in the signature and must be sent.
 * @param request method, absolute URL, headers and body
 * @param options credentials, region, service and the time
 * @returns the method, URL and headers to send, and what was signed
 * @throws TypeError when the request or an option is malformed, or the URL is presigned already
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @example
 * const { url, headers } = sign({ method: 'GET', url: 'https://…/' }, { credentials, region, service: 'lambda', now: new Date() })
 */
export function sign(request: SignableRequest, options: SignOptions): SignedRequest {
  const draft = createDraft(request, options)
  const { method, url, sent, signed, signer, amzDate, contentSha256 } = draft
  const query = readSignedQuery(url)
  const add = (name: string, value: string): void => {
    sent.push([name, value])
    signed.push([name, value])
  }
  const payloadHash = getPayloadHash(request, options, contentSha256)
  if (contentSha256 === undefined && sendsPayloadHash(request, options, payloadHash)) {
    add('x-amz-content-sha256', payloadHash)
  }
  add('x-amz-date', amzDate)
  const { sessionToken } = options.credentials
  if (sessionToken !== undefined) add('x-amz-security-token', sessionToken)
  const headers = sortHeaders(signed)
  const signedHeaders = joinHeaderNames(headers)
  const { canonicalRequest, stringToSign, signature } = signDraft(
    draft,
    query.canonical,
    headers,
    signedHeaders,
    payloadHash,
  )
  const authorization = `${algorithm} Credential=${signer.credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  sent.push(['authorization', authorization])
  return { method, url: formatUrl(url, query.sent), headers: sent, canonicalRequest, stringToSign }
}

// The query to send holds no bare `+` and no name without `=`.
function readSignedQuery({ query, isCanonicalQuery }: UrlParts): { sent: string; canonical: string } {
  if (isCanonicalQuery && !query.includes('X-Amz-')) return { sent: query, canonical: query }
  const pairs = readQuery(query, plusIsBlank)
  if (pairs.some((pair) => pair[0] === 'X-Amz-Signature')) {
    throw new TypeError('The URL is presigned already: send it as it is')
  }
  const sent = joinPairs(pairs)
  return { sent, canonical: createCanonicalQuery(pairs, sent) }
}

// S3 demands the header; elsewhere it lets a proxy such as CloudFront sign again without reading the body.
function sendsPayloadHash(
  { body, payloadHash }: SignableRequest,
  { service, sendsPayloadHash: isWanted }: SignOptions,
  hash: string,
): boolean {
  if (service === 's3' || hash === unsignedPayload) return true
  return isWanted ?? (payloadHash !== undefined || (body !== undefined && body.length > 0))
}
