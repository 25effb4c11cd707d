import type { Store } from '../store/store.ts'
import type { PrincipalRecord } from '../store/principals.ts'
import type { Caller } from './contract.ts'

/** Everybody, unsigned. */
export const everybody: Caller = { arn: '*', type: 'anonymous', accountId: '', name: 'everybody' }

/** @returns the users and roles of every account, by account and name */
export function listPrincipals(store: Store): PrincipalRecord[] {
  return store.accounts
    .list()
    .flatMap((accountId) => [
      ...store.principals.list(accountId, 'user'),
      ...store.principals.list(accountId, 'role'),
    ])
}

/** Describes a user or role for the page. */
export const toCaller = ({ arn, type, accountId, name }: PrincipalRecord): Caller => ({
  arn,
  type: type === 'role' ? 'role' : 'user',
  accountId,
  name,
})
