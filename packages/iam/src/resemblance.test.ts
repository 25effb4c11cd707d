import { describe, expect, it } from 'vitest'
import { account, alice, otherAccount, roleSession } from './testing/cases.ts'
import type { PrincipalElement } from './policy.ts'
import type { Principal } from './principal.ts'
import { resemblesCaller } from './resemblance.ts'

const app = roleSession(account, '/svc/')
const root: Principal = { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account }
const options = {
  resolveUniqueId: (id: string) => (id.includes('LIVE') ? `arn:aws:iam::${account}:role/x` : undefined),
}
const aws = (value: string): PrincipalElement => ({ type: 'AWS', value })

describe('resemblesCaller()', () => {
  it.each<[string, PrincipalElement, Principal, boolean]>([
    ['another path', aws(`arn:aws:iam::${account}:role/app`), app, true],
    ['another account', aws(`arn:aws:iam::${otherAccount}:role/svc/app`), app, true],
    ['a session', aws(`arn:aws:sts::${account}:assumed-role/app/other`), app, true],
    ['a session of another role', aws(`arn:aws:sts::${account}:assumed-role/x/app`), app, false],
    ['another role', aws(`arn:aws:iam::${account}:role/svc/x`), app, false],
    ['a longer name', aws(`arn:aws:iam::${account}:role/my-app`), app, false],
    ['another user', aws(`arn:aws:iam::${account}:user/bob`), alice, false],
    ['a user abroad', aws(`arn:aws:iam::${otherAccount}:user/team/alice`), alice, true],
    ['a dead id', aws('AROADEADEXAMPLE00001'), app, true],
    ['an id of somebody else', aws('AROALIVEEXAMPLE00001'), app, false],
    ['an account', aws(otherAccount), app, true],
    ['the root of an account', aws(`arn:aws:iam::${otherAccount}:root`), app, true],
    ['a service', { type: 'Service', value: 'lambda.amazonaws.com' }, app, true],
    ['a role for the root user', aws(app.roleArn), root, false],
    ['everybody for a service', aws('*'), { type: 'service', name: 'lambda.amazonaws.com' }, true],
  ])('%s', (_what, element, principal, expected) => {
    expect(resemblesCaller(element, principal, options)).toBe(expected)
  })

  it('takes every id for a dead one when nobody can tell', () => {
    expect(resemblesCaller(aws('AROALIVEEXAMPLE00001'), app, {})).toBe(true)
  })
})
