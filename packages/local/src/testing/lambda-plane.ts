/** Lambda's control plane without a server around it, for tests that hold its parts in their own hands. */
import { handleControl } from '../control/handle-control.ts'
import type { ControlAnswer, ControlServices } from '../control/services.ts'
import { createUniqueId } from '../store/ids.ts'
import { Store } from '../store/store.ts'
import { lambdaTrust } from './deploy-function.ts'

/** The only account. */
export const planeAccount = '111122223333'

/** A role that Lambda may assume. */
export const planeRole: string = `arn:aws:iam::${planeAccount}:role/fn`

/** A store in memory with the account and the role. */
export function createPlaneStore(): Store {
  const store = Store.open(':memory:')
  store.seedAccount(planeAccount)
  store.principals.add({
    id: createUniqueId('AROA'),
    type: 'role',
    accountId: planeAccount,
    name: 'fn',
    path: '/',
    arn: planeRole,
    trustPolicy: lambdaTrust,
    maxSessionSeconds: 3600,
    tags: {},
    createdAt: new Date(),
  })
  return store
}

/** Sends a call of the account's root, as if it had been verified. */
export function callPlane(
  services: ControlServices,
  method: string,
  target: string,
  body = '',
): Promise<ControlAnswer> {
  return handleControl(
    {
      raw: { method, target, rawHeaders: [], body: Buffer.from(body) },
      caller: {
        type: 'root',
        account: planeAccount,
        arn: `arn:aws:iam::${planeAccount}:root`,
        id: planeAccount,
      },
      accessKeyId: 'AKIAEXAMPLE',
      accountId: planeAccount,
      region: 'us-east-1',
      service: 'lambda',
      http: { sourceIp: '127.0.0.1', secureTransport: true, region: 'us-east-1' },
      requestId: 'r',
      now: new Date(),
    },
    services,
  )
}
