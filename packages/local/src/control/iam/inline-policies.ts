import type { PrincipalType } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkDocument } from './documents.ts'
import { document, longName, paging } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput, PrincipalKind } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'
import { encodeDocument } from './render.ts'

interface PolicyInput extends NamedInput {
  readonly PolicyName: string
}

interface PutInput extends PolicyInput {
  readonly PolicyDocument: string
}

interface ListInput extends NamedInput, PagingInput {}

function noSuchPolicy(kind: PrincipalKind, name: string): ControlError {
  return new ControlError('NoSuchEntity', `The ${kind.type} policy with name ${name} cannot be found.`)
}

function putPolicy(kind: PrincipalKind, call: QueryCall<PutInput>): undefined {
  const { input, services } = call
  const principal = findNamed(kind, call)
  const others = services.store.inlinePolicies
    .list(principal.id)
    .filter(({ name }) => name !== input.PolicyName)
    .map((policy) => policy.document)
  checkDocument(input.PolicyDocument, kind.inlinePlace, principal.name, others)
  services.store.inlinePolicies.put(principal.id, input.PolicyName, input.PolicyDocument)
}

function getPolicy(kind: PrincipalKind, call: QueryCall<PolicyInput>): XmlStructure {
  const { input, services } = call
  const principal = findNamed(kind, call)
  const policy = services.store.inlinePolicies.get(principal.id, input.PolicyName)
  if (policy === undefined) throw noSuchPolicy(kind, input.PolicyName)
  return {
    [kind.nameMember]: principal.name,
    PolicyName: policy.name,
    PolicyDocument: encodeDocument(policy.document),
  }
}

function listPolicies(kind: PrincipalKind, call: QueryCall<ListInput>): XmlStructure {
  const policies = call.services.store.inlinePolicies.list(findNamed(kind, call).id)
  return createPage(
    'PolicyNames',
    policies,
    ({ name }) => name,
    ({ name }) => name,
    call.input,
  )
}

function deletePolicy(kind: PrincipalKind, call: QueryCall<PolicyInput>): undefined {
  const { input, services } = call
  const principal = findNamed(kind, call)
  if (services.store.inlinePolicies.get(principal.id, input.PolicyName) === undefined) {
    throw noSuchPolicy(kind, input.PolicyName)
  }
  services.store.inlinePolicies.remove(principal.id, input.PolicyName)
}

function createInlinePolicyOperations(type: PrincipalType): QueryOperation[] {
  const kind = kinds[type]
  const { named } = kind
  const rights = { resource: resourceOfNamed(kind), context: contextOfNamed(kind) }
  return [
    defineQueryOperation<PutInput>({
      name: `Put${kind.noun}Policy`,
      members: { ...named, PolicyName: longName, PolicyDocument: document },
      ...rights,
      handle: (call) => putPolicy(kind, call),
    }),
    defineQueryOperation<PolicyInput>({
      name: `Get${kind.noun}Policy`,
      members: { ...named, PolicyName: longName },
      ...rights,
      handle: (call) => getPolicy(kind, call),
    }),
    defineQueryOperation<ListInput>({
      name: `List${kind.noun}Policies`,
      members: { ...named, ...paging },
      ...rights,
      handle: (call) => listPolicies(kind, call),
    }),
    defineQueryOperation<PolicyInput>({
      name: `Delete${kind.noun}Policy`,
      members: { ...named, PolicyName: longName },
      ...rights,
      handle: (call) => deletePolicy(kind, call),
    }),
  ]
}

/** Put, Get, List and Delete, for roles, users and groups. */
export const inlinePolicyOperations: readonly QueryOperation[] = [
  ...createInlinePolicyOperations('role'),
  ...createInlinePolicyOperations('user'),
  ...createInlinePolicyOperations('group'),
]
