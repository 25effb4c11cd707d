import { sha256Hex } from '#sha256'

/** The codes with which AWS refuses a signature. */
export type SigV4Failure =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException'

/** A refusal: AWS's code and AWS's text. */
export interface Refusal {
  readonly code: SigV4Failure
  readonly message: string
}

/**
 * Refuses a request whose signature cannot be read.
 *
 * guess: the texts are those of other AWS services and of API Gateway, taken to hold for function URLs.
 * @param message AWS's text
 * @returns the refusal
 */
export function incomplete(message: string): Refusal {
  return { code: 'IncompleteSignatureException', message }
}

/**
 * Refuses a request whose signature does not hold.
 *
 * guess: that a wrong scope and a wrong time have this code too, and that their texts are the Lambda API's.
 * @param message AWS's text
 * @returns the refusal
 */
export function invalid(message: string): Refusal {
  return { code: 'InvalidSignatureException', message }
}

/**
 * Hashes an Authorization header as AWS's texts repeat it, since it may hold anything.
 * guess: that the whole value is hashed, as the whole of it was repeated before AWS began to hash it.
 * @param value the header's value
 * @returns its SHA-256 in Base64
 */
export function hashAuthorization(value: string): string {
  return btoa(sha256Hex(value).replace(/../g, (digits) => String.fromCharCode(Number.parseInt(digits, 16))))
}

/**
 * Makes a value of the request fit for a sentence.
 * @param value any text
 * @returns up to 64 printable characters of it
 */
export function quote(value: string): string {
  return `'${value.slice(0, 64).replace(/[^ -~]/g, '?')}'`
}
