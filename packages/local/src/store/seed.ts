import type { LocalAccount } from '../side/sides.ts'
import { createIamArn, partition } from './arns.ts'
import { createAccessKeyId, createSecretAccessKey, createUniqueId } from './ids.ts'
import type { Store } from './store.ts'

/** The name of every account's administrator. */
export const administratorName = 'administrator'

/**
 * Makes an account and its administrator: a user with AdministratorAccess and one access key, where they are absent.
 * Call it inside a transaction.
 *
 * @param store an open store
 * @param accountId 12 digits
 * @param now the time of their making
 * @returns the administrator and its first active key
 * @throws {TypeError} when the account id is not 12 digits
 */
export function seedAccount(store: Store, accountId: string, now: Date): LocalAccount {
  if (!/^\d{12}$/u.test(accountId))
    throw new TypeError(`An account id has 12 digits: ${JSON.stringify(accountId)}`)
  store.accounts.add(accountId, now)
  const user = store.user(accountId, administratorName) ?? addAdministrator(store, accountId, now)
  const keys = store.accessKeys.list(user.id)
  const key = keys.find(({ active }) => active) ?? addKey(store, user.id, now)
  return {
    accountId,
    userArn: user.arn,
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
  }
}

function addAdministrator(store: Store, accountId: string, now: Date): { id: string; arn: string } {
  const id = createUniqueId('AIDA')
  const arn = createIamArn(accountId, 'user', '/', administratorName)
  store.principals.add({
    id,
    type: 'user',
    accountId,
    name: administratorName,
    path: '/',
    arn,
    tags: {},
    createdAt: now,
  })
  store.managedPolicies.attach(id, `arn:${partition}:iam::aws:policy/AdministratorAccess`)
  return { id, arn }
}

function addKey(
  store: Store,
  principalId: string,
  now: Date,
): { accessKeyId: string; secretAccessKey: string } {
  const key = {
    accessKeyId: createAccessKeyId('AKIA'),
    secretAccessKey: createSecretAccessKey(),
    principalId,
    createdAt: now,
  }
  store.accessKeys.add(key)
  return key
}
