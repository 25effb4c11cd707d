import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  compile,
  functionArn,
  http,
  invoke,
  now,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { createAccessDeniedMessage } from './access-denied-message.ts'
import type { PolicySet } from './decision.ts'
import { decide } from './decide.ts'
import { createApiRequest } from './contexts.ts'
import type { Principal } from './principal.ts'
import { createAssumeRoleRequest } from './trust.ts'

const all = { Effect: 'Allow', Action: '*', Resource: '*' }
const deny = { Effect: 'Deny', Action: '*', Resource: '*' }
const s3 = { ...all, Action: 's3:*' }
const allowAll = compile('identity', 'all', all)

function say(policies: PolicySet, principal: Principal = alice): string {
  const request = createApiRequest({
    principal,
    action: invoke,
    resource: functionArn,
    resourceAccount: account,
    http,
    now,
  })
  return createAccessDeniedMessage(request, decide(request, policies))
}

const start = `User: ${alice.arn} is not authorized to perform: ${invoke} on resource: ${functionArn}`

describe('createAccessDeniedMessage()', () => {
  it.each<[string, PolicySet, string]>([
    ['no policy', {}, ` because no identity-based policy allows the ${invoke} action`],
    [
      'a deny of its own',
      { identity: [compile('identity', 'x', deny)] },
      ' with an explicit deny in an identity-based policy',
    ],
    [
      "a deny of the resource's",
      { identity: [allowAll], resource: compile('resource', 'x', { ...deny, Principal: '*' }) },
      ' with an explicit deny in a resource-based policy',
    ],
    [
      'a boundary',
      { identity: [allowAll], boundary: compile('boundary', 'x', s3) },
      ` because no permissions boundary allows the ${invoke} action`,
    ],
    [
      'a session policy',
      { identity: [allowAll], session: [compile('session', 'x', s3)] },
      ` because no session policy allows the ${invoke} action`,
    ],
    [
      'a service control policy that is silent',
      { identity: [allowAll], scps: [[compile('scp', 'x', s3)]] },
      ' with an explicit deny in a service control policy',
    ],
  ])('names %s', (_name, policies, reason) => {
    expect(say(policies)).toBe(start + reason)
  })

  it('names the resource policy first across accounts, and the session that calls', () => {
    const foreign = roleSession(otherAccount)
    expect(say({}, foreign)).toBe(
      `User: ${foreign.arn} is not authorized to perform: ${invoke} on resource: ${functionArn} because no resource-based policy allows the ${invoke} action`,
    )
  })

  it('names a role trust policy', () => {
    const roleArn = `arn:aws:iam::${account}:role/target`
    const request = createAssumeRoleRequest({ principal: alice, roleArn, http, now })
    expect(createAccessDeniedMessage(request, decide(request, { identity: [allowAll] }))).toBe(
      `User: ${alice.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn} because no role trust policy allows the sts:AssumeRole action`,
    )
  })

  it('refuses to make an allowed call sound refused', () => {
    expect(() => say({ identity: [allowAll] })).toThrow(new TypeError('The decision allows every action'))
  })
})
