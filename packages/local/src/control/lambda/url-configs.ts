import { createUrlId } from '../../store/ids.ts'
import type { Cors, FunctionUrlAuthType, FunctionUrlRow, InvokeMode } from '../../store/function-urls.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import type { RequestContext } from '@furlong/iam'
import type { ControlError } from '../control-error.ts'
import { omit } from '../omit.ts'
import type { ControlServices } from '../services.ts'
import { conflictError, notFoundError } from './errors.ts'
import type { FunctionTarget } from './function-target.ts'
import { isLatest, refusePending } from './function-target.ts'
import { answerPage, type ListInput, listMembers } from './lists.ts'
import { functionName, urlQualifier } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult, Member } from './operation.ts'
import { defineOperation } from './operation.ts'
import { urlIdTag } from './tags.ts'

interface UrlInput {
  readonly AuthType?: FunctionUrlAuthType
  readonly Cors?: Cors
  readonly InvokeMode?: InvokeMode
}

interface CreateUrlInput extends UrlInput {
  readonly AuthType: FunctionUrlAuthType
}

const headerList: Member = { type: 'list', max: 100, item: { max: 1024, min: 0, pattern: '.*' } }

const authType: Member = { type: 'string', values: ['NONE', 'AWS_IAM'] }

const configuration: Readonly<Record<string, Member>> = {
  Cors: {
    type: 'structure',
    members: {
      AllowCredentials: { type: 'boolean' },
      AllowHeaders: headerList,
      AllowMethods: { type: 'list', max: 6, item: { max: 6, min: 0, pattern: '.*' } },
      AllowOrigins: { type: 'list', max: 100, item: { max: 253, min: 1, pattern: '.*' } },
      ExposeHeaders: headerList,
      MaxAge: { type: 'integer', min: 0, max: 86_400 },
    },
  },
  InvokeMode: { type: 'string', values: ['RESPONSE_STREAM', 'BUFFERED'] },
}

const named = { FunctionName: functionName, Qualifier: urlQualifier }
const urlPath = '/2021-10-31/functions/{FunctionName}/url'

function createContext({ input, target, services }: LambdaCall<UrlInput>): RequestContext {
  const current = services.store.urls.of(target.arn, aliasOf(target))?.authType
  const authType = input.AuthType ?? current
  return {
    'lambda:FunctionArn': target.qualifiedArn,
    ...(authType === undefined ? {} : { 'lambda:FunctionUrlAuthType': authType }),
  }
}

function aliasOf(target: FunctionTarget): string | undefined {
  return isLatest(target) ? undefined : target.qualifier
}

/** A URL belongs to the function or to one of its aliases; a name that ends in a version names neither. */
function findUrlFunction({ store }: ControlServices, target: FunctionTarget): FunctionRecord {
  const record = store.functionByArn(target.arn)
  const alias = aliasOf(target)
  if (record === undefined || (alias !== undefined && store.alias(target.arn, alias) === undefined)) {
    throw notFoundError('Function does not exist')
  }
  return record
}

function noSuchConfig(): ControlError {
  return notFoundError('The resource you requested does not exist.')
}

function findUrl({ store }: ControlServices, target: FunctionTarget): FunctionUrlRow {
  const url = store.urls.of(target.arn, aliasOf(target))
  if (url === undefined) throw noSuchConfig()
  return url
}

function isEmptyCors(cors: Cors | undefined): boolean {
  return cors === undefined || Object.keys(cors).length === 0
}

/** Get and List know the default of the mode; Create and Update show only what was given. */
function render(url: FunctionUrlRow, { urls }: ControlServices): Readonly<Record<string, unknown>> {
  return {
    FunctionUrl: urls.render(url),
    FunctionArn: url.qualifier === undefined ? url.functionArn : `${url.functionArn}:${url.qualifier}`,
    AuthType: url.authType,
    ...(url.cors === undefined ? {} : { Cors: url.cors }),
    CreationTime: formatTime(url.createdAt),
    LastModifiedTime: formatTime(url.modifiedAt),
    ...(url.invokeMode === undefined ? {} : { InvokeMode: url.invokeMode }),
  }
}

function renderWithMode(url: FunctionUrlRow, services: ControlServices): Readonly<Record<string, unknown>> {
  return { ...render(url, services), InvokeMode: url.invokeMode ?? 'BUFFERED' }
}

/** URL times carry nanoseconds. */
function formatTime(date: Date): string {
  return date.toISOString().replace('Z', '000000Z')
}

