import { relative } from 'node:path'
import { createBundle, findEntry, type Bundle, type BundleOptions } from '../bundle/bundle.ts'
import { AwsError } from '../errors.ts'
import { resolvePrincipal, type GrantPrincipal } from '../principal.ts'
import { createSetup, type Setup, type SetupOptions } from '../setup/setup.ts'
import { readFunctionPolicy } from '../statements.ts'
import { createClients, type Clients, type Target } from '../target.ts'
import { checkUrlId, findUrl, type FunctionUrl } from '../urls.ts'
import { createPatience } from '../wait.ts'
import { planFunction, readPresentFunction, type PresentFunction } from './function.ts'
import { planGrants } from './grants.ts'
import type { Plan, PlannedStep, Work } from './plan.ts'
import { planRole, readPresentRole } from './role.ts'
import { planUrl } from './url.ts'
import { planVersion, readPresentVersions } from './version.ts'

/** What a deployment is prepared from. */
export interface PrepareOptions extends SetupOptions {
  /** A bundle made before, of the same entry: the watcher's. */
  readonly bundle?: Bundle
  /** Path of `@furlong/host` for projects that do not have it. */
  readonly hostModule?: string
  /** Stops between two steps; the next deployment goes on from there. */
  readonly signal?: AbortSignal
}

/** A deployment that was looked into and has changed nothing yet. */
export interface Prepared {
  readonly plan: Plan
  readonly planned: readonly PlannedStep[]
  readonly work: Work
}

/**
 * Reads what is there, compares it with what is to exist, and plans the difference.
 * @param target the account
 * @param options what, and how
 * @returns the plan, how it is carried out, and on what
 * @throws {AwsError} all that can be refused without the account first, then what the account knows
 */
export async function prepare(target: Target, options: PrepareOptions): Promise<Prepared> {
  // All that can be refused without touching the account is refused before it is asked anything.
  const setup = createSetup(options)
  const cwd = options.cwd ?? process.cwd()
  const { path } = await findEntry(relative(cwd, setup.entry) || '.', cwd)
  if (setup.url?.id !== undefined) checkUrlId(target, setup.url.id)
  const clients = createClients(target, options.signal)
  const lambda = await clients.lambda()
  const patience: Work['patience'] = (timeoutMs = 60_000) => createPatience(target, timeoutMs, options.signal)
  const present = await readPresentFunction(lambda, setup.functionName, patience(120_000))
  const bundle =
    options.bundle ?? (await createBundle(path, createBundleOptions(target, options, setup, present)))
  checkSdk(setup, bundle, present)
  const role = await readPresentRole(clients, setup, present?.configuration.Role)
  const { functionName, alias } = setup
  const versions =
    alias === undefined || present === undefined ? {} : await readPresentVersions(lambda, functionName, alias)
  const ref = { functionName, ...(alias === undefined ? {} : { qualifier: alias }) }
  const isRefThere = alias === undefined ? present !== undefined : versions.alias !== undefined
  const url = isRefThere ? await findUrl(lambda, ref) : undefined
  const principals = await findPrincipals(clients, setup)
  const statements = isRefThere ? (await readFunctionPolicy(lambda, ref)).statements : []
  const functionSteps = planFunction({ setup, bundle, present, roleArn: role?.roleArn })
  const planned = [
    ...planRole(setup, role),
    ...functionSteps,
    ...(alias === undefined
      ? []
      : planVersion(alias, {
          latest: present?.configuration,
          versions,
          isFunctionChanged: functionSteps.some(({ action, what }) => action !== 'keep' && what !== 'tags'),
        })),
    ...planUrl({
      setup,
      present: url,
      tags: present?.tags ?? {},
      variables: present?.configuration.Environment?.Variables ?? {},
    }),
    ...planGrants({ setup, ref, principals, statements, url }),
  ]
  const version = versions.alias?.FunctionVersion
  return {
    planned,
    plan: createPlan(setup, planned, url),
    work: {
      target,
      clients,
      lambda,
      setup,
      bundle,
      ref,
      patience,
      roleArn: role?.roleArn ?? '',
      isRoleNew: false,
      tags: present?.tags ?? {},
      ...(present === undefined ? {} : { configuration: present.configuration }),
      ...(url === undefined ? {} : { url }),
      ...(version === undefined ? {} : { version }),
    },
  }
}

/** Each once, however it is named. */
async function findPrincipals(clients: Clients, { grants }: Setup): Promise<readonly GrantPrincipal[]> {
  const found = new Map<string, GrantPrincipal>()
  for (const grantee of grants) {
    const principal = await resolvePrincipal(grantee, clients)
    const key = principal.sourceArn ?? principal.principal
    if (!found.has(key)) found.set(key, principal)
  }
  return [...found.values()]
}

function createPlan(setup: Setup, planned: readonly PlannedStep[], url: FunctionUrl | undefined): Plan {
  const steps = planned.map(({ carryOut: _carryOut, ...step }) => step)
  const { functionName, alias } = setup
  const opens =
    setup.url?.authType === 'NONE' && planned.some(({ what, carryOut }) => what === 'grant' && carryOut)
  return {
    functionName,
    ...(alias === undefined ? {} : { alias }),
    steps,
    hasChanges: planned.some(({ carryOut }) => carryOut !== undefined),
    opensToEverybody: opens || (setup.url?.authType === 'NONE' && url?.authType !== 'NONE'),
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const runtimeWithSdk = /^nodejs(?:1[89]|[2-9]\d)\.x$/

function checkSdk({ sdk, ...setup }: Setup, bundle: Bundle, present: PresentFunction | undefined): void {
  if (sdk !== 'external') return
  const runtime = setup.runtime ?? present?.configuration.Runtime ?? bundle.runtime ?? ''
  if (bundle.kind === 'javascript' && runtimeWithSdk.test(runtime)) return
  const what =
    bundle.kind === 'javascript' ? `the runtime ${runtime} has none` : `a ${bundle.kind} is not bundled`
  throw new AwsError(
    'BundleFailed',
    `The AWS SDK can be left to nodejs18.x and later, of a TypeScript or JavaScript file: ${what}.`,
    { tryThis: '--sdk bundled' },
  )
}

/** A function that is there keeps its runtime and architecture where none is named: its packages must fit them. */
function createBundleOptions(
  target: Target,
  { hostModule, cwd }: PrepareOptions,
  { handler, sdk, ...setup }: Setup,
  present: PresentFunction | undefined,
): BundleOptions {
  const runtime = setup.runtime ?? present?.configuration.Runtime
  const architecture = setup.architecture ?? present?.configuration.Architectures?.[0]
  return {
    pythonHost: target.kind === 'local' ? 'here' : 'lambda',
    ...(runtime === undefined ? {} : { runtime }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(handler === undefined ? {} : { handler }),
    ...(hostModule === undefined ? {} : { hostModule }),
    ...(cwd === undefined ? {} : { cwd }),
    // The runtimes of the local side carry no SDK.
    ...(sdk === undefined || target.kind === 'local' ? {} : { sdk }),
  }
}
