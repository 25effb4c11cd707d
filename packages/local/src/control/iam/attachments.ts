import type { PrincipalType } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { paging, policyArn, policyPath } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput, PrincipalKind } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'

interface AttachInput extends NamedInput {
  readonly PolicyArn: string
}

interface ListInput extends NamedInput, PagingInput {
  readonly PathPrefix?: string
}

/** Managed policies of one user, role or group. */
const maxAttached = 10

function attach(kind: PrincipalKind, call: QueryCall<AttachInput>): undefined {
  const { input, request, services } = call
  const { managedPolicies } = services.store
  const principal = findNamed(kind, call)
  const policy = managedPolicies.get(input.PolicyArn)
  if (policy === undefined || (policy.accountId ?? request.accountId) !== request.accountId) {
    throw new ControlError('NoSuchEntity', `Policy ${input.PolicyArn} does not exist or is not attachable.`)
  }
  const others = managedPolicies.attached(principal.id).filter(({ arn }) => arn !== policy.arn)
  if (others.length >= maxAttached) {
    throw new ControlError('LimitExceeded', `Cannot exceed quota for PoliciesPer${kind.noun}: ${maxAttached}`)
  }
  managedPolicies.attach(principal.id, policy.arn)
}

function detach(kind: PrincipalKind, call: QueryCall<AttachInput>): undefined {
  const { input, services } = call
  if (!services.store.managedPolicies.detach(findNamed(kind, call).id, input.PolicyArn)) {
    throw new ControlError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`)
  }
}

function listAttached(kind: PrincipalKind, call: QueryCall<ListInput>): XmlStructure {
  const { input, services } = call
  const policies = services.store.managedPolicies
    .attached(findNamed(kind, call).id)
    .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    .sort((a, b) => (a.arn.toLowerCase() < b.arn.toLowerCase() ? -1 : 1))
  return createPage(
    'AttachedPolicies',
    policies,
    ({ arn }) => arn,
    ({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }),
    input,
  )
}

function createAttachmentOperations(type: PrincipalType): QueryOperation[] {
  const kind = kinds[type]
  const { named } = kind
  const rights = { resource: resourceOfNamed(kind), context: contextOfNamed(kind) }
  return [
    defineQueryOperation<AttachInput>({
      name: `Attach${kind.noun}Policy`,
      members: { ...named, PolicyArn: policyArn },
      ...rights,
      handle: (call) => attach(kind, call),
    }),
    defineQueryOperation<AttachInput>({
      name: `Detach${kind.noun}Policy`,
      members: { ...named, PolicyArn: policyArn },
      ...rights,
      handle: (call) => detach(kind, call),
    }),
    defineQueryOperation<ListInput>({
      name: `ListAttached${kind.noun}Policies`,
      members: { ...named, PathPrefix: policyPath, ...paging },
      ...rights,
      handle: (call) => listAttached(kind, call),
    }),
  ]
}

/** Attach, Detach and ListAttached, for roles, users and groups. */
export const attachmentOperations: readonly QueryOperation[] = [
  ...createAttachmentOperations('role'),
  ...createAttachmentOperations('user'),
  ...createAttachmentOperations('group'),
]
