import type { Principal } from '@furlong/iam'
import { createSessionArn } from '../store/arns.ts'
import type { Store } from '../store/store.ts'

/** Who signed a request, as policies and events see them. */
export interface Caller {
  readonly principal: Extract<Principal, { type: 'user' | 'role-session' }>
  readonly accessKeyId: string
  readonly accountId: string
  /** The user or role whose policies count: `AIDA…` or `AROA…`. */
  readonly principalId: string
  /** Session policies that came with AssumeRole. */
  readonly sessionPolicies: readonly string[]
}

/**
 * Names the caller behind a verified access key.
 *
 * @param store users, roles and sessions
 * @param accessKeyId an access key whose signature has been verified
 * @returns the caller, or undefined when the user or role has been deleted since
 */
export function findCaller(store: Store, accessKeyId: string): Caller | undefined {
  const key = store.accessKey(accessKeyId)
  if (key !== undefined) {
    const user = store.principal(key.principalId)
    if (user === undefined) return undefined
    const { accountId, arn, name, id, tags } = user
    return {
      principal: { type: 'user', account: accountId, arn, name, id, tags },
      accessKeyId,
      accountId,
      principalId: id,
      sessionPolicies: [],
    }
  }
  const session = store.session(accessKeyId)
  const role = session && store.principal(session.roleId)
  if (session === undefined || role === undefined) return undefined
  return {
    principal: {
      type: 'role-session',
      account: role.accountId,
      arn: createSessionArn(role.accountId, role.name, session.sessionName),
      roleArn: role.arn,
      roleId: role.id,
      sessionName: session.sessionName,
      id: `${role.id}:${session.sessionName}`,
      tags: { ...role.tags, ...session.tags },
      issuedAt: session.issuedAt,
    },
    accessKeyId,
    accountId: role.accountId,
    principalId: role.id,
    sessionPolicies: session.policies,
  }
}
