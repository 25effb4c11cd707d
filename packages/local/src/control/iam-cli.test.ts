import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { iamOperations } from './iam/operations.ts'
import { stsOperations } from './sts/operations.ts'
import { type AwsCli, cliObstacle, startAwsCli } from '../testing/aws-cli.ts'
import { allow, type IamSide, startIamSide, trust } from '../testing/iam-side.ts'

const accountId = '111122223333'
const policyArn = `arn:aws:iam::${accountId}:policy/cli`
const userArn = `arn:aws:iam::${accountId}:user/cli`

describe.skipIf(cliObstacle !== '')(`IAM and STS by the AWS CLI ${cliObstacle}`, { timeout: 120_000 }, () => {
  let side: IamSide
  let cli: AwsCli

  beforeAll(async () => {
    side = await startIamSide()
    cli = startAwsCli(side.local.environment())
    await run('iam create-user --user-name cli')
    await run('iam create-group --group-name cli')
    await run('iam create-role --role-name cli --assume-role-policy-document', trust({ AWS: accountId }))
    await run('iam create-policy --policy-name cli --policy-document', allow('lambda:*'))
  })

  afterAll(async () => {
    cli.close()
    await side.close()
  })

  /** The words of a command, then arguments that hold blanks. */
  async function run(command: string, ...rest: string[]) {
    return JSON.parse((await cli.run(...command.split(' '), ...rest)) || 'null')
  }

  it('simulates a principal and policies of its own', async () => {
    await run('iam put-user-policy --user-name cli --policy-name p --policy-document', allow('lambda:Get*'))
    const simulated = await run(
      `iam simulate-principal-policy --policy-source-arn ${userArn} --action-names lambda:GetFunction lambda:Invoke --resource-arns arn:aws:lambda:us-east-1:${accountId}:function:f`,
    )
    expect(simulated).toMatchObject({
      EvaluationResults: [
        {
          EvalActionName: 'lambda:GetFunction',
          EvalDecision: 'allowed',
          MatchedStatements: [{ SourcePolicyId: 'user_cli_p', SourcePolicyType: 'IAM Policy' }],
          ResourceSpecificResults: [{ EvalResourceDecision: 'allowed' }],
        },
        { EvalActionName: 'lambda:Invoke', EvalDecision: 'implicitDeny', MatchedStatements: [] },
      ],
    })
    const custom = await run(
      'iam simulate-custom-policy --action-names a:B --context-entries ContextKeyName=aws:SourceIp,ContextKeyValues=10.0.0.1,ContextKeyType=ip --policy-input-list',
      allow('a:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    )
    expect(custom.EvaluationResults[0]).toMatchObject({ EvalDecision: 'allowed', MissingContextValues: [] })
    await expect(
      run(
        `iam simulate-principal-policy --policy-source-arn ${userArn} --action-names a:B --resource-arns x`,
      ),
    ).rejects.toThrow(
      'An error occurred (InvalidInput) when calling the SimulatePrincipalPolicy operation: ResourceNames are not in a valid ARN format: x.',
    )
    const keys = await run(`iam get-context-keys-for-principal-policy --policy-source-arn ${userArn}`)
    expect(keys).toEqual({ ContextKeyNames: [] })
    const asked = await run(
      'iam get-context-keys-for-custom-policy --policy-input-list',
      allow('a:*', '${aws:username}'.padStart(30, 'arn:aws:s3:::')),
    )
    expect(asked.ContextKeyNames).toEqual(['aws:username'])
  })

  it('keeps groups', async () => {
    await run('iam add-user-to-group --group-name cli --user-name cli')
    await run('iam put-group-policy --group-name cli --policy-name p --policy-document', allow('a:*'))
    await run(`iam attach-group-policy --group-name cli --policy-arn ${policyArn}`)
    expect((await run('iam get-group --group-name cli')).Users).toMatchObject([{ UserName: 'cli' }])
    expect((await run('iam list-groups')).Groups).toMatchObject([{ GroupName: 'cli' }])
    expect((await run('iam list-groups-for-user --user-name cli')).Groups).toHaveLength(1)
    expect(await run('iam list-group-policies --group-name cli')).toEqual({ PolicyNames: ['p'] })
    expect(await run('iam get-group-policy --group-name cli --policy-name p')).toMatchObject({
      PolicyDocument: { Statement: [{ Action: 'a:*' }] },
    })
    expect((await run('iam list-attached-group-policies --group-name cli')).AttachedPolicies).toHaveLength(1)
    expect(await run(`iam list-entities-for-policy --policy-arn ${policyArn}`)).toMatchObject({
      PolicyGroups: [{ GroupName: 'cli' }],
      PolicyUsers: [],
      PolicyRoles: [],
    })
    const details = await run('iam get-account-authorization-details --filter User Group LocalManagedPolicy')
    expect(details).toMatchObject({
      GroupDetailList: [{ GroupName: 'cli', AttachedManagedPolicies: [{ PolicyName: 'cli' }] }],
      RoleDetailList: [],
      Policies: [{ PolicyName: 'cli', PolicyVersionList: [{ IsDefaultVersion: true }] }],
    })
    await run(`iam detach-group-policy --group-name cli --policy-arn ${policyArn}`)
    await run('iam delete-group-policy --group-name cli --policy-name p')
    await run('iam remove-user-from-group --group-name cli --user-name cli')
    await run('iam delete-group --group-name cli')
    expect(await run('iam list-groups')).toEqual({ Groups: [] })
  })

  it('keeps versions of policies', async () => {
    await run(`iam create-policy-version --policy-arn ${policyArn} --policy-document`, allow('a:V2'))
    await run(`iam set-default-policy-version --policy-arn ${policyArn} --version-id v2`)
    const { Versions } = await run(`iam list-policy-versions --policy-arn ${policyArn} --max-items 1`)
    expect(Versions).toMatchObject([{ VersionId: 'v2', IsDefaultVersion: true }])
    expect(await run(`iam get-policy-version --policy-arn ${policyArn} --version-id v2`)).toMatchObject({
      PolicyVersion: { Document: { Statement: [{ Action: 'a:V2' }] } },
    })
    await run(`iam delete-policy-version --policy-arn ${policyArn} --version-id v1`)
    await expect(run(`iam delete-policy-version --policy-arn ${policyArn} --version-id v2`)).rejects.toThrow(
      '(DeleteConflict)',
    )
  })

  it('keeps tags, descriptions and boundaries', async () => {
    for (const [noun, named] of [
      ['role', '--role-name cli'],
      ['user', '--user-name cli'],
      ['policy', `--policy-arn ${policyArn}`],
    ] as const) {
      await run(`iam tag-${noun} ${named} --tags Key=a,Value=b Key=c,Value=d`)
      await run(`iam untag-${noun} ${named} --tag-keys c`)
      expect(await run(`iam list-${noun}-tags ${named}`)).toMatchObject({ Tags: [{ Key: 'a', Value: 'b' }] })
    }
    await run('iam update-role --role-name cli --max-session-duration 7200 --description', 'a b')
    await run('iam update-role-description --role-name cli --description', 'b c')
    const boundary = `--permissions-boundary ${policyArn}`
    await run(`iam put-role-permissions-boundary --role-name cli ${boundary}`)
    await run(`iam put-user-permissions-boundary --user-name cli ${boundary}`)
    const { Role } = await run('iam get-role --role-name cli')
    expect(Role).toMatchObject({
      Description: 'b c',
      MaxSessionDuration: 7200,
      PermissionsBoundary: { PermissionsBoundaryArn: policyArn },
    })
    await run('iam delete-role-permissions-boundary --role-name cli')
    await run('iam delete-user-permissions-boundary --user-name cli')
    expect(await run('iam list-instance-profiles-for-role --role-name cli')).toEqual({ InstanceProfiles: [] })
    await expect(run('iam update-role --role-name cli --max-session-duration 43201')).rejects.toThrow(
      "(ValidationError) when calling the UpdateRole operation: 1 validation error detected: Value '43201'",
    )
  })

  it('makes sessions, and tells of keys', async () => {
    const { accessKeyId } = side.accounts[0] ?? { accessKeyId: '' }
    expect(await run(`sts get-access-key-info --access-key-id ${accessKeyId}`)).toEqual({
      Account: accountId,
    })
    expect(await run(`iam get-access-key-last-used --access-key-id ${accessKeyId}`)).toMatchObject({
      UserName: 'administrator',
      AccessKeyLastUsed: { ServiceName: 'iam' },
    })
    const token = await run('sts get-session-token --duration-seconds 900')
    expect(token.Credentials.AccessKeyId).toMatch(/^ASIA/)
    const federated = await run('sts get-federation-token --name ann --policy', allow('lambda:*'))
    expect(federated.FederatedUser.Arn).toBe(`arn:aws:sts::${accountId}:federated-user/ann`)
    await run(
      'iam update-assume-role-policy --role-name cli --policy-document',
      trust({ AWS: accountId }).replace(
        '"sts:AssumeRole"',
        '["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]',
      ),
    )
    const assumed = await run(
      `sts assume-role --role-arn arn:aws:iam::${accountId}:role/cli --role-session-name here --source-identity ann --tags Key=a,Value=b --transitive-tag-keys a --policy-arns arn=${policyArn}`,
    )
    expect(assumed).toMatchObject({
      SourceIdentity: 'ann',
      AssumedRoleUser: { AssumedRoleId: expect.stringMatching(/:here$/) as string },
    })
  })

  it('keeps what the walk through IAM needs', async () => {
    await run('iam create-user --user-name walk')
    await run('iam create-role --role-name walk --assume-role-policy-document', trust({ AWS: accountId }))
    for (const noun of ['user', 'role']) {
      const named = `--${noun}-name walk`
      await run(`iam put-${noun}-policy ${named} --policy-name p --policy-document`, allow('a:*'))
      expect(await run(`iam list-${noun}-policies ${named}`)).toEqual({ PolicyNames: ['p'] })
      expect(await run(`iam get-${noun}-policy ${named} --policy-name p`)).toMatchObject({ PolicyName: 'p' })
      await run(`iam delete-${noun}-policy ${named} --policy-name p`)
      await run(`iam attach-${noun}-policy ${named} --policy-arn ${policyArn}`)
      const { AttachedPolicies } = await run(`iam list-attached-${noun}-policies ${named}`)
      expect(AttachedPolicies).toEqual([{ PolicyName: 'cli', PolicyArn: policyArn }])
      await run(`iam detach-${noun}-policy ${named} --policy-arn ${policyArn}`)
    }
    const { AccessKey } = await run('iam create-access-key --user-name walk')
    const key = `--user-name walk --access-key-id ${AccessKey.AccessKeyId}`
    await run(`iam update-access-key ${key} --status Inactive`)
    expect((await run('iam list-access-keys --user-name walk')).AccessKeyMetadata).toMatchObject([
      { Status: 'Inactive' },
    ])
    await run(`iam delete-access-key ${key}`)
    expect((await run('iam get-user --user-name walk')).User).toMatchObject({ UserName: 'walk' })
    expect((await run('iam list-users')).Users).toHaveLength(3)
    expect((await run('iam list-roles')).Roles).toHaveLength(2)
    expect((await run('iam list-policies --scope Local')).Policies).toMatchObject([{ Arn: policyArn }])
    expect((await run('sts get-caller-identity')).Account).toBe(accountId)
    await run('iam delete-user --user-name walk')
    await run('iam delete-role --role-name walk')
    const { Policy } = await run('iam create-policy --policy-name walk --policy-document', allow('a:*'))
    expect((await run(`iam get-policy --policy-arn ${Policy.Arn}`)).Policy).toMatchObject({
      PolicyName: 'walk',
    })
    await run(`iam delete-policy --policy-arn ${Policy.Arn}`)
  })

  it('has then run every operation that is served, with success', () => {
    const answered = side.local.records
      .list({ limit: 1000 })
      .filter(({ status }) => status === 200)
      .map(({ operation }) => operation)
    const served = [...iamOperations.keys(), ...stsOperations.keys()]
    expect(served.filter((name) => !answered.includes(name))).toEqual([])
  })

  it('is refused by name what is not served', async () => {
    await expect(run('iam list-account-aliases')).rejects.toThrow(
      'An error occurred (InvalidAction) when calling the ListAccountAliases operation: Could not find operation ListAccountAliases for version 2010-05-08',
    )
    await expect(
      run('sts get-session-token --serial-number arn:aws:iam::1:mfa/a --token-code 123456'),
    ).rejects.toThrow('furlong does not serve the member SerialNumber of GetSessionToken.')
  })
})
