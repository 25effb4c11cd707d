import { hmacHex, sha256Hex } from '#sha256'
import { isCanonicalQuery } from '#shortcuts'
import { formatAmzDate } from './amz-date.ts'
import { type Claim, dropSignature, readClaim, type SignatureForm } from './authorization.ts'
import type { CanonicalHeader } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import { createCanonicalQuery, plusIsBlank, type QueryReading, readQuery } from './canonical-query.ts'
import {
  type CanonicalParts,
  createCanonicalRequest,
  createStringHead,
  createStringToSign,
  type CredentialScope,
  emptyPayloadHash,
  formatScope,
  terminator,
  unsignedPayload,
} from './canonical-request.ts'
import { invalid, type Refusal, type SigV4Failure } from './failures.ts'
import { maskHeaders, maskQuery } from './mask.ts'
import {
  type HashedRequest,
  type RawRequest,
  readReceivedHeaders,
  type ReceivedHeaders,
  splitTarget,
} from './received-request.ts'
import { getSigningKey } from './signing-key.ts'

/** Finds the secret of an access key, or says why there is none to be had. */
export type KeyLookup = (
  accessKeyId: string,
  sessionToken: string | undefined,
) =>
  | { readonly secretAccessKey: string }
  | { readonly code: 'UnrecognizedClientException' | 'ExpiredTokenException' }

/** How to verify. */
export interface VerifyOptions {
  /** Finds the secret. A temporary key without its token is unrecognized. */
  readonly lookup: KeyLookup
  /** The region the signature must be scoped to. */
  readonly region: string
  /** The service the signature must be scoped to. */
  readonly service: string
  /** The server's time. */
  readonly now: Date
  /** Further values of the Host header that the signature may cover, tried after the received one. */
  readonly hosts?: readonly string[]
  /** Whether a body may be left out of the signature; false by default, as for function URLs. */
  readonly allowUnsignedPayload?: boolean
}

/** What a refused request was verified against; tokens are masked. */
export interface SigningTrace {
  readonly form?: SignatureForm
  readonly accessKeyId?: string
  readonly scope?: CredentialScope
  readonly signedHeaders?: readonly string[]
  /** The canonical request the server made of it. */
  readonly canonicalRequest?: string
  /** The string the server would have signed. */
  readonly stringToSign?: string
}

/** Whose signature it is, or AWS's refusal. */
export type Verification =
  | {
      readonly ok: true
      readonly form: SignatureForm
      readonly accessKeyId: string
      readonly sessionToken?: string
      readonly signedAt: Date
      readonly scope: CredentialScope
      readonly signedHeaders: readonly string[]
      /** The host value that was signed: the received one, or one of `hosts`. */
      readonly signedHost: string
    }
  | {
      readonly ok: false
      readonly code: SigV4Failure
      /** AWS's text. */
      readonly message: string
      readonly trace: SigningTrace
    }

/** How far the signing time may lie from the server's, either way. */
const windowMinutes = 5

/**
 * Whether every `x-amz-*` header of a request must be signed, and not only those that decide who calls and when.
 * guess: AWS is not known to demand it of function URLs, and proxies such as CloudFront add some after signing.
 */
const demandsAllAmzHeaders = false

/** A request taken apart for verification. */
export interface VerificationContext {
  /** The request; of one whose body was hashed before, the body is empty. */
  readonly request: RawRequest & { readonly bodyHash?: string }
  readonly options: VerifyOptions
  readonly headers: ReceivedHeaders
  readonly path: string
  readonly query: string
  readonly claim: Claim
}

type Check = (context: VerificationContext) => Refusal | undefined

/**
 * The checks that need no secret, in the order in which other AWS services are known to make them.
 * guess: function URLs make them in the same order.
 */
const checks: readonly Check[] = [checkTime, checkSignedHeaders, checkScope]

/**
 * Verifies the Signature Version 4 of a request, in its header or its query, in AWS's order and with AWS's texts.
 *
 * The body is hashed anew whatever the request says about it, and nothing is kept between calls.
 * @param request the request as it stood on the wire, with its body or with the receiver's own hash of it
 * @param options the key lookup, and what the signature must be scoped to
 * @returns whose signature it is, or why it is refused
 * @throws TypeError when `now` is no valid date, `bodyHash` no SHA-256, or `lookup` gives neither a secret nor a code
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const result = verify({ method, target, rawHeaders, body }, { lookup, region: 'us-east-1', service: 'lambda', now: new Date() })
 */
