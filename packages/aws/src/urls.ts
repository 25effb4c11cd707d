import type {
  Cors,
  FunctionUrlAuthType,
  GetFunctionUrlConfigCommandOutput,
  InvokeMode,
  Lambda,
} from '@aws-sdk/client-lambda'
import { createUrlPermissions, parseFunctionArn } from '@furlong/iam'
import { AwsError, isServiceError, withAwsErrors } from './errors.ts'
import { findFunction } from './functions.ts'
import { invokeModeVariable, readHostMode, toInvokeMode } from './invoke-mode.ts'
import { createCors } from './setup/cors.ts'
import { createRefInput, ensurePermissions, readFunctionPolicy, type FunctionRef } from './statements.ts'
import { createClients, type Target } from './target.ts'
import { createPatience } from './wait.ts'

/** A function's URL. */
export interface FunctionUrl {
  readonly url: string
  readonly functionArn: string
  readonly authType: FunctionUrlAuthType
  readonly invokeMode: InvokeMode
  readonly createdAt?: string
  readonly cors?: Cors
}

/** Tag by which a function asks the local side for the id of its URL; AWS chooses ids itself. */
export const urlIdTag = 'furlong:url-id'

/** What may be said about a URL; what is left out keeps its value on an update. */
export interface UrlOptions {
  readonly functionName: string
  readonly public?: boolean
  readonly stream?: boolean
  /** Origins whose pages may call, such as `https://app.example`; none takes the configuration away. */
  readonly corsOrigins?: readonly string[]
  /** 32 lower-case letters and digits, as on AWS; local side only. */
  readonly id?: string
}

const idPattern = /^[a-z0-9]{32}$/

type ConfigOutput = Pick<
  GetFunctionUrlConfigCommandOutput,
  'FunctionUrl' | 'FunctionArn' | 'AuthType' | 'InvokeMode' | 'CreationTime' | 'Cors'
>

function readUrl(output: ConfigOutput): FunctionUrl {
  return {
    url: output.FunctionUrl ?? '',
    functionArn: output.FunctionArn ?? '',
    authType: output.AuthType ?? 'AWS_IAM',
    // AWS leaves the mode out of the answer to a create without one.
    invokeMode: output.InvokeMode ?? 'BUFFERED',
    ...(output.CreationTime === undefined ? {} : { createdAt: output.CreationTime }),
    ...(output.Cors === undefined ? {} : { cors: output.Cors }),
  }
}

/**
 * Looks for the URL of a function or of its alias.
 * @param lambda the client
 * @param ref function and alias
 * @returns the URL, or undefined when it has none
 */
export async function findUrl(lambda: Lambda, ref: FunctionRef): Promise<FunctionUrl | undefined> {
  try {
    return readUrl(await lambda.getFunctionUrlConfig(createRefInput(ref)))
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/**
 * Creates the URL of a function: `AWS_IAM` unless public, which also needs and gets both public statements.
 * @param target the account
 * @param options function, openness, streaming, id
 * @returns the URL
 * @throws {AwsError} `UrlExists`, `FunctionNotFound`, `LocalOnly` for an id on AWS, `UrlIdTaken`
 */
export async function createUrl(target: Target, options: UrlOptions): Promise<FunctionUrl> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, options.functionName, target)
    const lambda = await clients.lambda()
    const takeBack =
      options.id === undefined ? undefined : await requestUrlId(target, lambda, found.functionArn, options.id)
    let url: FunctionUrl
    const variables = found.configuration.Environment?.Variables ?? {}
    const mode = options.stream === undefined ? readHostMode(variables) : toInvokeMode(options.stream)
    try {
      const AuthType = options.public === true ? 'NONE' : 'AWS_IAM'
      url = readUrl(
        await lambda.createFunctionUrlConfig({
          ...createRefInput(found.ref),
          AuthType,
          InvokeMode: mode,
          ...createCorsInput(options.corsOrigins),
        }),
      )
    } catch (error) {
      await takeBack?.()
      throw describeUrlConflict(error, options.functionName)
    }
    if (options.public === true) await openToEverybody(target, lambda, found.ref)
    if (options.stream !== undefined) await setInvokeMode(lambda, found.ref, mode)
    return url
  })
}