function existsError(target: FunctionTarget): ControlError {
  return conflictError(
    `Failed to create function url config for [functionArn = ${target.qualifiedArn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  )
}

function checkFree({ store }: ControlServices, target: FunctionTarget, urlId: string): void {
  if (store.urls.of(target.arn, aliasOf(target)) !== undefined) throw existsError(target)
  const holder = store.functionUrl(urlId)
  if (holder !== undefined) {
    throw conflictError(
      `The tag ${urlIdTag} asks for the function URL id ${urlId}, which belongs to ${holder.functionArn}.`,
    )
  }
}

async function createUrl(call: LambdaCall<CreateUrlInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const { store, urls } = services
  const record = findUrlFunction(services, target)
  refusePending(record)
  const alias = aliasOf(target)
  // The tag is the function's, and one id serves one URL.
  const urlId = (alias === undefined ? record.tags[urlIdTag] : undefined) ?? createUrlId()
  checkFree(services, target, urlId)
  const opened = await urls.open({
    urlId,
    functionArn: target.arn,
    ...(alias === undefined ? {} : { qualifier: alias }),
    authType: input.AuthType,
    ...(input.Cors === undefined || isEmptyCors(input.Cors) ? {} : { cors: input.Cors }),
    ...(input.InvokeMode === undefined ? {} : { invokeMode: input.InvokeMode }),
    createdAt: request.now,
    modifiedAt: request.now,
  })
  try {
    store.transaction(() => {
      // Another call may have come first while the port was opened.
      findUrlFunction(services, target)
      checkFree(services, target, urlId)
      store.urls.add(opened)
    })
  } catch (error) {
    if (store.functionUrl(urlId) === undefined) await urls.close(urlId)
    throw error
  }
  return { json: omit(render(opened, services), 'LastModifiedTime') }
}

function updateUrl({ input, target, request, services }: LambdaCall<UrlInput>): LambdaResult {
  const { store } = services
  findUrlFunction(services, target)
  return store.transaction(() => {
    const { cors: currentCors, ...url } = findUrl(services, target)
    const cors = input.Cors ?? currentCors
    const changed: FunctionUrlRow = {
      ...url,
      authType: input.AuthType ?? url.authType,
      ...(cors === undefined || isEmptyCors(cors) ? {} : { cors }),
      ...(input.InvokeMode === undefined ? {} : { invokeMode: input.InvokeMode }),
      modifiedAt: request.now,
    }
    store.urls.replace(changed)
    return { json: render(changed, services) }
  })
}

async function deleteUrl({ target, services }: LambdaCall<unknown>): Promise<LambdaResult> {
  const { urlId } = findUrl(services, target)
  services.store.urls.remove(urlId)
  await services.urls.close(urlId)
  return {}
}

function listUrls({ input, target, services }: LambdaCall<ListInput>): LambdaResult {
  findUrlFunction(services, target)
  return answerPage(
    'FunctionUrlConfigs',
    services.store.functionUrls(target.arn),
    ({ qualifier = '' }) => qualifier,
    input,
    (url) => renderWithMode(url, services),
  )
}

/** CreateFunctionUrlConfig, GetFunctionUrlConfig, UpdateFunctionUrlConfig, DeleteFunctionUrlConfig, ListFunctionUrlConfigs. */
export const urlConfigOperations: readonly LambdaOperation[] = [
  defineOperation<CreateUrlInput>({
    name: 'CreateFunctionUrlConfig',
    method: 'POST',
    path: urlPath,
    status: 201,
    action: 'lambda:CreateFunctionUrlConfig',
    members: { ...named, AuthType: { ...authType, required: true }, ...configuration },
    context: createContext,
    handle: createUrl,
  }),
  defineOperation<UrlInput>({
    name: 'GetFunctionUrlConfig',
    method: 'GET',
    path: urlPath,
    status: 200,
    action: 'lambda:GetFunctionUrlConfig',
    members: named,
    context: createContext,
    handle: ({ target, services }) => ({ json: renderWithMode(findUrl(services, target), services) }),
  }),
  defineOperation<UrlInput>({
    name: 'UpdateFunctionUrlConfig',
    method: 'PUT',
    path: urlPath,
    status: 200,
    action: 'lambda:UpdateFunctionUrlConfig',
    members: { ...named, AuthType: authType, ...configuration },
    context: createContext,
    handle: updateUrl,
  }),
  defineOperation<UrlInput>({
    name: 'DeleteFunctionUrlConfig',
    method: 'DELETE',
    path: urlPath,
    status: 204,
    action: 'lambda:DeleteFunctionUrlConfig',
    members: named,
    context: createContext,
    handle: deleteUrl,
  }),
  defineOperation<ListInput>({
    name: 'ListFunctionUrlConfigs',
    method: 'GET',
    path: '/2021-10-31/functions/{FunctionName}/urls',
    status: 200,
    action: 'lambda:ListFunctionUrlConfigs',
    members: { FunctionName: functionName, ...listMembers(50) },
    handle: listUrls,
  }),
]
