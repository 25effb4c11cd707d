import { sha256Hex } from '#sha256'
import { assertText } from './credentials.ts'
import { emptyPayloadHash, unsignedPayload } from './canonical-request.ts'
import type { SignableRequest, SignOptions } from './signable-request.ts'

/**
 * Tells the payload hash of a request to sign.
 * @param request the request
 * @param options whose service decides whether a body may be left out
 * @param given the value of its own `x-amz-content-sha256`, if it has one
 * @returns `UNSIGNED-PAYLOAD` or 64 hexadecimal digits
 * @throws TypeError when the body is neither text nor bytes, or a hash was given that is malformed, not served, or
 * not the body's
 */
export function getPayloadHash(
  request: SignableRequest,
  options: SignOptions,
  given: string | undefined,
): string {
  const { body = '' } = request
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError('The body must be a string or a Uint8Array')
  }
  const stated = request.payloadHash ?? given
  if (stated === unsignedPayload) {
    if (options.service === 'lambda' && options.allowUnsignedPayload !== true) {
      throw new TypeError(
        'Function URLs refuse UNSIGNED-PAYLOAD: give the body, or its SHA-256 as payloadHash',
      )
    }
    return stated
  }
  if (stated !== undefined) {
    const rule = '64 lower-case hexadecimal digits or UNSIGNED-PAYLOAD (STREAMING-… is not served)'
    assertText('The payload hash', stated, /^[\da-f]{64}$/, rule)
    if (request.body === undefined) return stated
  }
  const hash = body.length === 0 ? emptyPayloadHash : sha256Hex(body)
  if ((stated ?? hash) !== hash || (given ?? hash) !== hash) {
    throw new TypeError('The payload hash given is not the hash of the body')
  }
  return hash
}
