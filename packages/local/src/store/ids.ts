import { randomBytes } from 'node:crypto'

/** The prefixes AWS gives to unique ids of users, roles, groups and customer managed policies. */
export type UniqueIdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'ANPA'

const upperAlphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const lowerAlphanumerics = 'abcdefghijklmnopqrstuvwxyz234567'
const secretCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A byte picks one character without bias: both alphabets have a power of two of them. */
function pick(alphabet: string, length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet.charAt(byte % alphabet.length)).join('')
}

/**
 * Makes the unique id of a new user, role, group or policy.
 *
 * @param prefix the kind
 * @returns 21 characters, such as `AROA` and 17 upper-case alphanumerics
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function createUniqueId(prefix: UniqueIdPrefix): string {
  return prefix + pick(upperAlphanumerics, 17)
}

/**
 * Makes an access key id.
 *
 * @param prefix `AKIA` for a long-lived key, `ASIA` for a session
 * @returns 20 characters
 */
export function createAccessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + pick(upperAlphanumerics, 16)
}

/**
 * Makes a secret access key.
 *
 * @returns 40 characters of the base64 alphabet, 240 random bits
 */
export function createSecretAccessKey(): string {
  return pick(secretCharacters, 40)
}

/**
 * Makes a session token: opaque to clients, as long as AWS's are in kind.
 *
 * @returns base64 text, 384 characters
 */
export function createSessionToken(): string {
  return randomBytes(288).toString('base64')
}

/**
 * Makes the id of a function URL.
 *
 * @returns 32 lower-case alphanumerics
 */
export function createUrlId(): string {
  return pick(lowerAlphanumerics, 32)
}
