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
