import { createIamArn } from '../../store/arns.ts'
import { createUniqueId } from '../../store/ids.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkBoundary } from './boundaries.ts'
import { findUserOrCaller, resourceOfUserOrCaller } from './caller-user.ts'
import { refuseWhileInUse } from './delete-conflict.ts'
import {
  longName,
  optionalBoundary,
  optionalUserName,
  paging,
  path,
  pathPrefix,
  shortName,
  tags,
} from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'
import { renderUser, withoutDetails } from './render.ts'
import type { TagInput } from './tags.ts'
import { createTagContext, readTags } from './tags.ts'

interface CreateUserInput {
  readonly UserName: string
  readonly Path?: string
  readonly PermissionsBoundary?: string
  readonly Tags?: readonly TagInput[]
}

interface ListInput extends PagingInput {
  readonly PathPrefix?: string
}

const kind = kinds.user

function arnOfNew({ input, request }: QueryCall<CreateUserInput>): string {
  return createIamArn(request.accountId, 'user', input.Path ?? '/', input.UserName)
}

function createUser(call: QueryCall<CreateUserInput>): XmlStructure {
  const { input, request, services } = call
  const { store } = services
  if (store.principals.isTaken(request.accountId, 'user', input.UserName)) {
    throw new ControlError('EntityAlreadyExists', `User with name ${input.UserName} already exists.`)
  }
  checkBoundary(input.PermissionsBoundary, request.accountId, store)
  const user: PrincipalRecord = {
    id: createUniqueId('AIDA'),
    type: 'user',
    accountId: request.accountId,
    name: input.UserName,
    path: input.Path ?? '/',
    arn: arnOfNew(call),
    ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
    tags: readTags(input.Tags),
    createdAt: request.now,
  }
  store.principals.add(user)
  return { User: renderUser(user) }
}

function deleteUser(call: QueryCall<NamedInput>): undefined {
  const user = findNamed(kind, call)
  refuseWhileInUse(user, call.services.store)
  call.services.store.principals.remove(user.id)
}

function listUsers({ input, request, services }: QueryCall<ListInput>): XmlStructure {
  const prefix = input.PathPrefix ?? '/'
  const users = services.store.principals
    .list(request.accountId, 'user')
    .filter((user) => user.path.startsWith(prefix))
  return createPage(
    'Users',
    users,
    ({ name }) => name,
    (user) => withoutDetails(renderUser(user)),
    input,
  )
}

/** CreateUser, GetUser, ListUsers, DeleteUser. */
export const userOperations: readonly QueryOperation[] = [
  defineQueryOperation<CreateUserInput>({
    name: 'CreateUser',
    members: { UserName: shortName, Path: path, PermissionsBoundary: optionalBoundary, Tags: tags },
    resource: arnOfNew,
    context: (call) => ({ ...contextOfNamed(kind)(call), ...createTagContext(call.input.Tags) }),
    handle: createUser,
  }),
  defineQueryOperation<NamedInput>({
    name: 'GetUser',
    members: { UserName: optionalUserName },
    resource: resourceOfUserOrCaller,
    context: contextOfNamed(kind),
    handle: (call) => ({ User: renderUser(findUserOrCaller(call)) }),
  }),
  defineQueryOperation<ListInput>({
    name: 'ListUsers',
    members: { PathPrefix: pathPrefix, ...paging },
    resource: ({ request }) => createIamArn(request.accountId, 'user', '/', ''),
    handle: listUsers,
  }),
  defineQueryOperation<NamedInput>({
    name: 'DeleteUser',
    members: { UserName: longName },
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: deleteUser,
  }),
]
