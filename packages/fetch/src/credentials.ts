import type { Credentials } from '@furlong/sigv4'
import { readEnvironment } from './environment.ts'
import { FetchError } from './errors.ts'

/** Credentials that may run out. */
export interface ExpiringCredentials extends Credentials {
  /** When they run out; never, when absent. */
  readonly expiration?: Date
}

/** Fetches credentials, for example one of `@aws-sdk/credential-providers`. */
export type CredentialsProvider = () => ExpiringCredentials | Promise<ExpiringCredentials>

/** How long before their expiration credentials are fetched anew. */
const marginMs = 300_000

/**
 * Makes one source of credentials out of what the caller gave.
 * @param given credentials, a provider, or nothing for the environment
 * @param now the clock
 * @returns a function that gives credentials: those of a provider are kept until five minutes before their
 * `expiration` (for good when they have none), and one call of it is in flight at a time
 */
export function createCredentialsSource(
  given: Credentials | CredentialsProvider | undefined,
  now: () => Date,
): () => Credentials | Promise<Credentials> {
  if (given === undefined) return readEnvironmentCredentials
  if (typeof given !== 'function') return () => given
  return cacheProvider(given, now)
}

function cacheProvider(
  provider: CredentialsProvider,
  now: () => Date,
): () => Credentials | Promise<Credentials> {
  let kept: ExpiringCredentials | undefined
  let inFlight: Promise<ExpiringCredentials> | undefined
  return () => {
    if (kept && isFresh(kept, now())) return kept
    inFlight ??= callProvider(provider)
      .then((credentials) => (kept = credentials))
      .finally(() => (inFlight = undefined))
    return inFlight
  }
}

function isFresh({ expiration }: ExpiringCredentials, now: Date): boolean {
  return expiration === undefined || now.getTime() < expiration.getTime() - marginMs
}

async function callProvider(provider: CredentialsProvider): Promise<ExpiringCredentials> {
  try {
    return await provider()
  } catch (cause) {
    throw new FetchError('CredentialsFailed', 'The credentials provider failed', { cause })
  }
}

function readEnvironmentCredentials(): Credentials {
  const accessKeyId = readEnvironment('AWS_ACCESS_KEY_ID')
  const secretAccessKey = readEnvironment('AWS_SECRET_ACCESS_KEY')
  const sessionToken = readEnvironment('AWS_SESSION_TOKEN')
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new FetchError(
      'CredentialsMissing',
      'There are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary ones), or the option `credentials`',
    )
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
