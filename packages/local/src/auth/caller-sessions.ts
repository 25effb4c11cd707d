import type { SessionCredentials } from '../engine/index.ts'
import type { Store } from '../store/store.ts'
import { mintSession } from './function-sessions.ts'
import { issueSession } from './issue-session.ts'

/** How long a user's session lives: what GetSessionToken gives without being asked. */
const userSessionSeconds = 12 * 60 * 60

/**
 * Makes a session of whoever is to be tried as a caller: of a role as Lambda makes it for a function, of a user as
 * GetSessionToken makes it. The user's own keys stay where they are.
 *
 * @param store users, roles and sessions
 * @param arn a user or role of an account on this side
 * @param sessionName what a role's ARN as a caller ends in
 * @param now the clock
 * @returns credentials, valid for 12 hours
 * @throws {LocalError} `UnknownRole` when nobody has that ARN
 */
export function mintCallerSession(
  store: Store,
  arn: string,
  sessionName: string,
  now: Date,
): SessionCredentials {
  const user = store.principals.byArn(arn)
  if (user?.type !== 'user') return mintSession(store, arn, sessionName, now)
  const facts = { kind: 'user', principalId: user.id, sessionName: '', policies: [], tags: {} } as const
  return issueSession(store, facts, userSessionSeconds, now)
}
