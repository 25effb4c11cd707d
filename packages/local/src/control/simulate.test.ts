import type { EvaluationResult } from '@aws-sdk/client-iam'
import { array, assert, asyncProperty, constantFrom, option, record } from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { allow, type IamSide, startIamSide, trust } from '../testing/iam-side.ts'

const accountId = '111122223333'
const other = '444455556666'
const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:orders`
const action = 'lambda:InvokeFunction'

let side: IamSide
let count = 0
let name = ''

beforeAll(async () => {
  side = await startIamSide()
})

afterAll(() => side.close())

beforeEach(() => {
  name = `name-${++count}`
})

const deny = (Action: string): string => allow(Action).replace('"Allow"', '"Deny"')
const userArn = (user: string): string => `arn:aws:iam::${accountId}:user/${user}`

/** What matters of a result: the rest is asserted where it is the point. */
const brief = (results: readonly EvaluationResult[] | undefined): unknown =>
  results?.map(({ EvalActionName, EvalDecision, MatchedStatements }) => [
    EvalActionName,
    EvalDecision,
    MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
  ])

async function simulateCustom(input: object): Promise<EvaluationResult[]> {
  const { EvaluationResults = [] } = await side.iam.simulateCustomPolicy({
    PolicyInputList: [allow('lambda:*')],
    ActionNames: [action],
    ...input,
  })
  return EvaluationResults
}

describe('SimulateCustomPolicy', () => {
  it("answers AWS's own example to the column", async () => {
    // The example of the AWS CLI's documentation, with what it shows.
    const PolicyInputList = [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}',
    ]
    const at = (year: number): object => ({
      PolicyInputList,
      ActionNames: ['dynamodb:CreateBackup'],
      ContextEntries: [
        {
          ContextKeyName: 'aws:CurrentTime',
          ContextKeyValues: [`${year}-04-25T11:00:00Z`],
          ContextKeyType: 'date',
        },
      ],
    })
    expect(await simulateCustom(at(2019))).toEqual([
      {
        EvalActionName: 'dynamodb:CreateBackup',
        EvalResourceName: '*',
        EvalDecision: 'allowed',
        MatchedStatements: [
          {
            SourcePolicyId: 'PolicyInputList.1',
            SourcePolicyType: 'IAM Policy',
            StartPosition: { Line: 1, Column: 38 },
            EndPosition: { Line: 1, Column: 167 },
          },
        ],
        MissingContextValues: [],
      },
    ])
    expect(await simulateCustom(at(2014))).toEqual([
      {
        EvalActionName: 'dynamodb:CreateBackup',
        EvalResourceName: '*',
        EvalDecision: 'implicitDeny',
        MatchedStatements: [],
        MissingContextValues: [],
      },
    ])
  })

  it('answers every action on every resource, and sums up', async () => {
    const resources = [functionArn, `${functionArn}-2`]
    const results = await simulateCustom({
      PolicyInputList: [allow('lambda:Invoke*', functionArn), deny('lambda:DeleteFunction')],
      ActionNames: [action, 'lambda:DeleteFunction'],
      ResourceArns: resources,
    })
    expect(brief(results)).toEqual([
      [action, 'implicitDeny', []],
      ['lambda:DeleteFunction', 'explicitDeny', ['PolicyInputList.2']],
    ])
    expect(results[0]).toMatchObject({
      EvalResourceName: '*',
      EvalDecisionDetails: {},
      ResourceSpecificResults: [
        { EvalResourceName: functionArn, EvalResourceDecision: 'allowed' },
        { EvalResourceName: `${functionArn}-2`, EvalResourceDecision: 'implicitDeny', MatchedStatements: [] },
      ],
    })
    const [single] = await simulateCustom({ ResourceArns: [functionArn] })
    expect(single).toMatchObject({ EvalResourceName: functionArn, EvalDecision: 'allowed' })
    expect(single?.ResourceSpecificResults?.[0]?.EvalDecisionDetails).toBeUndefined()
  })

  it('matches "*" with statements for all resources only', async () => {
    const results = await simulateCustom({ PolicyInputList: [allow('lambda:*', functionArn)] })
    expect(brief(results)).toEqual([[action, 'implicitDeny', []]])
  })

  it('names every statement that decided, where it stands', async () => {
    const policy = JSON.stringify(
      {
        Version: '2012-10-17',
        Statement: [
          { Sid: '{[', Effect: 'Allow', Action: 's3:*', Resource: '*' },
          { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
        ],
      },
      null,
      2,
    ).replace('{[', 'A')
    const results = await simulateCustom({
      PolicyInputList: [policy, allow('lambda:InvokeFunction')],
      ActionNames: ['s3:GetObject', action],
    })
    expect(results[0]?.MatchedStatements).toMatchObject([
      // As recorded for AdministratorAccess, which is written this way: behind the bracket of the list.
      { StartPosition: { Line: 3, Column: 17 }, EndPosition: { Line: 9, Column: 6 } },
    ])
    expect(results[1]?.MatchedStatements).toMatchObject([
      {
        SourcePolicyId: 'PolicyInputList.1',
        StartPosition: { Line: 9, Column: 7 },
        EndPosition: { Line: 14, Column: 6 },
      },
      { SourcePolicyId: 'PolicyInputList.2' },
    ])
  })

  it('tells which keys nobody gave, of the statements that are about it', async () => {
    const conditioned = allow('lambda:*', '*', {
      Condition: { StringEquals: { 'aws:PrincipalTag/Team': '${aws:RequestTag/team}' } },
    })
    const elsewhere = allow('s3:*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })
    const [all] = await simulateCustom({ PolicyInputList: [conditioned, elsewhere] })
    expect(all).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['aws:PrincipalTag/Team', 'aws:RequestTag/team'],
    })
    const [specific] = await simulateCustom({
      PolicyInputList: [conditioned],
      ResourceArns: [functionArn],
      ContextEntries: [
        {
          ContextKeyName: 'aws:principaltag/team',
          ContextKeyValues: ['a'],
          ContextKeyType: 'string',
        },
      ],
    })
    expect(specific?.MissingContextValues).toEqual([])
    expect(specific?.ResourceSpecificResults?.[0]?.MissingContextValues).toEqual(['aws:RequestTag/team'])
  })

  it('tells the key of a variable in a resource', async () => {
    const input = {
      PolicyInputList: [allow('iam:*', `arn:aws:iam::${accountId}:user/\${aws:username}`)],
      ActionNames: ['iam:GetUser'],
      ResourceArns: [userArn('ann')],
    }
    const [unnamed] = await simulateCustom(input)
    expect(unnamed?.ResourceSpecificResults).toMatchObject([
      { EvalResourceDecision: 'implicitDeny', MissingContextValues: ['aws:username'] },
    ])
    const [named] = await simulateCustom({ ...input, CallerArn: userArn('ann') })
    expect(named?.ResourceSpecificResults).toMatchObject([
      { EvalResourceDecision: 'allowed', MissingContextValues: [] },
    ])
  })

  it('takes context of every type, and refuses values that do not fit', async () => {
    const policy = (operator: string, value: unknown): string =>
      allow('lambda:*', '*', { Condition: { [operator]: { 'x:key': value } } })
    const cases: readonly [
      operator: string,
      value: unknown,
      type: string,
      given: string[],
      decision: string,
    ][] = [
      ['StringLike', 'a*', 'string', ['abc'], 'allowed'],
      ['ForAnyValue:StringEquals', ['a'], 'stringList', ['b', 'a'], 'allowed'],
      ['ForAllValues:StringEquals', ['a'], 'stringList', ['b', 'a'], 'implicitDeny'],
      ['NumericLessThan', '10', 'numeric', ['9.5'], 'allowed'],
      ['Bool', 'true', 'boolean', ['true'], 'allowed'],
      ['IpAddress', '10.0.0.0/8', 'ip', ['10.1.2.3'], 'allowed'],
      ['IpAddress', '10.0.0.0/8', 'ip', ['11.1.2.3'], 'implicitDeny'],
      ['BinaryEquals', 'YWJj', 'binary', ['YWJj'], 'allowed'],
      ['DateLessThan', '2030-01-01T00:00:00Z', 'date', ['1700000000'], 'allowed'],
    ]
    for (const [operator, value, ContextKeyType, ContextKeyValues, decision] of cases) {
      const [result] = await simulateCustom({
        PolicyInputList: [policy(operator, value)],
        ContextEntries: [{ ContextKeyName: 'x:key', ContextKeyValues, ContextKeyType }],
      })
      expect([operator, result?.EvalDecision]).toEqual([operator, decision])
    }
    const refused = (ContextKeyType: string, ...ContextKeyValues: string[]): Promise<unknown> =>
      simulateCustom({ ContextEntries: [{ ContextKeyName: 'x:key', ContextKeyValues, ContextKeyType }] })
    for (const [type, value] of [
      ['numeric', 'ten'],
      ['boolean', 'yes'],
      ['ip', 'nowhere'],
      ['date', 'today'],
      ['binary', '*'],
    ] as const) {
      await expect(refused(type, value)).rejects.toMatchObject({
        name: 'InvalidInputException',
        message: `Context key x:key: ${value} is not a valid value of type ${type}.`,
      })
    }
    await expect(refused('string', 'a', 'b')).rejects.toThrow(
      'Context key x:key of type string takes one value.',
    )
    await expect(refused('text', 'a')).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining("Value 'text' at 'contextEntries.1.member.contextKeyType'") as string,
    })
  })

  it('asks the boundary, too', async () => {
    const [result] = await simulateCustom({
      PermissionsBoundaryPolicyInputList: [allow('lambda:Get*')],
      ActionNames: [action],
    })
    expect(result).toMatchObject({
      EvalDecision: 'implicitDeny',
      MatchedStatements: [],
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    })
    const [denied] = await simulateCustom({
      PermissionsBoundaryPolicyInputList: [deny('lambda:*')],
      ResourceArns: [functionArn],
    })
    expect(brief(denied && [denied])).toEqual([
      [action, 'explicitDeny', ['PermissionsBoundaryPolicyInputList.1']],
    ])
    expect(denied?.ResourceSpecificResults?.[0]?.PermissionsBoundaryDecisionDetail).toEqual({
      AllowedByPermissionsBoundary: false,
    })
    const [within] = await simulateCustom({ PermissionsBoundaryPolicyInputList: [allow('lambda:*')] })
    expect(within).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'PolicyInputList.1' }],
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    })
    await expect(
      simulateCustom({ PermissionsBoundaryPolicyInputList: [allow('a:*'), allow('b:*')] }),
    ).rejects.toMatchObject({ name: 'InvalidInputException' })
  })

  it('asks the policy of a resource for a named user, across accounts as well', async () => {
    const grant = (AWS: string, Resource = functionArn): string =>
      allow(action, Resource, { Principal: { AWS } })
    const nothing = { PolicyInputList: [allow('s3:*')], ResourceArns: [functionArn] }
    const [own] = await simulateCustom({
      ...nothing,
      CallerArn: userArn('ann'),
      ResourcePolicy: grant(userArn('ann')),
    })
    expect(own).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'ResourcePolicy', SourcePolicyType: 'Resource Policy' }],
    })
    const CallerArn = `arn:aws:iam::${other}:user/bob`
    const [across] = await simulateCustom({
      ...nothing,
      CallerArn,
      ResourcePolicy: grant(CallerArn),
    })
    expect(across).toMatchObject({
      EvalDecision: 'implicitDeny',
      EvalDecisionDetails: { 'IAM Policy': 'implicitDeny', 'Resource Policy': 'allowed' },
    })
    const [both] = await simulateCustom({
      PolicyInputList: [allow('lambda:*')],
      ResourceArns: ['arn:aws:s3:::bucket'],
      ActionNames: [action],
      CallerArn,
      ResourceOwner: `arn:aws:iam::${accountId}:root`,
      ResourcePolicy: grant(CallerArn, '*'),
    })
    expect(both).toMatchObject({
      EvalDecision: 'allowed',
      EvalDecisionDetails: { 'IAM Policy': 'allowed', 'Resource Policy': 'allowed' },
      ResourceSpecificResults: [{ EvalDecisionDetails: { 'IAM Policy': 'allowed' } }],
    })
  })

  it('names the statement of a resource that only delegates beside the one it delegates to', async () => {
    const [result] = await simulateCustom({
      ResourceArns: [functionArn],
      CallerArn: userArn('ann'),
      ResourcePolicy: allow(action, functionArn, { Principal: { AWS: `arn:aws:iam::${accountId}:root` } }),
    })
    expect(brief(result && [result])).toEqual([[action, 'allowed', ['PolicyInputList.1', 'ResourcePolicy']]])
  })

  it('forgets the trust policy of a role, as AWS does', async () => {
    const denying = trust({ AWS: '*' }).replace('"Allow"', '"Deny"')
    const [result] = await simulateCustom({
      PolicyInputList: [allow('sts:AssumeRole')],
      ActionNames: ['sts:AssumeRole'],
      ResourceArns: [`arn:aws:iam::${accountId}:role/r`],
      CallerArn: userArn('ann'),
      ResourcePolicy: denying,
    })
    expect(result?.EvalDecision).toBe('allowed')
  })

  it('is cut into pages', async () => {
    const actions = ['a:A', 'b:B', 'c:C']
    const input = { PolicyInputList: [allow('b:*')], ActionNames: actions, MaxItems: 2 }
    const first = await side.iam.simulateCustomPolicy(input)
    expect(first.EvaluationResults?.map(({ EvalActionName }) => EvalActionName)).toEqual(['a:A', 'b:B'])
    expect(first.IsTruncated).toBe(true)
    const second = await side.iam.simulateCustomPolicy({ ...input, Marker: first.Marker })
    expect(brief(second.EvaluationResults)).toEqual([['c:C', 'implicitDeny', []]])
    expect(second).toMatchObject({ IsTruncated: false })
    expect(second.Marker).toBeUndefined()
  })

  it('refuses what AWS refuses', async () => {
    const cases: readonly [input: object, message: string][] = [
      [{ ResourceArns: ['orders'] }, 'ResourceNames are not in a valid ARN format: orders.'],
      [{ ResourceOwner: '123456789012' }, "'123456789012' is not a valid as a Resource Owner."],
      [{ PolicyInputList: ['{'] }, 'Syntax errors in policy.'],
      [{ ActionNames: ['lambda:*'] }, 'ActionNames are not in a valid format: lambda:*.'],
      [
        { CallerArn: `arn:aws:sts::${accountId}:assumed-role/r/s` },
        `Invalid Entity Arn: arn:aws:sts::${accountId}:assumed-role/r/s does not clearly define entity type and name.`,
      ],
      [
        { ResourcePolicy: allow('a:*', '*', { Principal: '*' }) },
        'CallerArn is required if a ResourcePolicy is included and PolicySourceArn is not the ARN of an IAM user.',
      ],
    ]
    for (const [input, message] of cases) {
      await expect(simulateCustom(input)).rejects.toMatchObject({
        name: 'InvalidInputException',
        message,
        $metadata: expect.objectContaining({ httpStatusCode: 400 }) as object,
      })
    }
    await expect(simulateCustom({ ResourceHandlingOption: 'EC2-VPC-EBS' })).rejects.toThrow(
      'furlong does not serve the member ResourceHandlingOption of SimulateCustomPolicy.',
    )
    const nobody = side.iamAs(await side.createUser(name))
    await expect(
      nobody.simulateCustomPolicy({ PolicyInputList: [allow('a:*')], ActionNames: ['a:B'] }),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})

describe('SimulatePrincipalPolicy', () => {
  it('collects the policies of a user and its groups', async () => {
    const UserName = name
    await side.iam.createUser({ UserName })
    await side.iam.createGroup({ GroupName: name })
    await side.iam.addUserToGroup({ UserName, GroupName: name })
    const put = { PolicyName: 'p', PolicyDocument: allow('lambda:InvokeFunction') }
    await side.iam.putUserPolicy({ UserName, ...put })
    await side.iam.putGroupPolicy({ GroupName: name, ...put })
    const managed = await side.iam.createPolicy({
      PolicyName: `${name}-m`,
      PolicyDocument: put.PolicyDocument,
    })
    await side.iam.attachGroupPolicy({ GroupName: name, PolicyArn: managed.Policy?.Arn })
    const { EvaluationResults } = await side.iam.simulatePrincipalPolicy({
      PolicySourceArn: userArn(name),
      ActionNames: [action, 'lambda:GetFunction'],
      PolicyInputList: [deny('lambda:Get*')],
    })
    expect(brief(EvaluationResults)).toEqual([
      [action, 'allowed', [`user_${name}_p`, `group_${name}_p`, `${name}-m`]],
      ['lambda:GetFunction', 'explicitDeny', ['PolicyInputList.1']],
    ])
    const ofGroup = await side.iam.simulatePrincipalPolicy({
      PolicySourceArn: `arn:aws:iam::${accountId}:group/${name}`,
      ActionNames: [action],
    })
    expect(brief(ofGroup.EvaluationResults)).toEqual([[action, 'allowed', [`group_${name}_p`, `${name}-m`]]])
  })

  it('decides for a user as the user fares', async () => {
    const keys = await side.createUser(name)
    const mine = 'arn:aws:iam::111122223333:user/${aws:username}'
    await side.iam.putUserPolicy({
      UserName: name,
      PolicyName: 'own',
      PolicyDocument: allow(['iam:GetUser', 'iam:ListUsers'], mine),
    })
    const { EvaluationResults } = await side.iam.simulatePrincipalPolicy({
      PolicySourceArn: userArn(name),
      ActionNames: ['iam:GetUser', 'iam:DeleteUser'],
      ResourceArns: [userArn(name), userArn('another')],
    })
    const decisions = EvaluationResults?.map(({ ResourceSpecificResults }) =>
      ResourceSpecificResults?.map(({ EvalResourceDecision }) => EvalResourceDecision),
    )
    expect(decisions).toEqual([
      ['allowed', 'implicitDeny'],
      ['implicitDeny', 'implicitDeny'],
    ])
    const client = side.iamAs(keys)
    await expect(client.getUser({ UserName: name })).resolves.toBeDefined()
    await expect(client.getUser({ UserName: 'another' })).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(client.deleteUser({ UserName: name })).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('knows the boundary of a role, and takes another one for it', async () => {
    await side.iam.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: trust({ AWS: accountId }),
      PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
    })
    await side.iam.putRolePolicy({ RoleName: name, PolicyName: 'p', PolicyDocument: allow('*') })
    const simulate = async (input: object = {}): Promise<EvaluationResult | undefined> => {
      const { EvaluationResults } = await side.iam.simulatePrincipalPolicy({
        PolicySourceArn: `arn:aws:iam::${accountId}:role/${name}`,
        ActionNames: ['iam:CreateUser'],
        ...input,
      })
      return EvaluationResults?.[0]
    }
    expect(await simulate()).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    })
    expect(await simulate({ PermissionsBoundaryPolicyInputList: [allow('iam:*')] })).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: `role_${name}_p` }],
    })
    // Nor is it asked whose the resource is.
    const foreign = { ResourceArns: [`arn:aws:iam::${other}:user/ann`] }
    expect(
      await simulate({ ...foreign, PermissionsBoundaryPolicyInputList: [allow('iam:*')] }),
    ).toMatchObject({ EvalDecision: 'allowed', EvalDecisionDetails: {} })
    // A role has no name that the policy of a resource could tell: AWS asks for a user.
    await expect(simulate({ ResourcePolicy: allow('iam:*', '*', { Principal: '*' }) })).rejects.toMatchObject(
      {
        name: 'InvalidInputException',
      },
    )
  })

  it('decides every call as the call itself is decided', async () => {
    const client = side.iamAs(await side.createUser(name))
    await side.iam.createGroup({ GroupName: name })
    await side.iam.addUserToGroup({ GroupName: name, UserName: name })
    const { Policy } = await side.iam.createPolicy({ PolicyName: name, PolicyDocument: allow('iam:*') })
    const boundary = { UserName: name, PermissionsBoundary: Policy?.Arn }
    const calls: Readonly<Record<string, readonly [resource: string, call: () => Promise<unknown>]>> = {
      'iam:GetUser': [userArn(name), () => client.getUser({ UserName: name })],
      'iam:ListUsers': [userArn(''), () => client.listUsers({})],
      'iam:ListRoles': [`arn:aws:iam::${accountId}:role/`, () => client.listRoles({})],
    }
    const isAllowed = (call: () => Promise<unknown>): Promise<boolean> =>
      call().then(
        () => true,
        () => false,
      )
    const statement = record({
      Effect: constantFrom('Allow', 'Allow', 'Deny'),
      Action: constantFrom('iam:*', 'iam:List*', ...Object.keys(calls)),
      Resource: constantFrom(
        '*',
        userArn('*'),
        userArn('${aws:username}'),
        `arn:aws:iam::${accountId}:role/*`,
      ),
    })
    const policy = array(statement, { minLength: 1, maxLength: 3 }).map((Statement) =>
      JSON.stringify({ Version: '2012-10-17', Statement }),
    )
    const wanted = new Set<string>()
    let [last, previous] = ['', 'v1']
    await assert(
      asyncProperty(policy, policy, option(policy), async (ofUser, ofGroup, limit) => {
        await side.iam.putUserPolicy({ UserName: name, PolicyName: 'p', PolicyDocument: ofUser })
        await side.iam.putGroupPolicy({ GroupName: name, PolicyName: 'p', PolicyDocument: ofGroup })
        if (limit === null) {
          await side.iam.deleteUserPermissionsBoundary({ UserName: name }).catch(() => undefined)
        } else {
          await side.iam
            .deletePolicyVersion({ PolicyArn: Policy?.Arn, VersionId: last })
            .catch(() => undefined)
          const version = { PolicyArn: Policy?.Arn, PolicyDocument: limit, SetAsDefault: true }
          const { PolicyVersion } = await side.iam.createPolicyVersion(version)
          last = previous
          previous = PolicyVersion?.VersionId ?? ''
          await side.iam.putUserPermissionsBoundary(boundary)
        }
        for (const [ActionName, [ResourceArn, call]] of Object.entries(calls)) {
          const { EvaluationResults } = await side.iam.simulatePrincipalPolicy({
            PolicySourceArn: userArn(name),
            ActionNames: [ActionName],
            ResourceArns: [ResourceArn],
          })
          const decision = EvaluationResults?.[0]?.EvalDecision ?? ''
          wanted.add(decision)
          expect([ActionName, decision === 'allowed']).toEqual([ActionName, await isAllowed(call)])
        }
      }),
      { numRuns: 40 },
    )
    expect([...wanted].sort()).toEqual(['allowed', 'explicitDeny', 'implicitDeny'])
  })

  it('refuses sources that are none', async () => {
    const simulate = (PolicySourceArn: string): Promise<unknown> =>
      side.iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: [action] })
    await expect(simulate(userArn('missing'))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The user with name missing cannot be found.',
    })
    const session = `arn:aws:sts::${accountId}:assumed-role/r/s`
    await expect(simulate(session)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: `Invalid Entity Arn: ${session} does not clearly define entity type and name.`,
    })
    await expect(simulate(`arn:aws:iam::${other}:user/administrator`)).rejects.toMatchObject({
      name: 'AccessDenied',
    })
  })
})

describe('GetContextKeysFor…', () => {
  it('lists what policies ask for, each once', async () => {
    const document = allow('lambda:*', "arn:aws:lambda:*:*:function:${aws:username, 'x'}-${*}", {
      Condition: {
        StringLike: { 'aws:PrincipalTag/Team': '${aws:PrincipalTag/team}' },
        Bool: { 'aws:SecureTransport': 'true' },
      },
    })
    const keys = ['aws:PrincipalTag/Team', 'aws:SecureTransport', 'aws:username']
    const custom = await side.iam.getContextKeysForCustomPolicy({ PolicyInputList: [document] })
    expect(custom.ContextKeyNames).toEqual(keys)
    await side.iam.createUser({ UserName: name })
    await side.iam.putUserPolicy({ UserName: name, PolicyName: 'p', PolicyDocument: document })
    const attached = await side.iam.getContextKeysForPrincipalPolicy({
      PolicySourceArn: userArn(name),
      PolicyInputList: [allow('a:*', '*', { Condition: { Null: { 'aws:SourceIp': 'true' } } })],
    })
    expect(attached.ContextKeyNames).toEqual([...keys, 'aws:SourceIp'])
  })
})
