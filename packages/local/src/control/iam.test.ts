import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListAccountAliasesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  paginateListRoles,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import type { AccessKey } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { LocalAccount } from '../side/sides.ts'
import { type Local, startLocal } from '../start.ts'
import { lambdaTrust } from '../testing/deploy-function.ts'

const accountId = '111122223333'
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunctionUrl', Resource: '*' }],
})

let local: Local
let administrators: readonly [LocalAccount, LocalAccount]
let iam: IAMClient
let sts: STSClient
let count = 0
let name = ''

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const options = (
  credentials: Keys,
): { endpoint: string; region: string; credentials: Keys; maxAttempts: number } => ({
  endpoint: local.endpoint,
  region: local.region,
  // The SDK writes into the credentials it is given.
  credentials: { ...credentials },
  maxAttempts: 1,
})

const trust = (principal: object, extra: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...extra }],
  })

const createRole = (RoleName: string, policy: string = lambdaTrust, input: object = {}): Promise<unknown> =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy, ...input }))

/** Makes a user with a key and returns the key. */
async function createCaller(UserName: string): Promise<Keys> {
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return keysOf(AccessKey)
}

const keysOf = (key: AccessKey | undefined): Keys => ({
  accessKeyId: key?.AccessKeyId ?? '',
  secretAccessKey: key?.SecretAccessKey ?? '',
})

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrators = local.accounts as [LocalAccount, LocalAccount]
  iam = new IAMClient(options(administrators[0]))
  sts = new STSClient(options(administrators[0]))
})

afterAll(async () => {
  iam.destroy()
  sts.destroy()
  await local.close()
})

beforeEach(() => {
  name = `name-${++count}`
})

describe('roles', () => {
  it('are made, shown, listed, changed and deleted', async () => {
    const created = (await createRole(name, lambdaTrust, {
      Path: '/team/',
      Description: 'a & <b>',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'k', Value: 'v' }],
    })) as { Role: object }
    expect(created.Role).toMatchObject({
      RoleName: name,
      Path: '/team/',
      Arn: `arn:aws:iam::${accountId}:role/team/${name}`,
      RoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}$/) as string,
      CreateDate: expect.any(Date) as Date,
      AssumeRolePolicyDocument: encodeURIComponent(lambdaTrust),
    })
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
    expect(Role).toMatchObject({
      Description: 'a & <b>',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'k', Value: 'v' }],
    })
    const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/team/' }))
    expect(Roles?.map(({ RoleName }) => RoleName)).toEqual([name])
    expect(Roles?.[0]?.Tags).toBeUndefined()
    const changed = trust({ AWS: accountId })
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: changed }))
    const after = await iam.send(new GetRoleCommand({ RoleName: name }))
    expect(decodeURIComponent(after.Role?.AssumeRolePolicyDocument ?? '')).toBe(changed)
    await iam.send(new DeleteRoleCommand({ RoleName: name }))
    await expect(iam.send(new GetRoleCommand({ RoleName: name }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: `The role with name ${name} cannot be found.`,
      $metadata: { httpStatusCode: 404 },
    })
  })

  it('are listed by page', async () => {
    const made = ['b', 'A', 'c'].map((end) => `${name}-${end}`)
    for (const one of made) await createRole(one)
    const seen: (string | undefined)[] = []
    for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, {})) {
      seen.push(...(page.Roles ?? []).map(({ RoleName }) => RoleName))
    }
    expect(seen.filter((one) => made.includes(one ?? ''))).toEqual([`${name}-A`, `${name}-b`, `${name}-c`])
  })

  it('are refused in the words of IAM', async () => {
    await createRole(name)
    await expect(createRole(name.toUpperCase())).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      message: `Role with name ${name.toUpperCase()} already exists.`,
      $metadata: { httpStatusCode: 409 },
    })
    await expect(createRole(`${name}-b`, '{"Statement":[]}')).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    })
    const missing = `arn:aws:iam::${accountId}:role/missing`
    await expect(createRole(`${name}-b`, trust({ AWS: missing }))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${missing}"`,
    })
    await expect(createRole('a b')).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    })
    await expect(createRole(`${name}-b`, trust({ AWS: '*' }).padEnd(2049, ' '))).resolves.toBeDefined()
    const long = trust({ AWS: '*' }, { Sid: 'x'.repeat(2048) })
    await expect(createRole(`${name}-c`, long)).rejects.toThrow(
      'Cannot exceed quota for ACLSizePerRole: 2048',
    )
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: document }))
    await expect(iam.send(new DeleteRoleCommand({ RoleName: name }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete policies first.',
    })
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
    await expect(iam.send(new DeleteRoleCommand({ RoleName: name }))).rejects.toThrow(
      'Cannot delete entity, must detach all policies first.',
    )
  })

  it('keep the unique id of a principal they trust, and show it once it is dead', async () => {
    const { User } = await iam.send(new CreateUserCommand({ UserName: name }))
    const { Arn: arn, UserId: id } = User ?? {}
    await createRole(name, trust({ AWS: [arn, '444455556666'] }))
    const shown = async (): Promise<string> => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
      return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
    }
    expect(await shown()).toBe(trust({ AWS: [arn, '444455556666'] }))
    await iam.send(new DeleteUserCommand({ UserName: name }))
    await iam.send(new CreateUserCommand({ UserName: name }))
    expect(await shown()).toBe(trust({ AWS: [id, '444455556666'] }))
  })
})

