import type { Credentials } from '@furlong/sigv4'

/** Credentials that may run out. */
export interface SessionCredentials extends Credentials {
  /** When they run out; never, when absent. */
  readonly expiration?: Date
}

/** How long before their end credentials are replaced, in milliseconds. */
const marginMs = 5 * 60_000

/**
 * Keeps credentials and makes new ones shortly before they run out.
 * @param create makes credentials
 * @param now the clock
 * @returns the credentials of the moment; calls at the same time share one making, and a failed one is tried again by the next
 */
export function renewCredentials(
  create: () => Promise<SessionCredentials>,
  now: () => Date,
): () => Promise<SessionCredentials> {
  let held: SessionCredentials | undefined
  let making: Promise<SessionCredentials> | undefined
  return async () => {
    const expiresAt = held?.expiration?.getTime() ?? Infinity
    if (held !== undefined && expiresAt - now().getTime() > marginMs) return held
    making ??= create().finally(() => (making = undefined))
    return (held = await making)
  }
}
