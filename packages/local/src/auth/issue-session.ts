import type { SessionCredentials } from '../engine/index.ts'
import { createAccessKeyId, createSecretAccessKey, createSessionToken } from '../store/ids.ts'
import type { NewSession } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'

/** What a session is of; its keys and times are made with it. */
export type SessionFacts = Omit<NewSession, keyof SessionCredentials | 'issuedAt'>

/**
 * Makes a session and stores it.
 *
 * @param store sessions
 * @param facts what it is of
 * @param seconds how long it lives
 * @param now the clock
 * @returns its credentials
 */
export function issueSession(
  store: Store,
  facts: SessionFacts,
  seconds: number,
  now: Date,
): SessionCredentials {
  const credentials: SessionCredentials = {
    accessKeyId: createAccessKeyId('ASIA'),
    secretAccessKey: createSecretAccessKey(),
    sessionToken: createSessionToken(),
    expiresAt: new Date(now.getTime() + seconds * 1000),
  }
  store.putSession({ ...facts, ...credentials, issuedAt: now })
  return credentials
}
