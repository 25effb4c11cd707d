import type { FunctionConfiguration, Lambda, Runtime } from '@aws-sdk/client-lambda'
import { createBundle, findEntry, type Bundle, type BundleOptions } from './bundle/bundle.ts'
import { AwsError, isServiceError, withAwsErrors } from './errors.ts'
import { readHostMode } from './invoke-mode.ts'
import { ensureRole, findRoleArn, removeRole, type EnsuredRole } from './role.ts'
import {
  completeSetup,
  createBundleVariables,
  createSetup,
  type Setup,
  type SetupOptions,
} from './setup/setup.ts'
import { createClients, type Clients, type Target } from './target.ts'
import {
  checkUrlId,
  describeUrlConflict,
  findUrl,
  openToEverybody,
  urlIdTag,
  type FunctionUrl,
} from './urls.ts'
import { createPatience, retry, waitFor } from './wait.ts'

/** What to deploy, and how. What is left out gets a default in a new function and keeps its value in an existing one. */
export interface DeployOptions extends Omit<SetupOptions, 'config' | 'alias' | 'grants' | 'sdk'> {
  readonly entry: string
  /** A bundle made before, of the same entry: the watcher's. */
  readonly bundle?: Bundle
  /** Path of `@furlong/host` for projects that do not have it. */
  readonly hostModule?: string
  onStep?(step: DeployStep): void
}

/** One step that was done. */
export interface DeployStep {
  readonly step: 'bundle' | 'role' | 'function' | 'url' | 'public'
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly says: string
}

/** What is there after a deployment. */
export interface Deployment {
  readonly functionName: string
  readonly functionArn: string
  readonly roleArn: string
  readonly runtime: string
  readonly handler: string
  readonly codeSizeBytes: number
  readonly url?: FunctionUrl
  readonly steps: readonly DeployStep[]
}

interface Work {
  readonly target: Target
  readonly clients: Clients
  readonly lambda: Lambda
  readonly options: DeployOptions
  readonly setup: Setup
  readonly functionName: string
  readonly bundle: Bundle
  report(step: DeployStep['step'], outcome: DeployStep['outcome'], says: string): void
}

/**
 * Deploys an application: bundle, role, function, URL. Doing it again changes only what differs.
 * @param target the account
 * @param options what, and how
 * @returns what is there now
 * @throws {AwsError} `EntryNotFound`, `BundleFailed`, `InvalidFunctionName`, `RoleNotFound`, `FunctionFailed`, `UrlExists`, `LocalOnly`, …
 * @example const { url } = await deploy(target, { entry: 'app.ts' })
 */
export async function deploy(target: Target, options: DeployOptions): Promise<Deployment> {
  return withAwsErrors(async () => {
    const { path } = await findEntry(options.entry, options.cwd ?? process.cwd())
    // All that can be refused without touching the account is refused before anything is made.
    const setup = createSetup({ ...options, entry: path })
    const { functionName } = setup
    if (options.id !== undefined) checkUrlId(target, options.id)
    const clients = createClients(target)
    const lambda = await clients.lambda()
    const existing = await readConfiguration(lambda, functionName)
    const bundle =
      options.bundle ?? (await createBundle(path, createBundleOptions(target, options, setup, existing)))
    const steps: DeployStep[] = []
    const work: Work = {
      target,
      clients,
      lambda,
      options,
      setup,
      functionName,
      bundle,
      report: (step, outcome, says) => {
        steps.push({ step, outcome, says })
        options.onStep?.({ step, outcome, says })
      },
    }
    if (existing === undefined) completeSetup(setup, bundle)
    const beside = bundle.says === undefined ? '' : `, ${bundle.says}`
    work.report('bundle', 'created', `${bundle.kind} → zip of ${formatKilobytes(bundle.zip.length)}${beside}`)
    const role = await provideRole(work, existing)
    const configuration = await provideFunction(work, existing, role)
    const url = options.url === false ? undefined : await provideUrl(work, configuration)
    return {
      functionName,
      functionArn: configuration.FunctionArn ?? '',
      roleArn: configuration.Role ?? role.roleArn,
      runtime: configuration.Runtime ?? '',
      handler: configuration.Handler ?? '',
      codeSizeBytes: bundle.zip.length,
      ...(url === undefined ? {} : { url }),
      steps,
    }
  })
}

