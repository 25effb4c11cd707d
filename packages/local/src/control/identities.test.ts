import { paginateListGroups } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { allow, type IamSide, readKeys, startIamSide, trust } from '../testing/iam-side.ts'

const accountId = '111122223333'

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

const noSuch = (message: string): object => ({
  name: 'NoSuchEntityException',
  message,
  $metadata: expect.objectContaining({ httpStatusCode: 404 }) as object,
})

const createRole = (RoleName: string, input: object = {}): Promise<unknown> =>
  side.iam.createRole({ RoleName, AssumeRolePolicyDocument: trust({ AWS: accountId }), ...input })

describe('groups', () => {
  it('are made, shown, listed by page and deleted', async () => {
    const GroupName = name
    const { Group } = await side.iam.createGroup({ GroupName, Path: '/staff/' })
    expect(Group).toMatchObject({
      GroupName,
      Path: '/staff/',
      Arn: `arn:aws:iam::${accountId}:group/staff/${name}`,
      GroupId: expect.stringMatching(/^AGPA[A-Z0-9]{17}$/) as string,
      CreateDate: expect.any(Date) as Date,
    })
    expect(await side.iam.getGroup({ GroupName })).toMatchObject({ Group: Group ?? {}, Users: [] })
    await expect(side.iam.createGroup({ GroupName: name.toUpperCase() })).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      message: `Group with name ${name.toUpperCase()} already exists.`,
    })
    await side.iam.createGroup({ GroupName: `${name}-b`, Path: '/staff/' })
    const seen: unknown[] = []
    for await (const page of paginateListGroups(
      { client: side.iam, pageSize: 1 },
      { PathPrefix: '/staff/' },
    )) {
      seen.push(page.Groups?.map((group) => group.GroupName))
    }
    expect(seen).toEqual([[name], [`${name}-b`]])
    await side.iam.deleteGroup({ GroupName })
    await expect(side.iam.getGroup({ GroupName })).rejects.toMatchObject(
      noSuch(`The group with name ${name} cannot be found.`),
    )
  })

  it('lend their policies to their members, on every call', async () => {
    const client = side.iamAs(await side.createUser(name))
    const member = { GroupName: name, UserName: name }
    await side.iam.createGroup({ GroupName: name })
    await side.iam.putGroupPolicy({
      GroupName: name,
      PolicyName: 'p',
      PolicyDocument: allow('iam:ListUsers'),
    })
    const refusal = { name: 'AccessDenied' }
    await expect(client.listUsers({})).rejects.toMatchObject(refusal)
    await side.iam.addUserToGroup(member)
    await expect(client.listUsers({})).resolves.toBeDefined()
    const PolicyArn = 'arn:aws:iam::aws:policy/IAMFullAccess'
    await side.iam.attachGroupPolicy({ GroupName: name, PolicyArn })
    await expect(client.listRoles({})).resolves.toBeDefined()
    await side.iam.putGroupPolicy({
      GroupName: name,
      PolicyName: 'no',
      PolicyDocument: allow('iam:ListRoles').replace('"Allow"', '"Deny"'),
    })
    await expect(client.listRoles({})).rejects.toThrow('with an explicit deny in an identity-based policy')
    await side.iam.removeUserFromGroup(member)
    await expect(client.listUsers({})).rejects.toMatchObject(refusal)
  })

  it('list members, policies and the groups of a user', async () => {
    await side.iam.createUser({ UserName: name })
    const groups = ['b', 'a'].map((end) => `${name}-${end}`)
    for (const GroupName of groups) {
      await side.iam.createGroup({ GroupName })
      await side.iam.addUserToGroup({ GroupName, UserName: name })
    }
    const GroupName = `${name}-a`
    const { Groups } = await side.iam.listGroupsForUser({ UserName: name })
    expect(Groups?.map((group) => group.GroupName)).toEqual([...groups].reverse())
    const { Users } = await side.iam.getGroup({ GroupName })
    expect(Users?.map(({ UserName }) => UserName)).toEqual([name])
    const PolicyDocument = allow('a:*')
    await side.iam.putGroupPolicy({ GroupName, PolicyName: 'p', PolicyDocument })
    expect((await side.iam.listGroupPolicies({ GroupName })).PolicyNames).toEqual(['p'])
    const shown = await side.iam.getGroupPolicy({ GroupName, PolicyName: 'p' })
    expect(decodeURIComponent(shown.PolicyDocument ?? '')).toBe(PolicyDocument)
    const PolicyArn = 'arn:aws:iam::aws:policy/IAMFullAccess'
    await side.iam.attachGroupPolicy({ GroupName, PolicyArn })
    expect((await side.iam.listAttachedGroupPolicies({ GroupName })).AttachedPolicies).toEqual([
      { PolicyName: 'IAMFullAccess', PolicyArn },
    ])
    const conflict = (message: string): object => ({ name: 'DeleteConflictException', message })
    await expect(side.iam.deleteGroup({ GroupName })).rejects.toMatchObject(
      conflict('Cannot delete entity, must detach all policies first.'),
    )
    await side.iam.detachGroupPolicy({ GroupName, PolicyArn })
    await side.iam.deleteGroupPolicy({ GroupName, PolicyName: 'p' })
    const members = conflict('Cannot delete entity, must remove users from group first.')
    await expect(side.iam.deleteGroup({ GroupName })).rejects.toMatchObject(members)
    await expect(side.iam.deleteUser({ UserName: name })).rejects.toMatchObject(members)
  })

  it('keep their limits', async () => {
    await side.iam.createUser({ UserName: name })
    for (let index = 0; index < 10; index++) {
      await side.iam.createGroup({ GroupName: `${name}-${index}` })
      await side.iam.addUserToGroup({ GroupName: `${name}-${index}`, UserName: name })
    }
    // Making a member again is no eleventh membership.
    await side.iam.addUserToGroup({ GroupName: `${name}-9`, UserName: name })
    await side.iam.createGroup({ GroupName: name })
    await expect(side.iam.addUserToGroup({ GroupName: name, UserName: name })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for GroupsPerUser: 10',
    })
    const PolicyDocument = allow('a:*', `arn:aws:s3:::${'x'.repeat(5120)}`)
    await expect(
      side.iam.putGroupPolicy({ GroupName: name, PolicyName: 'p', PolicyDocument }),
    ).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: `Maximum policy size of 5120 bytes exceeded for group ${name}`,
    })
    const group = `arn:aws:iam::${accountId}:group/${name}`
    await expect(
      side.iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trust({ AWS: group }) }),
    ).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${group}"`,
    })
  })
})

