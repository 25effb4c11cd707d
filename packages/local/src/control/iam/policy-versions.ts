import type { PolicyVersionRecord } from '../../store/policy-versions.ts'
import { maxPolicyVersions } from '../../store/policy-versions.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkDocument } from './documents.ts'
import type { PolicyInput } from './find-policy.ts'
import { findOwnPolicy, findPolicy } from './find-policy.ts'
import { document, paging, policyArn, versionId } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import { renderPolicyVersion } from './render.ts'

interface VersionInput extends PolicyInput {
  readonly VersionId: string
}

interface CreateInput extends PolicyInput {
  readonly PolicyDocument: string
  readonly SetAsDefault?: boolean
}

interface ListInput extends PolicyInput, PagingInput {}

function findVersion(call: QueryCall<VersionInput>): PolicyVersionRecord {
  const { VersionId } = call.input
  const policy = findPolicy(call)
  const versions = call.services.store.managedPolicies.listVersions(policy)
  const version = versions.find((one) => one.versionId === VersionId)
  if (version !== undefined) return version
  throw new ControlError(
    'NoSuchEntity',
    `Policy ${policy.arn} version ${VersionId} does not exist or is not attachable.`,
  )
}

function createVersion(call: QueryCall<CreateInput>): XmlStructure {
  const { input, request, services } = call
  const { versions } = services.store.managedPolicies
  const { arn } = findOwnPolicy(call)
  checkDocument(input.PolicyDocument, 'managed')
  if (versions.list(arn).length >= maxPolicyVersions) {
    throw new ControlError(
      'LimitExceeded',
      `A managed policy can have up to ${maxPolicyVersions} versions. Before you create a new version, you must delete an existing version.`,
    )
  }
  const made = versions.add(arn, input.PolicyDocument, request.now)
  const isDefault = input.SetAsDefault === true
  if (isDefault) versions.setDefault(arn, made, request.now)
  return {
    PolicyVersion: { VersionId: made, IsDefaultVersion: isDefault, CreateDate: request.now },
  }
}

function listVersions(call: QueryCall<ListInput>): XmlStructure {
  const versions = call.services.store.managedPolicies.listVersions(findPolicy(call))
  return createPage(
    'Versions',
    versions,
    // The newest comes first: what is left to come has lower numbers, and keys must rise.
    (version) => String(Number.MAX_SAFE_INTEGER - Number(version.versionId.slice(1))),
    (version) => renderPolicyVersion(version),
    call.input,
  )
}

function deleteVersion(call: QueryCall<VersionInput>): undefined {
  const { arn } = findOwnPolicy(call)
  const version = findVersion(call)
  if (version.isDefault) {
    throw new ControlError('DeleteConflict', 'Cannot delete the default version of a policy.')
  }
  call.services.store.managedPolicies.versions.remove(arn, version.versionId)
}

const resource = ({ input }: QueryCall<PolicyInput>): string => input.PolicyArn
const named = { PolicyArn: policyArn }

/** Create, Get, List, Delete and SetDefault. */
export const policyVersionOperations: readonly QueryOperation[] = [
  defineQueryOperation<CreateInput>({
    name: 'CreatePolicyVersion',
    members: { ...named, PolicyDocument: document, SetAsDefault: { type: 'boolean' } },
    resource,
    handle: createVersion,
  }),
  defineQueryOperation<VersionInput>({
    name: 'GetPolicyVersion',
    members: { ...named, VersionId: versionId },
    resource,
    handle: (call) => {
      const version = findVersion(call)
      return { PolicyVersion: renderPolicyVersion(version, version.document) }
    },
  }),
  defineQueryOperation<ListInput>({
    name: 'ListPolicyVersions',
    members: { ...named, ...paging },
    resource,
    handle: listVersions,
  }),
  defineQueryOperation<VersionInput>({
    name: 'DeletePolicyVersion',
    members: { ...named, VersionId: versionId },
    resource,
    handle: deleteVersion,
  }),
  defineQueryOperation<VersionInput>({
    name: 'SetDefaultPolicyVersion',
    members: { ...named, VersionId: versionId },
    resource,
    handle: (call) => {
      const { arn } = findOwnPolicy(call)
      const { versionId: wanted } = findVersion(call)
      call.services.store.managedPolicies.versions.setDefault(arn, wanted, call.request.now)
      return undefined
    },
  }),
]
