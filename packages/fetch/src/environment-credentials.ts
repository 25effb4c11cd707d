import type { HeldCredentials } from './credentials.ts'
import { readEnvironment } from './environment.ts'
import { FetchError } from './errors.ts'

/**
 * Reads the credentials in the environment, as Lambda and `aws configure export-credentials` set them.
 * @returns them; undefined when neither key is set
 * @throws FetchError `CredentialsMissing` when only one of the two is set: falling through to another identity
 * would hide the mistake; `CredentialsFailed` when the expiration is no time
 */
export function readEnvironmentCredentials(): HeldCredentials | undefined {
  const accessKeyId = readEnvironment('AWS_ACCESS_KEY_ID')
  const secretAccessKey = readEnvironment('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const [set, unset] =
      accessKeyId === undefined
        ? ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']
        : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    throw new FetchError('CredentialsMissing', `${set} is set and ${unset} is not: set both, or neither`)
  }
  const sessionToken = readEnvironment('AWS_SESSION_TOKEN')
  const expiration = readEnvironment('AWS_CREDENTIAL_EXPIRATION')
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration: readExpiration(expiration) }),
  }
}

function readExpiration(text: string): Date {
  const date = new Date(text)
  if (!Number.isNaN(date.getTime())) return date
  const message =
    'AWS_CREDENTIAL_EXPIRATION is not a time such as 2026-11-22T09:45:00Z: set it right, or unset it'
  throw new FetchError('CredentialsFailed', message)
}
