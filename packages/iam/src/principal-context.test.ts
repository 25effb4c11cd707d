import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  callUrl,
  functionArn,
  http,
  now,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { createFunctionUrlRequest } from './contexts.ts'
import { createPrincipalContext } from './principal-context.ts'
import type { Principal } from './principal.ts'

const place = { id: 'o-a1b2c3d4e5', paths: ['o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/'] }
const keysOf = (principal: Principal) => createPrincipalContext(principal, now, undefined)
const root = { type: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account } as const
const federated = {
  type: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/bob`,
  userArn: alice.arn,
  name: 'bob',
  id: `${account}:bob`,
} as const
const cloudfront = {
  type: 'service',
  name: 'cloudfront.amazonaws.com',
  sourceArn: `arn:aws:cloudfront::${account}:distribution/E1`,
  sourceAccount: account,
} as const

const shared = { 'aws:principalaccount': account, 'aws:principalisawsservice': 'false' }

/** Facts, section 2: every key that tells who calls, for every sort of caller; nothing more. */
const rows: [string, Principal, object][] = [
  [
    'a user with an access key',
    { ...alice, tags: { Team: 'red' } },
    {
      ...shared,
      'aws:principalarn': alice.arn,
      'aws:principaltype': 'User',
      'aws:userid': alice.id,
      'aws:username': 'alice',
      'aws:principaltag/team': 'red',
    },
  ],
  [
    'a user with a session and a second factor',
    { ...alice, issuedAt: new Date('2026-11-22T11:00:00Z'), mfaAt: new Date('2026-11-22T11:30:00Z') },
    {
      ...shared,
      'aws:principalarn': alice.arn,
      'aws:principaltype': 'User',
      'aws:userid': alice.id,
      'aws:username': 'alice',
      'aws:multifactorauthpresent': 'true',
      'aws:multifactorauthage': '1800',
      'aws:tokenissuetime': '2026-11-22T11:00:00Z',
    },
  ],
  [
    'a session of a role',
    {
      ...roleSession(),
      issuedAt: new Date('2026-11-22T11:00:00.500Z'),
      federatedProvider: 'accounts.google.com',
      sourceIdentity: 'alice',
      sourceFunctionArn: functionArn,
      tags: { Team: 'blue' },
    },
    {
      ...shared,
      'aws:principalarn': roleSession().roleArn,
      'aws:principaltype': 'AssumedRole',
      'aws:userid': 'AROAAPPEXAMPLE00001:s1',
      'aws:multifactorauthpresent': 'false',
      'aws:tokenissuetime': '2026-11-22T11:00:00Z',
      'aws:federatedprovider': 'accounts.google.com',
      'aws:sourceidentity': 'alice',
      'lambda:sourcefunctionarn': functionArn,
      'aws:principaltag/team': 'blue',
    },
  ],
  [
    'a federated user',
    federated,
    {
      ...shared,
      'aws:principalarn': federated.arn,
      'aws:principaltype': 'FederatedUser',
      'aws:userid': federated.id,
      'aws:multifactorauthpresent': 'false',
    },
  ],
  [
    'the root user',
    root,
    { ...shared, 'aws:principalarn': root.arn, 'aws:principaltype': 'Account', 'aws:userid': account },
  ],
  [
    'a service',
    cloudfront,
    {
      'aws:principalisawsservice': 'true',
      'aws:principalservicename': cloudfront.name,
      'aws:principalservicenameslist': [cloudfront.name],
      'aws:sourcearn': cloudfront.sourceArn,
      'aws:sourceaccount': account,
    },
  ],
  [
    'an anonymous caller',
    { type: 'anonymous' },
    {
      'aws:principaltype': 'Anonymous',
      'aws:principalaccount': 'anonymous',
      'aws:userid': 'anonymous',
    },
  ],
]

describe('createPrincipalContext()', () => {
  it.each(rows)('tells exactly this of %s', (_name, principal, keys) => {
    expect(keysOf(principal)).toEqual(keys)
  })

  it('lets no second factor be younger than now', () => {
    const late = { ...alice, issuedAt: now, mfaAt: new Date(now.getTime() + 5000) }
    expect(keysOf(late)).toMatchObject({ 'aws:multifactorauthage': '0' })
  })

  it('tells the organization of a caller, of the owner, and of whom a service acts for', () => {
    const organizations = { [account]: place }
    const contextOf = (principal: Principal) =>
      createFunctionUrlRequest({
        principal,
        functionArn,
        authType: 'AWS_IAM',
        http,
        now,
        organizations,
      }).actions[1]?.context
    const owner = { 'aws:resourceorgid': place.id, 'aws:resourceorgpaths': place.paths }
    expect(contextOf(alice)).toMatchObject({
      ...owner,
      'aws:principalorgid': place.id,
      'aws:principalorgpaths': place.paths,
    })
    expect(contextOf(cloudfront)).toMatchObject({
      ...owner,
      'aws:sourceorgid': place.id,
      'aws:sourceorgpaths': place.paths,
    })
    expect(contextOf(cloudfront)).not.toHaveProperty(['aws:principalorgid'])
    expect(contextOf(roleSession(otherAccount))).toMatchObject(owner)
    expect(contextOf(roleSession(otherAccount))).not.toHaveProperty(['aws:principalorgid'])
  })
})

describe('the context of a function URL', () => {
  const never = [
    'lambda:eventsourcetoken',
    'aws:sourcevpc',
    'aws:sourcevpce',
    'aws:vpcsourceip',
    'aws:calledvia',
    'aws:calledviafirst',
    'aws:calledvialast',
    'aws:tagkeys',
    'aws:requesttag/team',
  ]

  it('has none of the keys that are never there', () => {
    for (const [, principal] of rows) {
      for (const { context } of callUrl(principal).actions) {
        for (const key of never) expect(context).not.toHaveProperty([key])
      }
    }
  })

  it('writes every name in lower case, as the engine wants them', () => {
    for (const [, principal] of rows) {
      for (const { context } of callUrl(principal).actions) {
        for (const key of Object.keys(context)) expect(key).toBe(key.toLowerCase())
      }
    }
  })
})
