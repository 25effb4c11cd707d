import type { CredentialsProvider, ExpiringCredentials, HeldCredentials } from './credentials.ts'
import { readEnvironment } from './environment.ts'
import { readEnvironmentCredentials } from './environment-credentials.ts'
import { FetchError } from './errors.ts'
import { readCredentials } from './read-credentials.ts'
import { tellCause } from './tell-cause.ts'
import { loadProviderChain, whereToGetKeys } from '#provider-chain'

/** Gives credentials that hold now. */
export interface CredentialsSource {
  (): HeldCredentials | Promise<HeldCredentials>
  /** Drops credentials that were refused, so that their provider is asked again; only where there is a provider. */
  readonly forget?: ((refused: HeldCredentials) => void) | undefined
}

/** How long before their expiration credentials are fetched anew, while the old ones are still in use. */
const marginMs = 300_000

/**
 * How long to leave a provider alone after an early refresh that failed or brought nothing that lasts longer, and
 * after refused credentials were dropped: a server that refuses all would have it asked for each request.
 */
const earlyPauseMs = 30_000

/**
 * Makes one source of credentials out of what the caller gave.
 *
 * The credentials of a provider are kept. From five minutes before their `expiration` on, new ones are fetched in
 * the background while the old ones serve; once they have run out, requests wait. One call of the provider is in
 * flight at a time, and a failing early call is tried again half a minute later, unseen while the old ones hold.
 * What was refused is dropped: a provider that states no `expiration` is asked again then. Expiry is judged by our
 * clock, never by what a server says the time is: one false date would keep good keys from being used.
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
  return () => {
    const reading = readCredentials(given)
    if (reading.ok) return assertNotExpired(reading.credentials, now(), 'The option `credentials` holds')
    throw new TypeError(`The option \`credentials\` holds ${reading.lacks}`)
  }
}

// The environment is read anew each time: it costs little, and programs do set it late.
function createDefaultSource(now: () => Date): CredentialsSource {
  const chain = cacheProvider(callProviderChain, now)
  const get = (): ReturnType<CredentialsSource> => {
    const credentials = readEnvironmentCredentials()
    return credentials ? assertNotExpired(credentials, now(), 'The environment holds') : chain()
  }
  return Object.assign(get, { forget: chain.forget })
}

/** What the AWS SDK's chain says when none of its links had anything to go by; all else is a failure with a cause. */
const nothingFound = 'Could not load credentials from any providers'

async function callProviderChain(): Promise<ExpiringCredentials> {
  const chain = await loadProviderChain()
  if (!chain) throw new FetchError('CredentialsMissing', `There are no credentials: ${whereToGetKeys}`)
  try {
    return await chain()
  } catch (cause) {
    if (cause instanceof Error && cause.message === nothingFound) throw createNothingFound(cause)
    throw createFailed('The credential chain of the AWS SDK failed', cause)
  }
}

function createNothingFound(cause: Error): FetchError {
  const profile = readEnvironment('AWS_PROFILE')
  const found =
    profile === undefined
      ? 'no default profile, web identity, container or instance'
      : `nothing for the profile '${profile}' that AWS_PROFILE names, and no web identity, container or instance`
  return new FetchError(
    'CredentialsMissing',
    `There are no credentials: AWS_ACCESS_KEY_ID is not set, and the credential chain of the AWS SDK found ${found}. Set AWS_PROFILE to a profile of ~/.aws/config, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary keys), or the option \`credentials\``,
    { cause },
  )
}

function createFailed(what: string, cause: unknown): FetchError {
  const why = tellCause(cause)
  return new FetchError('CredentialsFailed', why === '' ? what : `${what}: ${why}`, { cause })
}

function cacheProvider(provider: CredentialsProvider, now: () => Date): CredentialsSource {
  let kept: HeldCredentials | undefined
  let inFlight: Promise<HeldCredentials> | undefined
  let notBeforeMs = 0
  let keepUntilMs = 0

  function refresh(): Promise<HeldCredentials> {
    inFlight ??= callProvider(provider, now)
      .then((credentials) => (kept = credentials))
      .finally(() => (inFlight = undefined))
    return inFlight
  }

  function forget(refused: HeldCredentials): void {
    const nowMs = now().getTime()
    if (kept !== refused || nowMs < keepUntilMs) return
    keepUntilMs = nowMs + earlyPauseMs
    kept = undefined
  }

  function get(): ReturnType<CredentialsSource> {
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

  return Object.assign(get, { forget })
}

async function callProvider(provider: CredentialsProvider, now: () => Date): Promise<HeldCredentials> {
  let given: unknown
  try {
    given = await provider()
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    throw createFailed('The credentials provider failed', cause)
  }
  const reading = readCredentials(given)
  if (reading.ok) return assertNotExpired(reading.credentials, now(), 'The credentials provider gave')
  throw new FetchError('CredentialsFailed', `The credentials provider gave ${reading.lacks}`)
}

function getLeftMs({ expiration }: HeldCredentials, nowMs: number): number {
  return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - nowMs
}

function assertNotExpired(credentials: HeldCredentials, now: Date, holds: string): HeldCredentials {
  const { expiration } = credentials
  const leftMs = getLeftMs(credentials, now.getTime())
  if (expiration === undefined || leftMs > 0) return credentials
  const hint = expiration.getTime() < firstYearMs ? ' (seconds, taken for milliseconds?)' : ''
  throw new FetchError(
    'CredentialsExpired',
    `${holds} credentials that ran out at ${expiration.toISOString()}${hint}, ${tellDuration(-leftMs)} ago: get new ones (sign in or assume the role again), and check the machine's clock`,
  )
}

/** Before this there was no AWS; in milliseconds since 1970. */
const firstYearMs = Date.UTC(2000)

/** Units of time, the longest first, in milliseconds. */
const units: readonly (readonly [name: string, ms: number])[] = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
]

// Twice the unit at least, so that no unit is ever singular and nothing is rounded by more than half.
function tellDuration(ms: number): string {
  const [name, unitMs] = units.find(([, unit]) => ms >= 2 * unit) ?? ['seconds', 1000]
  return `${Math.round(ms / unitMs)} ${name}`
}