/**
 * Changes a function's URL; only what is said is sent, so that a guarded URL is never opened by a default.
 * @param target the account
 * @param options function, openness, streaming
 * @returns the URL as it is now
 * @throws {AwsError} `UrlNotFound`, `FunctionNotFound`
 */
export async function updateUrl(target: Target, options: Omit<UrlOptions, 'id'>): Promise<FunctionUrl> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, options.functionName, target)
    const lambda = await clients.lambda()
    await requireUrl(lambda, found.ref, options.functionName)
    const mode = options.stream === undefined ? undefined : toInvokeMode(options.stream)
    const output = await lambda.updateFunctionUrlConfig({
      ...createRefInput(found.ref),
      ...(options.public === undefined ? {} : { AuthType: options.public ? 'NONE' : 'AWS_IAM' }),
      ...(mode === undefined ? {} : { InvokeMode: mode }),
      ...createCorsInput(options.corsOrigins),
    })
    if (options.public === true) await openToEverybody(target, lambda, found.ref)
    if (mode !== undefined) await setInvokeMode(lambda, found.ref, mode)
    return { ...readUrl(output), ...(mode === undefined ? {} : { invokeMode: mode }) }
  })
}

/** Nothing is sent where nothing was said. */
function createCorsInput(origins: readonly string[] | undefined): { Cors?: Cors } {
  return origins === undefined ? {} : { Cors: createCors(origins) }
}

/**
 * Gets the URL of a function.
 * @param target the account
 * @param options the function
 * @returns the URL
 * @throws {AwsError} `UrlNotFound`, `FunctionNotFound`
 */
export async function getUrl(
  target: Target,
  options: { readonly functionName: string },
): Promise<FunctionUrl> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, options.functionName, target)
    return requireUrl(await clients.lambda(), found.ref, options.functionName)
  })
}

/** What is left when a URL is gone. */
export interface DeletedUrl {
  readonly url: string
  /** Ids of public statements that stay in the policy and would open a later URL with AuthType NONE. */
  readonly publicStatementsLeft: readonly string[]
}

/**
 * Deletes the URL of a function, for good: a new one gets another address on AWS.
 * @param target the account
 * @param options the function
 * @returns the address it had, and public statements that stay
 * @throws {AwsError} `UrlNotFound`, `FunctionNotFound`
 */
export async function deleteUrl(
  target: Target,
  options: { readonly functionName: string },
): Promise<DeletedUrl> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, options.functionName, target)
    const lambda = await clients.lambda()
    const { url } = await requireUrl(lambda, found.ref, options.functionName)
    await lambda.deleteFunctionUrlConfig(createRefInput(found.ref))
    const { statements } = await readFunctionPolicy(lambda, found.ref)
    const left = statements.filter(({ Principal, Effect }) => Principal === '*' && Effect === 'Allow')
    return { url, publicStatementsLeft: left.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid])) }
  })
}

/**
 * Lists URLs: of one function with its aliases, or of every function in the region.
 * @param target the account
 * @param options the function; absent for all
 * @returns the URLs
 */
export async function listUrls(
  target: Target,
  options: { readonly functionName?: string } = {},
): Promise<readonly FunctionUrl[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const lambda = await clients.lambda()
    const names =
      options.functionName === undefined
        ? await listFunctionNames(lambda)
        : [(await findFunction(clients, options.functionName, target)).ref.functionName]
    const urls: FunctionUrl[] = []
    const { paginateListFunctionUrlConfigs } = await import('@aws-sdk/client-lambda')
    for (const FunctionName of names) {
      for await (const page of paginateListFunctionUrlConfigs({ client: lambda }, { FunctionName })) {
        urls.push(...(page.FunctionUrlConfigs ?? []).map(readUrl))
      }
    }
    return urls
  })
}

