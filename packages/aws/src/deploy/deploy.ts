import { AwsError, withAwsErrors } from '../errors.ts'
import type { Target } from '../target.ts'
import type { FunctionUrl } from '../urls.ts'
import { refuseFailed } from './function.ts'
import type { Plan, PlanAction, PlanStep, Work } from './plan.ts'
import { prepare, type Prepared, type PrepareOptions } from './prepare.ts'

/** What to deploy, and how. What is left out gets a default in a new function and keeps its value in an existing one. */
export interface DeployOptions extends PrepareOptions {
  /** Hears the plan before anything is changed; throws to change nothing. */
  onPlan?(plan: Plan): Promise<void> | void
  onStep?(step: DeployStep): void
}

/** One step that was done. */
export interface DeployStep extends PlanStep {
  readonly outcome: Outcome
}

type Outcome = 'created' | 'changed' | 'removed' | 'unchanged' | 'left'

/** What is there after a deployment. */
export interface Deployment {
  readonly functionName: string
  readonly functionArn: string
  readonly roleArn: string
  readonly runtime: string
  readonly handler: string
  readonly codeSizeBytes: number
  readonly alias?: { readonly name: string; readonly version: string }
  readonly url?: FunctionUrl
  readonly hasChanges: boolean
  readonly steps: readonly DeployStep[]
}

const outcomes: Readonly<Record<PlanAction, Outcome>> = {
  create: 'created',
  change: 'changed',
  remove: 'removed',
  keep: 'unchanged',
  leave: 'left',
}

/**
 * Plans a deployment: compares what is to exist with what does, and changes nothing.
 * @param target the account
 * @param options what, and how
 * @returns the plan
 * @throws {AwsError} as `deploy`
 */
export async function planDeployment(target: Target, options: DeployOptions): Promise<Plan> {
  return withAwsErrors(async () => (await prepare(target, options)).plan)
}

/**
 * Deploys an application: bundle, role, function, version and alias, URL, grants. It carries out the plan that `planDeployment`
 * shows; doing it again changes only what differs, and after a failure half-way it goes on where that one stopped.
 * @param target the account
 * @param options what, and how
 * @returns what is there now
 * @throws {AwsError} `EntryNotFound`, `BundleFailed`, `InvalidFunctionName`, `RoleNotFound`, `FunctionFailed`, `UrlExists`, `LocalOnly`,
 *   `OrphanedStatements`, `Interrupted`, …; and what `onPlan` throws, as it is
 * @example const { url } = await deploy(target, { entry: 'app.ts' })
 */
export async function deploy(target: Target, options: DeployOptions): Promise<Deployment> {
  const prepared = await withAwsErrors(() => prepare(target, options))
  await options.onPlan?.(prepared.plan)
  return withAwsErrors(() => carryOut(prepared, options))
}

async function carryOut({ plan, planned, work }: Prepared, options: DeployOptions): Promise<Deployment> {
  const steps: DeployStep[] = []
  for (const { carryOut: doStep, ...step } of planned) {
    if (doStep !== undefined) refuseStopped(options.signal, step)
    const says = await orStop(() => doStep?.(work), options.signal, step)
    const done = { ...step, says: says ?? step.says, outcome: outcomes[step.action] }
    steps.push(done)
    options.onStep?.(done)
  }
  if (work.configuration !== undefined) refuseFailed(work.configuration)
  return describe(work, plan, steps)
}

/** A wait that was ended by the signal is where the deployment stops, and no failure. */
async function orStop<T>(
  work: () => Promise<T> | undefined,
  signal: AbortSignal | undefined,
  step: PlanStep,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') refuseStopped(signal, step)
    throw error
  }
}

function refuseStopped(signal: AbortSignal | undefined, next: PlanStep): void {
  if (signal?.aborted !== true) return
  throw new AwsError('Interrupted', `Stopped at ${next.what}: ${next.says}. What was done stays.`, {
    tryThis: 'the same command again, which goes on from here',
  })
}

function describe(work: Work, { hasChanges }: Plan, steps: readonly DeployStep[]): Deployment {
  const { configuration = {}, setup, bundle, url, version } = work
  return {
    functionName: setup.functionName,
    functionArn: configuration.FunctionArn ?? '',
    roleArn: configuration.Role ?? work.roleArn,
    runtime: configuration.Runtime ?? '',
    handler: configuration.Handler ?? '',
    codeSizeBytes: bundle.zip.length,
    ...(setup.alias === undefined || version === undefined ? {} : { alias: { name: setup.alias, version } }),
    ...(url === undefined || setup.url === undefined ? {} : { url }),
    hasChanges,
    steps,
  }
}
