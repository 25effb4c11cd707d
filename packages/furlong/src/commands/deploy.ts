import { parseFunctionArn } from '@furlong/iam'
import { resolve } from 'node:path'
import type { DeployOptions, Deployment, DeployStep } from '@furlong/aws'
import { memorySizeLimit, timeoutLimit } from '@furlong/aws/limits'
import { targetOptions, type Command, type Option } from '../command.ts'
import { CliError } from '../errors.ts'
import { findHostModule } from '../host-module.ts'
import { createTable, type Reporter } from '../reporter.ts'
import { createSideClient } from '../side-client.ts'
import { selectTarget, type Selection } from '../target.ts'
import type { Values } from '../values.ts'

/** How a function is deployed; `furlong dev` takes the same. */
export const deployOptions: Readonly<Record<string, Option>> = {
  name: { type: 'string', short: 'n', value: '<name>', says: "function name; default the entry's" },
  role: { type: 'string', value: '<name|arn>', says: 'role; default <name>-role, made when missing' },
  runtime: { type: 'string', value: '<id>', says: 'such as nodejs24.x or python3.13; default by the entry' },
  architecture: {
    type: 'string',
    value: 'x86_64|arm64',
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

/** `furlong deploy` */
export const command: Command = {
  name: 'deploy',
  summary: 'bundle, role, function and URL',
  usage: 'deploy <entry> [--name <name>] [options]',
  description: [
    'The entry is a TypeScript or JavaScript file (bundled; a default export is hosted: a fetch application,',
    'a fetch function or a Node listener), a Python file (its folder is zipped, with the packages of its',
    "requirements.txt for Lambda's platform, or for this machine's Python on the local side), a folder or a zip.",
    'Doing it again changes what differs and nothing else.',
  ],
  options: { ...deployOptions, ...targetOptions },
  positionals: [1, 1],
  examples: [
    ['furlong deploy app.ts --name books', 'an application on the local side'],
    ['furlong deploy app.ts --name books --stream', 'the same with streamed responses'],
    ['furlong deploy app.py --name books --architecture arm64', 'a Python application with its packages'],
    ['furlong deploy app.ts --name books --profile dev', 'the same on AWS'],
  ],
  run: async ({ values, positionals: [entry = ''], context, reporter }) => {
    const selection = await selectTarget(values, context, reporter, readNameHint(values))
    const { deploy, nameFromEntry } = await import('@furlong/aws')
    const name = values.text('name') ?? nameFromEntry(resolve(context.cwd, entry))
    await refuseTakenId(selection, values.text('id'), name)
    const deployment = await deploy(selection.target, {
      ...readDeployOptions(values),
      entry,
      cwd: context.cwd,
      hostModule: findHostModule(),
      onStep: (step) => sayStep(step, reporter),
    })
    return { data: deployment, lines: renderDeployment(deployment) }
  },
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
  const architecture = values.oneOf('architecture', ['x86_64', 'arm64'] as const)
  const timeoutSeconds = values.number('timeout', timeoutLimit)
  const memorySizeMb = values.number('memory-size', memorySizeLimit)
  return {
    ...texts,
    url: !values.flag('no-url'),
    environment: values.pairs('env'),
    ...(architecture === undefined ? {} : { architecture }),
    ...(stream === undefined ? {} : { stream }),
    ...(isPublic === undefined ? {} : { public: isPublic }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(memorySizeMb === undefined ? {} : { memorySizeMb }),
  }
}

/**
 * Says a step of a deployment on stderr.
 * @param step the step
 * @param reporter where it is said
 */
export function sayStep(step: DeployStep, reporter: Reporter): void {
  const paint = reporter.errorPaint
  const outcome = paint(step.outcome === 'unchanged' ? 'dim' : 'green', step.outcome.padEnd(9))
  reporter.say(`  ${step.step.padEnd(8)}  ${outcome}  ${step.says}`)
}

/**
 * Renders what is there after a deployment.
 * @param deployment the deployment
 * @returns the lines
 */
export function renderDeployment(deployment: Deployment): string[] {
  const { url } = deployment
  return createTable([
    ['function', deployment.functionArn],
    ['role', deployment.roleArn],
    ...(url === undefined
      ? []
      : [
          ['url', url.url],
          ['auth', `${url.authType}, ${url.invokeMode}`],
        ]),
  ])
}
