import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from './parse-policy.ts'
import { PolicyError } from './policy-error.ts'
import type { PolicyKind } from './policy.ts'
import { printPolicy } from './testing/print-policy.ts'

const statement = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }

function readError(document: unknown, kind: PolicyKind = 'identity'): PolicyError {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  try {
    parsePolicy(text, kind)
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new Error(`was accepted: ${text}`)
}

const withStatement = (changes: object): object => ({
  Version: '2012-10-17',
  Statement: [{ ...statement, ...changes }],
})

describe('parsePolicy()', () => {
  it('brings every list into one form', () => {
    const policy = parsePolicy(JSON.stringify({ Statement: statement }), 'identity')
    expect(policy).toEqual({
      statements: [{ effect: 'Allow', actions: ['lambda:InvokeFunction'], resources: ['*'], conditions: [] }],
    })
  })

  it('reads every form of a principal', () => {
    const read = (Principal: unknown) =>
      parsePolicy(JSON.stringify({ Statement: { ...statement, Principal } }), 'resource').statements[0]
        ?.principals
    expect(read('*')).toEqual([{ type: '*', value: '*' }])
    expect(read({ AWS: '*' })).toEqual([{ type: 'AWS', value: '*' }])
    expect(read({ AWS: ['111122223333', 'AROAAPPEXAMPLE00001'], Service: 'lambda.amazonaws.com' })).toEqual([
      { type: 'AWS', value: '111122223333' },
      { type: 'AWS', value: 'AROAAPPEXAMPLE00001' },
      { type: 'Service', value: 'lambda.amazonaws.com' },
    ])
  })

  it('reads set operators and IfExists off an operator', () => {
    const Condition = {
      'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': 'a' },
      Bool: { 'aws:SecureTransport': true },
    }
    const policy = parsePolicy(JSON.stringify(withStatement({ Condition })), 'identity')
    expect(policy.statements[0]?.conditions).toEqual([
      {
        operator: 'StringLike',
        quantifier: 'ForAnyValue',
        ifExists: true,
        key: 'aws:TagKeys',
        values: ['a'],
      },
      { operator: 'Bool', ifExists: false, key: 'aws:SecureTransport', values: ['true'] },
    ])
  })

  it.each<[string, unknown, string, PolicyKind?]>([
    ['no JSON', '{', 'The policy document is not valid JSON'],
    ['a list', '[]', 'The policy document is []: must be an object'],
    ['no statement', {}, 'The policy document must have a Statement'],
    ['an empty list', { Statement: [] }, 'Statement is []: must hold at least one statement'],
    [
      'an unknown version',
      { Version: '2012', Statement: [statement] },
      'Version is "2012": must be "2012-10-17" or "2008-10-17"',
    ],
    [
      'an unknown element',
      { Statement: [statement], Statements: [] },
      'Statements is not an element of the policy language (Version, Id, Statement)',
    ],
    [
      'an unknown element of a statement',
      withStatement({ Conditions: {} }),
      'Statement[0].Conditions is not an element of the policy language (Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition)',
    ],
    [
      'an effect in lower case',
      withStatement({ Effect: 'allow' }),
      'Statement[0].Effect is "allow": must be "Allow" or "Deny"',
    ],
    ['no action', withStatement({ Action: undefined }), 'Statement[0] must have Action or NotAction'],
    [
      'two kinds of action',
      withStatement({ NotAction: 'a:b' }),
      'Statement[0] may have Action or NotAction, not both',
    ],
    [
      'an empty list of actions',
      withStatement({ Action: [] }),
      'Statement[0].Action is []: must not be empty',
    ],
    [
      'an action that is no string',
      withStatement({ Action: ['a:b', 1] }),
      'Statement[0].Action[1] is 1: must be a string',
    ],
    [
      'an action without a service',
      withStatement({ Action: 'InvokeFunction' }),
      'Statement[0].Action is "InvokeFunction": must be "*" or a service and an action, such as "lambda:InvokeFunction"',
    ],
    [
      'a resource that is no ARN',
      withStatement({ Resource: 'my-fn' }),
      'Statement[0].Resource is "my-fn": must be "*" or an ARN',
    ],
    [
      'a principal in an identity policy',
      withStatement({ Principal: '*' }),
      'Statement[0].Principal has no place in this kind of policy',
    ],
    [
      'no principal in a resource policy',
      withStatement({}),
      'Statement[0] must have Principal or NotPrincipal',
      'resource',
    ],
    [
      'a resource in a trust policy',
      withStatement({ Principal: '*', Action: 'sts:AssumeRole' }),
      'Statement[0].Resource has no place in this kind of policy',
      'trust',
    ],
    [
      'NotPrincipal with Allow',
      withStatement({ NotPrincipal: { AWS: '111122223333' } }),
      'Statement[0].NotPrincipal may stand with "Effect": "Deny" only',
      'resource',
    ],
    [
      'a wildcard in a principal',
      withStatement({ Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }),
      'Statement[0].Principal.AWS is "arn:aws:iam::111122223333:role/*": must not hold wildcards; only "*" alone stands for everybody',
      'resource',
    ],
    [
      'a principal that is nobody',
      withStatement({ Principal: { AWS: 'alice' } }),
      'Statement[0].Principal.AWS is "alice": must be an account id, the ARN of a user, role or session, or "*"',
      'resource',
    ],
    [
      'an unknown kind of principal',
      withStatement({ Principal: { Aws: '*' } }),
      'Statement[0].Principal.Aws is not an element of the policy language (AWS, Service, Federated, CanonicalUser)',
      'resource',
    ],
    [
      'an unknown operator',
      withStatement({ Condition: { StringEqual: { 'a:b': 'c' } } }),
      'Statement[0].Condition.StringEqual is not a condition operator',
    ],
    [
      'an operator every object inherits',
      withStatement({ Condition: { constructor: { 'a:b': 'c' } } }),
      'Statement[0].Condition.constructor is not a condition operator',
    ],
    [
      'an unknown set operator',
      withStatement({ Condition: { 'ForEveryValue:StringEquals': { 'a:b': 'c' } } }),
      'Statement[0].Condition.ForEveryValue:StringEquals may be prefixed with ForAllValues: or ForAnyValue: only',
    ],
    [
      'NullIfExists',
      withStatement({ Condition: { NullIfExists: { 'a:b': 'true' } } }),
      'Statement[0].Condition.NullIfExists is not an operator: Null takes no prefix and no IfExists',
    ],
    [
      'Null with another value',
      withStatement({ Condition: { Null: { 'a:b': 'absent' } } }),
      'Statement[0].Condition.Null.a:b is "absent": must be "true" (absent) or "false" (present)',
    ],
    [
      'a condition key without a service',
      withStatement({ Condition: { StringEquals: { SourceIp: 'c' } } }),
      'Statement[0].Condition.StringEquals.SourceIp must be a condition key, such as "aws:SourceIp"',
    ],
    [
      'a condition value that is an object',
      withStatement({ Condition: { StringEquals: { 'a:b': {} } } }),
      'Statement[0].Condition.StringEquals.a:b is {}: must be a string, a number or a boolean',
    ],
    [
      'a Sid with a blank',
      withStatement({ Sid: 'a b' }),
      'Statement[0].Sid is "a b": may hold letters and digits only',
    ],
    [
      'the same Sid twice',
      {
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      },
      'Statement[1].Sid is "a": must be unique within the policy',
    ],
    [
      'the same key twice',
      '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}',
      'Effect stands twice in one object',
    ],
  ])('refuses %s', (_name, document, message, kind) => {
    const error = readError(document, kind)
    expect(error.message).toBe(message)
    expect(error.code).toBe('MalformedPolicyDocument')
  })

  it('names path, value and rule apart', () => {
    const error = readError(withStatement({ Effect: 'allow' }))
    expect(error).toMatchObject({
      path: 'Statement[0].Effect',
      value: '"allow"',
      rule: 'must be "Allow" or "Deny"',
    })
  })

  it.each([20_000, 500_000])('refuses lists nested %i times as malformed', (depth) => {
    const nested = `{"Version":"2012-10-17","Statement":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(readError(nested).code).toBe('MalformedPolicyDocument')
  })

  it.each(['lambda:Invo\u212aeFunction', 's3: Get', 'lambda:Get\u0000'])(
    'refuses the action %j',
    (Action) => {
      expect(readError(withStatement({ Action })).rule).toBe('must hold printable ASCII and no blanks')
    },
  )

  it('writes out a number that JavaScript would write with an exponent', () => {
    const text = JSON.stringify(withStatement({ Condition: { NumericLessThan: { 'a:b': 5 } } }))
    for (const [given, written] of [
      ['1e21', '1000000000000000000000'],
      ['0.0000001', '0.0000001'],
    ] as const) {
      const policy = parsePolicy(text.replace('5}', `${given}}`), 'identity')
      expect(policy.statements[0]?.conditions[0]?.values).toEqual([written])
    }
  })

  it('shortens a long value', () => {
    expect(readError(withStatement({ Resource: 'x'.repeat(500) })).message.length).toBeLessThan(150)
  })

  it('takes equal keys in different objects, and text that looks like a key', () => {
    const text =
      '{"Id":"\\"a\\":", "Statement":[{"Sid" : "a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"b","Effect":"Allow","Action":"*","Resource":"*"}]}'
    expect(parsePolicy(text, 'identity').statements).toHaveLength(2)
  })

  it('takes any number of empty statement ids', () => {
    const document = {
      Statement: [
        { ...statement, Sid: '' },
        { ...statement, Sid: '' },
      ],
    }
    expect(parsePolicy(JSON.stringify(document), 'identity').statements).toHaveLength(2)
  })

  it('lets a statement id of a function hold dashes', () => {
    const document = withStatement({ Sid: 'furlong-app_url', Principal: '*' })
    expect(parsePolicy(JSON.stringify(document), 'resource').statements[0]?.sid).toBe('furlong-app_url')
  })
})

describe('parsePolicy(), whatever the document', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const policy = parsePolicy(JSON.stringify(document), 'resource')
        expect(parsePolicy(printPolicy(policy), 'resource')).toEqual(policy)
      }),
    )
  })
})

const oneOrMore = (value: fc.Arbitrary<string>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))
const principals = fc.oneof(
  fc.constant('*'),
  fc.record({
    AWS: oneOrMore(
      fc.constantFrom('111122223333', 'arn:aws:iam::111122223333:role/app', 'AROAAPPEXAMPLE00001'),
    ),
    Service: oneOrMore(fc.constantFrom('lambda.amazonaws.com', 'cloudfront.amazonaws.com')),
  }),
)
const conditionValues = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.array(fc.string(), { maxLength: 3 }),
)
const conditions = fc.dictionary(
  fc.constantFrom('StringEquals', 'ForAnyValue:StringLike', 'NumericLessThanIfExists', 'NotIpAddress'),
  fc.dictionary(fc.constantFrom('aws:SourceIp', 'AWS:SourceArn', 'aws:PrincipalTag/Team'), conditionValues),
)
const statements = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: principals,
    Action: oneOrMore(fc.constantFrom('*', 'lambda:*', 'lambda:InvokeFunction')),
    Resource: oneOrMore(
      fc.constantFrom('*', 'arn:aws:lambda:*:*:function:my-fn', 'arn:aws:lambda:${aws:username}'),
    ),
    Condition: conditions,
  },
  { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
)
const documents = fc.record(
  {
    Version: fc.constantFrom('2012-10-17', '2008-10-17'),
    Id: fc.string(),
    Statement: fc.oneof(statements, fc.array(statements, { minLength: 1, maxLength: 3 })),
  },
  { requiredKeys: ['Statement'] },
)