describe('users and access keys', () => {
  it('are made, shown, listed and deleted', async () => {
    const { User } = await iam.send(new CreateUserCommand({ UserName: name, Path: '/p/' }))
    expect(User).toMatchObject({
      UserName: name,
      Arn: `arn:aws:iam::${accountId}:user/p/${name}`,
      UserId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/) as string,
    })
    expect((await iam.send(new GetUserCommand({ UserName: name }))).User).toEqual(User)
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).toBe('administrator')
    expect((await iam.send(new ListUsersCommand({ PathPrefix: '/p/' }))).Users).toMatchObject([User ?? {}])
    await expect(iam.send(new CreateUserCommand({ UserName: name }))).rejects.toThrow(
      `User with name ${name} already exists.`,
    )
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
    const AccessKeyId = AccessKey?.AccessKeyId
    expect(AccessKeyId).toMatch(/^AKIA[A-Z0-9]{16}$/)
    const owner = new STSClient(options(keysOf(AccessKey)))
    expect((await owner.send(new GetCallerIdentityCommand({}))).UserId).toBe(User?.UserId)
    await iam.send(new CreateAccessKeyCommand({ UserName: name }))
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: name }))).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    })
    await iam.send(new UpdateAccessKeyCommand({ UserName: name, AccessKeyId, Status: 'Inactive' }))
    await expect(owner.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
    owner.destroy()
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: name }))
    expect(AccessKeyMetadata?.find((key) => key.AccessKeyId === AccessKeyId)?.Status).toBe('Inactive')
    expect(AccessKeyMetadata).toHaveLength(2)
    await expect(iam.send(new DeleteUserCommand({ UserName: name }))).rejects.toThrow(
      'Cannot delete entity, must delete access keys first.',
    )
    for (const key of AccessKeyMetadata ?? []) {
      await iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: key.AccessKeyId }))
    }
    await expect(iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId }))).rejects.toThrow(
      `The Access Key with id ${AccessKeyId} cannot be found.`,
    )
    await iam.send(new DeleteUserCommand({ UserName: name }))
    await expect(iam.send(new GetUserCommand({ UserName: name }))).rejects.toThrow(
      `The user with name ${name} cannot be found.`,
    )
  })

  it('show a caller who may not what AWS would say', async () => {
    const limited = new IAMClient(options(await createCaller(name)))
    const arn = `arn:aws:iam::${accountId}:user/${name}`
    await expect(limited.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${accountId}:user/ because no identity-based policy allows the iam:ListUsers action`,
      $metadata: { httpStatusCode: 403 },
    })
    expect(local.records.latestRefusal()?.refusal).toMatchObject({ gate: 'authorize', code: 'AccessDenied' })
    limited.destroy()
  })
})

describe('inline policies', () => {
  it('of roles and users are put, shown, listed and deleted', async () => {
    await createRole(name)
    await iam.send(new CreateUserCommand({ UserName: name }))
    const policy = { PolicyName: 'p', PolicyDocument: document }
    await iam.send(new PutRolePolicyCommand({ RoleName: name, ...policy }))
    await iam.send(new PutUserPolicyCommand({ UserName: name, ...policy }))
    const ofRole = await iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: 'p' }))
    const ofUser = await iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName: 'p' }))
    expect(decodeURIComponent(ofRole.PolicyDocument ?? '')).toBe(document)
    expect(ofUser).toMatchObject({
      UserName: name,
      PolicyDocument: encodeURIComponent(document).replaceAll('*', '%2A'),
    })
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName: name }))).PolicyNames).toEqual(['p'])
    expect((await iam.send(new ListUserPoliciesCommand({ UserName: name }))).PolicyNames).toEqual(['p'])
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'q', PolicyDocument: '{' })),
    ).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'Syntax errors in policy.',
    })
    // AWS does not say where; the record does.
    await expect(
      iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: 'q',
          PolicyDocument: document.replace('Allow', 'allow'),
        }),
      ),
    ).rejects.toThrow('The policy failed legacy parsing')
    expect(local.records.list({ limit: 1 })[0]?.gates.at(-1)?.says).toBe(
      'MalformedPolicyDocument: The policy failed legacy parsing (Statement[0].Effect is "allow": must be "Allow" or "Deny")',
    )
    const long = document.replace('"*"', JSON.stringify(`arn:aws:s3:::${'x'.repeat(2000)}`))
    await expect(
      iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'q', PolicyDocument: long })),
    ).rejects.toThrow(`Maximum policy size of 2048 bytes exceeded for user ${name}`)
    await iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: 'p' }))
    await iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName: 'p' }))
    await expect(iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: 'p' }))).rejects.toThrow(
      'The role policy with name p cannot be found.',
    )
    await expect(iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName: 'p' }))).rejects.toThrow(
      'The user policy with name p cannot be found.',
    )
  })
})

describe('managed policies', () => {
  it('are made, attached, used as a boundary and deleted', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document, Description: 'd' }),
    )
    const PolicyArn = `arn:aws:iam::${accountId}:policy/${name}`
    expect(Policy).toMatchObject({
      Arn: PolicyArn,
      PolicyId: expect.stringMatching(/^ANPA[A-Z0-9]{17}$/) as string,
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      IsAttachable: true,
    })
    await expect(
      iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document })),
    ).rejects.toThrow(`A policy called ${name} already exists. Duplicate names are not allowed.`)
    await createRole(name, lambdaTrust, { PermissionsBoundary: PolicyArn })
    await iam.send(new CreateUserCommand({ UserName: name }))
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
    await iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn }))
    const attached = [{ PolicyName: name, PolicyArn }]
    expect(
      (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }))).AttachedPolicies,
    ).toEqual(attached)
    expect(
      (await iam.send(new ListAttachedUserPoliciesCommand({ UserName: name }))).AttachedPolicies,
    ).toEqual(attached)
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({
      AttachmentCount: 2,
      PermissionsBoundaryUsageCount: 1,
      Description: 'd',
    })
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toBe(document)
    await expect(iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))).rejects.toThrow(
      `Policy ${PolicyArn} version v2 does not exist or is not attachable.`,
    )
    await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }))
    await iam.send(new DetachUserPolicyCommand({ UserName: name, PolicyArn }))
    await expect(iam.send(new DetachUserPolicyCommand({ UserName: name, PolicyArn }))).rejects.toThrow(
      `Policy ${PolicyArn} was not found.`,
    )
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete a policy attached to entities.',
    })
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }))
    await iam.send(new DeletePolicyCommand({ PolicyArn }))
    await expect(iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toThrow(
      `Policy ${PolicyArn} was not found.`,
    )
  })

  it('of AWS are there, and cannot be deleted', async () => {
    const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS' }))
    expect(Policies?.map(({ PolicyName }) => PolicyName)).toEqual([
      'AdministratorAccess',
      'AWSLambda_FullAccess',
      'IAMFullAccess',
      'PowerUserAccess',
      'AWSLambdaBasicExecutionRole',
      'AWSLambdaRole',
    ])
    const attached = await iam.send(new ListPoliciesCommand({ OnlyAttached: true, Scope: 'AWS' }))
    expect(attached.Policies?.map(({ PolicyName }) => PolicyName)).toContain('AdministratorAccess')
    const local = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))
    expect(local.Policies ?? []).toEqual([])
    await expect(
      iam.send(new DeletePolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/IAMFullAccess' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    const missing = `arn:aws:iam::${accountId}:policy/missing`
    await createRole(name)
    await expect(
      iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: missing })),
    ).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: `Policy ${missing} does not exist or is not attachable.`,
    })
  })

  it('are boundaries of roles and users', async () => {
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess'
    await createRole(name)
    await iam.send(new CreateUserCommand({ UserName: name }))
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary }))
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary }))
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
    expect(Role?.PermissionsBoundary).toEqual({
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: PermissionsBoundary,
    })
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
    const { User } = await iam.send(new GetUserCommand({ UserName: name }))
    expect(User?.PermissionsBoundary).toBeUndefined()
    await expect(
      iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name })),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' })
    await expect(
      iam.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName: name,
          PermissionsBoundary: `arn:aws:iam::${accountId}:policy/missing`,
        }),
      ),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  })

  it('of another account can be attached to nobody and be nobody’s boundary', async () => {
    const other = new IAMClient(options(administrators[1]))
    const made = await other.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }))
    const PolicyArn = made.Policy?.Arn ?? ''
    expect(PolicyArn).toContain('444455556666')
    other.destroy()
    await createRole(name)
    await iam.send(new CreateUserCommand({ UserName: name }))
    await expect(iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
    const refusal = {
      name: 'NoSuchEntityException',
      message: `Scope ARN: ${PolicyArn} does not exist or is not attachable.`,
      $metadata: expect.objectContaining({ httpStatusCode: 404 }) as object,
    }
    const PermissionsBoundary = PolicyArn
    for (const refused of [
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })),
      iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary })),
      iam.send(new CreateUserCommand({ UserName: `${name}-b`, PermissionsBoundary })),
      createRole(`${name}-b`, lambdaTrust, { PermissionsBoundary }),
    ]) {
      await expect(refused).rejects.toMatchObject(refusal)
    }
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
    expect(Role?.PermissionsBoundary).toBeUndefined()
  })
})

describe('GetCallerIdentity', () => {
  it('names users and sessions, whatever they may', async () => {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: accountId,
      Arn: `arn:aws:iam::${accountId}:user/administrator`,
      UserId: expect.stringMatching(/^AIDA/) as string,
    })
    const nobody = new STSClient(options(await createCaller(name)))
    expect((await nobody.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:iam::${accountId}:user/${name}`,
    )
    nobody.destroy()
    const unknown = new STSClient(options({ accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' }))
    await expect(unknown.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      $metadata: { httpStatusCode: 403 },
    })
    unknown.destroy()
    const forged = new STSClient(options({ ...administrators[0], secretAccessKey: 'wrong' }))
    await expect(forged.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    })
    forged.destroy()
  })
})

