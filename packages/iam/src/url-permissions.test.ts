import { describe, expect, it } from 'vitest'
import {
  account,
  alice,
  aliasArn,
  callUrl,
  compile,
  functionArn,
  grantInvoke,
  grantUrl,
  http,
  invoke,
  invokeUrl,
  now,
  otherAccount,
  roleSession,
} from './testing/cases.ts'
import { compilePolicy } from './compile.ts'
import { createApiRequest } from './contexts.ts'
import { decide } from './decide.ts'
import { parsePolicy } from './parse-policy.ts'
import {
  createPermissionCondition,
  createStatementId,
  createUrlIdentityPolicy,
  createUrlPermissions,
} from './url-permissions.ts'

const roleArn = `arn:aws:iam::${account}:role/team/caller`

describe('createPermissionCondition()', () => {
  it('writes each limit under its operator, in the order of Lambda', () => {
    expect(createPermissionCondition({})).toEqual({})
    expect(
      JSON.stringify(
        createPermissionCondition({ sourceArn: 'arn:aws:s3:::b', functionUrlAuthType: 'AWS_IAM' }),
      ),
    ).toBe(
      '{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}',
    )
    expect(createPermissionCondition({ invokedViaFunctionUrl: true })).toEqual({
      Bool: { 'lambda:InvokedViaFunctionUrl': 'true' },
    })
  })
})

describe('createStatementId()', () => {
  it.each([
    ['*', 'url', 'FunctionURLAllowPublicAccess'],
    ['*', 'invoke', 'FunctionURLAllowInvokeAction'],
    ['*', 'listtags', 'furlong-public-listtags'],
  ])('calls that of %s for %s %s', (principal, suffix, expected) => {
    expect(createStatementId(principal, suffix)).toBe(expected)
  })

  it('is readable and stays what it is', () => {
    expect(createStatementId(roleArn, 'url')).toBe('furlong-role-team-caller-a692cc98-url')
  })

  it('differs with account, path and what cannot be written in an id', () => {
    const principals = [
      roleArn,
      roleArn.replace(account, otherAccount),
      roleArn.replace('team/', ''),
      roleArn.replace('team/', 'team-'),
      roleArn.replace('role/', 'user/'),
      `${roleArn}+`,
      `${roleArn}=`,
      `${roleArn}-${'x'.repeat(100)}`,
      `${roleArn}-${'x'.repeat(101)}`,
      account,
      otherAccount,
      'cloudfront.amazonaws.com',
      '*',
    ]
    const ids = principals.map((principal) => createStatementId(principal, 'invoke'))
    expect(new Set(ids).size).toBe(principals.length)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9-_]{1,96}$/)
  })

  it('is one for both forms of an account', () => {
    const root = createStatementId(`arn:aws:iam::${account}:root`, 'url')
    expect(root).toBe(createStatementId(account, 'url'))
    expect(root).toContain(`furlong-account-${account}-`)
  })
})

describe('createUrlPermissions()', () => {
  it('has both actions, each with its own limit and none of the other', () => {
    expect(createUrlPermissions(roleArn, 'AWS_IAM')).toEqual([
      {
        statementId: createStatementId(roleArn, 'url'),
        action: invokeUrl,
        principal: roleArn,
        functionUrlAuthType: 'AWS_IAM',
      },
      {
        statementId: createStatementId(roleArn, 'invoke'),
        action: invoke,
        principal: roleArn,
        invokedViaFunctionUrl: true,
      },
    ])
  })
})

describe('createUrlIdentityPolicy()', () => {
  const identity = (arn: string) => [
    compilePolicy(parsePolicy(JSON.stringify(createUrlIdentityPolicy(arn)), 'identity'), {
      type: 'identity',
      name: 'call',
    }),
  ]

  it('opens the URL, at home and across accounts', () => {
    expect(decide(callUrl(alice), { identity: identity(functionArn) }).allowed).toBe(true)
    expect(decide(callUrl(alice, aliasArn), { identity: identity(aliasArn) }).allowed).toBe(true)
    const caller = roleSession(otherAccount)
    const principal = { AWS: caller.roleArn }
    const resource = compile('resource', functionArn, grantUrl(principal), grantInvoke(principal))
    expect(decide(callUrl(caller), { resource, identity: identity(functionArn) }).allowed).toBe(true)
  })

  it('opens no other function, and not the Invoke API', () => {
    expect(decide(callUrl(alice), { identity: identity(aliasArn) }).allowed).toBe(false)
    const direct = createApiRequest({
      principal: alice,
      action: invoke,
      resource: functionArn,
      resourceAccount: account,
      http,
      now,
    })
    expect(decide(direct, { identity: identity(functionArn) }).allowed).toBe(false)
  })
})

describe('the hash in a statement id', () => {
  it('has eight digits, whatever it begins with', () => {
    expect(createStatementId('arn:aws:iam::111122223333:role/r606', 'url')).toMatch(
      /^furlong-role-r606-0[\da-f]{7}-url$/,
    )
  })

  it('follows a slug without runs of hyphens, and none at its ends', () => {
    expect(createStatementId('..x..y--', 'url')).toMatch(/^furlong-x-y-[\da-f]{8}-url$/)
    expect(createStatementId('--x', 'url')).toMatch(/^furlong-x-[\da-f]{8}-url$/)
  })
})