export function verify(request: RawRequest | HashedRequest, options: VerifyOptions): Verification {
  const headers = readReceivedHeaders(request.rawHeaders)
  const { path, query } = splitTarget(request.target)
  const reading = readClaim(headers, query)
  if (!reading.ok) return { ok: false, ...reading.refusal, trace: {} }
  const { claim } = reading
  const context = { request: readBody(request), options, headers, path, query, claim }
  for (const check of checks) {
    const refusal = check(context)
    if (refusal) return refuse(context, refusal)
  }
  const found = lookUp(claim, options)
  if ('code' in found) {
    // guess: the text of an expired token is that of the Lambda API.
    const end = found.code === 'ExpiredTokenException' ? 'expired' : 'invalid.'
    const message = 'The security token included in the request is ' + end
    return refuse(context, { code: found.code, message })
  }
  const parts = readCanonicalParts(context)
  const signedHost = parts && findSignedHost(context, parts, found.secretAccessKey)
  if (signedHost === undefined) {
    return refuse(
      context,
      invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      ),
      parts,
    )
  }
  const { form, accessKeyId, sessionToken, signedAt, scope, signedHeaders } = claim
  return {
    ok: true,
    form,
    accessKeyId,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    signedAt,
    scope,
    signedHeaders,
    signedHost,
  }
}

/**
 * Looks up the secret of a claim's access key.
 * @param claim what the request claims
 * @param options whose `lookup` is asked
 * @returns what it found
 * @throws TypeError when that is neither a secret nor a code; whoever guesses what stands in for it could sign with it
 */
export function lookUp(claim: Claim, { lookup }: VerifyOptions): ReturnType<KeyLookup> {
  const found: unknown = lookup(claim.accessKeyId, claim.sessionToken)
  if (typeof found === 'object' && found !== null) {
    if ('code' in found) return found as ReturnType<KeyLookup>
    if (
      'secretAccessKey' in found &&
      typeof found.secretAccessKey === 'string' &&
      found.secretAccessKey !== ''
    ) {
      return found as ReturnType<KeyLookup>
    }
  }
  throw new TypeError(
    'lookup must return { secretAccessKey } or { code }, and not a promise: verify is synchronous',
  )
}

function readBody(request: RawRequest | HashedRequest): RawRequest {
  if (request.body) return request
  if (/^[\da-f]{64}$/.test(request.bodyHash)) return { ...request, body: new Uint8Array() }
  throw new TypeError('A request without a body needs a bodyHash of 64 lower-case hexadecimal digits')
}

function checkTime({ claim, options }: VerificationContext): Refusal | undefined {
  const { amzDate, signedAt, expiresInSeconds = windowMinutes * 60 } = claim
  const now = Math.floor(Number(options.now) / 1000)
  const age = now - Number(signedAt) / 1000
  if (age >= -windowMinutes * 60 && age <= expiresInSeconds) return undefined
  const format = (second: number): string => formatAmzDate(new Date(second * 1000))
  if (age < 0) {
    return invalid(
      `Signature not yet current: ${amzDate} is still later than ${format(now + windowMinutes * 60)} (${format(now)} + ${windowMinutes} min.)`,
    )
  }
  // guess: a presigned request holds for its own time, to the second, and its text counts in minutes where it can.
  const window = expiresInSeconds % 60 === 0 ? `${expiresInSeconds / 60} min.` : `${expiresInSeconds} sec.`
  return invalid(
    `Signature expired: ${amzDate} is now earlier than ${format(now - expiresInSeconds)} (${format(now)} - ${window})`,
  )
}