describe('AssumeRole', () => {
  const assume = (
    client: STSClient,
    input: object = {},
  ): Promise<Keys & { arn: string; id: string; expires: Date }> =>
    client
      .send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${accountId}:role/${name}`,
          RoleSessionName: 'here',
          ...input,
        }),
      )
      .then(({ Credentials, AssumedRoleUser }) => ({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
        expires: Credentials?.Expiration ?? new Date(0),
        arn: AssumedRoleUser?.Arn ?? '',
        id: AssumedRoleUser?.AssumedRoleId ?? '',
      }))

  it('gives a session whose ARN drops the path', async () => {
    await createRole(name, trust({ AWS: accountId }), { Path: '/team/' })
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
    const session = await assume(sts, {
      RoleArn: `arn:aws:iam::${accountId}:role/team/${name}`,
      DurationSeconds: 900,
      Policy: document,
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/PowerUserAccess' }],
    })
    expect(session).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/) as string,
      arn: `arn:aws:sts::${accountId}:assumed-role/${name}/here`,
      id: `${Role?.RoleId}:here`,
    })
    expect(session.expires.getTime() - Date.now()).toBeLessThan(901_000)
    const as = new STSClient(options(session))
    expect(await as.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: session.arn,
      UserId: session.id,
    })
    as.destroy()
    const torn = new STSClient(options({ ...session, sessionToken: 'another' }))
    await expect(torn.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
    torn.destroy()
  })

  it('limits a session to what its session policies allow, too', async () => {
    await createRole(name, trust({ AWS: accountId }))
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
    const listUsers = async (session: Keys): Promise<unknown> => {
      const as = new IAMClient(options(session))
      try {
        return await as.send(new ListUsersCommand({}))
      } finally {
        as.destroy()
      }
    }
    const refusal = {
      name: 'AccessDenied',
      message: expect.stringContaining('because no session policy allows the iam:ListUsers action') as string,
    }
    await expect(listUsers(await assume(sts))).resolves.toBeDefined()
    await expect(listUsers(await assume(sts, { Policy: document }))).rejects.toMatchObject(refusal)
    const arn = 'arn:aws:iam::aws:policy/PowerUserAccess'
    await expect(listUsers(await assume(sts, { PolicyArns: [{ arn }] }))).rejects.toMatchObject(refusal)
    const all = document.replace('lambda:InvokeFunctionUrl', 'iam:*')
    await expect(listUsers(await assume(sts, { Policy: all }))).resolves.toBeDefined()
  })

  it('asks the trust policy, with the ids of those it names', async () => {
    const key = await createCaller(name)
    const caller = new STSClient(options(key))
    await createRole(name)
    const refusal = {
      name: 'AccessDenied',
      message: expect.stringContaining(
        `User: arn:aws:iam::${accountId}:user/${name} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${accountId}:role/${name}`,
      ) as string,
      $metadata: expect.objectContaining({ httpStatusCode: 403 }) as object,
    }
    await expect(assume(caller)).rejects.toMatchObject(refusal)
    await expect(assume(sts)).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(local.records.latestRefusal()).toMatchObject({
      operation: 'AssumeRole',
      refusal: { gate: 'authorize', code: 'AccessDenied' },
    })
    expect(local.records.latestRefusal()?.refusal?.explanation?.says).toEqual(expect.any(String))
    const PolicyDocument = trust({ AWS: `arn:aws:iam::${accountId}:user/${name}` })
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }))
    await expect(assume(caller)).resolves.toBeDefined()
    await expect(assume(caller, { RoleArn: `arn:aws:iam::${accountId}:role/missing` })).rejects.toMatchObject(
      { name: 'AccessDenied' },
    )
    caller.destroy()
  })

  it('crosses accounts when both sides allow it', async () => {
    const other = new STSClient(options(administrators[1]))
    await createRole(
      name,
      trust({ AWS: '444455556666' }, { Condition: { StringEquals: { 'sts:ExternalId': 'e1' } } }),
    )
    await expect(assume(other)).rejects.toMatchObject({ name: 'AccessDenied' })
    const session = await assume(other, { ExternalId: 'e1' })
    expect(session.arn).toBe(`arn:aws:sts::${accountId}:assumed-role/${name}/here`)
    other.destroy()
  })

  it('keeps the limits of durations', async () => {
    await createRole(name, trust({ AWS: accountId }), { MaxSessionDuration: 7200 })
    await expect(assume(sts, { DurationSeconds: 7201 })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    })
    await expect(assume(sts, { DurationSeconds: 899 })).rejects.toThrow(
      "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    )
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'chain',
        PolicyDocument: document.replace('lambda:InvokeFunctionUrl', 'sts:AssumeRole'),
      }),
    )
    const chained = new STSClient(options(await assume(sts, { DurationSeconds: 7200 })))
    await expect(assume(chained, { DurationSeconds: 7200 })).rejects.toThrow(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
    await expect(assume(chained)).resolves.toBeDefined()
    chained.destroy()
  })

  it('refuses names, policies and members that it does not take', async () => {
    await createRole(name, trust({ AWS: accountId }))
    await expect(assume(sts, { RoleSessionName: 'a b' })).rejects.toThrow(
      "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    )
    await expect(assume(sts, { Policy: '{' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    })
    await expect(
      assume(sts, { Policy: document.replace('*', `arn:aws:s3:::${'x'.repeat(2048)}`) }),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
    })
    await expect(assume(sts, { SerialNumber: 'arn:aws:iam::1:mfa/a', TokenCode: '123456' })).rejects.toThrow(
      'furlong does not serve the member SerialNumber of AssumeRole.',
    )
    await expect(assume(sts, { RoleArn: 'arn:aws:iam::1:role/short' })).rejects.toMatchObject({
      name: 'ValidationError',
    })
  })
})

describe('operations that are not served', () => {
  const webIdentity = { Audience: ['a'], SigningAlgorithm: 'RS256' }

  it('are refused by name', async () => {
    await expect(iam.send(new ListAccountAliasesCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Could not find operation ListAccountAliases for version 2010-05-08',
      $metadata: { httpStatusCode: 400 },
    })
    expect(local.records.list({ limit: 1 })[0]?.gates.at(-1)?.says).toBe(
      'InvalidAction: furlong does not serve the IAM operation ListAccountAliases.',
    )
    await expect(sts.send(new GetWebIdentityTokenCommand(webIdentity))).rejects.toMatchObject({
      name: 'InvalidAction',
    })
  })
})
