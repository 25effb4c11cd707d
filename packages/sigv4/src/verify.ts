import { hmacHex, sha256Hex } from '#sha256'
import { formatAmzDate } from './amz-date.ts'
import { type Claim, dropSignature, readClaim, type SignatureForm } from './authorization.ts'
import type { CanonicalHeader } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import { createCanonicalQuery, queryReadings, readQuery } from './canonical-query.ts'
import {
  type CanonicalParts,
  createCanonicalRequest,
  createStringToSign,
  type CredentialScope,
  emptyPayloadHash,
  formatScope,
  unsignedPayload,
} from './canonical-request.ts'
import { createRefusal, type Refusal, refusals, scopeSentences, type SigV4Failure } from './failures.ts'
import { maskHeaders, maskQuery } from './mask.ts'
import {
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

/** Headers that must be signed when they are present, with the spelling AWS's texts use. */
const demandedHeaders: ReadonlyMap<string, string> = new Map([
  ['x-amz-date', 'X-Amz-Date'],
  ['x-amz-security-token', 'X-Amz-Security-Token'],
])

/** A request taken apart for verification. */
export interface VerificationContext {
  readonly request: RawRequest
  readonly options: VerifyOptions
  readonly headers: ReceivedHeaders
  readonly path: string
  readonly query: string
  readonly claim: Claim
}

type Check = (context: VerificationContext) => Refusal | undefined

/**
 * The checks that need no secret, in order.
 * guess: AWS is known to refuse a wrong scope and a wrong time with their own texts; which goes first is not known.
 */
const checks: readonly Check[] = [checkSignedHeaders, checkScope, checkTime]

/**
 * Verifies the Signature Version 4 of a request, in its header or its query, in AWS's order and with AWS's texts.
 *
 * The body is hashed anew whatever the request says about it, and nothing is kept between calls.
 * @param request the request as it stood on the wire
 * @param options the key lookup, and what the signature must be scoped to
 * @returns whose signature it is, or why it is refused
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const result = verify({ method, target, rawHeaders, body }, { lookup, region: 'us-east-1', service: 'lambda', now: new Date() })
 */
export function verify(request: RawRequest, options: VerifyOptions): Verification {
  const headers = readReceivedHeaders(request.rawHeaders)
  const { path, query } = splitTarget(request.target)
  const reading = readClaim(headers, query)
  if (!reading.ok) return { ok: false, ...reading.refusal, trace: {} }
  const { claim } = reading
  const context: VerificationContext = { request, options, headers, path, query, claim }
  for (const check of checks) {
    const refusal = check(context)
    if (refusal) return refuse(context, refusal)
  }
  const found = options.lookup(claim.accessKeyId, claim.sessionToken)
  if ('code' in found) {
    const isExpired = found.code === 'ExpiredTokenException'
    return refuse(context, isExpired ? refusals.expiredToken : refusals.unrecognized)
  }
  const parts = readCanonicalParts(context)
  const signedHost = parts && findSignedHost(context, parts, found.secretAccessKey)
  if (signedHost === undefined) return refuse(context, refusals.mismatch, parts)
  return {
    ok: true,
    form: claim.form,
    accessKeyId: claim.accessKeyId,
    ...(claim.sessionToken === undefined ? {} : { sessionToken: claim.sessionToken }),
    signedAt: claim.signedAt,
    scope: claim.scope,
    signedHeaders: claim.signedHeaders,
    signedHost,
  }
}

function checkSignedHeaders({ claim, headers }: VerificationContext): Refusal | undefined {
  const signed = claim.signedHeaders
  if (!signed.includes('host') && !signed.includes(':authority')) return refusals.hostNotSigned
  if (claim.form === 'presigned') return undefined
  if (claim.dateSource === 'date' && !signed.includes('date')) return createRefusal.headerNotSigned('Date')
  for (const [name, shown] of demandedHeaders) {
    if (headers.has(name) && !signed.includes(name)) return createRefusal.headerNotSigned(shown)
  }
  if (!demandsAllAmzHeaders) return undefined
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signed.includes(name)) return createRefusal.headerNotSigned(name)
  }
  return undefined
}

function checkScope({ claim, options }: VerificationContext): Refusal | undefined {
  const { region, service, date } = claim.scope
  let sentences = ''
  if (region !== options.region) sentences += scopeSentences.region()
  if (service !== options.service) sentences += scopeSentences.service(options.service)
  if (!claim.hasTerminator) sentences += scopeSentences.terminator()
  if (date !== claim.amzDate.slice(0, 8)) sentences += scopeSentences.date(date, claim.amzDate)
  return sentences === '' ? undefined : createRefusal.scope(sentences)
}

function checkTime({ claim, options }: VerificationContext): Refusal | undefined {
  const windowMs = windowMinutes * 60_000
  const now = Math.floor(options.now.getTime() / 1000) * 1000
  const signedAt = claim.signedAt.getTime()
  if (signedAt > now + windowMs) {
    const latest = formatAmzDate(new Date(now + windowMs))
    return createRefusal.notYetCurrent(
      claim.amzDate,
      latest,
      formatAmzDate(options.now),
      `${windowMinutes} min.`,
    )
  }
  // guess: a presigned request holds for its own time, to the second, and its text counts in minutes where it can.
  const lifetimeMs = claim.expiresInSeconds === undefined ? windowMs : claim.expiresInSeconds * 1000
  if (signedAt >= now - lifetimeMs) return undefined
  const earliest = formatAmzDate(new Date(now - lifetimeMs))
  return createRefusal.expired(claim.amzDate, earliest, formatAmzDate(options.now), formatWindow(lifetimeMs))
}

