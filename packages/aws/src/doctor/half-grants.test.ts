import { parsePolicy, type Policy } from '@furlong/iam'
import { describe, expect, it } from 'vitest'
import { findHalfGrants, findOrphans } from './half-grants.ts'

const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:books'
const reader = 'arn:aws:iam::111122223333:role/reader'

function createPolicy(...statements: readonly object[]): Policy {
  const Statement = statements.map((statement, index) => ({
    Sid: `s${index}`,
    Effect: 'Allow',
    Principal: { AWS: reader },
    Resource: functionArn,
    ...statement,
  }))
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'resource')
}

const url = { Action: 'lambda:InvokeFunctionUrl' }
const invoke = {
  Action: 'lambda:InvokeFunction',
  Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
}

describe('findHalfGrants()', () => {
  it('finds the caller of the old recipe, and what completes it', () => {
    expect(findHalfGrants(functionArn, createPolicy(url))).toEqual([
      {
        statementId: 's0',
        principal: reader,
        fix: {
          kind: 'add-permission',
          functionArn,
          statementId: expect.stringMatching(/^furlong-role-reader-[0-9a-f]{8}-invoke$/),
          action: 'lambda:InvokeFunction',
          principal: reader,
          invokedViaFunctionUrl: true,
        },
      },
    ])
  })

  it.each([
    ['both actions', [url, invoke]],
    ['a pattern for both', [{ Action: 'lambda:*' }]],
    ['a pattern that ends in the middle', [{ Action: 'Lambda:InvokeFunction*' }]],
    ['another action alone', [invoke]],
    ['a Deny of the first', [{ ...url, Effect: 'Deny' }]],
    ['a deleted principal', [{ ...url, Principal: { AWS: 'AROAEXAMPLE12345' } }]],
  ])('finds none in a policy with %s', (_what, statements) => {
    expect(findHalfGrants(functionArn, createPolicy(...statements))).toEqual([])
  })

  it('does not take the second permission of another caller, or a Deny of it, for this one’s', () => {
    const other = { ...invoke, Principal: { AWS: 'arn:aws:iam::111122223333:role/writer' } }
    const deny = { ...invoke, Effect: 'Deny' }
    expect(findHalfGrants(functionArn, createPolicy(url, other, deny))).toHaveLength(1)
  })

  it('keeps a service to its source, each distribution for itself', () => {
    const from = (id: string): object => ({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:cloudfront::111122223333:distribution/${id}` } },
    })
    const policy = createPolicy(
      { ...url, ...from('E1') },
      { ...url, ...from('E2') },
      { ...invoke, ...from('E1') },
    )
    const [half, ...others] = findHalfGrants(functionArn, policy)
    expect(others).toEqual([])
    expect(half).toMatchObject({
      principal: 'cloudfront.amazonaws.com',
      fix: { sourceArn: 'arn:aws:cloudfront::111122223333:distribution/E2' },
    })
  })
})

describe('findOrphans()', () => {
  it('finds what is left of deleted roles and users', () => {
    const policy = createPolicy(url, { ...url, Principal: { AWS: ['AIDAEXAMPLE12345', reader] } })
    expect(findOrphans(policy)).toEqual([{ statementId: 's1', principal: 'AIDAEXAMPLE12345' }])
  })
})
