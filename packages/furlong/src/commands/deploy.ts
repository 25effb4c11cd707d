import { parseFunctionArn } from '@furlong/iam'
import { basename, dirname, resolve } from 'node:path'
import type { DeployOptions, Deployment, DeployStep, Plan, PlanAction, PlanStep } from '@furlong/aws'
import { memorySizeLimit, timeoutLimit } from '@furlong/aws/limits'
import { targetOptions, type Command, type Invocation, type Option } from '../command.ts'
import { confirmOnAws } from '../confirm.ts'
import { CliError } from '../errors.ts'
import { findHostModule } from '../host-module.ts'
import { createTable, type Paint, type Reporter, type Style } from '../reporter.ts'
import { createSideClient } from '../side-client.ts'
import { hearStop, sayWhenStopped, type StopSignal } from '../stop-signal.ts'
import { selectTarget, type Selection } from '../target.ts'
import type { Values } from '../values.ts'

const architectures = ['x86_64', 'arm64'] as const

/** How a function is deployed; `furlong dev` takes the same. */
export const deployOptions: Readonly<Record<string, Option>> = {
  name: {
    type: 'string',
    short: 'n',
    value: '<name>',
    says: "function name; default the entry's",
  },
  role: { type: 'string', value: '<name|arn>', says: 'role; default <name>-role, made when missing' },
  runtime: { type: 'string', value: '<id>', says: 'such as nodejs24.x or python3.13; default by the entry' },
  architecture: {
    type: 'string',
    takes: architectures,
    says: "of a new function; default x86_64. Packages of Python are the function's",
  },
  handler: {
    type: 'string',
    value: '<file.export>',
    says: 'default index.handler, or what a Python file has',
  },
  stream: { type: 'boolean', says: 'stream responses' },
  'no-stream': { type: 'boolean', says: 'buffer responses; the default of a new function' },
  public: { type: 'boolean', says: 'let everybody call, without signature' },
  'no-public': { type: 'boolean', says: 'let in those it is granted to; the default of a new function' },
  'no-url': { type: 'boolean', says: 'no function URL' },
  id: { type: 'string', value: '<id>', says: 'id of the URL, local side only' },
  env: {
    type: 'string',
    short: 'e',
    multiple: true,
    value: '<KEY=VALUE>',
    says: 'environment variable; may be repeated',
  },
  timeout: { type: 'string', value: '<seconds>', says: '1 to 900; default 30' },
  'memory-size': { type: 'string', value: '<MB>', says: '128 to 10240; default 512' },
}

const sdks = ['bundled', 'external'] as const

/** Which configuration, and who reaches the function by what; `furlong template` takes the same. */
export const reachOptions: Readonly<Record<string, Option>> = {
  alias: {
    type: 'string',
    value: '<name>',
    says: 'publish a version; URL and grants are those of this alias',
  },
  grant: {
    type: 'string',
    multiple: true,
    value: '<caller>',
    says: 'who may call; may be repeated',
  },
  sdk: {
    type: 'string',
    takes: sdks,
    says: 'the AWS SDK of a bundle: brought along (default), or the one of a nodejs runtime',
  },
  config: {
    type: 'string',
    value: '<file>',
    takes: 'file',
    says: 'default furlong.config.ts, .mts, .js, .mjs or .json',
  },
}

