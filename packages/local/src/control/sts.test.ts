import type { AssumeRoleCommandInput, Credentials } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { call } from '../testing/call.ts'
import { createAdministrator, deployFunction } from '../testing/deploy-function.ts'
import { allow, type IamSide, type Keys, readKeys, startIamSide } from '../testing/iam-side.ts'

const accountId = '111122223333'

let side: IamSide
let user: Keys
let count = 0
let name = ''

beforeAll(async () => {
  side = await startIamSide()
})

afterAll(() => side.close())

beforeEach(async () => {
  name = `name-${++count}`
  user = await side.createUser(name)
})

const permit = (PolicyDocument: string): Promise<unknown> =>
  side.iam.putUserPolicy({ UserName: name, PolicyName: 'p', PolicyDocument })

const createRole = (RoleName: string, actions: readonly string[], extra: object = {}): Promise<unknown> =>
  side.iam.createRole({
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: accountId }, Action: actions, ...extra }],
    }),
  })

const assume = async (
  as: Keys,
  RoleName: string,
  input: Partial<AssumeRoleCommandInput> = {},
): Promise<{ keys: Keys; sourceIdentity: string | undefined }> => {
  const { Credentials, SourceIdentity } = await side.stsAs(as).assumeRole({
    RoleArn: `arn:aws:iam::${accountId}:role/${RoleName}`,
    RoleSessionName: 'here',
    ...input,
  })
  return { keys: readKeys(Credentials), sourceIdentity: SourceIdentity }
}

const secondsLeft = (credentials: Credentials | undefined): number =>
  Math.round(((credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000)

describe('GetSessionToken', () => {
  it('gives a user its own rights for a while, and asks no policy', async () => {
    const { Credentials } = await side.stsAs(user).getSessionToken({})
    expect(secondsLeft(Credentials)).toBeGreaterThan(43_190)
    const session = side.stsAs(readKeys(Credentials))
    expect(await session.getCallerIdentity({})).toMatchObject({
      Arn: `arn:aws:iam::${accountId}:user/${name}`,
      UserId: expect.stringMatching(/^AIDA/) as string,
    })
    const brief = await side.stsAs(user).getSessionToken({ DurationSeconds: 900 })
    expect(secondsLeft(brief.Credentials)).toBeLessThan(901)
    await expect(side.stsAs(user).getSessionToken({ DurationSeconds: 899 })).rejects.toThrow(
      "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    )
  })

  it('makes credentials that IAM does not know and STS lets do little', async () => {
    await permit(allow('*'))
    const keys = readKeys((await side.stsAs(user).getSessionToken({})).Credentials)
    await expect(side.iamAs(keys).listUsers({})).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      $metadata: expect.objectContaining({ httpStatusCode: 403 }) as object,
    })
    await expect(side.stsAs(keys).getSessionToken({})).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    })
    await createRole(name, ['sts:AssumeRole'])
    await expect(assume(keys, name)).resolves.toBeDefined()
  })

  it('tells policies that the credentials are temporary', async () => {
    await createRole(name, ['sts:AssumeRole'])
    const temporary = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } }
    await permit(allow('sts:AssumeRole', '*', temporary))
    await expect(assume(user, name)).rejects.toMatchObject({ name: 'AccessDenied' })
    const session = readKeys((await side.stsAs(user).getSessionToken({})).Credentials)
    await expect(assume(session, name)).resolves.toBeDefined()
  })

  it('serves no second factor, and no callers but users', async () => {
    await expect(
      side.stsAs(user).getSessionToken({ SerialNumber: 'arn:aws:iam::1:mfa/a', TokenCode: '123456' }),
    ).rejects.toThrow('furlong does not serve the member SerialNumber of GetSessionToken.')
    await createRole(name, ['sts:AssumeRole'])
    await permit(allow('sts:*'))
    const { keys } = await assume(user, name)
    await expect(side.stsAs(keys).getSessionToken({})).rejects.toThrow(
      'Cannot call GetSessionToken with session credentials',
    )
  })
})

