import { describe, expect, it } from 'vitest'
import { account, authType, functionArn, otherAccount } from './testing/cases.ts'
import { lintPolicy } from './lint-policy.ts'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy.ts'

const url = 'lambda:InvokeFunctionUrl'
const invoke = 'lambda:InvokeFunction'
const viaUrl = { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }
const role = { AWS: `arn:aws:iam::${account}:role/app` }
const allowUrl = { Effect: 'Allow', Action: url, Resource: functionArn }
const allowInvoke = { Effect: 'Allow', Action: invoke, Resource: functionArn, Condition: viaUrl }
const s3 = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

function lint(statements: object[], kind: PolicyKind = 'identity', Version?: string) {
  return lintPolicy(parsePolicy(JSON.stringify({ Version, Statement: statements }), kind), kind)
}

const codesOf = (statements: object[], kind?: PolicyKind, version = '2012-10-17'): string[] =>
  lint(statements, kind, version).map(({ code }) => code)

interface Row {
  readonly code: string
  readonly kind?: PolicyKind
  readonly path: string
  readonly warns: readonly object[]
  readonly is: readonly (readonly object[])[]
}

const when = (Condition: object, more: object = {}): object => ({ ...s3, ...more, Condition })

const rows: readonly Row[] = [
  {
    code: 'second-action-missing',
    path: 'Statement[0].Action',
    warns: [allowUrl],
    is: [
      [allowUrl, allowInvoke],
      [{ ...allowUrl, Action: 'lambda:Invoke*' }],
      [{ ...allowUrl, Effect: 'Deny' }],
    ],
  },
  {
    code: 'public-invoke',
    kind: 'resource',
    path: 'Statement[0].Principal',
    warns: [{ Effect: 'Allow', Action: invoke, Resource: functionArn, Principal: '*' }],
    is: [
      [{ ...allowInvoke, Principal: '*' }],
      [{ Effect: 'Allow', Action: invoke, Resource: functionArn, Principal: role }],
      [{ Effect: 'Deny', Action: invoke, Resource: functionArn, Principal: '*' }],
    ],
  },
  {
    code: 'direct-invoke-open',
    path: 'Statement[0].Action',
    warns: [{ ...allowUrl, Action: [url, invoke] }],
    is: [[allowUrl, allowInvoke], [{ ...allowUrl, Action: invoke }]],
  },
  {
    code: 'public-url',
    kind: 'resource',
    path: 'Statement[0].Condition.StringEquals.lambda:FunctionUrlAuthType',
    warns: [
      { ...allowUrl, Principal: '*', Condition: authType('NONE') },
      { ...allowInvoke, Principal: '*' },
    ],
    is: [
      [
        { ...allowUrl, Principal: '*', Condition: authType('AWS_IAM') },
        { ...allowInvoke, Principal: '*' },
      ],
      [
        { ...allowUrl, Principal: role, Condition: authType('NONE') },
        { ...allowInvoke, Principal: role },
      ],
    ],
  },
  {
    code: 'lambda-service-principal',
    kind: 'resource',
    path: 'Statement[0].Principal.Service',
    warns: [{ ...allowInvoke, Principal: { Service: 'lambda.amazonaws.com' } }],
    is: [[{ ...allowInvoke, Principal: role }]],
  },
  {
    code: 'confused-deputy',
    kind: 'resource',
    path: 'Statement[0].Principal.Service',
    warns: [{ ...allowInvoke, Principal: { Service: 'cloudfront.amazonaws.com' } }],
    is: [
      [
        {
          ...allowInvoke,
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:cloudfront::${account}:distribution/E1` } },
        },
      ],
      [{ ...allowInvoke, Effect: 'Deny', Principal: { Service: 'cloudfront.amazonaws.com' } }],
    ],
  },
  {
    code: 'own-account-delegates',
    kind: 'resource',
    path: 'Statement[0].Principal.AWS',
    warns: [{ ...allowInvoke, Principal: { AWS: `arn:aws:iam::${account}:root` } }],
    is: [[{ ...allowInvoke, Principal: { AWS: otherAccount } }], [{ ...allowInvoke, Principal: role }]],
  },
  {
    code: 'not-principal',
    kind: 'resource',
    path: 'Statement[0].NotPrincipal',
    warns: [{ ...allowInvoke, Effect: 'Deny', NotPrincipal: role }],
    is: [[{ ...allowInvoke, Effect: 'Deny', Principal: role }]],
  },
  {
    code: 'not-action-allow',
    path: 'Statement[0].NotAction',
    warns: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    is: [[{ Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }], [s3]],
  },
  {
    code: 'not-resource-allow',
    path: 'Statement[0].NotResource',
    warns: [{ Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::secret' }],
    is: [[{ Effect: 'Deny', Action: 's3:GetObject', NotResource: 'arn:aws:s3:::secret' }]],
  },
  {
    code: 'qualifier-only',
    path: 'Statement[0].Resource',
    warns: [{ ...allowInvoke, Resource: `${functionArn}:*` }],
    is: [
      [{ ...allowInvoke, Resource: [functionArn, `${functionArn}:*`] }],
      [{ ...allowInvoke, Resource: `${functionArn}:live` }],
      [{ ...allowInvoke, Resource: 'arn:aws:lambda:*:*:*' }],
    ],
  },
  {
    code: 'name-prefix',
    path: 'Statement[0].Resource',
    warns: [{ ...allowInvoke, Resource: `${functionArn}*` }],
    is: [[{ ...allowInvoke, Resource: `${functionArn}-*` }], [{ ...allowInvoke, Resource: functionArn }]],
  },
  {
    code: 'shared-condition',
    path: 'Statement[0].Condition.StringEquals.lambda:FunctionUrlAuthType',
    warns: [{ ...allowUrl, Action: [url, invoke], Condition: authType('AWS_IAM') }],
    is: [
      [{ ...allowUrl, Condition: authType('AWS_IAM') }, allowInvoke],
      [
        {
          ...allowUrl,
          Action: [url, invoke],
          Condition: { StringEqualsIfExists: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
        },
      ],
      [{ ...allowUrl, Effect: 'Deny', Action: 'lambda:*', Condition: authType('NONE') }],
    ],
  },
  {
    code: 'multivalued-key',
    path: 'Statement[0].Condition.StringLike.aws:PrincipalOrgPaths',
    warns: [when({ StringLike: { 'aws:PrincipalOrgPaths': 'o-1/*' } })],
    is: [
      [when({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*' } })],
      [when({ Null: { 'aws:PrincipalOrgPaths': 'false' } })],
      [when({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } })],
    ],
  },
  {
    code: 'for-all-values-empty',
    path: 'Statement[0].Condition.ForAllValues:StringEquals.aws:TagKeys',
    warns: [when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } })],
    is: [
      [
        when({
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] },
          Null: { 'aws:tagkeys': 'false' },
        }),
      ],
      [when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, { Effect: 'Deny' })],
      [when({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } })],
    ],
  },
  {
    code: 'never-present',
    path: 'Statement[0].Condition.StringNotEquals.aws:SourceVpc',
    warns: [{ ...allowInvoke, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
    is: [
      [{ ...allowInvoke, Effect: 'Deny', Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
      [when({ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, { Effect: 'Deny' })],
      [{ ...allowInvoke, Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
    ],
  },
  {
    code: 'never-present',
    path: 'Statement[0].Condition.StringEquals.aws:SourceVpce',
    warns: [{ ...allowInvoke, Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }],
    is: [[{ ...allowInvoke, Condition: { StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } } }]],
  },
  {
    code: 'literal-wildcard',
    path: 'Statement[0].Condition.StringEquals.aws:PrincipalTag/team',
    warns: [when({ StringEquals: { 'aws:PrincipalTag/team': 'red-*' } })],
    is: [
      [when({ StringLike: { 'aws:PrincipalTag/team': 'red-*' } })],
      [when({ StringEquals: { 'aws:PrincipalTag/team': 'red-${*}' } })],
      [when({ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/app' } })],
    ],
  },
  {
    code: 'literal-wildcard',
    path: 'Statement[0].Condition.StringEqualsIgnoreCase.aws:PrincipalTag/team',
    warns: [when({ StringEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'red-*' } })],
    is: [[when({ StringEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'red' } })]],
  },
  ...(
    [
      ['NumericLessThan', 'aws:MultiFactorAuthAge', 'ten', '10'],
      ['IpAddress', 'aws:SourceIp', '203.0.113.0/33', '203.0.113.0/24'],
      ['Bool', 'aws:SecureTransport', 'yes', 'True'],
      ['BinaryEquals', 'test:Blob', '%', 'QQ=='],
      ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*', 'arn:aws:iam::*:role/*'],
    ] as const
  ).map(([operator, key, bad, good]) => ({
    code: 'value-never-matches',
    path: `Statement[0].Condition.${operator}.${key}`,
    warns: [when({ [operator]: { [key]: bad } })],
    is: [[when({ [operator]: { [key]: good } })]],
  })),
  {
    code: 'address-as-text',
    path: 'Statement[0].Condition.StringNotLike.aws:SourceIp',
    warns: [when({ StringNotLike: { 'aws:SourceIp': '10.*' } })],
    is: [[when({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })]],
  },
]

describe('lintPolicy()', () => {
  it.each(rows)('warns with $code at $path', ({ code, kind, path, warns, is }) => {
    const found = lint([...warns], kind, '2012-10-17').find((warning) => warning.code === code)
    expect(found?.path).toBe(path)
    expect(found?.says).toMatch(/^.*\.$/)
    expect(found?.fix).toMatch(/^[A-Z].*\.$/)
    for (const statements of is) expect(codesOf([...statements], kind)).not.toContain(code)
  })

  it('warns of variables in version 2008-10-17 alone', () => {
    const statement = { ...s3, Resource: 'arn:aws:s3:::b/${aws:username}' }
    for (const version of [undefined, '2008-10-17']) {
      expect(lint([statement], 'identity', version)).toEqual([
        {
          code: 'version-2008-variable',
          path: 'Statement[0]',
          says: 'Without "Version": "2012-10-17" a variable is plain text, so that "arn:aws:s3:::b/${aws:username}" stands for itself.',
          fix: 'Write "Version": "2012-10-17".',
        },
      ])
    }
    expect(codesOf([statement])).toEqual([])
    expect(codesOf([s3], 'identity', '2008-10-17')).toEqual([])
  })

  it('says what the two actions under one key lead to', () => {
    const [, warning] = lint([{ ...allowUrl, Action: [url, invoke], Condition: authType('AWS_IAM') }])
    expect(warning).toEqual({
      code: 'shared-condition',
      path: 'Statement[0].Condition.StringEquals.lambda:FunctionUrlAuthType',
      says: 'lambda:FunctionUrlAuthType exists for lambda:InvokeFunctionUrl alone, so that this statement never allows lambda:InvokeFunction, and a call of the URL needs both.',
      fix: 'Give lambda:InvokeFunction a statement of its own, without this condition.',
    })
  })

  it('has nothing to say about what a grant of a URL writes', () => {
    expect(
      lint(
        [
          { ...allowUrl, Principal: role, Condition: authType('AWS_IAM') },
          { ...allowInvoke, Principal: role },
        ],
        'resource',
        '2012-10-17',
      ),
    ).toEqual([])
    expect(lint([allowUrl, allowInvoke], 'identity', '2012-10-17')).toEqual([])
  })

  it('tells the statements in their order', () => {
    const denied = when({ StringEquals: { 'aws:PrincipalTag/team': '*' } }, { Effect: 'Deny' })
    const allowed = when({ StringEquals: { 'aws:PrincipalTag/team': '?' } })
    expect(lint([allowed, denied, allowed], 'identity', '2012-10-17').map(({ path }) => path)).toEqual(
      [0, 1, 2].map((index) => `Statement[${index}].Condition.StringEquals.aws:PrincipalTag/team`),
    )
  })
})
