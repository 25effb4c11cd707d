import type { ManagedPolicyRecord } from '../../store/managed-policies.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import type { ControlServices } from '../services.ts'
import { omit } from '../omit.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure, XmlValue } from '../query/xml.ts'
import { paging } from './members.ts'
import type { PagingInput } from './pages.ts'
import { cutPage } from './pages.ts'
import {
  encodeDocument,
  renderGroup,
  renderPolicy,
  renderPolicyVersion,
  renderRole,
  renderRoleLastUsed,
  renderUser,
} from './render.ts'

interface DetailsInput extends PagingInput {
  readonly Filter?: readonly string[]
}

type Account = Pick<QueryCall<DetailsInput>, 'request' | 'services'>

/** One entity of the answer, in the list it stands in. */
interface Detail {
  readonly key: string
  readonly list: string
  readonly render: () => XmlStructure
}

/** One kind of entity; the order is that of the pages. */
interface DetailKind {
  readonly filter: string
  readonly list: string
  readonly find: (
    account: Account,
  ) => readonly { readonly name: string; readonly render: () => XmlStructure }[]
}

function listInline({ id }: PrincipalRecord, { store }: ControlServices): XmlValue {
  return store.inlinePolicies
    .list(id)
    .map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) }))
}

function listAttached({ id }: PrincipalRecord, { store }: ControlServices): XmlValue {
  return store.managedPolicies.attached(id).map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }))
}

function describeUser(user: PrincipalRecord, services: ControlServices): XmlStructure {
  const { store } = services
  const groups = store.groupMembers.groups(user.id).map((id) => store.principals.byId(id)?.name)
  return {
    ...renderUser(user),
    UserPolicyList: listInline(user, services),
    GroupList: groups,
    AttachedManagedPolicies: listAttached(user, services),
  }
}

function describeGroup(group: PrincipalRecord, services: ControlServices): XmlStructure {
  return {
    ...renderGroup(group),
    GroupPolicyList: listInline(group, services),
    AttachedManagedPolicies: listAttached(group, services),
  }
}

function describeRole(role: PrincipalRecord, services: ControlServices): XmlStructure {
  return {
    ...omit(renderRole(role, services.store), 'Description', 'MaxSessionDuration'),
    InstanceProfileList: [],
    RolePolicyList: listInline(role, services),
    AttachedManagedPolicies: listAttached(role, services),
    RoleLastUsed: renderRoleLastUsed(role, services.store),
  }
}

function describePolicy(policy: ManagedPolicyRecord, { request, services }: Account): XmlStructure {
  const { store } = services
  return {
    ...omit(renderPolicy(policy, request.accountId, store), 'Tags'),
    PolicyVersionList: store.managedPolicies
      .listVersions(policy)
      .map((version) => renderPolicyVersion(version, version.document)),
  }
}

const findPrincipals =
  (
    type: PrincipalRecord['type'],
    describe: (principal: PrincipalRecord, services: ControlServices) => XmlStructure,
  ): DetailKind['find'] =>
  ({ request, services }) =>
    services.store.principals
      .list(request.accountId, type)
      .map((one) => ({ name: one.name, render: () => describe(one, services) }))

const kinds: readonly DetailKind[] = [
  { filter: 'User', list: 'UserDetailList', find: findPrincipals('user', describeUser) },
  { filter: 'Group', list: 'GroupDetailList', find: findPrincipals('group', describeGroup) },
  { filter: 'Role', list: 'RoleDetailList', find: findPrincipals('role', describeRole) },
  {
    filter: 'LocalManagedPolicy',
    list: 'Policies',
    find: (account) =>
      account.services.store.managedPolicies
        .list(account.request.accountId)
        .map((policy) => ({ name: policy.arn, render: () => describePolicy(policy, account) })),
  },
  {
    filter: 'AWSManagedPolicy',
    list: 'Policies',
    // Of AWS's own policies the answer has those that are in use.
    find: (account) => {
      const { managedPolicies } = account.services.store
      return managedPolicies
        .listOwnedByAws()
        .filter(({ arn }) => managedPolicies.uses(arn, account.request.accountId).length > 0)
        .map((policy) => ({ name: policy.arn, render: () => describePolicy(policy, account) }))
    },
  },
]

function findDetails(call: QueryCall<DetailsInput>): Detail[] {
  const { Filter: filter } = call.input
  return kinds.flatMap(({ filter: name, list, find }, index) =>
    filter !== undefined && !filter.includes(name)
      ? []
      : find(call)
          .map((one) => ({ key: `${index} ${one.name}`, list, render: one.render }))
          .sort((a, b) => (a.key.toLowerCase() < b.key.toLowerCase() ? -1 : 1)),
  )
}

function getDetails(call: QueryCall<DetailsInput>): XmlStructure {
  const { items, members } = cutPage(findDetails(call), ({ key }) => key, call.input)
  const lists = kinds.map(({ list }) => [
    list,
    items.filter((one) => one.list === list).map(({ render }) => render()),
  ])
  return { ...(Object.fromEntries(lists) as XmlStructure), ...members }
}

/** GetAccountAuthorizationDetails. */
export const authorizationDetailsOperations: readonly QueryOperation[] = [
  defineQueryOperation<DetailsInput>({
    name: 'GetAccountAuthorizationDetails',
    members: { Filter: { type: 'list', item: { values: kinds.map(({ filter }) => filter) } }, ...paging },
    resource: () => '*',
    handle: getDetails,
  }),
]
