import type { Principal } from '@furlong/iam'

import { ControlError } from '../control-error.ts'

/** Says why the credentials of a session may not call an operation, or nothing. */
export type SessionRule = (caller: Principal, operation: string) => ControlError | undefined

/** guess: one sentence for every operation of STS; it was seen for GetSessionToken and GetFederationToken. */
const createRefusal = (operation: string): ControlError =>
  new ControlError('AccessDenied', `Cannot call ${operation} with session credentials`)

/** A session that GetSessionToken made; no second factor is ever shown here. */
const isUserSession = (caller: Principal): boolean => caller.type === 'user' && caller.issuedAt !== undefined

/**
 * IAM knows neither the sessions of users without a second factor nor those of federated users.
 *
 * @param caller who calls
 * @returns the refusal, which AWS words as if the token were unknown
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
 */
export const refuseIamSession: SessionRule = (caller) =>
  isUserSession(caller) || caller.type === 'federated-user'
    ? new ControlError('InvalidClientTokenId', 'The security token included in the request is invalid.')
    : undefined

const forUserSessions: ReadonlySet<string> = new Set(['AssumeRole', 'GetCallerIdentity'])
const forLongTermKeys: ReadonlySet<string> = new Set(['GetSessionToken', 'GetFederationToken'])

/**
 * STS asks for the long-term keys of a user where it makes sessions of users, and lets some sessions do little else.
 *
 * @param caller who calls
 * @param operation of STS
 * @returns the refusal, or undefined
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */
export const refuseStsSession: SessionRule = (caller, operation) => {
  const isRefused =
    (caller.type === 'federated-user' && operation !== 'GetCallerIdentity') ||
    (isUserSession(caller) && !forUserSessions.has(operation)) ||
    (caller.type === 'role-session' && forLongTermKeys.has(operation))
  return isRefused ? createRefusal(operation) : undefined
}
