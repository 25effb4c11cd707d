import { createIamArn } from '../../store/arns.ts'
import { createUniqueId } from '../../store/ids.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { refuseWhileInUse } from './delete-conflict.ts'
import { paging, path, pathPrefix } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput } from './principal-kind.ts'
import { findNamed, kinds, resourceOfNamed } from './principal-kind.ts'
import { renderGroup, renderUser, withoutDetails } from './render.ts'

interface CreateGroupInput {
  readonly GroupName: string
  readonly Path?: string
}

interface ListInput extends PagingInput {
  readonly PathPrefix?: string
}

const kind = kinds.group
const { named } = kind
const resource = resourceOfNamed(kind)
const maxGroupsPerUser = 10

function arnOfNew({ input, request }: QueryCall<CreateGroupInput>): string {
  return createIamArn(request.accountId, 'group', input.Path ?? '/', input.GroupName)
}

function createGroup(call: QueryCall<CreateGroupInput>): XmlStructure {
  const { input, request, services } = call
  const { principals } = services.store
  if (principals.isTaken(request.accountId, 'group', input.GroupName)) {
    throw new ControlError('EntityAlreadyExists', `Group with name ${input.GroupName} already exists.`)
  }
  const group: PrincipalRecord = {
    id: createUniqueId('AGPA'),
    type: 'group',
    accountId: request.accountId,
    name: input.GroupName,
    path: input.Path ?? '/',
    arn: arnOfNew(call),
    tags: {},
    createdAt: request.now,
  }
  principals.add(group)
  return { Group: renderGroup(group) }
}

function getGroup(call: QueryCall<NamedInput & PagingInput>): XmlStructure {
  const { store } = call.services
  const group = findNamed(kind, call)
  const users = store.groupMembers.users(group.id).flatMap((id) => store.principals.byId(id) ?? [])
  const page = createPage(
    'Users',
    users,
    ({ name }) => name,
    (user) => withoutDetails(renderUser(user)),
    call.input,
  )
  return { Group: renderGroup(group), ...page }
}

function listGroups({ input, request, services }: QueryCall<ListInput>): XmlStructure {
  const groups = services.store.principals
    .list(request.accountId, 'group')
    .filter((group) => group.path.startsWith(input.PathPrefix ?? '/'))
  return createPage('Groups', groups, ({ name }) => name, renderGroup, input)
}

function listGroupsForUser(call: QueryCall<NamedInput & PagingInput>): XmlStructure {
  const { store } = call.services
  const { id } = findNamed(kinds.user, call)
  const groups = store.groupMembers.groups(id).flatMap((groupId) => store.principals.byId(groupId) ?? [])
  return createPage('Groups', groups, ({ name }) => name, renderGroup, call.input)
}

function addUser(call: QueryCall<NamedInput>): undefined {
  const { groupMembers } = call.services.store
  const group = findNamed(kind, call)
  const user = findNamed(kinds.user, call)
  const others = groupMembers.groups(user.id).filter((id) => id !== group.id)
  if (others.length >= maxGroupsPerUser) {
    throw new ControlError('LimitExceeded', `Cannot exceed quota for GroupsPerUser: ${maxGroupsPerUser}`)
  }
  groupMembers.add(group.id, user.id)
}

/** Groups and their members. */
export const groupOperations: readonly QueryOperation[] = [
  defineQueryOperation<CreateGroupInput>({
    name: 'CreateGroup',
    members: { ...named, Path: path },
    resource: arnOfNew,
    handle: createGroup,
  }),
  defineQueryOperation<NamedInput & PagingInput>({
    name: 'GetGroup',
    members: { ...named, ...paging },
    resource,
    handle: getGroup,
  }),
  defineQueryOperation<ListInput>({
    name: 'ListGroups',
    members: { PathPrefix: pathPrefix, ...paging },
    resource: ({ request }) => createIamArn(request.accountId, 'group', '/', ''),
    handle: listGroups,
  }),
  defineQueryOperation<NamedInput>({
    name: 'DeleteGroup',
    members: named,
    resource,
    handle: (call) => {
      const group = findNamed(kind, call)
      refuseWhileInUse(group, call.services.store)
      call.services.store.principals.remove(group.id)
      return undefined
    },
  }),
  defineQueryOperation<NamedInput>({
    name: 'AddUserToGroup',
    members: { ...named, ...kinds.user.named },
    resource,
    handle: addUser,
  }),
  defineQueryOperation<NamedInput>({
    name: 'RemoveUserFromGroup',
    members: { ...named, ...kinds.user.named },
    resource,
    // guess: a user who is no member is removed without a word, as DELETE means it.
    handle: (call) => {
      const { groupMembers } = call.services.store
      groupMembers.remove(findNamed(kind, call).id, findNamed(kinds.user, call).id)
      return undefined
    },
  }),
  defineQueryOperation<NamedInput & PagingInput>({
    name: 'ListGroupsForUser',
    members: { ...kinds.user.named, ...paging },
    resource: resourceOfNamed(kinds.user),
    handle: listGroupsForUser,
  }),
]
