import { describe, expect, it } from 'vitest'
import { account, alice, compile, http, now, otherAccount, roleSession } from './testing/cases.ts'
import type { PolicySet } from './decision.ts'
import type { Principal } from './principal.ts'
import { createAssumeRoleRequest, decideTrust } from './trust.ts'

const roleArn = `arn:aws:iam::${account}:role/svc/target`
const trust = (principal: unknown, condition: object = {}) =>
  compile('trust', 'target', {
    Effect: 'Allow',
    Principal: principal,
    Action: 'sts:AssumeRole',
    Condition: condition,
  })
const mayAssume = compile('identity', 'assume', {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Resource: roleArn,
})
const decideFor = (principal: Principal, policies: PolicySet, externalId?: string) =>
  decideTrust(
    { principal, roleArn, http, now, roleSessionName: 's1', ...(externalId !== undefined && { externalId }) },
    policies,
  )
const foreign = roleSession(otherAccount)

describe('decideTrust()', () => {
  it.each<[string, boolean, Principal, PolicySet]>([
    ['a user the trust policy names', true, alice, { resource: trust({ AWS: alice.arn }) }],
    [
      'a user of an account it names, without an identity policy',
      false,
      alice,
      { resource: trust({ AWS: account }) },
    ],
    [
      'a user of an account it names, with one',
      true,
      alice,
      { resource: trust({ AWS: account }), identity: [mayAssume] },
    ],
    ['a user with an identity policy alone', false, alice, { identity: [mayAssume] }],
    ['a role it names', true, roleSession(), { resource: trust({ AWS: roleSession().roleArn }) }],
    [
      'a role it names, under a boundary',
      false,
      roleSession(),
      {
        resource: trust({ AWS: roleSession().roleArn }),
        boundary: compile('boundary', 'b', { Effect: 'Allow', Action: 's3:*', Resource: '*' }),
      },
    ],
    [
      'a foreign role it names, without an identity policy',
      false,
      foreign,
      { resource: trust({ AWS: foreign.roleArn }) },
    ],
    [
      'a foreign role it names, with one',
      true,
      foreign,
      { resource: trust({ AWS: foreign.roleArn }), identity: [mayAssume] },
    ],
    [
      'a foreign role of an account it names',
      true,
      foreign,
      { resource: trust({ AWS: `arn:aws:iam::${otherAccount}:root` }), identity: [mayAssume] },
    ],
    [
      'lambda.amazonaws.com when it names that service',
      true,
      { type: 'service', name: 'lambda.amazonaws.com' },
      { resource: trust({ Service: 'lambda.amazonaws.com' }) },
    ],
    [
      'lambda.amazonaws.com when it names another',
      false,
      { type: 'service', name: 'lambda.amazonaws.com' },
      { resource: trust({ Service: 'ec2.amazonaws.com' }) },
    ],
    [
      'the root user without a trust policy',
      false,
      { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account },
      {},
    ],
  ])('decides %s: %j', (_name, expected, principal, policies) => {
    expect(decideFor(principal, policies).allowed).toBe(expected)
  })

  it('tells an external id', () => {
    const policies = { resource: trust({ AWS: alice.arn }, { StringEquals: { 'sts:ExternalId': 'x1' } }) }
    expect(decideFor(alice, policies, 'x1').allowed).toBe(true)
    expect(decideFor(alice, policies, 'x2').allowed).toBe(false)
    expect(decideFor(alice, policies).allowed).toBe(false)
  })

  it('blames the trust policy', () => {
    expect(decideFor(alice, { identity: [mayAssume] }).actions[0]).toMatchObject({ blame: ['trust'] })
  })

  it('refuses an ARN of something else', () => {
    expect(() => decideTrust({ principal: alice, roleArn: alice.arn, http, now }, {})).toThrow(TypeError)
  })
})

describe('createAssumeRoleRequest()', () => {
  it('has the name of the session when there is one', () => {
    const input = { principal: alice, roleArn, http, now }
    const contextOf = (roleSessionName?: string) =>
      createAssumeRoleRequest({ ...input, roleSessionName }).actions[0]?.context
    expect(contextOf('s1')).toMatchObject({ 'sts:rolesessionname': 's1' })
    expect(contextOf()).not.toHaveProperty('sts:rolesessionname')
  })

  it.each(['nonsense', `arn:aws:iam::${account}:user/alice`, `arn:aws:sts::${account}:role/target`])(
    'refuses %s',
    (other) => {
      expect(() => createAssumeRoleRequest({ principal: alice, roleArn: other, http, now })).toThrow(
        `roleArn must be the ARN of a role, not "${other}"`,
      )
    },
  )
})
