import { hmacHex } from '#sha256'
import { formatAmzDate } from './amz-date.ts'
import { type CanonicalHeader, createCanonicalHeaderValue, sortHeaders } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import {
  algorithm,
  createCanonicalRequest,
  createStringToSign,
  formatScope,
  joinHeaderNames,
} from './canonical-request.ts'
import { assertCredentials, assertScopePart } from './credentials.ts'
import {
  getPayloadHash,
  type HeaderPair,
  readHeaderName,
  readHeaderValue,
  readMethod,
  type SignableRequest,
  type SignOptions,
} from './signable-request.ts'
import { getSigningKey } from './signing-key.ts'
import { isUnsignedHeader } from './unsigned-headers.ts'
import { canonicalQueryOf, formatWireUrl, readWireUrl } from './wire-url.ts'

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

/** Headers of an earlier signature, replaced by those of this one. */
const replacedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'date',
  'x-amz-date',
  'x-amz-security-token',
])

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
  const { credentials, region, service } = options
  assertCredentials(credentials)
  assertScopePart('region', region)
  assertScopePart('service', service)
  const method = readMethod(request.method)
  const url = readWireUrl(request.url)
  for (const [name] of url.pairs) {
    if (name === 'X-Amz-Signature') throw new TypeError('The URL is presigned already: send it as it is')
  }
  const amzDate = formatAmzDate(options.now)
  const sent: HeaderPair[] = []
  const signed: CanonicalHeader[] = []
  const given = readHeaders(request.headers, sent, signed)
  if (given.host === undefined) signed.push(['host', url.host])
  addHeader('x-amz-date', amzDate, sent, signed)
  if (credentials.sessionToken !== undefined) {
    addHeader('x-amz-security-token', credentials.sessionToken, sent, signed)
  }
  const payloadHash = getPayloadHash(request, given.contentSha256)
  if (given.contentSha256 === undefined && sendsPayloadHash(request, service)) {
    addHeader('x-amz-content-sha256', payloadHash, sent, signed)
  }
  const headers = sortHeaders(signed)
  const signedHeaders = joinHeaderNames(headers)
  const path = createCanonicalPath(url.path, getPathRules(service))
  const canonicalRequest = createCanonicalRequest(
    { method, path, query: canonicalQueryOf(url.pairs), headers, payloadHash },
    signedHeaders,
  )
  const scope = { date: amzDate.slice(0, 8), region, service }
  const scopeText = formatScope(scope)
  const stringToSign = createStringToSign(amzDate, scopeText, canonicalRequest)
  const key = getSigningKey(credentials.accessKeyId, credentials.secretAccessKey, scope, scopeText)
  sent.push([
    'authorization',
    `${algorithm} Credential=${credentials.accessKeyId}/${scopeText}, SignedHeaders=${signedHeaders}, Signature=${hmacHex(key, stringToSign)}`,
  ])
  return { method, url: formatWireUrl(url), headers: sent, canonicalRequest, stringToSign }
}

interface GivenHeaders {
  readonly host: string | undefined
  readonly contentSha256: string | undefined
}

/**
 * Sorts the headers given into those sent and those signed.
 * @param headers the caller's headers
 * @param sent takes the headers to send
 * @param signed takes the headers to sign, with canonical values
 * @returns those of them that the signer itself has to know
 * @throws TypeError when a name or value is malformed
 */
export function readHeaders(
  headers: Iterable<HeaderPair> | undefined,
  sent: HeaderPair[],
  signed: CanonicalHeader[],
): GivenHeaders {
  let host: string | undefined
  let contentSha256: string | undefined
  for (const [name, given] of headers ?? []) {
    const lower = readHeaderName(name)
    if (replacedHeaders.has(lower)) continue
    const value = readHeaderValue(name, given)
    const canonical = createCanonicalHeaderValue(value)
    if (lower === 'host') host = canonical
    else sent.push([name, value])
    if (lower === 'x-amz-content-sha256') contentSha256 = canonical
    if (!isUnsignedHeader(lower)) signed.push([lower, canonical])
  }
  return { host, contentSha256 }
}

function addHeader(name: string, value: string, sent: HeaderPair[], signed: CanonicalHeader[]): void {
  sent.push([name, value])
  signed.push([name, value])
}

// S3 demands the header; elsewhere it lets a proxy such as CloudFront sign again without reading the body.
function sendsPayloadHash(request: SignableRequest, service: string): boolean {
  if (request.payloadHash !== undefined || service === 's3') return true
  return request.body !== undefined && request.body.length > 0
}