describe('GetFederationToken', () => {
  const federate = async (input: object = {}): Promise<Keys> =>
    readKeys((await side.stsAs(user).getFederationToken({ Name: 'ann', ...input })).Credentials)

  it('makes a federated user, named so', async () => {
    await permit(allow('sts:GetFederationToken'))
    const { Credentials, FederatedUser } = await side.stsAs(user).getFederationToken({ Name: 'ann' })
    const federated = {
      FederatedUserId: `${accountId}:ann`,
      Arn: `arn:aws:sts::${accountId}:federated-user/ann`,
    }
    expect(FederatedUser).toEqual(federated)
    const session = side.stsAs(readKeys(Credentials))
    expect(await session.getCallerIdentity({})).toMatchObject({
      Arn: federated.Arn,
      UserId: federated.FederatedUserId,
      Account: accountId,
    })
    await expect(session.getAccessKeyInfo({ AccessKeyId: user.accessKeyId })).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    await expect(side.iamAs(readKeys(Credentials)).listUsers({})).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
  })

  it('is for users who may', async () => {
    await expect(federate()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${accountId}:user/${name} is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${accountId}:federated-user/ann because no identity-based policy allows the sts:GetFederationToken action`,
    })
    await permit(allow('sts:GetFederationToken'))
    await expect(federate({ Tags: [{ Key: 'team', Value: 'a' }] })).rejects.toThrow('sts:TagSession')
    await permit(allow(['sts:GetFederationToken', 'sts:TagSession']))
    await expect(federate({ Tags: [{ Key: 'team', Value: 'a' }] })).resolves.toBeDefined()
    await expect(federate({ Policy: '{' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    })
  })

  it('gives what both the user and the session policies allow', async () => {
    const list = (keys: Keys): Promise<unknown> => side.lambdaAs(keys).listFunctions({})
    await permit(allow(['sts:GetFederationToken', 'lambda:*']))
    const refusal = { name: 'AccessDeniedException' }
    await expect(list(await federate())).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('because no session policy allows') as string,
    })
    await expect(list(await federate({ Policy: allow('lambda:*') }))).resolves.toBeDefined()
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/AWSLambda_FullAccess' }]
    await expect(list(await federate({ PolicyArns }))).resolves.toBeDefined()
    await permit(allow('sts:GetFederationToken'))
    await expect(list(await federate({ Policy: allow('lambda:*') }))).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('because no identity-based policy allows') as string,
    })
  })
})

describe('a federated user and a function URL', () => {
  it('meet by name in the policy of the function, or by both of the policies of the session', async () => {
    const administrator = createAdministrator(side.local)
    const FunctionName = name
    const { functionArn } = await deployFunction(
      administrator,
      FunctionName,
      'export const handler = async (event) => event.requestContext.authorizer.iam',
    )
    const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName,
      AuthType: 'AWS_IAM',
    })
    const Principal = `arn:aws:sts::${accountId}:federated-user/ann`
    const grant = { FunctionName, Principal }
    await administrator.lambda.addPermission({
      ...grant,
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'AWS_IAM',
    })
    await administrator.lambda.addPermission({
      ...grant,
      StatementId: 'invoke',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    })
    await permit(allow(['sts:GetFederationToken', 'lambda:*']))
    const visit = async (Name: string, Policy?: string): Promise<{ status: number; body: string }> => {
      const { Credentials } = await side.stsAs(user).getFederationToken({ Name, Policy })
      return call({ url: FunctionUrl, credentials: readKeys(Credentials) })
    }
    const named = await visit('ann')
    expect(named.status).toBe(200)
    expect(JSON.parse(named.body)).toMatchObject({
      userArn: Principal,
      callerId: `${accountId}:ann`,
      accountId,
    })
    expect((await visit('bob')).status).toBe(403)
    expect((await visit('bob', allow('lambda:Invoke*', functionArn))).status).toBe(200)
    expect((await visit('bob', allow('lambda:Invoke*', `${functionArn}-2`))).status).toBe(403)
  })
})

describe('GetAccessKeyInfo', () => {
  it('tells the account of any key', async () => {
    const { accessKeyId } = side.accounts[1] ?? { accessKeyId: '' }
    expect((await side.sts.getAccessKeyInfo({ AccessKeyId: accessKeyId })).Account).toBe('444455556666')
    const { Credentials } = await side.stsAs(user).getSessionToken({})
    expect((await side.sts.getAccessKeyInfo({ AccessKeyId: Credentials?.AccessKeyId })).Account).toBe(
      accountId,
    )
    await expect(side.sts.getAccessKeyInfo({ AccessKeyId: 'AKIAUNKNOWNUNKNOWN00' })).rejects.toMatchObject({
      name: 'ValidationError',
    })
    await expect(side.stsAs(user).getAccessKeyInfo({ AccessKeyId: accessKeyId })).rejects.toMatchObject({
      name: 'AccessDenied',
    })
  })
})

describe('AssumeRole with tags and a source identity', () => {
  const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
  const Tags = [{ Key: 'Team', Value: 'a' }]

  it('needs the right to each, on both sides', async () => {
    await permit(allow(all))
    await createRole(name, ['sts:AssumeRole'])
    await expect(assume(user, name)).resolves.toBeDefined()
    await expect(assume(user, name, { Tags })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: sts:TagSession on resource') as string,
    })
    await expect(assume(user, name, { SourceIdentity: 'ann' })).rejects.toThrow('sts:SetSourceIdentity')
    await createRole(`${name}-b`, all)
    const { sourceIdentity } = await assume(user, `${name}-b`, { Tags, SourceIdentity: 'ann' })
    expect(sourceIdentity).toBe('ann')
    await permit(allow('sts:AssumeRole'))
    await expect(assume(user, `${name}-b`, { Tags })).rejects.toThrow('sts:TagSession')
  })

  it('shows them to trust policies and to what the session does', async () => {
    await permit(allow(all))
    await createRole(name, all, {
      Condition: { StringEquals: { 'aws:RequestTag/team': 'a', 'sts:SourceIdentity': 'ann' } },
    })
    await side.iam.putRolePolicy({
      RoleName: name,
      PolicyName: 'p',
      PolicyDocument: allow('iam:ListUsers', '*', {
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a', 'aws:SourceIdentity': 'ann' } },
      }),
    })
    await side.iam.tagRole({ RoleName: name, Tags: [{ Key: 'team', Value: 'of the role' }] })
    const wrong = [{ Key: 'Team', Value: 'b' }]
    await expect(assume(user, name, { Tags: wrong, SourceIdentity: 'ann' })).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    const { keys } = await assume(user, name, { Tags, SourceIdentity: 'ann' })
    await expect(side.iamAs(keys).listUsers({})).resolves.toBeDefined()
  })

  it('hands transitive ones on in a chain of roles', async () => {
    await permit(allow(all))
    await createRole(`${name}-a`, all)
    await side.iam.putRolePolicy({ RoleName: `${name}-a`, PolicyName: 'p', PolicyDocument: allow(all) })
    await createRole(`${name}-b`, all, { Condition: { StringEquals: { 'aws:RequestTag/Team': 'a' } } })
    await side.iam.putRolePolicy({
      RoleName: `${name}-b`,
      PolicyName: 'p',
      PolicyDocument: allow('iam:ListUsers', '*', {
        Condition: {
          StringEquals: { 'aws:PrincipalTag/Team': 'a', 'aws:SourceIdentity': 'ann' },
          Null: { 'aws:PrincipalTag/Own': 'true' },
        },
      }),
    })
    const first = await assume(user, `${name}-a`, {
      Tags: [...Tags, { Key: 'Own', Value: 'x' }],
      TransitiveTagKeys: ['Team'],
      SourceIdentity: 'ann',
    })
    const { keys, sourceIdentity } = await assume(first.keys, `${name}-b`)
    expect(sourceIdentity).toBe('ann')
    await expect(side.iamAs(keys).listUsers({})).resolves.toBeDefined()
    await side.iam.putRolePolicy({ RoleName: `${name}-b`, PolicyName: 'q', PolicyDocument: allow(all) })
    await createRole(`${name}-c`, all, { Condition: { StringEquals: { 'aws:RequestTag/Team': 'a' } } })
    await expect(assume(keys, `${name}-c`)).resolves.toMatchObject({ sourceIdentity: 'ann' })
    await expect(assume(user, `${name}-c`)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(assume(first.keys, `${name}-b`, { Tags })).rejects.toThrow(
      'The session tag Team is inherited from the calling session and cannot be passed.',
    )
    await expect(assume(first.keys, `${name}-b`, { SourceIdentity: 'bob' })).rejects.toThrow(
      'The source identity that was set for the calling session cannot be changed.',
    )
  })

  it('refuses what does not fit together', async () => {
    await permit(allow(all))
    await createRole(name, all)
    const refusals: readonly [input: Partial<AssumeRoleCommandInput>, message: string][] = [
      [
        { Tags, TransitiveTagKeys: ['Other'] },
        'The transitive tag key Other is not a key of the session tags.',
      ],
      [
        { Tags: [...Tags, { Key: 'TEAM', Value: 'b' }] },
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      ],
      [{ SourceIdentity: 'a' }, "Value 'a' at 'sourceIdentity' failed to satisfy constraint"],
      [
        { Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
        "at 'tags.1.member.key' failed to satisfy constraint",
      ],
      [
        { Tags: [{ Key: 'a', Value: '<' }] },
        "Value '<' at 'tags.1.member.value' failed to satisfy constraint",
      ],
    ]
    for (const [input, message] of refusals) {
      await expect(assume(user, name, input)).rejects.toThrow(message)
    }
  })
})

describe('a deleted user', () => {
  it('takes its sessions along', async () => {
    const keys = readKeys((await side.stsAs(user).getSessionToken({})).Credentials)
    await side.iam.deleteUserPolicy({ UserName: name, PolicyName: 'p' }).catch(() => undefined)
    await side.iam.deleteAccessKey({ UserName: name, AccessKeyId: user.accessKeyId })
    await side.iam.deleteUser({ UserName: name })
    await expect(side.stsAs(keys).getCallerIdentity({})).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
  })
})
