import { assertText } from './credentials.ts'
import { signsHeaderByDefault } from './signable-request.ts'

/** What a signer has to know of a header name. */
export interface HeaderName {
  readonly lower: string
  /** Whether the header belongs to an earlier signature and is replaced. */
  readonly isReplaced: boolean
  readonly isSignedByDefault: boolean
}

/** An HTTP token. */
const token: RegExp = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Reads a method.
 * @param method as the caller wrote it
 * @returns it in upper case: fetch upper-cases some methods and not others
 * @throws TypeError when it is no HTTP token
 */
export function readMethod(method: string): string {
  assertText('The method', method, token, 'an HTTP token such as GET')
  return method.toUpperCase()
}

/**
 * Reads a header name.
 * @param name as the caller wrote it
 * @returns what a signer has to know of it
 * @throws TypeError when it is no HTTP token
 */
export function readHeaderName(name: string): HeaderName {
  assertText('A header name', name, token, 'an HTTP token such as Content-Type')
  const lower = name.toLowerCase()
  const isReplaced = /^(?:authorization|date|x-amz-date|x-amz-security-token)$/.test(lower)
  return { lower, isReplaced, isSignedByDefault: signsHeaderByDefault(lower) }
}
