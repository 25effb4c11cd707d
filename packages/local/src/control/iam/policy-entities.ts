import type { PolicyUse } from '../../store/managed-policies.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import type { PolicyInput } from './find-policy.ts'
import { findPolicy } from './find-policy.ts'
import { paging, path, policyArn, policyUsageFilter } from './members.ts'
import type { PagingInput } from './pages.ts'
import { cutPage } from './pages.ts'

interface ListInput extends PolicyInput, PagingInput {
  readonly EntityFilter?: string
  readonly PathPrefix?: string
  readonly PolicyUsageFilter?: 'PermissionsPolicy' | 'PermissionsBoundary'
}

const uses: Readonly<Record<'PermissionsPolicy' | 'PermissionsBoundary', PolicyUse['as']>> = {
  PermissionsPolicy: 'permissions',
  PermissionsBoundary: 'boundary',
}

/** By type: how EntityFilter names it, the list it stands in, and its rendering; in the order of the pages. */
const rows: readonly {
  readonly type: PrincipalRecord['type']
  readonly filter: string
  readonly list: string
  readonly render: (entity: PrincipalRecord) => XmlStructure
}[] = [
  {
    type: 'group',
    filter: 'Group',
    list: 'PolicyGroups',
    render: ({ name, id }) => ({ GroupName: name, GroupId: id }),
  },
  {
    type: 'user',
    filter: 'User',
    list: 'PolicyUsers',
    render: ({ name, id }) => ({ UserName: name, UserId: id }),
  },
  {
    type: 'role',
    filter: 'Role',
    list: 'PolicyRoles',
    render: ({ name, id }) => ({ RoleName: name, RoleId: id }),
  },
]

/** An entity that uses the policy twice, as permissions and as boundary, is listed once. */
function findEntities(call: QueryCall<ListInput>): PrincipalRecord[] {
  const { input, request, services } = call
  const { store } = services
  const wanted = input.PolicyUsageFilter && uses[input.PolicyUsageFilter]
  const found = store.managedPolicies
    .uses(findPolicy(call).arn, request.accountId)
    .filter((use) => wanted === undefined || use.as === wanted)
  return [...new Set(found.map(({ principalId }) => principalId))]
    .flatMap((id) => store.principals.byId(id) ?? [])
    .filter(({ path: own }) => own.startsWith(input.PathPrefix ?? '/'))
}

function listEntities(call: QueryCall<ListInput>): XmlStructure {
  const { input } = call
  const shown = rows.filter(({ filter }) => input.EntityFilter === undefined || input.EntityFilter === filter)
  const keyOf = ({ type, name }: PrincipalRecord): string =>
    `${shown.findIndex((row) => row.type === type)} ${name}`
  const entities = findEntities(call)
    .filter(({ type }) => shown.some((row) => row.type === type))
    .sort((a, b) => (keyOf(a).toLowerCase() < keyOf(b).toLowerCase() ? -1 : 1))
  const { items, members } = cutPage(entities, keyOf, input)
  const lists = rows.map(({ type, list, render }) => [
    list,
    items.filter((entity) => entity.type === type).map(render),
  ])
  return { ...(Object.fromEntries(lists) as XmlStructure), ...members }
}

/** ListEntitiesForPolicy. */
export const policyEntityOperations: readonly QueryOperation[] = [
  defineQueryOperation<ListInput>({
    name: 'ListEntitiesForPolicy',
    members: {
      PolicyArn: policyArn,
      EntityFilter: {
        type: 'string',
        values: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'],
      },
      PathPrefix: path,
      PolicyUsageFilter: policyUsageFilter,
      ...paging,
    },
    resource: ({ input }) => input.PolicyArn,
    handle: listEntities,
  }),
]
