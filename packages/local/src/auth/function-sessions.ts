import type { SessionCredentials } from '../engine/index.ts'
import { LocalError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { issueSession } from './issue-session.ts'

/** How long a function's session lives; Lambda renews an environment's before it ends. */
const functionSessionSeconds = 12 * 60 * 60

/**
 * Makes a session of a role the way Lambda does for a function: no trust policy is asked again.
 *
 * @param store roles and sessions
 * @param roleArn a role of an account on this side
 * @param sessionName what the caller's ARN ends in; Lambda takes the function's name
 * @param now the clock
 * @returns credentials, valid for 12 hours
 * @throws {LocalError} `UnknownRole`
 */
export function mintSession(
  store: Store,
  roleArn: string,
  sessionName: string,
  now: Date,
): SessionCredentials {
  const role = store.principals.byArn(roleArn)
  if (role?.type !== 'role') {
    throw new LocalError('UnknownRole', `Role ${roleArn} does not exist on this local side.`)
  }
  const facts = { kind: 'role', principalId: role.id, sessionName, policies: [], tags: {} } as const
  return issueSession(store, facts, functionSessionSeconds, now)
}
