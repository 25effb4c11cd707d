import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  allowBoth,
  callUrl,
  compile,
  grantInvoke,
  grantUrl,
  invokeUrl,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { answerVector, expectedAnswer, parseVectors, vectorFile } from './testing/vectors.ts'
import type { AccessRequest } from './contexts.ts'
import { decide } from './decide.ts'
import type { PolicyKind } from './policy.ts'

const { cases } = parseVectors(readFileSync(vectorFile, 'utf8'))

describe('decide() on the vectors', () => {
  it('has all 60', () => {
    expect(cases).toHaveLength(60)
  })

  for (const vector of cases) {
    it(`${vector.id} ${vector.title}`, () => {
      expect(answerVector(vector)).toEqual(expectedAnswer(vector))
    })
  }
})

describe('decide()', () => {
  const both = compileDocument('identity', allowBoth())

  it('joins an identity policy and a resource policy of the same account, action by action', () => {
    const { allowed, actions } = decide(callUrl(roleSession()), {
      identity: [compileDocument('identity', { ...allowBoth(), Action: invokeUrl })],
      resource: compileDocument('resource', grantInvoke({ AWS: roleSession().roleArn })),
    })
    expect(allowed).toBe(true)
    expect(actions.map(({ by }) => by[0]?.policy.type)).toEqual(['identity', 'resource'])
  })

  it('finds the allow among several policies, and the deny behind it', () => {
    const deny = compileDocument('identity', { Effect: 'Deny', NotAction: 's3:*', Resource: '*' })
    const silent = compileDocument('identity', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
    expect(decide(callUrl(alice), { identity: [silent, both] }).allowed).toBe(true)
    expect(decide(callUrl(alice), { identity: [both, deny] }).actions[0]).toMatchObject({
      kind: 'explicit-deny',
    })
  })

  it('lets the root user do everything at home, and only what is granted abroad', () => {
    const root = { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account } as const
    const foreign = {
      ...root,
      account: otherAccount,
      arn: `arn:aws:iam::${otherAccount}:root`,
      id: otherAccount,
    }
    expect(decide(callUrl(root), {}).allowed).toBe(true)
    expect(decide(callUrl(foreign), {}).allowed).toBe(false)
    const named = { AWS: otherAccount }
    const resource = compileDocument('resource', grantUrl(named), grantInvoke(named))
    expect(decide(callUrl(foreign), { resource }).allowed).toBe(true)
  })

  it('does not hold service control policies against services and anonymous callers', () => {
    const deny = compileDocument('scp', { Effect: 'Deny', Action: '*', Resource: '*' })
    const service = { type: 'service', name: 'cloudfront.amazonaws.com' } as const
    const named = { Service: service.name }
    const resource = compileDocument('resource', grantUrl(named), grantInvoke(named))
    expect(decide(callUrl(service), { resource, scps: [[deny]] }).allowed).toBe(true)
    expect(decide(callUrl(service), { scps: [] }).allowed).toBe(false)
  })

  it('names every statement that denies, and each kind once, in the order it looks', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: '*' }
    const { actions } = decide(callUrl(roleSession()), {
      identity: [compileDocument('identity', deny, deny), compileDocument('identity', deny)],
      boundary: compileDocument('boundary', deny),
      resource: compileDocument('resource', { ...deny, Principal: '*' }),
    })
    expect(actions[0]).toMatchObject({
      kind: 'explicit-deny',
      blame: ['resource', 'identity', 'boundary'],
      by: ['resource', 'identity', 'identity', 'identity', 'boundary'].map((type) => ({ policy: { type } })),
    })
    expect(actions[0]?.by.map(({ index }) => index)).toEqual([0, 0, 1, 0, 0])
    expect(actions[0]?.by[0]).not.toHaveProperty('sid')
  })

  it('names who allowed in the order it asks, and no account that only delegates', () => {
    const foreign = roleSession(otherAccount)
    const named = { AWS: foreign.roleArn }
    const { actions } = decide(callUrl(foreign), {
      identity: [both],
      boundary: compileDocument('boundary', allowBoth()),
      session: [compileDocument('session', allowBoth())],
      resource: compileDocument('resource', grantUrl(named), grantInvoke(named)),
    })
    const typesOf = (verdict = actions[0]) => verdict?.by.map(({ policy }) => policy.type)
    expect(typesOf()).toEqual(['resource', 'identity', 'boundary', 'session'])
    const home = { AWS: account }
    const resource = compileDocument('resource', grantUrl(home), grantInvoke(home))
    expect(typesOf(decide(callUrl(alice), { identity: [both], resource }).actions[0])).toEqual(['identity'])
  })

  it('takes the strongest of several grants, wherever it stands', () => {
    const app = roleSession()
    const grants = [app.roleArn, app.arn].flatMap((AWS) => [grantUrl({ AWS }), grantInvoke({ AWS })])
    const resource = compileDocument('resource', ...grants.map((one) => ({ ...one, Sid: undefined })))
    const boundary = compileDocument('boundary', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
    expect(decide(callUrl(app), { resource, boundary }).allowed).toBe(true)
  })

  it('tells of an unsigned request that no policy was read', () => {
    expect(decide(callUrl({ type: 'anonymous' }), {})).toEqual({
      allowed: false,
      stage: 'authentication',
      actions: [invokeUrl, 'lambda:InvokeFunction'].map((action) => ({
        action,
        allowed: false,
        kind: 'implicit-deny',
        blame: [],
        by: [],
      })),
    })
  })

  it('decides on an anonymous call of an API by the policy of its resource', () => {
    const request: AccessRequest = { ...callUrl(alice), principal: { type: 'anonymous' } }
    const { endpoint: _, ...call } = request
    const resource = compileDocument('resource', grantUrl('*'), grantInvoke('*'))
    expect(decide(call, { resource }).allowed).toBe(true)
    expect(decide(call, {}).actions[0]).toMatchObject({ blame: ['resource'] })
  })

  it('counts an empty list of session policies as none', () => {
    expect(decide(callUrl(roleSession()), { identity: [both], session: [] }).allowed).toBe(true)
  })

  it('names several that stand in the way, in the order AWS names them', () => {
    const s3 = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
    const { actions } = decide(callUrl(roleSession(otherAccount)), {
      boundary: compileDocument('boundary', s3),
      session: [compileDocument('session', s3)],
      scps: [[compileDocument('scp', s3)]],
    })
    expect(actions[0]).toMatchObject({ blame: ['scp', 'resource', 'identity', 'boundary', 'session'] })
  })

  function compileDocument(type: PolicyKind, ...statements: object[]) {
    return compile(type, type, ...statements)
  }
})
