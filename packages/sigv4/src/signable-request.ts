import { sha256Hex } from '#sha256'
import { emptyPayloadHash } from './canonical-request.ts'
import type { Credentials } from './credentials.ts'

/** A header as it is sent. */
export type HeaderPair = readonly [name: string, value: string]

/** A request to sign. */
export interface SignableRequest {
  /** The method, in any case; it is sent and signed in upper case. */
  readonly method: string
  /** An absolute http or https URL; `+` in its query is a blank. */
  readonly url: string
  /** The headers to send, for example an array of pairs or a `Headers`. */
  readonly headers?: Iterable<HeaderPair>
  /** The body, text as UTF-8. */
  readonly body?: string | Uint8Array
  /** The body's SHA-256 in hexadecimal, or `UNSIGNED-PAYLOAD`, instead of hashing `body`. */
  readonly payloadHash?: string
}

/** How to sign. */
export interface SignOptions {
  readonly credentials: Credentials
  /** The region, for example `eu-central-1`. */
  readonly region: string
  /** The signing name of the service: `lambda` for a function URL. */
  readonly service: string
  /** The time of signing. */
  readonly now: Date
}

const commonMethods: ReadonlyMap<string, string> = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => [method, method]),
)

/**
 * Reads a method.
 * @param method as the caller wrote it
 * @returns it in upper case: fetch upper-cases some methods and not others
 * @throws TypeError when it is no HTTP token
 */
export function readMethod(method: string): string {
  const common = commonMethods.get(method)
  if (common) return common
  if (!isToken(method)) throw new TypeError('The method must be an HTTP token such as GET')
  return method.toUpperCase()
}

/**
 * Lower-cases a header name.
 * @param name as the caller wrote it
 * @returns it in lower case
 * @throws TypeError when it is no HTTP token
 */
export function readHeaderName(name: string): string {
  if (!isToken(name)) throw new TypeError('A header name must be an HTTP token such as Content-Type')
  return name.toLowerCase()
}

/**
 * Checks a header value and unfolds it.
 * @param name the header, for the message
 * @param value as the caller wrote it
 * @returns the value to send
 * @throws TypeError when it holds a NUL or a line break that no white space follows
 */
export function readHeaderValue(name: string, value: string): string {
  if (!value.includes('\n') && !value.includes('\r') && !value.includes('\0') && !hasWideBlank(value))
    return value
  const sent = unfold(value)
  for (let index = 0; index < sent.length; index++) {
    const code = sent.charCodeAt(index)
    if (code === 0 || code === 10 || code === 13) {
      throw new TypeError(`The header ${name} must not hold a line break or a NUL`)
    }
  }
  return sent
}

/**
 * Tells the payload hash of a request to sign.
 * @param request the request
 * @param given the value of its own `x-amz-content-sha256`, if it has one
 * @returns `UNSIGNED-PAYLOAD` or 64 hexadecimal digits
 * @throws TypeError when the body is neither text nor bytes, or a hash was given that is not the body's
 */
export function getPayloadHash(request: SignableRequest, given: string | undefined): string {
  const stated = request.payloadHash ?? given
  if (stated !== undefined && (request.body === undefined || !isHexHash(stated))) return stated
  const { body } = request
  const hash = body === undefined || body.length === 0 ? emptyPayloadHash : hashBody(body)
  if (stated !== undefined && stated.toLowerCase() !== hash) {
    throw new TypeError('The payload hash that was given is not the hash of the body')
  }
  return stated ?? hash
}

function hashBody(body: unknown): string {
  if (typeof body === 'string' || body instanceof Uint8Array) return sha256Hex(body)
  throw new TypeError('The body must be a string or a Uint8Array')
}

function isHexHash(text: string): boolean {
  if (text.length !== 64) return false
  return /^[0-9a-f]{64}$/i.test(text)
}

// Signers that use `\s` take a no-break space for a blank, others do not. Sent as a blank, all agree.
function hasWideBlank(value: string): boolean {
  return /[\v\f\u0080-\u{10ffff}]/u.test(value) && /[^\S \t]/.test(value)
}

function unfold(value: string): string {
  const unfolded = value.replaceAll(/\r?\n(?=[ \t])/g, ' ')
  return unfolded.replaceAll(/[^\S \t\r\n]+/g, ' ')
}

const tokenCharacters = new Uint8Array(128)
for (const character of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  tokenCharacters[character.charCodeAt(0)] = 1
}

function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 127 || tokenCharacters[code] !== 1) return false
  }
  return text !== ''
}
