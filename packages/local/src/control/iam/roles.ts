import { createIamArn } from '../../store/arns.ts'
import { createUniqueId } from '../../store/ids.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import { omit } from '../omit.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { checkBoundary } from './boundaries.ts'
import { refuseWhileInUse } from './delete-conflict.ts'
import { checkDocument } from './documents.ts'
import {
  document,
  maxSessionDuration,
  optionalBoundary,
  paging,
  path,
  pathPrefix,
  roleDescription,
  shortName,
  tags,
} from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'
import { renderRole, renderRoleLastUsed, withoutDetails } from './render.ts'
import type { TagInput } from './tags.ts'
import { createTagContext, readTags } from './tags.ts'
import { storeTrustPolicy } from './trust-policy.ts'

interface CreateRoleInput {
  readonly RoleName: string
  readonly AssumeRolePolicyDocument: string
  readonly Path?: string
  readonly Description?: string
  readonly MaxSessionDuration?: number
  readonly PermissionsBoundary?: string
  readonly Tags?: readonly TagInput[]
}

interface UpdateTrustInput extends NamedInput {
  readonly PolicyDocument: string
}

interface UpdateRoleInput extends NamedInput {
  readonly Description?: string
  readonly MaxSessionDuration?: number
}

interface ListInput extends PagingInput {
  readonly PathPrefix?: string
}

const kind = kinds.role
const { named } = kind
const defaultMaxSessionSeconds = 3600

function arnOfNew({ input, request }: QueryCall<CreateRoleInput>): string {
  return createIamArn(request.accountId, 'role', input.Path ?? '/', input.RoleName)
}

function createRole(call: QueryCall<CreateRoleInput>): XmlStructure {
  const { input, request, services } = call
  const { store } = services
  if (store.principals.isTaken(request.accountId, 'role', input.RoleName)) {
    throw new ControlError('EntityAlreadyExists', `Role with name ${input.RoleName} already exists.`)
  }
  checkDocument(input.AssumeRolePolicyDocument, 'trust', input.RoleName)
  checkBoundary(input.PermissionsBoundary, request.accountId, store)
  const role: PrincipalRecord = {
    id: createUniqueId('AROA'),
    type: 'role',
    accountId: request.accountId,
    name: input.RoleName,
    path: input.Path ?? '/',
    arn: arnOfNew(call),
    trustPolicy: storeTrustPolicy(input.AssumeRolePolicyDocument, store),
    maxSessionSeconds: input.MaxSessionDuration ?? defaultMaxSessionSeconds,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
    tags: readTags(input.Tags),
    createdAt: request.now,
  }
  store.principals.add(role)
  // AWS leaves the session limit out of this one answer.
  return { Role: omit(renderRole(role, store), 'MaxSessionDuration') }
}

function updateTrust(call: QueryCall<UpdateTrustInput>): undefined {
  const { input, services } = call
  const role = findNamed(kind, call)
  checkDocument(input.PolicyDocument, 'trust', role.name)
  services.store.principals.update(role, {
    trustPolicy: storeTrustPolicy(input.PolicyDocument, services.store),
  })
}

/**
 * guess: a description that is not given stays. The session limit does not: AWS documents that it falls back to an hour.
 */
function updateRole(call: QueryCall<UpdateRoleInput>): XmlStructure {
  const { input, services } = call
  const role = findNamed(kind, call)
  services.store.principals.update(role, {
    description: input.Description ?? role.description,
    maxSessionSeconds: input.MaxSessionDuration ?? defaultMaxSessionSeconds,
  })
  return {}
}

function updateDescription(call: QueryCall<UpdateRoleInput>): XmlStructure {
  const { input, services } = call
  const { store } = services
  store.principals.update(findNamed(kind, call), { description: input.Description })
  return { Role: renderRole(findNamed(kind, call), store) }
}

function deleteRole(call: QueryCall<NamedInput>): undefined {
  const role = findNamed(kind, call)
  refuseWhileInUse(role, call.services.store)
  call.services.store.principals.remove(role.id)
}

function listRoles({ input, request, services }: QueryCall<ListInput>): XmlStructure {
  const { store } = services
  const prefix = input.PathPrefix ?? '/'
  const roles = store.principals
    .list(request.accountId, 'role')
    .filter((role) => role.path.startsWith(prefix))
  return createPage(
    'Roles',
    roles,
    ({ name }) => name,
    (role) => withoutDetails(renderRole(role, store)),
    input,
  )
}

/** Roles themselves: made, shown, listed, changed and deleted. */
export const roleOperations: readonly QueryOperation[] = [
  defineQueryOperation<CreateRoleInput>({
    name: 'CreateRole',
    members: {
      RoleName: shortName,
      AssumeRolePolicyDocument: document,
      Path: path,
      Description: roleDescription,
      MaxSessionDuration: maxSessionDuration,
      PermissionsBoundary: optionalBoundary,
      Tags: tags,
    },
    resource: arnOfNew,
    context: (call) => ({ ...contextOfNamed(kind)(call), ...createTagContext(call.input.Tags) }),
    handle: createRole,
  }),
  defineQueryOperation<NamedInput>({
    name: 'GetRole',
    members: named,
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: (call) => {
      const { store } = call.services
      const role = findNamed(kind, call)
      return { Role: { ...renderRole(role, store), RoleLastUsed: renderRoleLastUsed(role, store) } }
    },
  }),
  defineQueryOperation<ListInput>({
    name: 'ListRoles',
    members: { PathPrefix: pathPrefix, ...paging },
    resource: ({ request }) => createIamArn(request.accountId, 'role', '/', ''),
    handle: listRoles,
  }),
  defineQueryOperation<UpdateTrustInput>({
    name: 'UpdateAssumeRolePolicy',
    members: { ...named, PolicyDocument: document },
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: updateTrust,
  }),
  defineQueryOperation<UpdateRoleInput>({
    name: 'UpdateRole',
    members: { ...named, Description: roleDescription, MaxSessionDuration: maxSessionDuration },
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: updateRole,
  }),
  defineQueryOperation<UpdateRoleInput>({
    name: 'UpdateRoleDescription',
    members: { ...named, Description: { ...roleDescription, required: true } },
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: updateDescription,
  }),
  defineQueryOperation<NamedInput & PagingInput>({
    name: 'ListInstanceProfilesForRole',
    members: { ...named, ...paging },
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    // There are no instances here, so no role is in a profile of one.
    handle: (call) => {
      findNamed(kind, call)
      return createPage<never>(
        'InstanceProfiles',
        [],
        () => '',
        () => ({}),
        call.input,
      )
    },
  }),
  defineQueryOperation<NamedInput>({
    name: 'DeleteRole',
    members: named,
    resource: resourceOfNamed(kind),
    context: contextOfNamed(kind),
    handle: deleteRole,
  }),
]
