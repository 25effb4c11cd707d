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
import { compilePolicy } from './compile.ts'
import type { AccessRequest } from './contexts.ts'
import type { PolicySet } from './decision.ts'
import { decide } from './decide.ts'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy.ts'
import type { Principal } from './principal.ts'
import type { RequestContext } from './request-context.ts'

interface VectorCase {
  id: string
  title: string
  request: {
    via: 'functionUrl' | 'api'
    authType: 'AWS_IAM' | 'NONE'
    principal: Record<string, string> & { type: Principal['type'] }
    resource: string
    actions: string[]
    context: Record<string, RequestContext>
  }
  policies: {
    identity?: object[]
    boundary?: object
    session?: object[]
    resource?: object
    scps?: object[][]
  }
  expect: {
    decision: 'Allow' | 'Deny'
    stage?: string
    actions?: Record<string, 'Allow' | 'ImplicitDeny' | 'ExplicitDeny'>
    blame?: PolicyKind[]
    allowedBy?: PolicyKind[]
  }
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/decisions.json', import.meta.url), 'utf8')) as {
  cases: VectorCase[]
}

const verdictNames = {
  'implicit-deny': 'ImplicitDeny',
  'explicit-deny': 'ExplicitDeny',
  unknown: 'Unknown',
} as const

describe('decide() on the vectors', () => {
  it('has all 60', () => {
    expect(vectors.cases).toHaveLength(60)
  })

  for (const vector of vectors.cases) {
    it(`${vector.id} ${vector.title}`, () => {
      const decision = decide(readRequest(vector.request), readPolicies(vector.policies))
      expect(decision.allowed).toBe(vector.expect.decision === 'Allow')
      expect(decision.stage).toBe(vector.expect.stage)
      for (const verdict of decision.actions) {
        const expected = vector.expect.actions?.[verdict.action]
        if (expected === undefined) continue
        expect(`${verdict.action} ${verdict.allowed ? 'Allow' : verdictNames[verdict.kind]}`).toBe(
          `${verdict.action} ${expected}`,
        )
      }
      if (vector.expect.blame !== undefined) {
        const blame = decision.actions.flatMap((verdict) => (verdict.allowed ? [] : verdict.blame))
        expect([...new Set(blame)].sort()).toEqual([...vector.expect.blame].sort())
      }
      if (vector.expect.allowedBy !== undefined) {
        const by = decision.actions.flatMap((verdict) => verdict.by.map((ref) => ref.policy.type))
        expect([...new Set(by)].sort()).toEqual([...vector.expect.allowedBy].sort())
      }
    })
  }
})

function readRequest(request: VectorCase['request']): AccessRequest {
  const { common, ...own } = request.context
  const account = request.resource.split(':')[4] ?? ''
  const lowerCaseKeys = (keys: RequestContext): RequestContext =>
    Object.fromEntries(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    principal: request.authType === 'NONE' ? { type: 'anonymous' } : readPrincipal(request.principal),
    resource: request.resource,
    resourceAccount: account,
    actions: request.actions.map((action) => ({
      action,
      context: lowerCaseKeys({ ...common, ...own[action] }),
    })),
    ...(request.via === 'functionUrl' && {
      endpoint: { kind: 'function-url' as const, authType: request.authType },
    }),
  }
}

function readPrincipal(principal: VectorCase['request']['principal']): Principal {
  const known = ['user', 'role-session', 'federated-user', 'root', 'service', 'anonymous']
  if (!known.includes(principal.type)) throw new Error(`unknown principal type ${principal.type}`)
  return {
    id: 'unused',
    ...principal,
    ...(principal['service'] && { name: principal['service'] }),
  } as Principal
}

function readPolicies(policies: VectorCase['policies']): PolicySet {
  const compile = (document: object, type: PolicyKind, name: string = type) =>
    compilePolicy(parsePolicy(JSON.stringify(document), type), { type, name })
  return {
    ...(policies.identity && {
      identity: policies.identity.map((document) => compile(document, 'identity')),
    }),
    ...(policies.boundary && { boundary: compile(policies.boundary, 'boundary') }),
    ...(policies.session && { session: policies.session.map((document) => compile(document, 'session')) }),
    ...(policies.resource && { resource: compile(policies.resource, 'resource') }),
    ...(policies.scps && {
      scps: policies.scps.map((level) => level.map((document) => compile(document, 'scp'))),
    }),
  }
}

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
