import type { HeldCredentials } from './credentials.ts'

/** Credentials, or what they lack as the end of a sentence. */
export type CredentialsReading =
  | { readonly ok: true; readonly credentials: HeldCredentials }
  | { readonly ok: false; readonly lacks: string }

/** How AWS's APIs and the files of its tools name what the SDK and this package call otherwise. */
const otherNames = ['Credentials', 'credentials', 'AccessKeyId', 'aws_access_key_id', 'AWS_ACCESS_KEY_ID']

/**
 * Checks what claims to be credentials: JSON and foreign code know no types.
 * @param given anything
 * @returns the credentials, an empty token left out and the expiration as a date; or what is wrong, never a value
 */
export function readCredentials(given: unknown): CredentialsReading {
  if (typeof given !== 'object' || given === null)
    return lack(`${given === null ? 'null' : typeof given}, not keys`)
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = given as Readonly<
    Record<string, unknown>
  >
  if (isAbsent(accessKeyId)) return lack(`no accessKeyId${hintAtNames(given)}`)
  if (isAbsent(secretAccessKey)) return lack('no secretAccessKey')
  if (typeof accessKeyId !== 'string') return lack('an accessKeyId that is no text')
  if (typeof secretAccessKey !== 'string') return lack('a secretAccessKey that is no text')
  if (!isAbsent(sessionToken) && typeof sessionToken !== 'string')
    return lack('a sessionToken that is no text')
  const date = readExpiration(expiration)
  if (typeof date === 'string') return lack(date)
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(isAbsent(sessionToken) ? {} : { sessionToken }),
    ...(date === undefined ? {} : { expiration: date }),
  }
  return { ok: true, credentials: credentials as HeldCredentials }
}

function lack(lacks: string): CredentialsReading {
  return { ok: false, lacks }
}

// An empty variable and an empty column mean the same as an absent one.
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function hintAtNames(given: object): string {
  const found = otherNames.find((name) => name in given)
  return found === undefined
    ? ''
    : `, but \`${found}\`: hand over accessKeyId, secretAccessKey, sessionToken and expiration, under these names`
}

/** As JSON and the tools of AWS write a time. A date without a zone would be read differently by each machine. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/

function readExpiration(expiration: unknown): Date | string | undefined {
  if (isAbsent(expiration)) return undefined
  if (typeof expiration === 'number') {
    return 'an expiration that is a number, of seconds or of milliseconds: hand over a Date'
  }
  const isRead = typeof expiration === 'string' && isoTime.test(expiration)
  const date = isRead ? new Date(expiration) : expiration
  // A date of another realm is no instance of ours.
  if (Object.prototype.toString.call(date) === '[object Date]' && !Number.isNaN((date as Date).getTime())) {
    return date as Date
  }
  // Taking it for "never" would send expired keys.
  return 'an expiration that is no date: a Date or a text such as 2026-11-22T09:45:00Z is wanted'
}