/** A function that is there keeps its runtime and architecture where none is named: its packages must fit them. */
function createBundleOptions(
  target: Target,
  { handler, hostModule, cwd }: DeployOptions,
  setup: Setup,
  existing: FunctionConfiguration | undefined,
): BundleOptions {
  const runtime = setup.runtime ?? existing?.Runtime
  const architecture = setup.architecture ?? existing?.Architectures?.[0]
  return {
    pythonHost: target.kind === 'local' ? 'here' : 'lambda',
    ...(runtime === undefined ? {} : { runtime }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(handler === undefined ? {} : { handler }),
    ...(hostModule === undefined ? {} : { hostModule }),
    ...(cwd === undefined ? {} : { cwd }),
  }
}

async function readConfiguration(
  lambda: Lambda,
  FunctionName: string,
): Promise<FunctionConfiguration | undefined> {
  try {
    return await lambda.getFunctionConfiguration({ FunctionName })
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

async function provideRole(work: Work, existing: FunctionConfiguration | undefined): Promise<EnsuredRole> {
  const { clients, options, functionName } = work
  if (options.role !== undefined) {
    const roleArn = await findRoleArn(clients, options.role)
    work.report('role', 'unchanged', roleArn)
    return { roleArn, isNew: false }
  }
  // A function that has a role keeps it: it may be one the user chose before.
  if (existing?.Role !== undefined) {
    work.report('role', 'unchanged', existing.Role)
    return { roleArn: existing.Role, isNew: false }
  }
  const { roleArn, isNew } = await ensureRole(clients, functionName)
  work.report('role', isNew ? 'created' : 'unchanged', roleArn)
  return { roleArn, isNew }
}

async function provideFunction(
  work: Work,
  existing: FunctionConfiguration | undefined,
  { roleArn, isNew }: EnsuredRole,
): Promise<FunctionConfiguration> {
  if (existing === undefined) {
    await createFunction(work, roleArn).catch(async (error: unknown) => {
      // Nothing half-made. The refusal is what counts; a role that cannot be taken back is said, not thrown.
      if (isNew) {
        await removeRole(work.clients, roleArn).catch(() =>
          work.report('role', 'unchanged', `${roleArn} was made for nothing and could not be removed`),
        )
      }
      throw error
    })
    const configuration = await waitUntilReady(work)
    work.report(
      'function',
      'created',
      `${configuration.FunctionArn} (${configuration.Runtime}, ${configuration.Handler})`,
    )
    return configuration
  }
  await waitUntilReady(work)
  const { architecture = existing.Architectures?.[0] } = work.setup
  const isCodeNew =
    existing.CodeSha256 !== work.bundle.codeSha256 || architecture !== existing.Architectures?.[0]
  if (isCodeNew) {
    await retry(
      () =>
        work.lambda.updateFunctionCode({
          FunctionName: work.functionName,
          ZipFile: work.bundle.zip,
          ...(architecture === undefined ? {} : { Architectures: [architecture] }),
        }),
      createPatience(work.target, 60_000),
    )
    await waitUntilReady(work)
  }
  const change = createConfigurationChange(work, existing, roleArn)
  if (change !== undefined) {
    await retry(
      () => work.lambda.updateFunctionConfiguration({ FunctionName: work.functionName, ...change }),
      createPatience(work.target, 60_000),
    )
  }
  const configuration = await waitUntilReady(work)
  const parts = [...(isCodeNew ? ['code'] : []), ...Object.keys(change ?? {}).map((key) => key.toLowerCase())]
  const says = parts.length === 0 ? 'code and configuration are as they were' : parts.join(', ')
  work.report('function', parts.length === 0 ? 'unchanged' : 'updated', says)
  return configuration
}

async function createFunction(work: Work, roleArn: string): Promise<void> {
  const { setup, bundle, functionName, lambda, target } = work
  const { handler, runtime, timeoutSeconds, memorySizeMb, environment, url } = completeSetup(setup, bundle)
  await retry(
    () =>
      lambda.createFunction({
        FunctionName: functionName,
        Role: roleArn,
        Runtime: runtime as Runtime,
        ...(setup.architecture === undefined ? {} : { Architectures: [setup.architecture] }),
        Handler: handler,
        Code: { ZipFile: bundle.zip },
        Timeout: timeoutSeconds,
        MemorySize: memorySizeMb,
        Environment: { Variables: { ...environment } },
        ...(url?.id === undefined ? {} : { Tags: { [urlIdTag]: url.id } }),
      }),
    createPatience(target, 60_000),
  )
}

type ConfigurationChange = Partial<
  Pick<
    Parameters<Lambda['updateFunctionConfiguration']>[0],
    'Role' | 'Handler' | 'Runtime' | 'Timeout' | 'MemorySize' | 'Environment'
  >
>

function createConfigurationChange(
  work: Work,
  existing: FunctionConfiguration,
  roleArn: string,
): ConfigurationChange | undefined {
  const { options, bundle } = work
  const handler = bundle.handler ?? options.handler
  const variables = existing.Environment?.Variables ?? {}
  const wanted = createVariables(work, variables, existing.Runtime ?? '')
  const change: ConfigurationChange = {
    ...(roleArn === existing.Role ? {} : { Role: roleArn }),
    ...(handler === undefined || handler === existing.Handler ? {} : { Handler: handler }),
    ...(options.runtime === undefined || options.runtime === existing.Runtime
      ? {}
      : { Runtime: options.runtime as Runtime }),
    ...(options.timeoutSeconds === undefined || options.timeoutSeconds === existing.Timeout
      ? {}
      : { Timeout: options.timeoutSeconds }),
    ...(options.memorySizeMb === undefined || options.memorySizeMb === existing.MemorySize
      ? {}
      : { MemorySize: options.memorySizeMb }),
    ...(isSameRecord(variables, wanted) ? {} : { Environment: { Variables: wanted } }),
  }
  return Object.keys(change).length === 0 ? undefined : change
}

/** Lambda replaces all variables at once: what is there is sent along. */
function createVariables(
  { setup, bundle }: Work,
  existing: Record<string, string>,
  runtime: string,
): Record<string, string> {
  return { ...createBundleVariables(bundle.kind, runtime), ...existing, ...setup.environment }
}

function isSameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

async function waitUntilReady(work: Work): Promise<FunctionConfiguration> {
  const configuration = await waitFor(async () => {
    const now = await work.lambda.getFunctionConfiguration({ FunctionName: work.functionName })
    const isPending = now.State === 'Pending' || now.LastUpdateStatus === 'InProgress'
    return isPending ? undefined : now
  }, createPatience(work.target))
  if (configuration === undefined) {
    throw new AwsError('TimedOut', `The function '${work.functionName}' was not ready after 120 s.`)
  }
  if (configuration.State === 'Failed' || configuration.LastUpdateStatus === 'Failed') {
    const reason = configuration.StateReason ?? configuration.LastUpdateStatusReason ?? 'no reason given'
    throw new AwsError('FunctionFailed', `The function '${work.functionName}' failed: ${reason}`)
  }
  return configuration
}

async function provideUrl(work: Work, configuration: FunctionConfiguration): Promise<FunctionUrl> {
  const { lambda, options, functionName, target } = work
  const ref = { functionName }
  const existing = await findUrl(lambda, ref)
  const url =
    existing === undefined
      ? await createUrlConfig(work, configuration)
      : await updateUrlConfig(work, existing)
  if (options.public === true) {
    await openToEverybody(target, lambda, ref)
    work.report('public', 'updated', 'both statements for principal *: everybody may call')
  }
  return url
}

async function createUrlConfig(work: Work, configuration: FunctionConfiguration): Promise<FunctionUrl> {
  const { lambda, options, functionName } = work
  if (options.id !== undefined) await tagWithId(work, options.id)
  const InvokeMode = readHostMode(configuration.Environment?.Variables ?? {})
  const AuthType = options.public === true ? 'NONE' : 'AWS_IAM'
  const output = await lambda
    .createFunctionUrlConfig({ FunctionName: functionName, AuthType, InvokeMode })
    .catch((error: unknown) => {
      throw describeUrlConflict(error, functionName)
    })
  const url: FunctionUrl = {
    url: output.FunctionUrl ?? '',
    functionArn: output.FunctionArn ?? '',
    authType: AuthType,
    invokeMode: InvokeMode,
  }
  work.report('url', 'created', `${url.url} (${AuthType}, ${InvokeMode})`)
  return url
}

async function tagWithId(work: Work, id: string): Promise<void> {
  const { Configuration, Tags } = await work.lambda.getFunction({ FunctionName: work.functionName })
  if (Tags?.[urlIdTag] === id || Configuration?.FunctionArn === undefined) return
  await work.lambda.tagResource({ Resource: Configuration.FunctionArn, Tags: { [urlIdTag]: id } })
}

async function updateUrlConfig(work: Work, existing: FunctionUrl): Promise<FunctionUrl> {
  const { lambda, options, functionName } = work
  if (options.id !== undefined) await refuseOtherId(work, options.id, existing)
  const authType = readWanted(options.public, 'NONE', 'AWS_IAM', existing.authType)
  const invokeMode = readWanted(options.stream, 'RESPONSE_STREAM', 'BUFFERED', existing.invokeMode)
  // Only what differs is sent: a default AuthType would open a guarded URL, or close an open one.
  const change = {
    ...(authType === existing.authType ? {} : { AuthType: authType }),
    ...(invokeMode === existing.invokeMode ? {} : { InvokeMode: invokeMode }),
  }
  const isSame = Object.keys(change).length === 0
  if (!isSame) await lambda.updateFunctionUrlConfig({ FunctionName: functionName, ...change })
  work.report('url', isSame ? 'unchanged' : 'updated', `${existing.url} (${authType}, ${invokeMode})`)
  return { ...existing, authType, invokeMode }
}

async function refuseOtherId(work: Work, id: string, existing: FunctionUrl): Promise<void> {
  const { Tags } = await work.lambda.getFunction({ FunctionName: work.functionName })
  if (Tags?.[urlIdTag] === id) return
  throw new AwsError(
    'UrlExists',
    `The function has a URL already, and its id cannot be changed: ${existing.url}`,
    {
      tryThis: `npx furlong url delete ${work.functionName}, then deploy with --id ${id}`,
    },
  )
}

function readWanted<T extends string>(wish: boolean | undefined, yes: T, no: T, existing: T): T {
  if (wish === undefined) return existing
  return wish ? yes : no
}

function formatKilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`
}
