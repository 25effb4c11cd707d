import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  allowBoth,
  callUrl,
  compile,
  functionArn,
  grantInvoke,
  grantUrl,
  http,
  now,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { decide } from './decide.ts'
import type { PolicySet } from './decision.ts'
import { explain } from './explain.ts'
import type { PolicyKind } from './policy.ts'
import type { Principal } from './principal.ts'
import { createAssumeRoleRequest } from './trust.ts'

/** For several statements of one policy. */
function withoutSid(statement: object): object {
  return { ...statement, Sid: undefined }
}

const app = roleSession()
const both = compile('identity', 'both', allowBoth())
const nothing = compile('boundary', 'b', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
const deny = compile('identity', 'deny', { Effect: 'Deny', Action: '*', Resource: '*' })
const everybody = compile('resource', 'r', grantUrl('*'), grantInvoke('*'))

describe('decide() with policies that could not be read', () => {
  it('says under which kinds of policy an Allow stands', () => {
    const { allowed, actions } = decide(callUrl(app), { identity: [both], unknown: ['session', 'scp'] })
    expect(allowed).toBe(true)
    for (const verdict of actions)
      expect(verdict).toMatchObject({ allowed: true, unless: ['scp', 'session'] })
  })

  it('says nothing of kinds that have no say about the caller', () => {
    const [verdict] = decide(callUrl(alice), { identity: [both], unknown: ['session', 'trust'] }).actions
    expect(verdict).not.toHaveProperty('unless')
    const service = { type: 'service', name: 'cloudfront.amazonaws.com' } as const
    const resource = compile('resource', 'r', grantUrl({ Service: service.name }))
    const unknown = ['identity', 'boundary', 'session', 'scp'] as const
    expect(decide(callUrl(service), { resource, unknown }).actions[0]).not.toHaveProperty('unless')
  })

  it('leaves open what an unknown policy could allow, and names its kind', () => {
    const { allowed, actions } = decide(callUrl(app), { unknown: ['identity'] })
    expect(allowed).toBe(false)
    expect(actions[0]).toMatchObject({ allowed: false, kind: 'unknown', blame: ['identity'], by: [] })
    const foreign = roleSession(otherAccount)
    expect(decide(callUrl(foreign), { resource: everybody, unknown: ['identity'] }).actions[0]).toMatchObject(
      {
        kind: 'unknown',
        blame: ['identity'],
      },
    )
  })

  it('names the policy of the function where it could stand in for an identity policy', () => {
    expect(decide(callUrl(app), { unknown: ['resource'] }).actions[0]).toMatchObject({
      kind: 'unknown',
      blame: ['resource'],
    })
  })

  it('refuses what no unknown policy could change', () => {
    const capped = decide(callUrl(app), {
      identity: [both],
      boundary: nothing,
      unknown: ['identity', 'session'],
    })
    expect(capped.actions[0]).toMatchObject({ kind: 'implicit-deny', blame: ['boundary'] })
    const foreign = decide(callUrl(roleSession(otherAccount)), {
      identity: [both],
      unknown: ['identity', 'scp'],
    })
    expect(foreign.actions[0]).toMatchObject({ kind: 'implicit-deny', blame: ['resource'] })
  })

  it('never hides a Deny that is known', () => {
    const unknown = ['identity', 'resource', 'boundary', 'session', 'scp'] as const
    expect(decide(callUrl(app), { identity: [both, deny], unknown }).actions[0]).toMatchObject({
      kind: 'explicit-deny',
      blame: ['identity'],
    })
  })

  it('blames what is sure to stand in the way, and nothing that is open', () => {
    const { actions } = decide(callUrl(app), { boundary: nothing, unknown: ['identity', 'boundary'] })
    expect(actions[0]).toMatchObject({ kind: 'implicit-deny', blame: ['boundary'] })
  })

  it('reckons with further policies beside those that are known', () => {
    const silent = compile('scp', 's', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
    const closed = compile('scp', 'd', { Effect: 'Deny', Action: '*', Resource: '*' })
    const withScp = (scp: typeof silent) =>
      decide(callUrl(app), { identity: [both], scps: [[scp]], unknown: ['scp'] }).actions[0]
    expect(withScp(silent)).toMatchObject({ kind: 'unknown', blame: ['scp'] })
    expect(withScp(closed)).toMatchObject({ kind: 'explicit-deny', blame: ['scp'] })
  })

  it('asks of the root user nothing but its organization and the function', () => {
    const root = { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account } as const
    expect(decide(callUrl(root), { unknown: ['identity', 'session', 'scp'] }).actions[0]).toMatchObject({
      allowed: true,
      unless: ['scp'],
    })
  })

  it('keeps an unsigned request out, whatever is unknown', () => {
    expect(decide(callUrl({ type: 'anonymous' }), { unknown: ['resource'] }).stage).toBe('authentication')
  })
})

describe('decide() when no kind of policy is wholly known', () => {
  const all = ['identity', 'resource', 'trust', 'boundary', 'session', 'scp'] as const
  const root = { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account } as const
  const service = { type: 'service', name: 'lambda.amazonaws.com' } as const
  const federated = {
    type: 'federated-user',
    account,
    arn: `arn:aws:sts::${account}:federated-user/bob`,
    userArn: alice.arn,
    name: 'bob',
    id: `${account}:bob`,
  } as const
  const callers: readonly (readonly [Principal, readonly PolicyKind[], readonly PolicyKind[]])[] = [
    [alice, ['scp'], ['identity', 'boundary']],
    [app, ['scp'], ['identity', 'boundary', 'session']],
    [federated, ['scp'], ['identity', 'boundary', 'session']],
    [root, ['scp'], []],
    [service, [], []],
    [{ type: 'anonymous' }, [], []],
  ]
  const principal = ['*', { Service: service.name }]
  const openFor = (type: string) =>
    compile(
      'resource',
      'r',
      ...principal.flatMap((one) => [grantUrl(one, functionArn, type), grantInvoke(one)].map(withoutSid)),
    )
  const roleArn = `arn:aws:iam::${account}:role/target`
  const assume = { Effect: 'Allow', Action: 'sts:AssumeRole' }
  const openTrust = compile('trust', 't', ...principal.map((Principal) => ({ ...assume, Principal })))

  it.each(callers)(
    'asks of %j what has a say about it, for a URL and for a role',
    (caller, before, after) => {
      const authType = caller.type === 'anonymous' ? 'NONE' : 'AWS_IAM'
      const url = decide(callUrl(caller, functionArn, authType), {
        resource: openFor(authType),
        identity: [both],
        unknown: all,
      })
      expect(url.actions[0]).toMatchObject({ allowed: true, unless: [...before, 'resource', ...after] })
      const request = createAssumeRoleRequest({ principal: caller, roleArn, http, now })
      const trust = decide(request, { resource: openTrust, identity: [allowAssume], unknown: all })
      expect(trust.actions[0]).toMatchObject({ allowed: true, unless: [...before, 'trust', ...after] })
    },
  )

  const allowAssume = compile('identity', 'a', { ...assume, Resource: '*' })

  it('blames the kinds that would have to allow, and no other', () => {
    const { actions } = decide(callUrl(app), { unknown: ['identity', 'boundary', 'session'] })
    expect(actions[0]).toMatchObject({ kind: 'unknown', blame: ['identity'] })
  })

  it('supposes nothing of the kinds that are known', () => {
    const s3 = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
    const silentSession = [compile('session', 's', s3)]
    const scps = [[compile('scp', 's', s3)]]
    const verdictOf = (policies: PolicySet) => decide(callUrl(app), policies).actions[0]
    expect(verdictOf({ unknown: ['session'] })).toMatchObject({ kind: 'implicit-deny', blame: ['identity'] })
    expect(verdictOf({ session: silentSession, unknown: ['identity'] })).toMatchObject({
      kind: 'implicit-deny',
      blame: ['session'],
    })
    expect(verdictOf({ scps, unknown: ['identity'] })).toMatchObject({
      kind: 'implicit-deny',
      blame: ['scp'],
    })
  })

  it('leaves open what an unknown trust policy could allow', () => {
    const request = createAssumeRoleRequest({ principal: alice, roleArn, http, now })
    expect(decide(request, { identity: [allowAssume], unknown: ['trust'] }).actions[0]).toMatchObject({
      kind: 'unknown',
      blame: ['trust'],
    })
    const delegating = compile('trust', 't', { ...assume, Principal: { AWS: account } })
    expect(decide(request, { resource: delegating, unknown: ['trust'] }).actions[0]).toMatchObject({
      kind: 'unknown',
      blame: ['trust'],
    })
  })
})

describe('explain() with policies that could not be read', () => {
  it('says that the Allow may not hold', () => {
    expect(explain(callUrl(app), { identity: [both], unknown: ['identity', 'session'] }).says).toBe(
      'Role app may call the function URL of my-fn: granted by statement 1 of identity policy "both", unless an identity policy or a session policy that could not be read denies it.',
    )
  })

  it('says what it depends on', () => {
    expect(explain(callUrl(app), { unknown: ['identity'] }).says).toMatch(
      /^Role app may call the function URL of my-fn only if the identity policy, which could not be read, allows lambda:InvokeFunctionUrl and lambda:InvokeFunction; nothing that could be read does: /,
    )
  })
})
