import type { CredentialsProvider, ExpiringCredentials } from './credentials.ts'
import { readEnvironmentCredentials } from './environment-credentials.ts'
import { FetchError } from './errors.ts'
import { loadProviderChain } from '#provider-chain'

/** Gives credentials that hold now. */
export type CredentialsSource = () => ExpiringCredentials | Promise<ExpiringCredentials>

/** How long before their expiration credentials are fetched anew, while the old ones are still in use. */
const marginMs = 300_000

/** How long to leave a provider alone after an early refresh that failed or brought nothing that lasts longer. */
const earlyPauseMs = 30_000

/**
 * Makes one source of credentials out of what the caller gave.
 *
 * The credentials of a provider are kept. From five minutes before their `expiration` on, new ones are fetched in
 * the background while the old ones serve; once they have run out, requests wait. One call of the provider is in
 * flight at a time, and a failing early call is tried again half a minute later, unseen while the old ones hold.
 * @param given credentials, a provider, or nothing for the environment and then the AWS SDK's chain
 * @param now the clock
 * @returns a function that gives credentials which have not expired
 */
export function createCredentialsSource(
  given: ExpiringCredentials | CredentialsProvider | undefined,
  now: () => Date,
): CredentialsSource {
  if (given === undefined) return createDefaultSource(now)
  if (typeof given === 'function') return cacheProvider(given, now)
  return () => assertNotExpired(given, now(), 'The option `credentials` holds')
}

// The environment is read anew each time: it costs little, and programs do set it late.
function createDefaultSource(now: () => Date): CredentialsSource {
  const chain = cacheProvider(callProviderChain, now)
  return () => {
    const credentials = readEnvironmentCredentials()
    return credentials ? assertNotExpired(credentials, now(), 'The environment holds') : chain()
  }
}

async function callProviderChain(): Promise<ExpiringCredentials> {
  const chain = await loadProviderChain()
  if (!chain) throw createMissing()
  try {
    return await chain()
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'CredentialsProviderError') throw createMissing(cause)
    throw cause
  }
}

function createMissing(cause?: Error): FetchError {
  const more =
    cause === undefined
      ? 'for profiles, SSO, containers and instances, install `@aws-sdk/credential-providers`, which is then found by itself'
      : 'the chain of `@aws-sdk/credential-providers` found no profile, SSO session, container or instance either'
  return new FetchError(
    'CredentialsMissing',
    `There are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary ones), or the option \`credentials\`; ${more}`,
    { cause },
  )
}

function cacheProvider(provider: CredentialsProvider, now: () => Date): CredentialsSource {
  let kept: ExpiringCredentials | undefined
  let inFlight: Promise<ExpiringCredentials> | undefined
  let notBeforeMs = 0

  function refresh(): Promise<ExpiringCredentials> {
    inFlight ??= callProvider(provider, now)
      .then((credentials) => (kept = credentials))
      .finally(() => (inFlight = undefined))
    return inFlight
  }

  return () => {
    const nowMs = now().getTime()
    const leftMs = kept ? getLeftMs(kept, nowMs) : 0
    if (!kept || leftMs <= 0) return refresh()
    if (leftMs <= marginMs && nowMs >= notBeforeMs && !inFlight) {
      notBeforeMs = nowMs + earlyPauseMs
      // What the failure is will be told once the old ones have run out.
      refresh().catch(() => {})
    }
    return kept
  }
}

async function callProvider(provider: CredentialsProvider, now: () => Date): Promise<ExpiringCredentials> {
  let credentials: ExpiringCredentials
  try {
    credentials = await provider()
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    throw new FetchError('CredentialsFailed', 'The credentials provider failed', { cause })
  }
  return assertNotExpired(credentials, now(), 'The credentials provider gave')
}

function getLeftMs({ expiration }: ExpiringCredentials, nowMs: number): number {
  return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - nowMs
}

function assertNotExpired(credentials: ExpiringCredentials, now: Date, holds: string): ExpiringCredentials {
  const leftMs = getLeftMs(credentials, now.getTime())
  if (leftMs > 0) return credentials
  // An expiration that is no date says nothing; taking it for "never" would send expired keys.
  const when = Number.isNaN(leftMs)
    ? 'with an expiration that is no date'
    : `that ran out ${Math.round(-leftMs / 1000)} seconds ago`
  throw new FetchError(
    'CredentialsExpired',
    `${holds} credentials ${when}: get new ones (sign in or assume the role again), and check the machine's clock`,
  )
}
