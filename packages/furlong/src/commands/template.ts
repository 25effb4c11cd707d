import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Bundle, BundleOptions, Setup, Stack } from '@furlong/aws'
import { targetOptions, type Command, type Invocation } from '../command.ts'
import { CliError } from '../errors.ts'
import { findHostModule } from '../host-module.ts'
import { selectTarget } from '../target.ts'
import { deployOptions, readDeployOptions, readEntry, readReach, reachOptions } from './deploy.ts'

const forms = ['yaml', 'json'] as const
const { id: _localOnly, ...setupOptions } = deployOptions

/** `furlong template` */
export const command: Command = {
  name: 'template',
  summary: 'the same set-up as CloudFormation or CDK',
  usage: 'template [<entry>] [--cdk] [--zip <file>] [options] | template --from <function>',
  description: [
    'Writes what furlong deploy would make, from furlong.config.ts, an entry and options, or what is deployed (--from), as a',
    'CloudFormation template on stdout, or as a construct of the CDK: role, function, alias, URL with CORS, and both statements of',
    "each caller with their conditions. What only an account knows, such as a function's role, becomes a parameter. What the template",
    'does not hold, and what the other account of a grant must do, is said on stderr.',
  ],
  options: {
    cdk: { type: 'boolean', says: 'a construct of the CDK, in TypeScript' },
    from: { type: 'string', value: '<function>', says: 'what is deployed: a function, or function:alias' },
    zip: { type: 'string', value: '<file>', takes: 'file', says: 'write the code there, ready for S3' },
    ...setupOptions,
    ...reachOptions,
    ...targetOptions,
    format: { type: 'string', takes: forms, says: 'form of the CloudFormation template; default yaml' },
  },
  positionals: [0, 1],
  takes: ['file'],
  examples: [
    ['furlong template --zip books.zip > books.yaml', 'what furlong.config.ts says, and its code'],
    ['furlong template app.ts --name books --grant role/reader --format json', 'without a configuration'],
    ['furlong template --from books:live --profile prod --cdk > books.ts', 'what is deployed, for the CDK'],
  ],
  run: async (invocation) => {
    const { values, reporter } = invocation
    const isJson = values.oneOf('format', forms) === 'json'
    if (isJson && values.flag('cdk'))
      throw values.wrong('--cdk writes TypeScript, and --format json a template.')
    const { stack, zip } =
      values.text('from') === undefined ? await readSetup(invocation) : await readDeployed(invocation)
    for (const note of stack.notes) reporter.say(`note: ${note}`)
    const { createCdkConstruct, createCloudFormation, writeYaml } = await import('@furlong/aws')
    if (values.flag('cdk')) return { lines: [createCdkConstruct(stack).trimEnd()] }
    const template = createCloudFormation(stack)
    const yaml = await writeYaml(template, describeUse(stack, zip))
    return { data: template, lines: [yaml.trimEnd()] }
  },
}

interface Source {
  readonly stack: Stack
  /** Name of the file that was written. */
  readonly zip?: string
}

async function readSetup(invocation: Invocation): Promise<Source> {
  const { values, positionals, context } = invocation
  const entry = await readEntry(positionals[0], invocation)
  if (entry.entry === undefined && entry.config?.config.entry === undefined) {
    throw values.wrong(
      'An argument is missing: an <entry>, a furlong.config.ts that has one, or --from <function>.',
    )
  }
  const { completeSetup, createSetup, createStackOfSetup } = await import('@furlong/aws')
  const setup = createSetup({
    ...entry,
    ...readDeployOptions(values),
    ...readReach(values),
    cwd: context.cwd,
  })
  const bundle = await bundleSetup(setup, invocation)
  const stack = createStackOfSetup(completeSetup(setup, bundle), bundle.codeSha256)
  const zip = values.text('zip')
  if (zip === undefined) return { stack }
  const path = resolve(context.cwd, zip)
  await writeFile(path, bundle.zip).catch((error: unknown) => {
    throw new CliError('unwritable-file', {
      path,
      reason: error instanceof Error ? error.message : String(error),
    })
  })
  return { stack, zip: basename(path) }
}

/** What the code says of itself; packages of Python are installed only where their bytes count. */
async function bundleSetup(setup: Setup, { values, context }: Invocation): Promise<Bundle> {
  const { createBundle, createStandIn, findEntry } = await import('@furlong/aws')
  const { path, kind } = await findEntry(setup.entry, context.cwd)
  const { handler, runtime, architecture, sdk } = setup
  if (kind === 'python' && values.text('zip') === undefined && setup.alias === undefined) {
    return createStandIn(path, handler)
  }
  const options: BundleOptions = {
    cwd: context.cwd,
    hostModule: findHostModule(),
    ...(handler === undefined ? {} : { handler }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(sdk === undefined ? {} : { sdk }),
  }
  return createBundle(path, options)
}

async function readDeployed(invocation: Invocation): Promise<Source> {
  const { values, positionals, context, reporter } = invocation
  const functionName = values.text('from') ?? ''
  const own = [...Object.keys({ ...setupOptions, ...reachOptions }), 'zip'].find((name) => values.has(name))
  const other = own === undefined ? positionals[0] : `--${own}`
  if (other !== undefined)
    throw values.wrong(`--from writes what is deployed, and ${other} says something else.`)
  const { target } = await selectTarget(values, context, reporter, { functionName })
  const { createStackOfFunction } = await import('@furlong/aws')
  return { stack: await createStackOfFunction(target, functionName) }
}

/** The commands that make a stack of the template. */
function describeUse({ functionName, role, parameters }: Stack, zip: string | undefined): string[] {
  const key = zip ?? `${functionName}.zip`
  const capabilities = role.kind === 'own' ? ' --capabilities CAPABILITY_IAM' : ''
  const given = parameters.map(({ name }) => ` ${name}=<…>`).join('')
  return [
    'Written by furlong template. With the code in S3 it becomes a stack:',
    `  aws s3 cp ${key} s3://<bucket>/${key}`,
    `  aws cloudformation deploy --stack-name ${functionName} --template-file <this file>${capabilities} \\`,
    `    --parameter-overrides CodeBucket=<bucket> CodeKey=${key}${given}`,
  ]
}
