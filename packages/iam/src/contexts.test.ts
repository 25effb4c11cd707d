import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  aliasArn,
  functionArn,
  http,
  invoke,
  invokeUrl,
  now,
  roleSession,
} from './testing/cases.ts'
import { createApiRequest, createFunctionUrlRequest } from './contexts.ts'
import type { Principal } from './principal.ts'

const contextOf = (principal: Principal) =>
  createApiRequest({ principal, action: invoke, resource: functionArn, resourceAccount: account, http, now })
    .actions[0]?.context

describe('createFunctionUrlRequest()', () => {
  const input = { principal: alice, functionArn: aliasArn, authType: 'AWS_IAM', http, now } as const

  it('asks for two actions, each with its own keys', () => {
    const { actions, resource, resourceAccount } = createFunctionUrlRequest(input)
    expect(resource).toBe(aliasArn)
    expect(resourceAccount).toBe(account)
    expect(actions.map(({ action }) => action)).toEqual([invokeUrl, invoke])
    expect(actions[0]?.context).toMatchObject({
      'lambda:functionurlauthtype': 'AWS_IAM',
      'lambda:functionarn': aliasArn,
      'aws:principalarn': alice.arn,
    })
    expect(actions[0]?.context).not.toHaveProperty(['lambda:invokedviafunctionurl'])
    expect(actions[1]?.context).toMatchObject({ 'lambda:invokedviafunctionurl': 'true' })
    expect(actions[1]?.context).not.toHaveProperty(['lambda:functionurlauthtype'])
  })

  it('makes every caller of a NONE URL anonymous', () => {
    const { principal, actions } = createFunctionUrlRequest({ ...input, authType: 'NONE' })
    expect(principal).toEqual({ type: 'anonymous' })
    expect(actions[0]?.context).toMatchObject({ 'aws:principaltype': 'Anonymous', 'aws:userid': 'anonymous' })
    expect(actions[0]?.context).not.toHaveProperty(['aws:principalarn'])
  })

  it('takes tags and further keys in any case', () => {
    const { actions } = createFunctionUrlRequest({
      ...input,
      functionTags: { Team: 'Red' },
      context: { 'aws:PrincipalOrgID': 'o-1' },
    })
    expect(actions[1]?.context).toMatchObject({ 'aws:resourcetag/team': 'Red', 'aws:principalorgid': 'o-1' })
  })

  it('refuses an ARN of something else', () => {
    expect(() => createFunctionUrlRequest({ ...input, functionArn: 'my-fn' })).toThrow(
      new TypeError('functionArn must be the ARN of a function, not "my-fn"'),
    )
  })
})

describe('createApiRequest()', () => {
  it('fills the common keys', () => {
    expect(contextOf(alice)).toEqual({
      'aws:currenttime': '2026-11-22T12:00:00Z',
      'aws:epochtime': '1795348800',
      'aws:securetransport': 'true',
      'aws:sourceip': '203.0.113.10',
      'aws:requestedregion': 'us-east-1',
      'aws:resourceaccount': account,
      'aws:viaawsservice': 'false',
      'aws:principalisawsservice': 'false',
      'aws:principalaccount': account,
      'aws:principalarn': alice.arn,
      'aws:principaltype': 'User',
      'aws:userid': alice.id,
      'aws:username': 'alice',
    })
  })

  it('names the role of a session, and when its token was issued', () => {
    const issuedAt = new Date('2026-11-22T11:00:00.500Z')
    expect(contextOf({ ...roleSession(), issuedAt, tags: { Team: 'red' } })).toMatchObject({
      'aws:principalarn': roleSession().roleArn,
      'aws:principaltype': 'AssumedRole',
      'aws:userid': 'AROAAPPEXAMPLE00001:s1',
      'aws:tokenissuetime': '2026-11-22T11:00:00Z',
      'aws:multifactorauthpresent': 'false',
      'aws:principaltag/team': 'red',
    })
    expect(contextOf(roleSession())).not.toHaveProperty(['aws:username'])
  })

  it('names a service by its list, too', () => {
    expect(
      contextOf({ type: 'service', name: 'cloudfront.amazonaws.com', sourceAccount: account }),
    ).toMatchObject({
      'aws:principalisawsservice': 'true',
      'aws:principalservicename': 'cloudfront.amazonaws.com',
      'aws:principalservicenameslist': ['cloudfront.amazonaws.com'],
      'aws:sourceaccount': account,
    })
  })

  it('shows an IPv4 client of a socket for both families as IPv4', () => {
    const request = createApiRequest({
      principal: alice,
      action: invoke,
      resource: functionArn,
      resourceAccount: account,
      http: {
        ...http,
        sourceIp: '::ffff:127.0.0.1',
        userAgent: 'curl/8.5.0',
        referer: 'https://example.com/',
      },
      now,
      context: { 'lambda:Principal': 'x' },
    })
    expect(request.actions[0]?.context).toMatchObject({
      'aws:sourceip': '127.0.0.1',
      'aws:useragent': 'curl/8.5.0',
      'aws:referer': 'https://example.com/',
      'lambda:principal': 'x',
    })
  })
})

describe('keys of the connection', () => {
  const contextFrom = (facts: object) =>
    createApiRequest({
      principal: alice,
      action: invoke,
      resource: functionArn,
      resourceAccount: account,
      http: { ...http, ...facts },
      now,
    }).actions[0]?.context

  it('are absent when nothing was sent', () => {
    expect(Object.keys(contextFrom({}) ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/useragent|referer/)]),
    )
    const { actions } = createFunctionUrlRequest({
      principal: alice,
      functionArn,
      authType: 'AWS_IAM',
      http,
      now,
    })
    expect(Object.keys(actions[0]?.context ?? {}).filter((key) => key.includes('tag'))).toEqual([])
  })

  it.each([
    ['::ffff:203.0.113.10', '203.0.113.10'],
    ['::FFFF:203.0.113.10', '203.0.113.10'],
    ['::ffff:cb00:710a', '::ffff:cb00:710a'],
    ['::fffe:203.0.113.10', '::fffe:203.0.113.10'],
    ['203.0.113.10', '203.0.113.10'],
  ])('an address %s is told as %s', (sourceIp, told) => {
    expect(contextFrom({ sourceIp })).toMatchObject({ 'aws:sourceip': told })
  })
})
