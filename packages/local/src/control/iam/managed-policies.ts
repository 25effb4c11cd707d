import { createIamArn } from '../../store/arns.ts'
import { createUniqueId } from '../../store/ids.ts'
import type { ManagedPolicyRecord } from '../../store/managed-policies.ts'
import { ControlError } from '../control-error.ts'
import type { ControlServices } from '../services.ts'
import { omit } from '../omit.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkDocument, countCharacters } from './documents.ts'
import { document, longName, paging, policyArn, policyPath, tags } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import { encodeDocument, renderPolicy, withoutDetails } from './render.ts'
import type { TagInput } from './tags.ts'
import { createTagContext, readTags } from './tags.ts'

interface CreatePolicyInput {
  readonly PolicyName: string
  readonly PolicyDocument: string
  readonly Path?: string
  readonly Description?: string
  readonly Tags?: readonly TagInput[]
}

interface PolicyInput {
  readonly PolicyArn: string
}

interface VersionInput extends PolicyInput {
  readonly VersionId: string
}

interface ListInput extends PagingInput {
  readonly Scope?: 'All' | 'AWS' | 'Local'
  readonly OnlyAttached?: boolean
  readonly PathPrefix?: string
}

const maxCharacters = 6144
const awsPolicy = /^arn:aws:iam::aws:policy\//

function arnOfNew({ input, request }: QueryCall<CreatePolicyInput>): string {
  return createIamArn(request.accountId, 'policy', input.Path ?? '/', input.PolicyName)
}

/** Another account's policies are as unknown as those that do not exist. */
function findPolicy({ input, request, services }: QueryCall<PolicyInput>): ManagedPolicyRecord {
  const policy = services.store.managedPolicy(input.PolicyArn)
  if (policy === undefined || (policy.accountId ?? request.accountId) !== request.accountId) {
    throw new ControlError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`)
  }
  return policy
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
  checkDocument(input.PolicyDocument, 'identity')
  if (countCharacters(input.PolicyDocument) > maxCharacters) {
    throw new ControlError('LimitExceeded', `Cannot exceed quota for PolicySize: ${maxCharacters}`)
  }
  const policy = {
    arn: arnOfNew(call),
    id: createUniqueId('ANPA'),
    accountId: request.accountId,
    name: input.PolicyName,
    path: input.Path ?? '/',
    ...(input.Description === undefined ? {} : { description: input.Description }),
    document: input.PolicyDocument,
    versionId: 'v1',
    tags: readTags(input.Tags),
    createdAt: request.now,
  }
  store.managedPolicies.add(policy)
  return { Policy: renderPolicy(policy, request.accountId, store) }
}

function getPolicyVersion(call: QueryCall<VersionInput>): XmlStructure {
  const { VersionId: versionId } = call.input
  const policy = findPolicy(call)
  if (versionId !== policy.versionId) {
    throw new ControlError(
      'NoSuchEntity',
      `Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`,
    )
  }
  return {
    PolicyVersion: {
      Document: encodeDocument(policy.document),
      VersionId: versionId,
      IsDefaultVersion: true,
      CreateDate: policy.createdAt,
    },
  }
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

function listPolicies({ input, request, services }: QueryCall<ListInput>): XmlStructure {
  const { store } = services
  const policies = listOfScope(input.Scope, request.accountId, services).filter(
    ({ arn, path }) =>
      path.startsWith(input.PathPrefix ?? '/') &&
      (input.OnlyAttached !== true || store.managedPolicies.attachmentCount(arn, request.accountId) > 0),
  )
  const render = (policy: ManagedPolicyRecord): XmlStructure =>
    omit(withoutDetails(renderPolicy(policy, request.accountId, store)), 'Description')
  return createPage('Policies', policies, ({ arn }) => arn, render, input)
}

function deletePolicy(call: QueryCall<PolicyInput>): undefined {
  const { request, services } = call
  const { managedPolicies } = services.store
  const { arn } = findPolicy(call)
  if (awsPolicy.test(arn)) {
    throw new ControlError('AccessDenied', `Policy ${arn} is owned by AWS and cannot be deleted.`)
  }
  const uses =
    managedPolicies.attachmentCount(arn, request.accountId) +
    managedPolicies.boundaryCount(arn, request.accountId)
  if (uses > 0) throw new ControlError('DeleteConflict', 'Cannot delete a policy attached to entities.')
  managedPolicies.remove(arn)
}

const resource = ({ input }: QueryCall<PolicyInput>): string => input.PolicyArn

/** CreatePolicy, GetPolicy, GetPolicyVersion, ListPolicies, DeletePolicy. */
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
  defineQueryOperation<VersionInput>({
    name: 'GetPolicyVersion',
    members: {
      PolicyArn: policyArn,
      VersionId: { type: 'string', required: true, pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' },
    },
    resource,
    handle: getPolicyVersion,
  }),
  defineQueryOperation<ListInput>({
    name: 'ListPolicies',
    members: {
      Scope: { type: 'string', values: ['All', 'AWS', 'Local'] },
      OnlyAttached: { type: 'boolean' },
      PathPrefix: policyPath,
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
