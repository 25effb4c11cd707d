import * as fc from 'fast-check'
import type { AccessRequest, PolicyKind, PolicySet, Principal, RequestContext } from '../index.ts'
import { compilePolicy, parsePolicy } from '../index.ts'
import type { RawPolicy, RawStatement } from './by-the-book.ts'
import { account, alice, aliasArn, callUrl, functionArn, otherAccount, roleSession } from './cases.ts'

const app = roleSession()
const foreign = roleSession(otherAccount)
const federated = {
  type: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/bob`,
  userArn: alice.arn,
  userId: alice.id,
  name: 'bob',
  id: `${account}:bob`,
} as const
const rootOf = (owner: string): Principal => ({
  type: 'root',
  account: owner,
  arn: `arn:aws:iam::${owner}:root`,
  id: owner,
})
const cloudfront = {
  type: 'service',
  name: 'cloudfront.amazonaws.com',
  sourceArn: `arn:aws:cloudfront::${account}:distribution/E1`,
} as const

/** Every sort of caller, of both accounts. */
export const callers: fc.Arbitrary<Principal> = fc.constantFrom<Principal>(
  { ...alice, tags: { team: 'red' } },
  {
    ...alice,
    account: otherAccount,
    arn: `arn:aws:iam::${otherAccount}:user/alice`,
    id: 'AIDAOTHEREXAMPLE0001',
  },
  { ...app, tags: { team: 'blue*' } },
  foreign,
  federated,
  rootOf(account),
  rootOf(otherAccount),
  cloudfront,
)

/** The function, and an alias of it. */
export const functionArns: fc.Arbitrary<string> = fc.constantFrom(functionArn, aliasArn)

const names = fc.constantFrom(
  '*',
  account,
  `arn:aws:iam::${account}:root`,
  otherAccount,
  alice.arn,
  alice.id,
  app.arn,
  app.roleArn,
  app.roleId,
  foreign.roleArn,
  foreign.arn,
  federated.arn,
)
const principals = fc.oneof(
  fc.constant('*'),
  fc.record({ AWS: fc.uniqueArray(names, { minLength: 1, maxLength: 4 }) }),
  fc.constantFrom({ Service: cloudfront.name }, { Service: 'events.amazonaws.com', AWS: alice.arn }),
)

const actions = fc.constantFrom(
  '*',
  'lambda:*',
  'LAMBDA:invokefunction',
  'lambda:InvokeFunction',
  'lambda:InvokeFunctionUrl',
  'lambda:Invoke?unction*',
  'lambda:*Url',
  '*:InvokeFunction???',
  's3:*',
)
const resources = fc.constantFrom(
  '*',
  functionArn,
  aliasArn,
  `${functionArn}*`,
  `${functionArn}:*`,
  `${functionArn}:l?ve`,
  'arn:aws:lambda:*',
  'arn:aws:lambda:us-*:*:function:my-*',
  'arn:aws:*:*:*:*:*:live',
  'arn:aws:lambda:us-east-1:*:function:${aws:PrincipalTag/team}',
  "arn:aws:lambda:us-east-1:*:function:my-${aws:PrincipalTag/none, 'fn'}",
  'arn:aws:lambda:${aws:RequestedRegion}:*:function:*',
)

const keys = {
  text: [
    'aws:PrincipalTag/team',
    'AWS:PRINCIPALTYPE',
    'aws:username',
    'lambda:FunctionUrlAuthType',
    'test:list',
  ],
  texts: [
    'red',
    'RED',
    'User',
    'r?d',
    '*',
    'AWS_IAM',
    'blue${*}',
    '${aws:PrincipalTag/team}',
    "${aws:username, 'x'}",
    '${nothing}',
    'a',
  ],
  arn: ['aws:PrincipalArn', 'aws:SourceArn', 'lambda:FunctionArn', 'test:list'],
  arns: [
    app.roleArn,
    alice.arn,
    'arn:aws:iam::*:role/*',
    'arn:aws:iam::*',
    'arn:*:iam::?*:user/${aws:username}',
    cloudfront.sourceArn,
    `${functionArn}*`,
  ],
}
const someOf = (values: readonly unknown[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
const modified = (operator: string) =>
  fc
    .tuple(fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:'), fc.constantFrom('', '', 'IfExists'))
    .map(([prefix, suffix]) => `${prefix}${operator}${suffix}`)
const conditionOf = (operators: readonly string[], ofKeys: readonly string[], values: readonly unknown[]) =>
  fc
    .tuple(fc.constantFrom(...operators).chain(modified), fc.constantFrom(...ofKeys), someOf(values))
    .map(([operator, key, wanted]) => ({ [operator]: { [key]: wanted } }))

const numeric = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals']
const conditions = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  conditionOf(
    [
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringLike',
      'StringNotLike',
    ],
    keys.text,
    keys.texts,
  ),
  conditionOf(['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'], keys.arn, keys.arns),
  conditionOf(
    numeric.map((name) => `Numeric${name}`),
    ['test:number', 'aws:MultiFactorAuthAge'],
    [5, '5.0', 10, '-1', 'many'],
  ),
  conditionOf(
    numeric.map((name) => `Date${name}`),
    ['aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime'],
    ['2026-11-22T12:00:00Z', '1795348800', '2026-12-01', '2025'],
  ),
  conditionOf(
    ['Bool'],
    ['lambda:InvokedViaFunctionUrl', 'aws:SecureTransport', 'aws:MultiFactorAuthPresent'],
    [true, 'FALSE', 'True', 'yes'],
  ),
  conditionOf(
    ['IpAddress', 'NotIpAddress'],
    ['aws:SourceIp', 'test:none'],
    ['203.0.113.0/24', '203.0.113.10', '198.51.100.0/25', '203.0.113.8/30', '0.0.0.0/0'],
  ),
  fc
    .tuple(
      fc.constantFrom('aws:username', 'test:list', 'test:empty', 'test:none'),
      fc.constantFrom('true', false),
    )
    .map(([key, wanted]) => ({ Null: { [key]: wanted } })),
)

const oneOrMore = (value: fc.Arbitrary<string>) =>
  fc.oneof(value, fc.uniqueArray(value, { minLength: 1, maxLength: 3 }))
const either = (name: string, value: fc.Arbitrary<unknown>) =>
  fc
    .tuple(fc.constantFrom(name, name, name, `Not${name}`), value)
    .map(([element, values]) => ({ [element]: values }))

/** One statement for a policy of a kind. */
export const statementOf = (kind: PolicyKind): fc.Arbitrary<RawStatement> =>
  fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      either('Action', oneOrMore(actions)),
      either('Resource', oneOrMore(resources)),
      fc.tuple(conditions, conditions).map(([one, two]) => ({ Condition: { ...one, ...two } })),
      principals,
      fc.boolean(),
    )
    .map(([Effect, action, resource, condition, named, isInverse]) => ({
      Effect,
      ...action,
      ...resource,
      ...condition,
      ...(kind === 'resource' && { [Effect === 'Deny' && isInverse ? 'NotPrincipal' : 'Principal']: named }),
    }))

const policyOf = (kind: PolicyKind): fc.Arbitrary<RawPolicy> =>
  fc.record({
    Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
    Statement: fc.oneof(statementOf(kind), fc.array(statementOf(kind), { minLength: 1, maxLength: 4 })),
  })

export interface RawSet {
  readonly identity?: readonly RawPolicy[]
  readonly boundary?: RawPolicy
  readonly session?: readonly RawPolicy[]
  readonly resource?: RawPolicy
  readonly scps?: readonly (readonly RawPolicy[])[]
}

/** Documents of every kind; what is absent does not exist. */
export const rawSets: fc.Arbitrary<RawSet> = fc.record(
  {
    identity: fc.array(policyOf('identity'), { maxLength: 2 }),
    boundary: policyOf('boundary'),
    session: fc.array(policyOf('session'), { maxLength: 2 }),
    resource: policyOf('resource'),
    scps: fc.array(fc.array(policyOf('scp'), { maxLength: 2 }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

/** Condition keys beside those that every request has. */
export const extraKeys: fc.Arbitrary<RequestContext> = fc.record(
  {
    'test:list': fc.array(fc.constantFrom('red', 'a', app.roleArn), { maxLength: 3 }),
    'test:empty': fc.constant([]),
    'test:number': fc.constantFrom('5', '10', '1.5', 'none'),
    'aws:MultiFactorAuthAge': fc.constantFrom('4', '6'),
  },
  { requiredKeys: [] },
)

/** Reads and prepares all of them. */
export function compileSet({ identity, boundary, session, resource, scps }: RawSet): PolicySet {
  const compile = (policy: RawPolicy, type: PolicyKind) =>
    compilePolicy(parsePolicy(JSON.stringify(policy), type), { type, name: type })
  return {
    ...(identity && { identity: identity.map((policy) => compile(policy, 'identity')) }),
    ...(boundary && { boundary: compile(boundary, 'boundary') }),
    ...(session && { session: session.map((policy) => compile(policy, 'session')) }),
    ...(resource && { resource: compile(resource, 'resource') }),
    ...(scps && { scps: scps.map((level) => level.map((policy) => compile(policy, 'scp'))) }),
  }
}

/** Calls a URL with further condition keys. */
export function callWith(principal: Principal, arn: string, keys: RequestContext): AccessRequest {
  const request = callUrl(principal, arn)
  const further = Object.fromEntries(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]))
  return {
    ...request,
    actions: request.actions.map(({ action, context }) => ({ action, context: { ...context, ...further } })),
  }
}
