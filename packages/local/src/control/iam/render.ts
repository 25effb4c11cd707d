import type { AccessKeyRecord } from '../../store/access-keys.ts'
import type { ManagedPolicyRecord } from '../../store/managed-policies.ts'
import type { PolicyVersionRecord } from '../../store/policy-versions.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import type { Store } from '../../store/store.ts'
import { omit } from '../omit.ts'
import type { XmlStructure, XmlValue } from '../query/xml.ts'
import { showTrustPolicy } from './trust-policy.ts'

/**
 * Encodes a policy document as IAM's answers carry it.
 *
 * @param document JSON
 * @returns percent-encoded, RFC 3986
 */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function renderTags(tags: Readonly<Record<string, string>>): XmlValue {
  const entries = Object.entries(tags)
  return entries.length === 0 ? undefined : entries.map(([Key, Value]) => ({ Key, Value }))
}

function renderBoundary({ boundaryArn }: PrincipalRecord): XmlValue {
  return boundaryArn === undefined
    ? undefined
    : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundaryArn }
}

/**
 * Renders a user.
 *
 * @param user the user
 * @returns the members of User
 */
export function renderUser(user: PrincipalRecord): XmlStructure {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.createdAt,
    PermissionsBoundary: renderBoundary(user),
    Tags: renderTags(user.tags),
  }
}

/**
 * Renders a group.
 *
 * @param group the group
 * @returns the members of Group
 */
export function renderGroup(group: PrincipalRecord): XmlStructure {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: group.arn,
    CreateDate: group.createdAt,
  }
}

/**
 * Renders the last use of a role.
 *
 * @param role the role
 * @param store knows it
 * @returns the members of RoleLastUsed; none when it was never used
 */
export function renderRoleLastUsed(role: PrincipalRecord, store: Store): XmlStructure {
  const use = store.lastUses.get(role.id)
  return use === undefined ? {} : { LastUsedDate: use.usedAt, Region: use.region }
}

/**
 * Renders a role.
 *
 * @param role the role
 * @param store shows the ARNs of its trust policy
 * @returns the members of Role
 */
export function renderRole(role: PrincipalRecord, store: Store): XmlStructure {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument:
      role.trustPolicy === undefined ? undefined : encodeDocument(showTrustPolicy(role.trustPolicy, store)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: renderBoundary(role),
    Tags: renderTags(role.tags),
  }
}

/**
 * Leaves out what IAM's lists leave out.
 *
 * @param rendered a user, role or policy
 * @returns the same without tags and boundary
 */
export function withoutDetails(rendered: XmlStructure): XmlStructure {
  return omit(rendered, 'Tags', 'PermissionsBoundary')
}

/**
 * Renders a managed policy.
 *
 * @param policy the policy
 * @param accountId whose attachments are counted
 * @param store counts them
 * @returns the members of Policy
 */
export function renderPolicy(policy: ManagedPolicyRecord, accountId: string, store: Store): XmlStructure {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versionId,
    AttachmentCount: store.managedPolicies.attachmentCount(policy.arn, accountId),
    PermissionsBoundaryUsageCount: store.managedPolicies.boundaryCount(policy.arn, accountId),
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
    Tags: renderTags(policy.tags),
  }
}

/**
 * Renders a version of a managed policy.
 *
 * @param version the version
 * @param document where it is to be shown, too
 * @returns the members of PolicyVersion
 */
export function renderPolicyVersion(version: PolicyVersionRecord, document?: string): XmlStructure {
  return {
    Document: document === undefined ? undefined : encodeDocument(document),
    VersionId: version.versionId,
    IsDefaultVersion: version.isDefault,
    CreateDate: version.createdAt,
  }
}

/**
 * Renders an access key without its secret.
 *
 * @param key the key
 * @param userName its user
 * @returns the members of AccessKeyMetadata
 */
export function renderAccessKey(key: AccessKeyRecord, userName: string): XmlStructure {
  return {
    UserName: userName,
    AccessKeyId: key.accessKeyId,
    Status: key.active ? 'Active' : 'Inactive',
    CreateDate: key.createdAt,
  }
}
