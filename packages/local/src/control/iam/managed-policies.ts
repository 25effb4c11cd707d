import { createIamArn } from '../../store/arns.ts'
import { createUniqueId } from '../../store/ids.ts'
import type { ManagedPolicyRecord } from '../../store/managed-policies.ts'
import { ControlError } from '../control-error.ts'
import type { ControlServices } from '../services.ts'
import { omit } from '../omit.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkDocument } from './documents.ts'
import type { PolicyInput } from './find-policy.ts'
import { findOwnPolicy, findPolicy } from './find-policy.ts'
import { document, longName, paging, policyArn, policyPath, policyUsageFilter, tags } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import { renderPolicy, withoutDetails } from './render.ts'
import type { TagInput } from './tags.ts'
import { createTagContext, readTags } from './tags.ts'

interface CreatePolicyInput {
  readonly PolicyName: string
  readonly PolicyDocument: string
  readonly Path?: string
  readonly Description?: string
  readonly Tags?: readonly TagInput[]
}

interface ListInput extends PagingInput {
  readonly Scope?: 'All' | 'AWS' | 'Local'
  readonly OnlyAttached?: boolean
  readonly PathPrefix?: string
  readonly PolicyUsageFilter?: 'PermissionsPolicy' | 'PermissionsBoundary'
}

function arnOfNew({ input, request }: QueryCall<CreatePolicyInput>): string {
  return createIamArn(request.accountId, 'policy', input.Path ?? '/', input.PolicyName)
}

function createPolicy(call: QueryCall<CreatePolicyInput>): XmlStructure {
  const { input, request, services } = call
  const { store } = services
  if (store.managedPolicies.isTaken(request.accountId, input.PolicyName)) {
    throw new ControlError(
      'EntityAlreadyExists',
      `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`,
    )
  }
  checkDocument(input.PolicyDocument, 'managed')
  const arn = arnOfNew(call)
  store.managedPolicies.add({
    arn,
    id: createUniqueId('ANPA'),
    accountId: request.accountId,
    name: input.PolicyName,
    path: input.Path ?? '/',
    ...(input.Description === undefined ? {} : { description: input.Description }),
    document: input.PolicyDocument,
    tags: readTags(input.Tags),
    createdAt: request.now,
  })
  const policy = findPolicy({ ...call, input: { PolicyArn: arn } })
  return { Policy: renderPolicy(policy, request.accountId, store) }
}

function listOfScope(
  scope: ListInput['Scope'],
  accountId: string,
  { store }: ControlServices,
): ManagedPolicyRecord[] {
  return [
    ...(scope === 'AWS' ? [] : store.managedPolicies.list(accountId)),
    ...(scope === 'Local' ? [] : store.managedPolicies.listOwnedByAws()),
  ].sort((a, b) => (a.arn.toLowerCase() < b.arn.toLowerCase() ? -1 : 1))
}

/** A filter by use leaves out what is not used that way; OnlyAttached, what is not used at all. */
function isWanted(policy: ManagedPolicyRecord, { input, request, services }: QueryCall<ListInput>): boolean {
  const { managedPolicies } = services.store
  if (!policy.path.startsWith(input.PathPrefix ?? '/')) return false
  const isAttached = managedPolicies.attachmentCount(policy.arn, request.accountId) > 0
  const isBoundary = managedPolicies.boundaryCount(policy.arn, request.accountId) > 0
  if (input.PolicyUsageFilter === 'PermissionsPolicy') return isAttached
  if (input.PolicyUsageFilter === 'PermissionsBoundary') return isBoundary
  return input.OnlyAttached !== true || isAttached || isBoundary
}

function listPolicies(call: QueryCall<ListInput>): XmlStructure {
  const { input, request, services } = call
  const { store } = services
  const policies = listOfScope(input.Scope, request.accountId, services).filter((policy) =>
    isWanted(policy, call),
  )
  const render = (policy: ManagedPolicyRecord): XmlStructure =>
    omit(withoutDetails(renderPolicy(policy, request.accountId, store)), 'Description')
  return createPage('Policies', policies, ({ arn }) => arn, render, input)
}

function deletePolicy(call: QueryCall<PolicyInput>): undefined {
  const { request, services } = call
  const { managedPolicies } = services.store
  const { arn } = findOwnPolicy(call)
  const uses =
    managedPolicies.attachmentCount(arn, request.accountId) +
    managedPolicies.boundaryCount(arn, request.accountId)
  if (uses > 0) throw new ControlError('DeleteConflict', 'Cannot delete a policy attached to entities.')
  if (managedPolicies.versions.list(arn).length > 1) {
    throw new ControlError(
      'DeleteConflict',
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
  }
  managedPolicies.remove(arn)
}

const resource = ({ input }: QueryCall<PolicyInput>): string => input.PolicyArn

/** CreatePolicy, GetPolicy, ListPolicies, DeletePolicy. */
export const managedPolicyOperations: readonly QueryOperation[] = [
  defineQueryOperation<CreatePolicyInput>({
    name: 'CreatePolicy',
    members: {
      PolicyName: longName,
      PolicyDocument: document,
      Path: policyPath,
      Description: { type: 'string', max: 1000 },
      Tags: tags,
    },
    resource: arnOfNew,
    context: ({ input }) => createTagContext(input.Tags),
    handle: createPolicy,
  }),
  defineQueryOperation<PolicyInput>({
    name: 'GetPolicy',
    members: { PolicyArn: policyArn },
    resource,
    handle: (call) => ({
      Policy: renderPolicy(findPolicy(call), call.request.accountId, call.services.store),
    }),
  }),
  defineQueryOperation<ListInput>({
    name: 'ListPolicies',
    members: {
      Scope: { type: 'string', values: ['All', 'AWS', 'Local'] },
      OnlyAttached: { type: 'boolean' },
      PathPrefix: policyPath,
      PolicyUsageFilter: policyUsageFilter,
      ...paging,
    },
    resource: () => '*',
    handle: listPolicies,
  }),
  defineQueryOperation<PolicyInput>({
    name: 'DeletePolicy',
    members: { PolicyArn: policyArn },
    resource,
    handle: deletePolicy,
  }),
]
