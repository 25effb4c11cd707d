import type { Principal } from '@furlong/iam'
import { createFederatedUserArn, createSessionArn } from '../store/arns.ts'
import type { SessionKind, SessionRecord } from '../store/sessions.ts'
import type { PrincipalRecord, Store } from '../store/store.ts'

/** Who signed a request, as policies and events see them. */
export interface Caller {
  readonly principal: Extract<Principal, { type: 'user' | 'role-session' | 'federated-user' }>
  readonly accessKeyId: string
  readonly accountId: string
  /** The user or role whose policies count: `AIDA…` or `AROA…`. */
  readonly principalId: string
  /** Session policies that came with AssumeRole or GetFederationToken. */
  readonly sessionPolicies: readonly string[]
}

/** Callers, by the very record of the key or session: the store hands out the same one until anything in it changes. */
const callers = new WeakMap<object, Caller>()

/**
 * Names the caller behind a verified access key.
 *
 * @param store users, roles and sessions
 * @param accessKeyId an access key whose signature has been verified
 * @returns the caller, or undefined when the user or role has been deleted since
 */
export function findCaller(store: Store, accessKeyId: string): Caller | undefined {
  const session = store.session(accessKeyId)
  const credentials = session ?? store.accessKey(accessKeyId)
  if (credentials === undefined) return undefined
  const known = callers.get(credentials)
  if (known !== undefined) return known
  const owner = store.principal(credentials.principalId)
  if (owner === undefined) return undefined
  const caller = {
    principal: session === undefined ? createUser(owner) : principals[session.kind](owner, session),
    accessKeyId,
    accountId: owner.accountId,
    principalId: owner.id,
    sessionPolicies: session?.policies ?? noPolicies,
  }
  callers.set(credentials, caller)
  return caller
}

/**
 * Describes the caller that a user would be with a key, or a role with a session that brings nothing of its own.
 *
 * @param owner a user or role
 * @param sessionName of the role's session
 * @param now when that was made
 */
export function describeCaller(owner: PrincipalRecord, sessionName: string, now: Date): Caller {
  const { accountId, id: principalId } = owner
  const session = { sessionName, issuedAt: now, tags: {} }
  const principal = owner.type === 'role' ? principals.role(owner, session) : createUser(owner)
  return { principal, accessKeyId: '', accountId, principalId, sessionPolicies: noPolicies }
}

const noPolicies: readonly string[] = []

function createUser({ accountId, arn, name, id, tags }: PrincipalRecord): Caller['principal'] {
  return { type: 'user', account: accountId, arn, name, id, tags }
}

/** What of a session its principal is made of. */
type SessionFacts = Pick<SessionRecord, 'sessionName' | 'issuedAt' | 'tags' | 'sourceIdentity'>

const principals: Readonly<
  Record<SessionKind, (owner: PrincipalRecord, session: SessionFacts) => Caller['principal']>
> = {
  user: (user, { issuedAt }) => ({ ...createUser(user), issuedAt }),
  role: (role, session) => ({
    type: 'role-session',
    account: role.accountId,
    arn: createSessionArn(role.accountId, role.name, session.sessionName),
    roleArn: role.arn,
    roleId: role.id,
    sessionName: session.sessionName,
    id: `${role.id}:${session.sessionName}`,
    // The later of two that differ in case wins where conditions read them: a session's own.
    tags: { ...role.tags, ...session.tags },
    issuedAt: session.issuedAt,
    ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
  }),
  'federated-user': (user, { sessionName, tags, issuedAt }) => ({
    type: 'federated-user',
    account: user.accountId,
    arn: createFederatedUserArn(user.accountId, sessionName),
    userArn: user.arn,
    userId: user.id,
    name: sessionName,
    id: `${user.accountId}:${sessionName}`,
    tags: { ...user.tags, ...tags },
    issuedAt,
  }),
}
