import { hmacHex } from '#sha256'
import { formatAmzDate } from './amz-date.ts'
import { type CanonicalHeader, sortHeaders } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import { joinPairs, type QueryPair } from './canonical-query.ts'
import {
  algorithm,
  createCanonicalRequest,
  createStringToSign,
  formatScope,
  joinHeaderNames,
  unsignedPayload,
} from './canonical-request.ts'
import { assertCredentials, assertScopePart } from './credentials.ts'
import { encodeText } from './percent.ts'
import { readHeaders } from './sign.ts'
import { getPayloadHash, readMethod, type SignableRequest, type SignOptions } from './signable-request.ts'
import { getSigningKey } from './signing-key.ts'
import { canonicalQueryOf, formatWireUrl, readWireUrl } from './wire-url.ts'

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

const defaultExpirySeconds = 3600
const longestExpirySeconds = 604_800

/** The query parameters of an earlier signature, replaced by those of this one. */
const replacedParameters: ReadonlySet<string> = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
])

/**
 * Signs a request in its URL. Headers that are given are signed and have to be sent with it.
 *
 * A function URL takes a presigned request only without a body.
 * @param request method and absolute URL; headers and body only where the sender knows them
 * @param options credentials, region, service, the time, and how long the URL holds
 * @returns the URL to hand out, and what was signed
 * @throws TypeError when the request or an option is malformed
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function presign(request: SignableRequest, options: PresignOptions): PresignedRequest {
  const { credentials, region, service } = options
  assertCredentials(credentials)
  assertScopePart('region', region)
  assertScopePart('service', service)
  const expiresInSeconds = readExpiry(options.expiresInSeconds)
  const method = readMethod(request.method)
  const url = readWireUrl(request.url)
  const amzDate = formatAmzDate(options.now)
  const signed: CanonicalHeader[] = []
  const given = readHeaders(request.headers, [], signed)
  if (given.host === undefined) signed.push(['host', url.host])
  const headers = sortHeaders(signed)
  const signedHeaders = joinHeaderNames(headers)
  const scope = { date: amzDate.slice(0, 8), region, service }
  const scopeText = formatScope(scope)
  const pairs: QueryPair[] = url.pairs.filter(([name]) => !replacedParameters.has(name))
  addPair(pairs, 'X-Amz-Algorithm', algorithm)
  addPair(pairs, 'X-Amz-Credential', `${credentials.accessKeyId}/${scopeText}`)
  addPair(pairs, 'X-Amz-Date', amzDate)
  addPair(pairs, 'X-Amz-Expires', String(expiresInSeconds))
  addPair(pairs, 'X-Amz-SignedHeaders', signedHeaders)
  if (credentials.sessionToken !== undefined) addPair(pairs, 'X-Amz-Security-Token', credentials.sessionToken)
  const canonicalRequest = createCanonicalRequest(
    {
      method,
      path: createCanonicalPath(url.path, getPathRules(service)),
      query: canonicalQueryOf(pairs),
      headers,
      payloadHash: getPresignedPayloadHash(request, service, given.contentSha256),
    },
    signedHeaders,
  )
  const stringToSign = createStringToSign(amzDate, scopeText, canonicalRequest)
  const key = getSigningKey(credentials.accessKeyId, credentials.secretAccessKey, scope, scopeText)
  addPair(pairs, 'X-Amz-Signature', hmacHex(key, stringToSign))
  return { method, url: formatWireUrl(url, joinPairs(pairs)), canonicalRequest, stringToSign }
}

// Whoever presigns for S3 rarely has the body; every other service hashes what it receives.
function getPresignedPayloadHash(
  request: SignableRequest,
  service: string,
  given: string | undefined,
): string {
  const isUnknown = request.body === undefined && request.payloadHash === undefined && given === undefined
  return isUnknown && service === 's3' ? unsignedPayload : getPayloadHash(request, given)
}

function addPair(pairs: QueryPair[], name: string, value: string): void {
  pairs.push([name, encodeText(value)])
}

function readExpiry(seconds: number = defaultExpirySeconds): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestExpirySeconds) return seconds
  throw new TypeError(`expiresInSeconds must be a whole number from 1 to ${longestExpirySeconds}`)
}
