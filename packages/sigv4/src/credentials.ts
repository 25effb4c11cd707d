/** What a caller signs with. */
export interface Credentials {
  /** The public part, for example `AKIA…` or `ASIA…`. */
  readonly accessKeyId: string
  /** The secret part. */
  readonly secretAccessKey: string
  /** The session token that belongs to temporary credentials. */
  readonly sessionToken?: string
}

/**
 * Checks one of the texts that a signature is made of.
 * @param name how the caller calls it
 * @param value what was given; never repeated in a message, since it may be a secret
 * @param pattern what it has to match
 * @param rule the same in words
 * @throws TypeError when it does not match
 */
// A newline at the end of a secret, left by `echo` or a file, is the commonest cause of a wrong signature.
export function assertText(
  name: string,
  value: unknown,
  pattern: RegExp = /^[!-~]+$/,
  rule = 'printable ASCII without white space (a newline at its end?)',
): void {
  if (typeof value === 'string' && pattern.test(value)) return
  const lack = value === undefined ? ' is missing: it' : value === '' ? ' is empty: it' : ''
  throw new TypeError(`${name}${lack} must be ${rule}`)
}