function checkSignedHeaders({ claim, headers }: VerificationContext): Refusal | undefined {
  const { signedHeaders: signed, dateSource } = claim
  if (!signed.includes('host') && !signed.includes(':authority')) return notSigned("Host' or ':authority")
  if (claim.form === 'presigned') return undefined
  // guess: the texts, by analogy with the one for Host.
  if (!signed.includes(dateSource)) return notSigned(dateSource === 'date' ? 'Date' : 'X-Amz-Date')
  if (headers.has('x-amz-security-token') && !signed.includes('x-amz-security-token')) {
    return notSigned('X-Amz-Security-Token')
  }
  return demandsAllAmzHeaders ? checkAmzHeaders(headers, new Set(signed)) : undefined
}

function checkAmzHeaders(headers: ReceivedHeaders, signed: ReadonlySet<string>): Refusal | undefined {
  const unsigned = [...headers.keys()].find((name) => name.startsWith('x-amz-') && !signed.has(name))
  return unsigned === undefined ? undefined : notSigned(unsigned)
}

function notSigned(header: string): Refusal {
  return invalid(`'${header}' must be a 'SignedHeader' in the AWS Authorization.`)
}

// AWS adds its sentences up; each ends in a blank, as AWS's do.
function checkScope({ claim, options }: VerificationContext): Refusal | undefined {
  const { region, service, date } = claim.scope
  let sentences = ''
  // guess: other services go on with `, not '…'`, the region or terminator that was sent.
  if (region !== options.region) sentences += 'Credential should be scoped to a valid region. '
  if (service !== options.service) {
    sentences += `Credential should be scoped to correct service: '${options.service}'. `
  }
  if (!claim.hasTerminator)
    sentences += `Credential should be scoped with a valid terminator: '${terminator}'. `
  const day = claim.amzDate.slice(0, 8)
  if (date !== day) {
    sentences += `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${claim.amzDate}'. `
  }
  return sentences === '' ? undefined : invalid(sentences)
}

/**
 * Canonicalises a received request as a server reads it.
 * @param context the request and its claim
 * @returns the parts, or undefined when it can bear no valid signature: a signed header that is absent, repeated in
 * the list or a repeated Host, or a payload hash that is not the body's
 */
export function readCanonicalParts(context: VerificationContext): CanonicalParts | undefined {
  const headers = readSignedHeaders(context)
  const payloadHash = readPayloadHash(context)
  if (!headers || payloadHash === undefined) return undefined
  return {
    method: context.request.method,
    path: createCanonicalPath(context.path, getPathRules(context.claim.scope.service)),
    query: readCanonicalQuery(context, plusIsBlank),
    headers,
    payloadHash,
  }
}

/**
 * Canonicalises the received query.
 * @param context the request and its claim
 * @param reading one of `queryReadings`
 * @returns the canonical query, without the signature of a presigned request
 */
export function readCanonicalQuery({ query, claim }: VerificationContext, reading: QueryReading): string {
  const isPresigned = claim.form === 'presigned'
  if (!isPresigned && isCanonicalQuery(query)) return query
  const pairs = readQuery(query, reading)
  return createCanonicalQuery(isPresigned ? dropSignature(pairs) : pairs)
}

function readSignedHeaders({ claim, headers, request }: VerificationContext): CanonicalHeader[] | undefined {
  if (!hasOneHost(headers, request.target)) return undefined
  const signed: CanonicalHeader[] = []
  let last = ''
  for (const name of sortNames(claim.signedHeaders)) {
    const header = headers.get(name)
    if (!header || name === 'authorization' || name === last) return undefined
    last = name
    signed.push([name, header.value])
  }
  return signed
}

// RFC 9112, 3.2, and RFC 9113, 8.3.1: whoever reads another host than the signed one must not be led astray.
function hasOneHost(headers: ReceivedHeaders, target: string): boolean {
  const host = headers.get('host')
  if (host === undefined || host.count > 1) return host === undefined
  if (headers.has(':authority')) {
    const authority = headers.get(':authority')
    if (authority?.value !== host.value || authority.count > 1) return false
  }
  const named = target.startsWith('/') ? undefined : /^[a-z]+:\/\/([^/?]*)/i.exec(target)?.[1]
  return named === undefined || named.toLowerCase() === host.value.toLowerCase()
}

// Most signers list them in order, and to see that is cheaper than to sort.
function sortNames(names: readonly string[]): readonly string[] {
  let last = ''
  for (const name of names) {
    if (name < last) return [...names].sort()
    last = name
  }
  return names
}