/** `furlong deploy` */
export const command: Command = {
  name: 'deploy',
  summary: 'bundle, role, function, URL, grants',
  usage: 'deploy [<entry>] [--plan] [options]',
  description: [
    'The entry is a TypeScript or JavaScript file (bundled; a default export is hosted: a fetch application,',
    'a fetch function or a Node listener), a Python file (its folder is zipped, with the packages of its',
    "requirements.txt for Lambda's platform, or for this machine's Python on the local side), a folder or a zip.",
    'What is not said here is taken from furlong.config.ts in this folder, when it is of this entry.',
    'The plan is shown first. Doing it again changes what differs and nothing else, also after a failure half-way.',
  ],
  options: {
    ...deployOptions,
    ...reachOptions,
    plan: { type: 'boolean', says: 'show what would be done, and change nothing' },
    yes: { type: 'boolean', short: 'y', says: 'do not ask on AWS before a URL is opened to everybody' },
    ...targetOptions,
  },
  positionals: [0, 1],
  takes: ['file'],
  examples: [
    ['furlong deploy app.ts --name books', 'an application on the local side'],
    ['furlong deploy app.py --name books --architecture arm64', 'a Python application with its packages'],
    ['furlong deploy app.ts --name books --grant checkout --plan', 'what that would change'],
    ['furlong deploy --alias live --profile prod', 'what furlong.config.ts says, on AWS, as an alias'],
  ],
  run: async (invocation) => {
    const { values, positionals, context, reporter } = invocation
    const entry = await readEntry(positionals[0], invocation)
    if (entry.entry === undefined && entry.config?.config.entry === undefined) {
      throw values.wrong(
        'An argument is missing: furlong deploy <entry>, or a furlong.config.ts that has one.',
      )
    }
    const selection = await selectTarget(values, context, reporter, readNameHint(values))
    const { createSetup, deploy, planDeployment } = await import('@furlong/aws')
    const stopping = new AbortController()
    const options: DeployOptions = {
      ...entry,
      ...readDeployOptions(values),
      ...readReach(values),
      cwd: context.cwd,
      hostModule: findHostModule(),
      signal: stopping.signal,
    }
    await refuseTakenId(selection, values.text('id'), createSetup(options).functionName)
    if (values.flag('plan')) {
      const plan = await planDeployment(selection.target, options)
      return { data: plan, lines: renderPlan(plan, reporter.paint) }
    }
    const hearNoMore = sayWhenStopped(context, reporter, 'Stopped; nothing was changed.')
    let stop: StopSignal | undefined
    let left: readonly PlanStep[] = []
    reporter.progress('Bundling, and looking at what is there …')
    try {
      const deployment = await deploy(selection.target, {
        ...options,
        onPlan: async (plan) => {
          await showPlan(plan, selection, invocation)
          hearNoMore()
          stop = hearStop(context, reporter)
          void stop.stopped.then(() => stopping.abort())
          left = plan.steps
          tellNext(left, reporter)
        },
        onStep: (step) => {
          sayStep(step, reporter)
          left = left.slice(1)
          tellNext(left, reporter)
        },
      })
      return { data: deployment, lines: renderDeployment(deployment) }
    } finally {
      hearNoMore()
      stop?.close()
    }
  },
}

function tellNext([next]: readonly PlanStep[], reporter: Reporter): void {
  if (next !== undefined && next.action !== 'keep') reporter.progress(`${next.what} …`)
}

async function showPlan(
  plan: Plan,
  { target }: Selection,
  { values, context, reporter }: Invocation,
): Promise<void> {
  for (const line of renderPlan(plan, reporter.errorPaint)) reporter.say(line)
  if (!plan.opensToEverybody) return
  await confirmOnAws(target, `Opening the URL of ${plan.functionName}`, {
    yes: values.flag('yes'),
    because: 'lets everybody call it without a signature',
    context,
  })
}

/**
 * Reads who is to reach a function by what.
 * @param values the call's options
 * @returns options for `deploy`
 */
export function readReach(values: Values): Pick<DeployOptions, 'alias' | 'grants' | 'sdk'> {
  const alias = values.text('alias')
  const sdk = values.oneOf('sdk', sdks)
  return {
    grants: values.list('grant'),
    ...(alias === undefined ? {} : { alias }),
    ...(sdk === undefined ? {} : { sdk }),
  }
}

/**
 * Finds the configuration that a call is about.
 * @param entry the argument; undefined to take the configuration's
 * @param invocation the call: `--config` counts for any entry, the folder's own for the entry it names
 * @returns entry and configuration, each when there is one
 */
export async function readEntry(
  entry: string | undefined,
  { values, context, reporter }: Pick<Invocation, 'values' | 'context' | 'reporter'>,
): Promise<Pick<DeployOptions, 'entry' | 'config'>> {
  const { findConfig, loadConfig } = await import('@furlong/aws')
  const named = values.text('config')
  const path = named === undefined ? findConfig(context.cwd) : resolve(context.cwd, named)
  const argument = entry === undefined ? {} : { entry }
  if (path === undefined) return argument
  const config = await loadConfig(path)
  const own = config.config.entry
  const isOfEntry =
    entry === undefined ||
    own === undefined ||
    named !== undefined ||
    resolve(dirname(path), own) === resolve(context.cwd, entry)
  if (isOfEntry) return { ...argument, config }
  reporter.say(`${basename(path)} is of ${own}, and not used for ${entry}.`)
  return argument
}

