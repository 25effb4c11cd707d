import { sha256Hex } from '#sha256'
import type { CanonicalHeader } from './canonical-headers.ts'

/** The name of the one signing algorithm served here. */
export const algorithm = 'AWS4-HMAC-SHA256'

/** The last element of every credential scope. */
export const terminator = 'aws4_request'

/** The SHA-256 of nothing. */
export const emptyPayloadHash: string = /* @__PURE__ */ sha256Hex('')

/** Stands for a payload hash where the body is left out of the signature. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD'

/** Where and for what a signature holds. */
export interface CredentialScope {
  /** The day, `yyyymmdd`, UTC. */
  readonly date: string
  /** The region, for example `eu-central-1`. */
  readonly region: string
  /** The signing name of the service, for example `lambda`. */
  readonly service: string
}

/** All that a canonical request is made of; every part is canonical already. */
export interface CanonicalParts {
  readonly method: string
  readonly path: string
  readonly query: string
  /** The signed headers, sorted by name, one entry a name. */
  readonly headers: readonly CanonicalHeader[]
  readonly payloadHash: string
}

/**
 * Joins the names of signed headers.
 * @param headers the signed headers, sorted
 * @returns `host;x-amz-date`
 */
export function joinHeaderNames(headers: readonly CanonicalHeader[]): string {
  let names = ''
  for (const header of headers) names += (names && ';') + header[0]
  return names
}

/**
 * Creates a canonical request.
 * @param parts its canonical parts
 * @param signedHeaders the names of the signed headers, joined
 * @returns the text whose hash goes into the string to sign
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createCanonicalRequest(
  parts: CanonicalParts,
  signedHeaders: string = joinHeaderNames(parts.headers),
): string {
  let text = parts.method + '\n' + parts.path + '\n' + parts.query + '\n'
  for (const header of parts.headers) text += header[0] + ':' + header[1] + '\n'
  return text + '\n' + signedHeaders + '\n' + parts.payloadHash
}

/**
 * Writes a credential scope.
 * @param scope its day, region and service
 * @returns `yyyymmdd/region/service/aws4_request`
 */
export function formatScope(scope: CredentialScope): string {
  return scope.date + '/' + scope.region + '/' + scope.service + '/' + terminator
}

/**
 * Creates the string to sign.
 * @param amzDate when it was signed, `yyyymmddThhmmssZ`
 * @param scope the written credential scope
 * @param canonicalRequest text, hashed as UTF-8, or its bytes
 * @returns the four lines that are signed
 */
export function createStringToSign(
  amzDate: string,
  scope: string,
  canonicalRequest: string | Uint8Array,
): string {
  return createStringHead(amzDate, scope) + sha256Hex(canonicalRequest)
}

// Requests come many to a second, and theirs begin alike.
let lastDate = ''
let lastScope = ''
let lastHead = ''

/**
 * Creates the beginning of the string to sign.
 * @param amzDate when it was signed, `yyyymmddThhmmssZ`
 * @param scope the written credential scope
 * @returns all lines but the hash of the canonical request, which is the last
 */
export function createStringHead(amzDate: string, scope: string): string {
  if (amzDate !== lastDate || scope !== lastScope) {
    lastHead = algorithm + '\n' + amzDate + '\n' + scope + '\n'
    lastDate = amzDate
    lastScope = scope
  }
  return lastHead
}
