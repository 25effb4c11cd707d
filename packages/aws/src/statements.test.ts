import { createUrlPermissions, type UrlPermission } from '@furlong/iam'
import { describe, expect, it } from 'vitest'
import { createPermissionInput, isSamePrincipal, isSameStatement } from './statements.ts'

const principal = 'arn:aws:iam::444455556666:role/team/caller'
type Both = [UrlPermission, UrlPermission]
const [urlPermission, invokePermission] = createUrlPermissions(principal, 'AWS_IAM') as Both
const [, openInvoke] = createUrlPermissions('*', 'NONE') as Both

describe('isSameStatement()', () => {
  const stored = {
    Sid: 'someone-elses',
    Effect: 'Allow',
    Principal: { AWS: principal },
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
    expect(isSamePrincipal({ AWS: 'arn:aws-cn:iam::111122223333:root' }, '111122223333')).toBe(true)
    expect(isSamePrincipal({ AWS: ['111122223333'] }, 'arn:aws:iam::111122223333:root')).toBe(true)
    expect(isSamePrincipal({ AWS: 'arn:aws:iam::111122223333:role/a' }, '111122223333')).toBe(false)
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