describe('tags', () => {
  it('of roles, users and policies are set, replaced whatever their case, and taken away', async () => {
    await createRole(name, { Tags: [{ Key: 'Team', Value: 'a' }] })
    await side.iam.tagRole({
      RoleName: name,
      Tags: [
        { Key: 'team', Value: 'b' },
        { Key: 'env', Value: '' },
      ],
    })
    expect((await side.iam.listRoleTags({ RoleName: name })).Tags).toEqual([
      { Key: 'env', Value: '' },
      { Key: 'team', Value: 'b' },
    ])
    await side.iam.untagRole({ RoleName: name, TagKeys: ['TEAM', 'none'] })
    const { Role } = await side.iam.getRole({ RoleName: name })
    expect(Role?.Tags).toEqual([{ Key: 'env', Value: '' }])

    await side.iam.createUser({ UserName: name })
    await side.iam.tagUser({ UserName: name, Tags: [{ Key: 'k', Value: 'ü' }] })
    expect((await side.iam.listUserTags({ UserName: name })).Tags).toEqual([{ Key: 'k', Value: 'ü' }])
    await side.iam.untagUser({ UserName: name, TagKeys: ['k'] })
    expect((await side.iam.listUserTags({ UserName: name })).Tags).toEqual([])

    const { Policy } = await side.iam.createPolicy({ PolicyName: name, PolicyDocument: allow('a:*') })
    const PolicyArn = Policy?.Arn
    await side.iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'k', Value: 'v' }] })
    expect((await side.iam.listPolicyTags({ PolicyArn })).Tags).toEqual([{ Key: 'k', Value: 'v' }])
    expect((await side.iam.getPolicy({ PolicyArn })).Policy?.Tags).toEqual([{ Key: 'k', Value: 'v' }])
    await side.iam.untagPolicy({ PolicyArn, TagKeys: ['k'] })
    expect((await side.iam.listPolicyTags({ PolicyArn })).Tags).toEqual([])
  })

  it('decide who may set them, and what their bearer may', async () => {
    const client = side.iamAs(await side.createUser(name))
    await createRole(name)
    await side.iam.putUserPolicy({
      UserName: name,
      PolicyName: 'p',
      PolicyDocument: allow('iam:TagRole', '*', {
        Condition: {
          StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      }),
    })
    const tag = (Value: string): Promise<unknown> =>
      client.tagRole({ RoleName: name, Tags: [{ Key: 'team', Value }] })
    await expect(tag('a')).rejects.toMatchObject({ name: 'AccessDenied' })
    await side.iam.tagUser({ UserName: name, Tags: [{ Key: 'team', Value: 'a' }] })
    await expect(tag('a')).resolves.toBeDefined()
    await expect(tag('b')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('keep their limits', async () => {
    await createRole(name)
    const tags = (from: number, to: number): { Key: string; Value: string }[] =>
      Array.from({ length: to - from }, (_, index) => ({ Key: `k${from + index}`, Value: 'v' }))
    await side.iam.tagRole({ RoleName: name, Tags: tags(0, 50) })
    await expect(side.iam.tagRole({ RoleName: name, Tags: tags(50, 51) })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'The number of tags has reached the maximum limit.',
    })
    await expect(side.iam.tagRole({ RoleName: name, Tags: [{ Key: 'aws:x', Value: '' }] })).rejects.toThrow(
      'Tag keys that begin with aws: are reserved: aws:x',
    )
    await expect(
      side.iam.tagRole({ RoleName: name, Tags: [{ Key: 'a', Value: 'x'.repeat(257) }] }),
    ).rejects.toThrow(
      "at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256",
    )
    const { Tags, Marker, IsTruncated } = await side.iam.listRoleTags({ RoleName: name, MaxItems: 49 })
    expect([Tags?.length, IsTruncated]).toEqual([49, true])
    expect((await side.iam.listRoleTags({ RoleName: name, Marker })).Tags).toHaveLength(1)
    await expect(side.iam.listRoleTags({ RoleName: name, Marker: 'x' })).rejects.toMatchObject({
      name: 'ValidationError',
    })
  })
})

describe('roles', () => {
  it('are updated', async () => {
    await createRole(name, { Description: 'first', MaxSessionDuration: 7200 })
    await side.iam.updateRole({ RoleName: name, MaxSessionDuration: 10_800 })
    const shown = async (): Promise<unknown> => {
      const { Role } = await side.iam.getRole({ RoleName: name })
      return [Role?.Description, Role?.MaxSessionDuration]
    }
    expect(await shown()).toEqual(['first', 10_800])
    await side.iam.updateRole({ RoleName: name, Description: 'second' })
    expect(await shown()).toEqual(['second', 3600])
    const { Role } = await side.iam.updateRoleDescription({ RoleName: name, Description: 'third' })
    expect(Role).toMatchObject({ RoleName: name, Description: 'third' })
    await expect(side.iam.updateRole({ RoleName: name, MaxSessionDuration: 43_201 })).rejects.toThrow(
      "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200",
    )
    await expect(side.iam.updateRole({ RoleName: 'missing' })).rejects.toMatchObject(
      noSuch('The role with name missing cannot be found.'),
    )
  })

  it('are in no instance profile', async () => {
    await createRole(name)
    expect(await side.iam.listInstanceProfilesForRole({ RoleName: name })).toMatchObject({
      InstanceProfiles: [],
      IsTruncated: false,
    })
    await expect(side.iam.listInstanceProfilesForRole({ RoleName: 'missing' })).rejects.toMatchObject(
      noSuch('The role with name missing cannot be found.'),
    )
  })

  it('and keys tell their last use', async () => {
    await createRole(name)
    const keys = await side.createUser(name)
    const lastUse = (): Promise<unknown> =>
      side.iam
        .getAccessKeyLastUsed({ AccessKeyId: keys.accessKeyId })
        .then(({ UserName, AccessKeyLastUsed }) => ({ UserName, ...AccessKeyLastUsed }))
    expect(await lastUse()).toEqual({ UserName: name, ServiceName: 'N/A', Region: 'N/A' })
    expect((await side.iam.getRole({ RoleName: name })).Role?.RoleLastUsed).toEqual({})
    await side.iam.putUserPolicy({ UserName: name, PolicyName: 'p', PolicyDocument: allow('sts:AssumeRole') })
    const { Credentials } = await side.stsAs(keys).assumeRole({
      RoleArn: `arn:aws:iam::${accountId}:role/${name}`,
      RoleSessionName: 'here',
    })
    const LastUsedDate = expect.any(Date) as Date
    const region = side.local.region
    expect(await lastUse()).toEqual({ UserName: name, ServiceName: 'sts', Region: region, LastUsedDate })
    await side.stsAs(readKeys(Credentials)).getCallerIdentity({})
    expect((await side.iam.getRole({ RoleName: name })).Role?.RoleLastUsed).toEqual({
      LastUsedDate,
      Region: region,
    })
    await expect(
      side.iam.getAccessKeyLastUsed({ AccessKeyId: side.accounts[1]?.accessKeyId }),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  })
})

describe('policy versions', () => {
  const create = async (): Promise<string> => {
    const { Policy } = await side.iam.createPolicy({ PolicyName: name, PolicyDocument: allow('a:V1') })
    return Policy?.Arn ?? ''
  }

  it('are made, shown, listed, chosen and deleted', async () => {
    const PolicyArn = await create()
    const made = await side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow('a:V2') })
    expect(made.PolicyVersion).toMatchObject({
      VersionId: 'v2',
      IsDefaultVersion: false,
      CreateDate: expect.any(Date) as Date,
    })
    const third = await side.iam.createPolicyVersion({
      PolicyArn,
      PolicyDocument: allow('a:V3'),
      SetAsDefault: true,
    })
    expect(third.PolicyVersion).toMatchObject({ VersionId: 'v3', IsDefaultVersion: true })
    const list = async (input: object = {}): Promise<unknown> =>
      (await side.iam.listPolicyVersions({ PolicyArn, ...input })).Versions?.map((version) => [
        version.VersionId,
        version.IsDefaultVersion,
      ])
    expect(await list()).toEqual([
      ['v3', true],
      ['v2', false],
      ['v1', false],
    ])
    const { Marker } = await side.iam.listPolicyVersions({ PolicyArn, MaxItems: 2 })
    expect(await list({ Marker })).toEqual([['v1', false]])
    const second = await side.iam.getPolicyVersion({ PolicyArn, VersionId: 'v2' })
    expect(decodeURIComponent(second.PolicyVersion?.Document ?? '')).toBe(allow('a:V2'))
    await side.iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' })
    expect((await side.iam.getPolicy({ PolicyArn })).Policy?.DefaultVersionId).toBe('v1')
    await expect(side.iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' })).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete the default version of a policy.',
    })
    await expect(side.iam.deletePolicy({ PolicyArn })).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message:
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    })
    await side.iam.deletePolicyVersion({ PolicyArn, VersionId: 'v3' })
    await side.iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' })
    const next = await side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow('a:V4') })
    expect(next.PolicyVersion?.VersionId).toBe('v4')
    await expect(side.iam.getPolicyVersion({ PolicyArn, VersionId: 'v2' })).rejects.toMatchObject(
      noSuch(`Policy ${PolicyArn} version v2 does not exist or is not attachable.`),
    )
  })

  it('keep their limits and their owner', async () => {
    const PolicyArn = await create()
    for (let index = 2; index <= 5; index++) {
      await side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow(`a:V${index}`) })
    }
    await expect(
      side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow('a:V6') }),
    ).rejects.toMatchObject({
      name: 'LimitExceededException',
      message:
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    })
    const long = allow('a:*', `arn:aws:s3:::${'x'.repeat(6144)}`)
    await expect(side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: long })).rejects.toThrow(
      'Cannot exceed quota for PolicySize: 6144',
    )
    await expect(side.iam.createPolicyVersion({ PolicyArn, PolicyDocument: '{}' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'Syntax errors in policy.',
    })
    const owned = 'arn:aws:iam::aws:policy/IAMFullAccess'
    expect((await side.iam.getPolicy({ PolicyArn: owned })).Policy?.PolicyName).toBe('IAMFullAccess')
    expect((await side.iam.listPolicyVersions({ PolicyArn: owned })).Versions).toHaveLength(1)
    await expect(
      side.iam.createPolicyVersion({ PolicyArn: owned, PolicyDocument: allow('a:*') }),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('change what those may whom the policy is attached to', async () => {
    const client = side.iamAs(await side.createUser(name))
    const { Policy } = await side.iam.createPolicy({
      PolicyName: name,
      PolicyDocument: allow('iam:ListUsers'),
    })
    const PolicyArn = Policy?.Arn
    await side.iam.attachUserPolicy({ UserName: name, PolicyArn })
    await expect(client.listUsers({})).resolves.toBeDefined()
    await side.iam.createPolicyVersion({
      PolicyArn,
      PolicyDocument: allow('iam:ListRoles'),
      SetAsDefault: true,
    })
    await expect(client.listUsers({})).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(client.listRoles({})).resolves.toBeDefined()
    await side.iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' })
    await expect(client.listUsers({})).resolves.toBeDefined()
  })
})

