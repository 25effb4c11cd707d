import type { Environment, FunctionConfiguration, Lambda, Runtime } from '@aws-sdk/client-lambda'
import type { Bundle } from '../bundle/bundle.ts'
import { AwsError, isServiceError } from '../errors.ts'
import { completeSetup, createBundleVariables, type Setup } from '../setup/setup.ts'
import { urlIdTag } from '../urls.ts'
import { waitFor, type Patience } from '../wait.ts'
import { madeFunction, madeTag } from './made.ts'
import type { PlannedStep, Work } from './plan.ts'
import { takeRoleBack } from './role.ts'

/** A function as it is there. */
export interface PresentFunction {
  readonly configuration: FunctionConfiguration
  readonly tags: Readonly<Record<string, string>>
}

/**
 * Looks at a function; waits while a change of it is under way, such as that of a deployment which was stopped.
 * @param lambda the client
 * @param functionName its bare name
 * @param patience how long to wait
 * @returns the function; undefined when there is none
 * @throws {AwsError} `TimedOut`
 */
export async function readPresentFunction(
  lambda: Lambda,
  functionName: string,
  patience: Patience,
): Promise<PresentFunction | undefined> {
  try {
    const { Configuration = {}, Tags = {} } = await lambda.getFunction({ FunctionName: functionName })
    const configuration = isSettled(Configuration)
      ? Configuration
      : await waitUntilSettled(lambda, functionName, patience)
    return { configuration, tags: Tags }
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/** What the steps of a function are planned from. */
export interface FunctionFacts {
  readonly setup: Setup
  readonly bundle: Bundle
  readonly present: PresentFunction | undefined
  /** Undefined while the role is still to be made. */
  readonly roleArn: string | undefined
}

/**
 * Plans the function: code, configuration, tags.
 * @param facts what is to exist, and what is there
 * @returns the steps
 * @throws {AwsError} `BundleFailed` when nobody says the handler of a new function, `VariablesUnreadable` when a change would lose variables
 */
export function planFunction(facts: FunctionFacts): PlannedStep[] {
  const { present, setup, bundle } = facts
  if (present === undefined) return [planCreation(setup, bundle)]
  const code = planCode(setup, bundle, present.configuration)
  const configuration = planConfiguration(facts, present.configuration)
  const changes = [...code, ...configuration, ...planTags(setup, present.tags)]
  const says = present.configuration.FunctionArn ?? setup.functionName
  return [{ what: 'function', action: 'keep', says }, ...changes]
}

function planCreation(setup: Setup, bundle: Bundle): PlannedStep {
  const { runtime, handler, memorySizeMb, timeoutSeconds, environment, url } = completeSetup(setup, bundle)
  const Tags = {
    ...setup.tags,
    ...(url?.id === undefined ? {} : { [urlIdTag]: url.id }),
    [madeTag]: madeFunction,
  }
  return {
    what: 'function',
    action: 'create',
    says: `${setup.functionName} (${runtime}, ${handler}, ${memorySizeMb} MB, ${timeoutSeconds} s, ${describeZip(bundle)})`,
    carryOut: async (work) => {
      try {
        await work.lambda.createFunction({
          FunctionName: setup.functionName,
          Role: work.roleArn,
          Runtime: runtime as Runtime,
          ...(setup.architecture === undefined ? {} : { Architectures: [setup.architecture] }),
          Handler: handler,
          Code: { ZipFile: bundle.zip },
          Timeout: timeoutSeconds,
          MemorySize: memorySizeMb,
          Environment: { Variables: { ...environment } },
          Tags,
        })
      } catch (error) {
        if (!(await isOwnCreation(work, error))) {
          // Nothing half-made: the refusal is what counts. What cannot be taken back now is found by the next run.
          if (isServiceRefusal(error)) await takeRoleBack(work).catch(() => {})
          throw error
        }
      }
      work.tags = Tags
      work.configuration = await waitUntilReady(work)
      return `${work.configuration.FunctionArn} (${runtime}, ${handler})`
    },
  }
}

/** The service has answered; a connection that was cut says nothing of what is there now. */
function isServiceRefusal(error: unknown): boolean {
  const { $fault: fault } = error as { $fault?: unknown }
  return fault === 'client'
}

/** The answer to an earlier try was lost on its way: the function is there, and it is the one we sent. */
async function isOwnCreation({ lambda, setup, bundle, patience }: Work, error: unknown): Promise<boolean> {
  if (!isServiceError(error, 'ResourceConflictException')) return false
  const there = await readPresentFunction(lambda, setup.functionName, patience())
  return there?.configuration.CodeSha256 === bundle.codeSha256 && there.tags[madeTag] === madeFunction
}

function planCode(setup: Setup, bundle: Bundle, existing: FunctionConfiguration): PlannedStep[] {
  const [present] = existing.Architectures ?? []
  const { architecture = present } = setup
  if (existing.CodeSha256 === bundle.codeSha256 && architecture === present) return []
  const step: PlannedStep = {
    what: 'code',
    action: 'change',
    says: [
      ...(architecture === present ? [] : [`${present ?? 'x86_64'} → ${architecture}`]),
      describeZip(bundle),
    ].join(', '),
    carryOut: async (work) => {
      await work.lambda.updateFunctionCode({
        FunctionName: setup.functionName,
        ZipFile: bundle.zip,
        ...(architecture === undefined ? {} : { Architectures: [architecture] }),
      })
      work.configuration = await waitUntilReady(work)
    },
  }
  return [step]
}

type ConfigurationChange = Omit<Parameters<Lambda['updateFunctionConfiguration']>[0], 'FunctionName'>

function planConfiguration(facts: FunctionFacts, existing: FunctionConfiguration): PlannedStep[] {
  const { setup, bundle, roleArn } = facts
  const handler = bundle.handler ?? setup.handler
  const variables = readVariables(setup, existing.Environment)
  const wanted = {
    ...createBundleVariables(bundle.kind, setup.runtime ?? existing.Runtime ?? ''),
    ...variables,
    ...setup.environment,
  }
  const rows: readonly (readonly [says: string, change: ConfigurationChange])[] = [
    ...row('role', existing.Role, setup.role === undefined ? undefined : (roleArn ?? ''), (Role) => ({
      Role,
    })),
    ...row('handler', existing.Handler, handler, (Handler) => ({ Handler })),
    ...row('runtime', existing.Runtime, setup.runtime, (Runtime) => ({ Runtime: Runtime as Runtime })),
    ...row('timeout', existing.Timeout, setup.timeoutSeconds, (Timeout) => ({ Timeout }), ' s'),
    ...row('memory', existing.MemorySize, setup.memorySizeMb, (MemorySize) => ({ MemorySize }), ' MB'),
    ...compareVariables(variables, wanted),
  ]
  if (rows.length === 0) return []
  const change: ConfigurationChange = Object.assign({}, ...rows.map(([, part]) => part))
  const step: PlannedStep = {
    what: 'configuration',
    action: 'change',
    says: rows.map(([says]) => says).join(', '),
    carryOut: async (work) => {
      await work.lambda.updateFunctionConfiguration({
        FunctionName: setup.functionName,
        ...change,
        // Made a moment ago, perhaps.
        ...(change.Role === undefined ? {} : { Role: work.roleArn }),
      })
      work.configuration = await waitUntilReady(work)
    },
  }
  return [step]
}

function row<T extends string | number>(
  name: string,
  existing: T | undefined,
  wanted: T | undefined,
  change: (wanted: T) => ConfigurationChange,
  unit = '',
): (readonly [string, ConfigurationChange])[] {
  if (wanted === undefined || wanted === existing) return []
  const says = wanted === '' ? `${name} → the new one` : `${name} ${existing ?? 'none'} → ${wanted}${unit}`
  return [[says, change(wanted)]]
}

/** By name alone: a plan is shown and kept, and a value may be a secret. Lambda replaces all at once: what is there is sent along. */
function compareVariables(
  existing: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): (readonly [string, ConfigurationChange])[] {
  const changed = Object.keys(wanted).filter((name) => existing[name] !== wanted[name])
  if (changed.length === 0) return []
  const says = changed.map((name) => `${Object.hasOwn(existing, name) ? '' : '+'}${name}`).join(' ')
  return [[`variables ${says}`, { Environment: { Variables: { ...wanted } } }]]
}

function readVariables(
  setup: Setup,
  environment: Environment | Record<string, unknown> = {},
): Record<string, string> {
  const { Variables = {}, Error: unreadable } = environment as {
    Variables?: Record<string, string>
    Error?: { Message?: string }
  }
  if (unreadable === undefined) return Variables
  throw new AwsError(
    'VariablesUnreadable',
    `The environment variables of ${setup.functionName} cannot be read, and a change would lose them: ${unreadable.Message ?? 'no reason given'}`,
    { tryThis: 'kms:Decrypt on the key of the function for whoever deploys' },
  )
}

function planTags(setup: Setup, present: Readonly<Record<string, string>>): PlannedStep[] {
  const { id } = setup.url ?? {}
  const wanted = { ...setup.tags, ...(id === undefined ? {} : { [urlIdTag]: id }) }
  const missing = Object.entries(wanted).filter(([key, value]) => present[key] !== value)
  if (missing.length === 0) return []
  const Tags = Object.fromEntries(missing)
  const step: PlannedStep = {
    what: 'tags',
    action: 'change',
    says: Object.keys(Tags).join(', '),
    carryOut: async (work) => {
      await work.lambda.tagResource({ Resource: work.configuration?.FunctionArn ?? '', Tags })
      work.tags = { ...work.tags, ...Tags }
    },
  }
  return [step]
}

/**
 * Waits until a function takes changes and calls again.
 * @param work the deployment
 * @param qualifier a version; default `$LATEST`
 * @returns its configuration
 * @throws {AwsError} `TimedOut`, `FunctionFailed` with Lambda's reason
 */
export async function waitUntilReady(work: Work, qualifier?: string): Promise<FunctionConfiguration> {
  const { lambda, setup } = work
  const configuration = await waitUntilSettled(lambda, setup.functionName, work.patience(120_000), qualifier)
  refuseFailed(configuration)
  return configuration
}

/**
 * Refuses a function that cannot be called, or whose last change did not take.
 * @param configuration the function as it is
 * @throws {AwsError} `FunctionFailed` with Lambda's reason
 */
export function refuseFailed(configuration: FunctionConfiguration): void {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason, FunctionName } = configuration
  if (State !== 'Failed' && LastUpdateStatus !== 'Failed') return
  const reason = StateReason ?? LastUpdateStatusReason ?? 'no reason given'
  throw new AwsError('FunctionFailed', `The function '${FunctionName}' failed: ${reason}`)
}

const isSettled = ({ State, LastUpdateStatus }: FunctionConfiguration): boolean =>
  State !== 'Pending' && LastUpdateStatus !== 'InProgress'

/**
 * Waits until no change of a function is under way.
 * @param lambda the client
 * @param functionName its bare name
 * @param patience how long
 * @param qualifier a version; default `$LATEST`
 * @returns its configuration, whatever became of the change
 * @throws {AwsError} `TimedOut`
 */
export async function waitUntilSettled(
  lambda: Lambda,
  functionName: string,
  patience: Patience,
  qualifier?: string,
): Promise<FunctionConfiguration> {
  const input = {
    FunctionName: functionName,
    ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
  }
  const configuration = await waitFor(async () => {
    const now = await lambda.getFunctionConfiguration(input)
    return isSettled(now) ? now : undefined
  }, patience)
  if (configuration !== undefined) return configuration
  throw new AwsError(
    'TimedOut',
    `The function '${functionName}' was not ready after ${Math.round(patience.timeoutMs / 1000)} s.`,
    { tryThis: 'deploy again: it goes on where this one stopped' },
  )
}

function describeZip({ zip, says }: Bundle): string {
  return `zip of ${(zip.length / 1024).toFixed(1)} kB${says === undefined ? '' : ` with ${says}`}`
}
