import { describe, expect, it } from 'vitest'
import { account, alice, otherAccount, roleSession } from './testing/cases.ts'
import type { PrincipalElement } from './policy.ts'
import type { Principal } from './principal.ts'
import { isSparedByNotPrincipal, matchPrincipals } from './principal-match.ts'

const aws = (...values: string[]): PrincipalElement[] => values.map((value) => ({ type: 'AWS', value }))
const root = `arn:aws:iam::${account}:root`
const app = roleSession()
const federated: Principal = {
  type: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/alice`,
  userArn: alice.arn,
  userId: alice.id,
  name: 'alice',
  id: `${account}:alice`,
}
const service: Principal = { type: 'service', name: 'lambda.amazonaws.com' }
const anonymous: Principal = { type: 'anonymous' }

describe('matchPrincipals()', () => {
  it.each<[string, readonly PrincipalElement[], Principal, number]>([
    ['a user by ARN', aws(alice.arn), alice, 3],
    ['a user by id', aws(alice.id), alice, 3],
    ['a user by account', aws(account), alice, 1],
    [
      'the root user by its ARN, which is its account',
      aws(root),
      { type: 'root', account, arn: root, id: account },
      1,
    ],
    ['a user by root ARN', aws(root), alice, 1],
    ['a user by everybody', [{ type: '*', value: '*' }], alice, 3],
    ['a user by everybody under AWS', aws('*'), alice, 3],
    ['the strongest of several', aws(account, alice.arn), alice, 3],
    ['nobody by another account', aws(otherAccount), alice, 0],
    ['nobody by another case', aws(alice.arn.toUpperCase()), alice, 0],
    ['a session by its ARN', aws(app.arn), app, 3],
    ['a session by its role', aws(app.roleArn), app, 2],
    ['a session by the id of its role', aws(app.roleId), app, 2],
    ['no session by another id', aws('AROAOTHEREXAMPLE00001'), app, 0],
    [
      'a role with a path by the whole ARN',
      aws(roleSession(account, '/svc/').roleArn),
      roleSession(account, '/svc/'),
      2,
    ],
    ['no role with a path by the ARN without', aws(app.roleArn), roleSession(account, '/svc/'), 0],
    ['a federated user by its ARN', aws(federated.arn), federated, 3],
    ['a federated user by its user', aws(alice.arn), federated, 2],
    ['a federated user by the id of its user', aws(alice.id), federated, 2],
    ['a service by name', [{ type: 'Service', value: 'lambda.amazonaws.com' }], service, 3],
    ['no service by another name', [{ type: 'Service', value: 'events.amazonaws.com' }], service, 0],
    ['no service by everybody', [{ type: '*', value: '*' }], service, 0],
    ['no user by a service', [{ type: 'Service', value: 'alice' }], alice, 0],
    ['an anonymous caller by everybody', aws('*'), anonymous, 3],
    ['no anonymous caller by an account', aws(account), anonymous, 0],
  ])('admits %s', (_name, elements, principal, expected) => {
    expect(matchPrincipals(elements, principal, 'Allow')).toBe(expected)
  })

  it('hits services with a Deny for everybody', () => {
    expect(matchPrincipals([{ type: '*', value: '*' }], service, 'Deny')).toBe(3)
  })
})

describe('isSparedByNotPrincipal()', () => {
  it.each<[string, readonly PrincipalElement[], Principal, boolean]>([
    ['a user with the account', aws(alice.arn, root), alice, true],
    ['a user with the account id', aws(alice.id, account), alice, true],
    ['no user without the account', aws(alice.arn), alice, false],
    ['no user by the account alone', aws(root), alice, false],
    ['a session with role and account', aws(app.arn, app.roleArn, root), app, true],
    ['no session without its own ARN', aws(app.roleArn, root), app, false],
    ['no session without its role', aws(app.arn, root), app, false],
    ['a federated user with its user and account', aws(federated.arn, alice.arn, root), federated, true],
    ['the root user', aws(root), { type: 'root', account, arn: root, id: account }, true],
    ['a service by name', [{ type: 'Service', value: 'lambda.amazonaws.com' }], service, true],
    ['no service by another', [{ type: 'Service', value: 'events.amazonaws.com' }], service, false],
    ['no anonymous caller', aws(root), anonymous, false],
    ['everybody', aws('*'), anonymous, true],
  ])('spares %s', (_name, elements, principal, expected) => {
    expect(isSparedByNotPrincipal(elements, principal, false)).toBe(expected)
  })

  it('spares nobody who has a permissions boundary', () => {
    expect(isSparedByNotPrincipal(aws(alice.arn, root), alice, true)).toBe(false)
    const federatedRoot = [...aws(alice.arn), { type: 'Federated', value: root } as const]
    expect(isSparedByNotPrincipal(federatedRoot, alice, false)).toBe(false)
  })
})

describe('names that are nearly the caller', () => {
  it.each<[string, string, Principal]>([
    ['another prefix', `xarn:aws:iam::${account}:root`, alice],
    ['another end of the same length', `arn:aws:iam::${account}:user`, alice],
    ['another service', `arn:aws:sts::${account}:root`, alice],
    ['another user than the federated one', `arn:aws:iam::${account}:user/other`, federated],
    ['an account, for nobody', root, anonymous],
  ])('%s', (_name, value, principal) => {
    expect(matchPrincipals(aws(value), principal, 'Allow')).toBe(0)
  })

  it('NotPrincipal spares a service among others, and no half of a federated user', () => {
    const others: PrincipalElement[] = [{ type: 'Service', value: 'lambda.amazonaws.com' }, ...aws(root)]
    expect(isSparedByNotPrincipal(others, service, false)).toBe(true)
    expect(isSparedByNotPrincipal(aws(root, federated.arn), federated, false)).toBe(false)
    expect(isSparedByNotPrincipal(aws(root, alice.arn), federated, false)).toBe(false)
    expect(isSparedByNotPrincipal(aws(root, federated.arn, alice.arn), federated, false)).toBe(true)
  })
})