function formatWindow(lifetimeMs: number): string {
  return lifetimeMs % 60_000 === 0 ? `${lifetimeMs / 60_000} min.` : `${lifetimeMs / 1000} sec.`
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
    query: readCanonicalQuery(context, queryReadings.plusIsBlank),
    headers,
    payloadHash,
  }
}

/**
 * Canonicalises the received query.
 * @param context the request and its claim
 * @param reading a row of `queryReadings`
 * @returns the canonical query, without the signature of a presigned request
 */
export function readCanonicalQuery(
  { query, claim }: VerificationContext,
  reading: (typeof queryReadings)[keyof typeof queryReadings],
): string {
  if (query === '') return ''
  const pairs = readQuery(query, reading)
  return createCanonicalQuery(claim.form === 'presigned' ? dropSignature(pairs) : pairs)
}

function readSignedHeaders({ claim, headers }: VerificationContext): CanonicalHeader[] | undefined {
  const signed: CanonicalHeader[] = []
  let last = ''
  for (const name of sortNames(claim.signedHeaders)) {
    const header = headers.get(name)
    if (!header || name === 'authorization' || name === last) return undefined
    last = name
    if ((name === 'host' || name === ':authority') && header.count > 1) return undefined
    signed.push([name, header.value])
  }
  return signed
}

function sortNames(names: readonly string[]): readonly string[] {
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return [...names].sort()
  }
  return names
}

function readPayloadHash({ request, headers, options }: VerificationContext): string | undefined {
  const stated = headers.get('x-amz-content-sha256')?.value
  if (stated === unsignedPayload && options.allowUnsignedPayload === true) return unsignedPayload
  const hash = request.body.length === 0 ? emptyPayloadHash : sha256Hex(request.body)
  return stated === undefined || stated === hash ? hash : undefined
}

function findSignedHost(
  context: VerificationContext,
  parts: CanonicalParts,
  secretAccessKey: string,
): string | undefined {
  const received = context.headers.get('host')?.value ?? ''
  if (isSignatureOf(context.claim, parts, secretAccessKey)) return received
  for (const host of context.options.hosts ?? []) {
    const headers = replaceHost(parts.headers, host)
    if (isSignatureOf(context.claim, { ...parts, headers }, secretAccessKey)) return host
  }
  return undefined
}

/**
 * Replaces the host among signed headers.
 * @param headers signed headers
 * @param host the value to put in
 * @returns a new list
 */
export function replaceHost(headers: readonly CanonicalHeader[], host: string): CanonicalHeader[] {
  return headers.map((header) =>
    header[0] === 'host' || header[0] === ':authority' ? [header[0], host] : header,
  )
}

/**
 * Tells whether a claim's signature is that of canonical parts under a secret.
 * @param claim what the request claims
 * @param parts canonical parts
 * @param secretAccessKey the secret
 * @returns true when the signature matches, compared in constant time
 */
export function isSignatureOf(claim: Claim, parts: CanonicalParts, secretAccessKey: string): boolean {
  const scopeText = formatScope(claim.scope)
  const key = getSigningKey(claim.accessKeyId, secretAccessKey, claim.scope, scopeText)
  const canonicalRequest = createCanonicalRequest(parts)
  if (
    isEqual(hmacHex(key, createStringToSign(claim.amzDate, scopeText, canonicalRequest)), claim.signature)
  ) {
    return true
  }
  // A header beyond ASCII is text to some signers, hashed as UTF-8, and bytes to others, hashed as they are.
  // Both name the very bytes received, so neither lets a changed request pass.
  const bytes = readWireBytes(canonicalRequest)
  if (!bytes) return false
  return isEqual(hmacHex(key, createStringToSign(claim.amzDate, scopeText, bytes)), claim.signature)
}

function readWireBytes(text: string): Uint8Array | undefined {
  let hasHighByte = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 255) return undefined
    if (code > 127) hasHighByte = true
  }
  return hasHighByte ? Uint8Array.from(text, (character) => character.charCodeAt(0)) : undefined
}

// Constant time: how long it takes must not tell how much of a guessed signature is right.
function isEqual(calculated: string, given: string): boolean {
  if (given.length !== calculated.length) return false
  let difference = 0
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
  const { claim } = context
  const trace: SigningTrace = {
    form: claim.form,
    accessKeyId: claim.accessKeyId,
    scope: claim.scope,
    signedHeaders: claim.signedHeaders,
    ...(parts ? createCanonicalTrace(claim, parts) : {}),
  }
  return { ok: false, ...refusal, trace }
}

function createCanonicalTrace(
  claim: Claim,
  parts: CanonicalParts,
): { canonicalRequest: string; stringToSign: string } {
  const shown = { ...parts, query: maskQuery(parts.query), headers: maskHeaders(parts.headers) }
  return {
    canonicalRequest: createCanonicalRequest(shown),
    stringToSign: createStringToSign(claim.amzDate, formatScope(claim.scope), createCanonicalRequest(parts)),
  }
}
