import type { IAM } from '@aws-sdk/client-iam'
import {
  type CompiledPolicy,
  compilePolicy,
  parsePolicy,
  type PolicyKind,
  type PolicyOrigin,
} from '@furlong/iam'
import { isServiceError } from '../errors.ts'

/** Where a policy lies and what it says, for a command that changes it. */
export interface PolicySource {
  /** Whose inline policy it is, or to whom it is attached. */
  readonly owner: { readonly kind: 'role' | 'user' | 'group'; readonly name: string }
  /** Of an inline policy its name, of another one its ARN. */
  readonly name: string
  /** As JSON. */
  readonly document: string
}

/** What IAM says of a user or a role. */
export interface Identity {
  /** With its path; undefined when it could not be read. */
  readonly arn: string | undefined
  /** `AROA…` or `AIDA…`; undefined when it could not be read. */
  readonly id: string | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly identity: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
  /** Where each of these policies lies. */
  readonly sources: ReadonlyMap<PolicyOrigin, PolicySource>
  /** Kinds of which there may be more than was read. */
  readonly unknown: readonly PolicyKind[]
  /** What could not be read, and which permission would read it, a sentence each. */
  readonly unread: readonly string[]
}

interface NamedDocument {
  readonly name: string
  readonly document: string
}

/**
 * Reads the policies of a user or a role, as far as the credentials at hand may: its own, those attached to it, those of its
 * groups, and its boundary.
 * @param iam the client, of the account the user or role is in
 * @param kind what it is
 * @param name its name, without a path
 * @returns what could be read, and what could not
 * @throws the service's own error when there is no such user or role
 */
export async function readIdentity(iam: IAM, kind: 'role' | 'user', name: string): Promise<Identity> {
  const unknown = new Set<PolicyKind>()
  const unread: string[] = []
  const attempt = async <T>(
    action: string,
    of: PolicyKind,
    read: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!isServiceError(error, 'AccessDenied', 'AccessDeniedException')) throw error
      unknown.add(of)
      unread.push(`${action} was refused, so not every ${of} policy of ${kind} ${name} is known.`)
      return undefined
    }
  }
  const own = await attempt(kind === 'role' ? 'iam:GetRole' : 'iam:GetUser', 'boundary', () =>
    describe(iam, kind, name),
  )
  const places = kind === 'role' ? [roleSource(iam, name)] : [userSource(iam, name)]
  if (kind === 'user') {
    const groups = await attempt('iam:ListGroupsForUser', 'identity', () => listGroups(iam, name))
    places.push(...(groups ?? []).map((group) => groupSource(iam, group)))
  }
  const identity: CompiledPolicy[] = []
  const sources = new Map<PolicyOrigin, PolicySource>()
  const compile = (type: PolicyKind, source: PolicySource): CompiledPolicy => {
    const origin = { type, name: source.name }
    sources.set(origin, source)
    return compilePolicy(parsePolicy(source.document, type), origin)
  }
  for (const { owner, ...place } of places) {
    const inline = await attempt(place.inlineAction, 'identity', place.inline)
    const attached = await attempt(place.attachedAction, 'identity', place.attached)
    identity.push(...(inline ?? []).map((one) => compile('identity', { ...one, owner })))
    for (const arn of attached ?? []) {
      const document = await attempt('iam:GetPolicyVersion', 'identity', () => readManaged(iam, arn))
      if (document !== undefined) identity.push(compile('identity', { name: arn, document, owner }))
    }
  }
  const boundaryArn = own?.boundaryArn
  const boundary =
    boundaryArn === undefined
      ? undefined
      : await attempt('iam:GetPolicyVersion', 'boundary', () => readManaged(iam, boundaryArn))
  return {
    arn: own?.arn,
    id: own?.id,
    tags: own?.tags ?? {},
    identity,
    boundary:
      boundary === undefined || boundaryArn === undefined
        ? undefined
        : compile('boundary', { name: boundaryArn, document: boundary, owner: { kind, name } }),
    sources,
    unknown: [...unknown],
    unread,
  }
}

interface Described {
  readonly arn: string
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  readonly boundaryArn: string | undefined
}

async function describe(iam: IAM, kind: 'role' | 'user', name: string): Promise<Described> {
  const { Role } = kind === 'role' ? await iam.getRole({ RoleName: name }) : { Role: undefined }
  const { User } = kind === 'user' ? await iam.getUser({ UserName: name }) : { User: undefined }
  const tags = (Role ?? User)?.Tags ?? []
  return {
    arn: Role?.Arn ?? User?.Arn ?? '',
    id: Role?.RoleId ?? User?.UserId ?? '',
    tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    boundaryArn: (Role ?? User)?.PermissionsBoundary?.PermissionsBoundaryArn,
  }
}

