import { describe, expect, it } from 'vitest'
import { account, alice, compile, http, now, otherAccount, roleSession } from './testing/cases.ts'
import { createEndpointRequest } from './contexts.ts'
import type { AccessRequest } from './contexts.ts'
import { decide } from './decide.ts'
import type { EndpointAuthType } from './endpoint-kinds.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import { explain } from './explain.ts'
import type { Principal } from './principal.ts'

const action = 'lambda:InvokeWebFunctionEndpoint'
const endpointArn = `arn:aws:lambda:us-east-1:${account}:web-function/shop/endpoint/prod`
const anonymous = { type: 'anonymous' } as const

const callEndpoint = (principal: Principal, authType: EndpointAuthType = 'IamAuth'): AccessRequest =>
  createEndpointRequest({ kind: 'web-function', principal, endpointArn, authType, http, now })

const grant = (Principal: unknown, Condition: object = {}, Resource = endpointArn) =>
  compile('resource', 'shop', { Effect: 'Allow', Principal, Action: action, Resource, Condition })
const identity = compile('identity', 'i', {
  Effect: 'Allow',
  Action: action,
  Resource: 'arn:aws:lambda:*:*:web-function/*/endpoint/*',
})

describe('a Web Function endpoint', () => {
  it('asks for one action, with no key of a function URL', () => {
    const { actions, resource, resourceAccount } = callEndpoint(alice)
    expect(actions.map((requested) => requested.action)).toEqual([action])
    expect([resource, resourceAccount]).toEqual([endpointArn, account])
    expect(Object.keys(actions[0]?.context ?? {}).filter((key) => key.startsWith('lambda:'))).toEqual([])
    expect(actions[0]?.context).toMatchObject({ 'aws:principalarn': alice.arn })
  })

  it('is open to its account by either policy, and across accounts by both', () => {
    const foreign = roleSession(otherAccount)
    const named = grant({ AWS: foreign.roleArn })
    expect(decide(callEndpoint(alice), { identity: [identity] }).allowed).toBe(true)
    expect(decide(callEndpoint(alice), { resource: grant({ AWS: alice.arn }) }).allowed).toBe(true)
    expect(decide(callEndpoint(alice), {}).allowed).toBe(false)
    expect(decide(callEndpoint(foreign), { resource: named, identity: [identity] }).allowed).toBe(true)
    expect(decide(callEndpoint(foreign), { resource: named }).allowed).toBe(false)
    expect(decide(callEndpoint(foreign), { identity: [identity] }).allowed).toBe(false)
  })

  it('is open to CloudFront for the distribution that is named', () => {
    const sourceArn = `arn:aws:cloudfront::${account}:distribution/E1`
    const cloudfront = { type: 'service', name: 'cloudfront.amazonaws.com', sourceArn } as const
    const resource = grant({ Service: cloudfront.name }, { ArnLike: { 'AWS:SourceArn': sourceArn } })
    expect(decide(callEndpoint(cloudfront), { resource }).allowed).toBe(true)
    expect(decide(callEndpoint({ ...cloudfront, sourceArn: `${sourceArn}2` }), { resource }).allowed).toBe(
      false,
    )
  })

  it('with IamAuth refuses the unsigned, with ApplicationManaged nobody', () => {
    const deny = compile('resource', 'shop', {
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
    })
    expect(decide(callEndpoint(anonymous), { resource: grant('*') }).stage).toBe('authentication')
    expect(decide(callEndpoint(alice, 'ApplicationManaged'), { resource: deny })).toEqual({
      allowed: true,
      actions: [{ action, allowed: true, by: [] }],
    })
    expect(explain(callEndpoint(alice, 'ApplicationManaged'), {}).says).toBe(
      `An anonymous caller may call the Web Function endpoint ${endpointArn}: no policy is asked for it.`,
    )
  })

  it('is told by its ARN, and by nothing else', () => {
    const { readAccount, actions } = endpointKinds['web-function']
    expect(readAccount(endpointArn)).toBe(account)
    const before = `arn:aws:lambda:us-east-1:${account}:`
    for (const other of [
      'nonsense',
      `${before}x/web-function/shop/endpoint/prod`,
      `${before}web-function/shop/endpoint/prod/x`,
      'arn:aws:lambda:us-east-1::web-function/shop/endpoint/prod',
    ]) {
      expect(readAccount(other), other).toBeUndefined()
    }
    expect(actions.map(({ statementSuffix }) => statementSuffix)).toEqual(['web'])
  })

  it('is no function URL, nor one of it', () => {
    const { actions } = endpointKinds['function-url']
    expect(actions[0]?.grant('IamAuth')).toEqual({})
    const input = { kind: 'function-url', principal: alice, authType: 'AWS_IAM', http, now } as const
    expect(() => createEndpointRequest({ ...input, endpointArn })).toThrow(
      `endpointArn must be the ARN of a function, not "${endpointArn}"`,
    )
  })

  it('is explained with one action and a policy of its own', () => {
    const { says, fixes } = explain(callEndpoint(alice), {})
    expect(says).toContain(action)
    expect(says).not.toContain('lambda:InvokeFunctionUrl')
    expect(JSON.stringify(fixes)).not.toContain('lambda:InvokeFunction"')
  })
})

describe('createEndpointRequest()', () => {
  it('refuses an ARN and an AuthType of another kind', () => {
    const functionArn = `arn:aws:lambda:us-east-1:${account}:function:my-fn`
    const input = {
      kind: 'web-function',
      principal: alice,
      endpointArn,
      authType: 'IamAuth',
      http,
      now,
    } as const
    expect(() => createEndpointRequest({ ...input, endpointArn: functionArn })).toThrow(
      new TypeError(`endpointArn must be the ARN of a Web Function's endpoint, not "${functionArn}"`),
    )
    expect(() => createEndpointRequest({ ...input, authType: 'AWS_IAM' })).toThrow(
      new TypeError('AWS_IAM is no AuthType of a web-function'),
    )
  })

  it('asks what the table says, and nothing else', () => {
    const arns = {
      'function-url': [`arn:aws:lambda:us-east-1:${account}:function:my-fn`, 'AWS_IAM'],
      'web-function': [endpointArn, 'IamAuth'],
    } as const
    for (const kind of ['function-url', 'web-function'] as const) {
      const [arn, authType] = arns[kind]
      const request = createEndpointRequest({ kind, principal: alice, endpointArn: arn, authType, http, now })
      expect(request.actions.map((requested) => requested.action)).toEqual(
        endpointKinds[kind].actions.map((row) => row.action),
      )
    }
  })
})