/**
 * Hashes the body that was received.
 * @param request the request, with its body or its hash
 * @returns its SHA-256 in hexadecimal
 */
export function readBodyHash({ body, bodyHash }: VerificationContext['request']): string {
  return bodyHash ?? (body.length === 0 ? emptyPayloadHash : sha256Hex(body))
}

// guess: for payload hashes that are not served (UNSIGNED-PAYLOAD, STREAMING-…) AWS says that the signature differs.
function readPayloadHash(context: VerificationContext): string | undefined {
  const stated = context.headers.get('x-amz-content-sha256')?.value
  if (stated === unsignedPayload && context.options.allowUnsignedPayload === true) return stated
  const hash = readBodyHash(context.request)
  return stated === undefined || stated === hash ? hash : undefined
}

function findSignedHost(
  context: VerificationContext,
  parts: CanonicalParts,
  secretAccessKey: string,
): string | undefined {
  if (isSignatureOf(context.claim, parts, secretAccessKey)) return context.headers.get('host')?.value ?? ''
  return context.options.hosts?.find((host) =>
    isSignatureOf(context.claim, { ...parts, headers: replaceHost(parts.headers, host) }, secretAccessKey),
  )
}

/**
 * Replaces the host among signed headers.
 * @param headers signed headers
 * @param host the value to put in
 * @returns a new list
 */
export function replaceHost(headers: readonly CanonicalHeader[], host: string): CanonicalHeader[] {
  return headers.map(([name, value]) => [name, name === 'host' || name === ':authority' ? host : value])
}

/**
 * Tells whether a claim's signature is that of canonical parts under a secret.
 * @param claim what the request claims
 * @param parts canonical parts
 * @param secretAccessKey the secret
 * @returns true when the signature matches, compared in constant time
 */
export function isSignatureOf(claim: Claim, parts: CanonicalParts, secretAccessKey: string): boolean {
  const { hmac, scopeText } = getSigningKey(claim.accessKeyId, secretAccessKey, claim.scope)
  const head = createStringHead(claim.amzDate, scopeText)
  const isSigned = (canonicalRequest: string | Uint8Array): boolean =>
    isEqual(hmacHex(hmac, head, sha256Hex(canonicalRequest)), claim.signature)
  const text = createCanonicalRequest(parts)
  if (isSigned(text)) return true
  return hasBytes(text) && isSigned(toBytes(text))
}

/**
 * Tells whether a canonical request may also be read as bytes.
 *
 * guess: AWS's reading of a header beyond ASCII is not known. Some signers send Latin-1 and hash the text as UTF-8,
 * others send UTF-8 and hash those bytes, and both are taken. So whoever can change a request on its way can turn
 * the one encoding of a header's characters into the other, and do no more.
 * @param text a canonical request, each character of a header one byte
 * @returns true when it holds a character beyond ASCII and none beyond a byte
 */
function hasBytes(text: string): boolean {
  return /[\x80-\xff]/.test(text) && !/[^\0-\xff]/.test(text)
}

function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

// Constant time: how long it takes must not tell how much of a guessed signature is right.
function isEqual(calculated: string, given: string): boolean {
  let difference = calculated.length ^ given.length
  for (let index = 0; index < calculated.length; index++) {
    difference |= calculated.charCodeAt(index) ^ given.charCodeAt(index)
  }
  return difference === 0
}

function refuse(
  context: VerificationContext,
  refusal: Refusal,
  parts: CanonicalParts | undefined = readCanonicalParts(context),
): Verification {
  const { form, accessKeyId, scope, signedHeaders, amzDate } = context.claim
  const trace: SigningTrace = { form, accessKeyId, scope, signedHeaders }
  if (!parts) return { ok: false, ...refusal, trace }
  const { query, headers } = parts
  const canonicalRequest = createCanonicalRequest({
    ...parts,
    query: maskQuery(query),
    headers: maskHeaders(headers),
  })
  const stringToSign = createStringToSign(amzDate, formatScope(scope), createCanonicalRequest(parts))
  return { ok: false, ...refusal, trace: { ...trace, canonicalRequest, stringToSign } }
}
