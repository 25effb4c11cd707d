import { createAccessKeyId, createSecretAccessKey } from '../../store/ids.ts'
import type { AccessKeyRecord } from '../../store/access-keys.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryMember, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { findUserOrCaller, resourceOfUserOrCaller } from './caller-user.ts'
import { optionalUserName, paging } from './members.ts'
import type { PagingInput } from './pages.ts'
import { createPage } from './pages.ts'
import type { NamedInput } from './principal-kind.ts'
import { renderAccessKey } from './render.ts'

interface KeyInput extends NamedInput {
  readonly AccessKeyId: string
}

interface UpdateInput extends KeyInput {
  readonly Status: 'Active' | 'Inactive'
}

interface ListInput extends NamedInput, PagingInput {}

const maxKeys = 2

const accessKeyId: QueryMember = { type: 'string', required: true, min: 16, max: 128, pattern: '[\\w]+' }
const named = { UserName: optionalUserName }

function createAccessKey(call: QueryCall<NamedInput>): XmlStructure {
  const { request, services } = call
  const { accessKeys } = services.store
  const user = findUserOrCaller(call)
  if (accessKeys.list(user.id).length >= maxKeys) {
    throw new ControlError('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${maxKeys}`)
  }
  const key = {
    accessKeyId: createAccessKeyId('AKIA'),
    secretAccessKey: createSecretAccessKey(),
    principalId: user.id,
    createdAt: request.now,
  }
  accessKeys.add(key)
  return {
    AccessKey: {
      UserName: user.name,
      AccessKeyId: key.accessKeyId,
      Status: 'Active',
      SecretAccessKey: key.secretAccessKey,
      CreateDate: key.createdAt,
    },
  }
}

function findKey(call: QueryCall<KeyInput>): AccessKeyRecord {
  const user = findUserOrCaller(call)
  const key = call.services.store.accessKey(call.input.AccessKeyId)
  if (key?.principalId === user.id) return key
  throw noSuchKey(call.input.AccessKeyId)
}

function noSuchKey(id: string): ControlError {
  return new ControlError('NoSuchEntity', `The Access Key with id ${id} cannot be found.`)
}

/**
 * Tells the last use of any key of the caller's account.
 *
 * guess: a key of nobody's, or of another account, is refused in these words; AWS says only that it is not found.
 */
function getLastUsed({ input, request, services }: QueryCall<KeyInput>): XmlStructure {
  const { store } = services
  const key = store.accessKey(input.AccessKeyId)
  if (key === undefined || key.accountId !== request.accountId) throw noSuchKey(input.AccessKeyId)
  const use = store.lastUses.get(key.accessKeyId)
  return {
    UserName: store.principal(key.principalId)?.name,
    AccessKeyLastUsed: {
      LastUsedDate: use?.usedAt,
      ServiceName: use?.service ?? neverUsed,
      Region: use?.region ?? neverUsed,
    },
  }
}

/** AWS's word for the service and region of a key that was never used. */
const neverUsed = 'N/A'

function listAccessKeys(call: QueryCall<ListInput>): XmlStructure {
  const user = findUserOrCaller(call)
  const keys = call.services.store.accessKeys
    .list(user.id)
    .sort((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1))
  const page = createPage(
    'AccessKeyMetadata',
    keys,
    (key) => key.accessKeyId,
    (key) => renderAccessKey(key, user.name),
    call.input,
  )
  return { ...page, UserName: user.name }
}

/** Access keys: made, listed, switched, deleted, and their last use. */
export const accessKeyOperations: readonly QueryOperation[] = [
  defineQueryOperation<NamedInput>({
    name: 'CreateAccessKey',
    members: named,
    resource: resourceOfUserOrCaller,
    handle: createAccessKey,
  }),
  defineQueryOperation<ListInput>({
    name: 'ListAccessKeys',
    members: { ...named, ...paging },
    resource: resourceOfUserOrCaller,
    handle: listAccessKeys,
  }),
  defineQueryOperation<UpdateInput>({
    name: 'UpdateAccessKey',
    members: {
      ...named,
      AccessKeyId: accessKeyId,
      Status: { type: 'string', required: true, values: ['Active', 'Inactive'] },
    },
    resource: resourceOfUserOrCaller,
    handle: (call) => {
      call.services.store.accessKeys.setActive(findKey(call).accessKeyId, call.input.Status === 'Active')
      return undefined
    },
  }),
  defineQueryOperation<KeyInput>({
    name: 'DeleteAccessKey',
    members: { ...named, AccessKeyId: accessKeyId },
    resource: resourceOfUserOrCaller,
    handle: (call) => {
      call.services.store.accessKeys.remove(findKey(call).accessKeyId)
      return undefined
    },
  }),
  defineQueryOperation<KeyInput>({
    name: 'GetAccessKeyLastUsed',
    members: { AccessKeyId: accessKeyId },
    resource: (call) => {
      const key = call.services.store.accessKey(call.input.AccessKeyId)
      const user = key?.accountId === call.request.accountId && call.services.store.principal(key.principalId)
      return user ? user.arn : '*'
    },
    handle: getLastUsed,
  }),
]