describe('what uses a policy', () => {
  it('is listed by kind, use and page', async () => {
    const { Policy } = await side.iam.createPolicy({ PolicyName: name, PolicyDocument: allow('a:*') })
    const PolicyArn = Policy?.Arn
    await side.iam.createUser({ UserName: name, PermissionsBoundary: PolicyArn })
    await side.iam.createGroup({ GroupName: name })
    await createRole(name, { Path: '/team/' })
    await side.iam.attachUserPolicy({ UserName: name, PolicyArn })
    await side.iam.attachGroupPolicy({ GroupName: name, PolicyArn })
    await side.iam.attachRolePolicy({ RoleName: name, PolicyArn })
    const list = async (input: object = {}): Promise<unknown> => {
      const found = await side.iam.listEntitiesForPolicy({ PolicyArn, ...input })
      return [found.PolicyGroups?.length, found.PolicyUsers?.length, found.PolicyRoles?.length]
    }
    expect(await list()).toEqual([1, 1, 1])
    expect(await list({ EntityFilter: 'Role' })).toEqual([0, 0, 1])
    expect(await list({ PathPrefix: '/team/' })).toEqual([0, 0, 1])
    expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([0, 1, 0])
    expect(await list({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual([1, 1, 1])
    const first = await side.iam.listEntitiesForPolicy({ PolicyArn, MaxItems: 2 })
    expect(first).toMatchObject({
      PolicyGroups: [{ GroupName: name, GroupId: expect.stringMatching(/^AGPA/) as string }],
      PolicyUsers: [{ UserName: name, UserId: expect.stringMatching(/^AIDA/) as string }],
      IsTruncated: true,
    })
    expect(await list({ Marker: first.Marker })).toEqual([0, 0, 1])
    const boundaries = await side.iam.listPolicies({
      Scope: 'Local',
      PolicyUsageFilter: 'PermissionsBoundary',
    })
    expect(boundaries.Policies?.map(({ PolicyName }) => PolicyName)).toEqual([name])
  })
})

describe('GetAccountAuthorizationDetails', () => {
  it('tells everything of the account, and of no other', async () => {
    const UserName = name
    await side.iam.createUser({ UserName, Tags: [{ Key: 'k', Value: 'v' }] })
    await side.iam.createGroup({ GroupName: name })
    await side.iam.addUserToGroup({ GroupName: name, UserName })
    await side.iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument: allow('a:*') })
    await createRole(name, { PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' })
    const { Policy } = await side.iam.createPolicy({ PolicyName: name, PolicyDocument: allow('a:*') })
    await side.iam.attachGroupPolicy({ GroupName: name, PolicyArn: Policy?.Arn })
    const all = await side.iam.getAccountAuthorizationDetails({ MaxItems: 1000 })
    const attached = [{ PolicyName: name, PolicyArn: Policy?.Arn ?? '' }]
    const encoded = encodeURIComponent(allow('a:*')).replaceAll('*', '%2A')
    expect(all.UserDetailList?.find((user) => user.UserName === name)).toMatchObject({
      GroupList: [name],
      UserPolicyList: [{ PolicyName: 'p', PolicyDocument: encoded }],
      AttachedManagedPolicies: [],
      Tags: [{ Key: 'k', Value: 'v' }],
    })
    expect(all.GroupDetailList?.find((group) => group.GroupName === name)).toMatchObject({
      GroupPolicyList: [],
      AttachedManagedPolicies: attached,
    })
    expect(all.RoleDetailList?.find((role) => role.RoleName === name)).toMatchObject({
      AssumeRolePolicyDocument: encodeURIComponent(trust({ AWS: accountId })),
      PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess' },
      InstanceProfileList: [],
      RoleLastUsed: {},
    })
    expect(all.Policies?.find((policy) => policy.PolicyName === name)).toMatchObject({
      AttachmentCount: 1,
      PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: encoded }],
    })
    const names = all.Policies?.map(({ PolicyName }) => PolicyName)
    expect(names).toContain('AdministratorAccess')
    expect(names).not.toContain('AWSLambdaRole')
    const roles = await side.iam.getAccountAuthorizationDetails({ Filter: ['Role'] })
    expect([roles.UserDetailList, roles.Policies]).toEqual([[], []])
    expect(roles.RoleDetailList?.some((role) => role.RoleName === name)).toBe(true)
    const page = await side.iam.getAccountAuthorizationDetails({ MaxItems: 1 })
    expect(page.UserDetailList).toHaveLength(1)
    const rest = await side.iam.getAccountAuthorizationDetails({ Marker: page.Marker, MaxItems: 1000 })
    expect(rest.UserDetailList).toHaveLength((all.UserDetailList?.length ?? 0) - 1)
    const { accounts } = side
    const [, second] = accounts
    const other = second && (await side.iamAs(second).getAccountAuthorizationDetails({}))
    expect(other?.UserDetailList?.map((user) => user.UserName)).toEqual(['administrator'])
  })
})
