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
 * Checks credentials before they are used.
 * @param credentials what the caller handed over
 * @throws TypeError naming the member that is missing or malformed; never its value
 */
export function assertCredentials(credentials: Credentials): void {
  if (isCheckedBefore(credentials)) return
  assertText('accessKeyId', credentials.accessKeyId)
  assertText('secretAccessKey', credentials.secretAccessKey)
  if (credentials.accessKeyId.includes('/')) throw new TypeError('accessKeyId must not hold a slash')
  if (credentials.sessionToken !== undefined) assertText('sessionToken', credentials.sessionToken)
  lastChecked = { ...credentials }
}

// A caller signs again and again with the same credentials, and a token is long.
let lastChecked: Credentials | undefined

function isCheckedBefore({ accessKeyId, secretAccessKey, sessionToken }: Credentials): boolean {
  return (
    lastChecked !== undefined &&
    lastChecked.accessKeyId === accessKeyId &&
    lastChecked.secretAccessKey === secretAccessKey &&
    lastChecked.sessionToken === sessionToken
  )
}

/**
 * Checks a region or a service name.
 * @param name how the caller calls it
 * @param value what was given
 * @throws TypeError when it is empty or holds a slash, a comma, white space or anything beyond ASCII
 */
export function assertScopePart(name: string, value: string): void {
  assertText(name, value)
  if (value.includes('/') || value.includes(','))
    throw new TypeError(`${name} must not hold a slash or a comma`)
}

// A newline at the end of a secret, left by `echo` or a file, is the commonest cause of a wrong signature.
function assertText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${name} must be a text that is not empty`)
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (code <= 32 || code >= 127) {
      throw new TypeError(`${name} must be printable ASCII without white space (a newline at its end?)`)
    }
  }
}