/** Whose policies are read, by which operations. */
interface Place {
  readonly owner: PolicySource['owner']
  readonly inlineAction: string
  readonly inline: () => Promise<NamedDocument[]>
  readonly attachedAction: string
  readonly attached: () => Promise<string[]>
}

/** IAM gives documents URL-encoded. */
const decode = (document: string | undefined): string => decodeURIComponent(document ?? '')

function roleSource(iam: IAM, RoleName: string): Place {
  return {
    owner: { kind: 'role', name: RoleName },
    inlineAction: 'iam:ListRolePolicies or iam:GetRolePolicy',
    inline: async () => {
      const { paginateListRolePolicies } = await import('@aws-sdk/client-iam')
      return readInline(paginateListRolePolicies({ client: iam }, { RoleName }), async (PolicyName) =>
        decode((await iam.getRolePolicy({ RoleName, PolicyName })).PolicyDocument),
      )
    },
    attachedAction: 'iam:ListAttachedRolePolicies',
    attached: async () => {
      const { paginateListAttachedRolePolicies } = await import('@aws-sdk/client-iam')
      return listAttached(paginateListAttachedRolePolicies({ client: iam }, { RoleName }))
    },
  }
}

function userSource(iam: IAM, UserName: string): Place {
  return {
    owner: { kind: 'user', name: UserName },
    inlineAction: 'iam:ListUserPolicies or iam:GetUserPolicy',
    inline: async () => {
      const { paginateListUserPolicies } = await import('@aws-sdk/client-iam')
      return readInline(paginateListUserPolicies({ client: iam }, { UserName }), async (PolicyName) =>
        decode((await iam.getUserPolicy({ UserName, PolicyName })).PolicyDocument),
      )
    },
    attachedAction: 'iam:ListAttachedUserPolicies',
    attached: async () => {
      const { paginateListAttachedUserPolicies } = await import('@aws-sdk/client-iam')
      return listAttached(paginateListAttachedUserPolicies({ client: iam }, { UserName }))
    },
  }
}

function groupSource(iam: IAM, GroupName: string): Place {
  return {
    owner: { kind: 'group', name: GroupName },
    inlineAction: 'iam:ListGroupPolicies or iam:GetGroupPolicy',
    inline: async () => {
      const { paginateListGroupPolicies } = await import('@aws-sdk/client-iam')
      return readInline(paginateListGroupPolicies({ client: iam }, { GroupName }), async (PolicyName) =>
        decode((await iam.getGroupPolicy({ GroupName, PolicyName })).PolicyDocument),
      )
    },
    attachedAction: 'iam:ListAttachedGroupPolicies',
    attached: async () => {
      const { paginateListAttachedGroupPolicies } = await import('@aws-sdk/client-iam')
      return listAttached(paginateListAttachedGroupPolicies({ client: iam }, { GroupName }))
    },
  }
}

async function readInline(
  pages: AsyncIterable<{ readonly PolicyNames?: string[] | undefined }>,
  read: (name: string) => Promise<string>,
): Promise<NamedDocument[]> {
  const documents: NamedDocument[] = []
  for await (const { PolicyNames = [] } of pages) {
    for (const name of PolicyNames) documents.push({ name, document: await read(name) })
  }
  return documents
}

async function listAttached(
  pages: AsyncIterable<{ readonly AttachedPolicies?: { PolicyArn?: string | undefined }[] | undefined }>,
): Promise<string[]> {
  const arns: string[] = []
  for await (const { AttachedPolicies = [] } of pages) {
    arns.push(...AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []))
  }
  return arns
}

async function listGroups(iam: IAM, UserName: string): Promise<string[]> {
  const { paginateListGroupsForUser } = await import('@aws-sdk/client-iam')
  const names: string[] = []
  for await (const { Groups = [] } of paginateListGroupsForUser({ client: iam }, { UserName })) {
    names.push(...Groups.flatMap(({ GroupName }) => GroupName ?? []))
  }
  return names
}

async function readManaged(iam: IAM, PolicyArn: string): Promise<string> {
  const { Policy } = await iam.getPolicy({ PolicyArn })
  const VersionId = Policy?.DefaultVersionId ?? 'v1'
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId })
  return decode(PolicyVersion?.Document)
}