/** Found out before anything is made; the local side itself would only refuse the URL, at the end. */
async function refuseTakenId(selection: Selection, id: string | undefined, name: string): Promise<void> {
  if (id === undefined || selection.kind === 'aws') return
  const { urls } = await createSideClient(selection.side).status()
  const holder = urls.find(({ urlId }) => urlId === id)?.functionArn
  const functionName = parseFunctionArn(holder ?? '')?.name
  const { region } = selection.target
  const own = `arn:aws:lambda:${region}:${selection.account.accountId}:function:${name}`
  if (holder === undefined || functionName === undefined || holder === own) return
  throw new CliError('url-id-taken', { id, functionArn: holder, functionName })
}

function readNameHint(values: Values): { functionName?: string } {
  const functionName = values.text('name')
  return functionName === undefined ? {} : { functionName }
}

/**
 * Reads how a function is to be deployed.
 * @param values the call's options
 * @returns options for `deploy`, without the entry
 */
export function readDeployOptions(values: Values): Omit<DeployOptions, 'entry'> {
  const [stream, isPublic] = [values.choice('stream'), values.choice('public')]
  const texts = Object.fromEntries(
    (['name', 'role', 'runtime', 'handler', 'id'] as const).flatMap((name) => {
      const text = values.text(name)
      return text === undefined ? [] : [[name, text]]
    }),
  )
  const architecture = values.oneOf('architecture', architectures)
  const timeoutSeconds = values.number('timeout', timeoutLimit)
  const memorySizeMb = values.number('memory-size', memorySizeLimit)
  return {
    ...texts,
    ...(values.flag('no-url') ? { url: false } : {}),
    environment: values.pairs('env'),
    ...(architecture === undefined ? {} : { architecture }),
    ...(stream === undefined ? {} : { stream }),
    ...(isPublic === undefined ? {} : { public: isPublic }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(memorySizeMb === undefined ? {} : { memorySizeMb }),
  }
}

/** How each action is painted; what is left is the one that wants reading. */
const paints: Readonly<Record<PlanAction, Style>> = {
  create: 'green',
  change: 'yellow',
  remove: 'red',
  keep: 'dim',
  leave: 'bold',
}

/**
 * Renders a plan.
 * @param plan the plan
 * @param paint paint for where it is shown
 * @returns the lines
 */
export function renderPlan(plan: Plan, paint: Paint): string[] {
  const { functionName, alias, steps, hasChanges } = plan
  const name = alias === undefined ? functionName : `${functionName}:${alias}`
  const width = Math.max(...steps.map(({ what }) => what.length))
  return [
    paint('bold', hasChanges ? `Plan for ${name}` : `Nothing to change for ${name}`),
    ...steps.flatMap(({ what, action, says, tryThis }) => [
      `  ${what.padEnd(width)}  ${paint(paints[action], action.padEnd(6))}  ${says}`,
      ...(tryThis === undefined ? [] : [`  ${' '.repeat(width + 10)}${paint('dim', `Try: ${tryThis}`)}`]),
    ]),
  ]
}

/** What was done, as it is done; the plan has said what stays. */
function sayStep({ what, action, outcome, says }: DeployStep, reporter: Reporter): void {
  if (action === 'keep' || action === 'leave') return
  reporter.say(`  ${what.padEnd(8)}  ${reporter.errorPaint(paints[action], outcome.padEnd(7))}  ${says}`)
}

/**
 * Renders what is there after a deployment.
 * @param deployment the deployment
 * @returns the lines
 */
export function renderDeployment(deployment: Deployment): string[] {
  const { alias, url } = deployment
  return createTable([
    ['function', deployment.functionArn],
    ['role', deployment.roleArn],
    ...(alias === undefined ? [] : [['alias', `${alias.name} → version ${alias.version}`]]),
    ...(url === undefined
      ? []
      : [
          ['url', url.url],
          ['auth', `${url.authType}, ${url.invokeMode}`],
        ]),
  ])
}