async function listFunctionNames(lambda: Lambda): Promise<string[]> {
  const { paginateListFunctions } = await import('@aws-sdk/client-lambda')
  const names: string[] = []
  for await (const page of paginateListFunctions({ client: lambda }, {})) {
    names.push(...(page.Functions ?? []).flatMap(({ FunctionName }) => FunctionName ?? []))
  }
  return names
}

/**
 * Lets everybody call a URL of AuthType NONE: `NONE` alone answers 403 to all.
 * @param target the account
 * @param lambda the client
 * @param ref function and alias
 */
export async function openToEverybody(target: Target, lambda: Lambda, ref: FunctionRef): Promise<void> {
  const permissions = createUrlPermissions('*', 'NONE')
  await ensurePermissions(lambda, ref, permissions, { patience: createPatience(target, 60_000) })
}

/**
 * Writes the id a URL shall get into the function's tag, where the local side looks for it.
 * @param target the account
 * @param lambda the client
 * @param functionArn ARN of the function
 * @param id 32 lower-case letters and digits
 * @returns puts the tag back as it was, for a URL that could not be made
 * @throws {AwsError} `LocalOnly` on AWS, `InvalidUrlId` when it has another form
 */
export async function requestUrlId(
  target: Target,
  lambda: Lambda,
  functionArn: string,
  id: string,
): Promise<() => Promise<void>> {
  checkUrlId(target, id)
  const Resource = parseFunctionArn(functionArn)?.unqualifiedArn ?? functionArn
  const before = (await lambda.listTags({ Resource })).Tags?.[urlIdTag]
  await lambda.tagResource({ Resource, Tags: { [urlIdTag]: id } })
  return async () => {
    if (before === undefined) await lambda.untagResource({ Resource, TagKeys: [urlIdTag] })
    else await lambda.tagResource({ Resource, Tags: { [urlIdTag]: before } })
  }
}

/**
 * Checks that an id may be chosen here.
 * @param target the account
 * @param id the id
 * @throws {AwsError} `LocalOnly` on AWS, `InvalidUrlId` when it has another form
 */
export function checkUrlId(target: Target, id: string): void {
  if (target.kind === 'aws') {
    throw new AwsError(
      'LocalOnly',
      'AWS chooses the id of a function URL itself: an id can be chosen on the local side only.',
    )
  }
  if (!idPattern.test(id)) {
    throw new AwsError(
      'InvalidUrlId',
      `The URL id '${id}' is not valid: it must be 32 characters of a-z and 0-9; it has ${id.length}.`,
    )
  }
}

async function requireUrl(lambda: Lambda, ref: FunctionRef, functionName: string): Promise<FunctionUrl> {
  const url = await findUrl(lambda, ref)
  if (url !== undefined) return url
  throw new AwsError('UrlNotFound', `The function '${functionName}' has no URL.`, {
    tryThis: `npx furlong url create ${functionName}`,
  })
}

/** URL and function must agree, or envelopes are sent as text. */
async function setInvokeMode(lambda: Lambda, ref: FunctionRef, mode: InvokeMode): Promise<void> {
  const FunctionName = ref.functionName
  const { Environment } = await lambda.getFunctionConfiguration({ FunctionName })
  const variables = Environment?.Variables ?? {}
  if (variables[invokeModeVariable] === mode) return
  const Variables = { ...variables, [invokeModeVariable]: mode }
  await lambda.updateFunctionConfiguration({ FunctionName, Environment: { Variables } })
}

/**
 * Says what stands against a new URL.
 * @param error what `CreateFunctionUrlConfig` threw
 * @param functionName the function
 * @returns a coded error for a conflict, the same error otherwise
 */
export function describeUrlConflict(error: unknown, functionName: string): unknown {
  if (!isServiceError(error, 'ResourceConflictException')) return error
  if (error.message.includes(urlIdTag)) return new AwsError('UrlIdTaken', error.message, { cause: error })
  if (!error.message.includes('FunctionUrlConfig exists')) return error
  return new AwsError('UrlExists', `The function '${functionName}' has a URL already.`, {
    cause: error,
    tryThis: `npx furlong url get ${functionName}, or url update`,
  })
}
