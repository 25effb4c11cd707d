import { describe, expect, it } from 'vitest'
import { createGrantPermissions, createIdentityPolicy, publicPermissions } from './grant-rule.ts'
import { createPermissionInput, isSamePrincipal, isSameStatement, type Permission } from './statements.ts'

const role = {
  kind: 'role',
  principal: 'arn:aws:iam::444455556666:role/team/caller',
  accountId: '444455556666',
  says: 'the role itself',
} as const
const [urlPermission, invokePermission] = createGrantPermissions(role) as [Permission, Permission]
const [, openInvoke] = publicPermissions as [Permission, Permission]

describe('createGrantPermissions()', () => {
  it('creates both statements, each with its own condition and none of the other', () => {
    expect(urlPermission).toMatchObject({
      action: 'lambda:InvokeFunctionUrl',
      functionUrlAuthType: 'AWS_IAM',
    })
    expect(urlPermission).not.toHaveProperty('invokedViaFunctionUrl')
    expect(invokePermission).toMatchObject({ action: 'lambda:InvokeFunction', invokedViaFunctionUrl: true })
    expect(invokePermission).not.toHaveProperty('functionUrlAuthType')
  })

  it('gives stable ids that AWS accepts and that differ between principals', () => {
    expect(urlPermission.statementId).toMatch(/^[a-zA-Z0-9-_]{1,100}$/)
    expect(createGrantPermissions(role)).toEqual([urlPermission, invokePermission])
    const other = createGrantPermissions({ ...role, principal: role.principal.replace('4444', '7777') })
    expect(other[0]?.statementId).not.toBe(urlPermission.statementId)
    const long = createGrantPermissions({ ...role, principal: `arn:aws:iam::1:role/${'x+'.repeat(60)}` })
    expect(long[1]?.statementId.length).toBeLessThanOrEqual(100)
  })
})

describe('isSameStatement()', () => {
  const stored = {
    Sid: 'someone-elses',
    Effect: 'Allow',
    Principal: { AWS: role.principal },
    Action: 'lambda:InvokeFunction',
    Resource: 'arn:aws:lambda:us-east-1:111122223333:function:books',
    Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  }

  it('knows a statement again under another id', () => {
    expect(isSameStatement(stored, invokePermission)).toBe(true)
    expect(isSameStatement(stored, urlPermission)).toBe(false)
  })

  it('does not take a dead unique id or a missing condition for the same', () => {
    expect(isSameStatement({ ...stored, Principal: { AWS: 'AROAEXAMPLE' } }, invokePermission)).toBe(false)
    expect(isSameStatement({ ...stored, Condition: {} }, invokePermission)).toBe(false)
    expect(isSameStatement({ ...stored, Effect: 'Deny' }, invokePermission)).toBe(false)
  })
})

describe('isSamePrincipal()', () => {
  it('compares accounts and everybody', () => {
    expect(isSamePrincipal({ AWS: 'arn:aws:iam::111122223333:root' }, '111122223333')).toBe(true)
    expect(isSamePrincipal('*', '*')).toBe(true)
    expect(isSamePrincipal('*', '111122223333')).toBe(false)
    expect(isSamePrincipal(undefined, '*')).toBe(false)
  })
})

describe('createPermissionInput()', () => {
  it('creates the input of AddPermission for an alias', () => {
    expect(createPermissionInput({ functionName: 'books', qualifier: 'live' }, openInvoke)).toEqual({
      FunctionName: 'books',
      Qualifier: 'live',
      StatementId: 'FunctionURLAllowInvokeAction',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
      InvokedViaFunctionUrl: true,
    })
  })
})

describe('createIdentityPolicy()', () => {
  it('allows both actions on the function', () => {
    const document = JSON.parse(
      createIdentityPolicy('arn:aws:lambda:us-east-1:111122223333:function:books'),
    ) as {
      Statement: { Action: string; Resource: string }[]
    }
    expect(document.Statement.map(({ Action }) => Action)).toEqual([
      'lambda:InvokeFunctionUrl',
      'lambda:InvokeFunction',
    ])
  })
})
