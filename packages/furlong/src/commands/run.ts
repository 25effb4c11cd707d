import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { ReachEnvironment, Side } from '@furlong/local/sides'
import { addReach, applyChange, createClientChange } from '../client-change.ts'
import { targetOptions, type Command, type Invocation, type Option } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import type { EnvironmentChange } from '../shells.ts'
import { createSideClient } from '../side-client.ts'
import { selectTarget } from '../target.ts'
import { startOptions } from './up.ts'

const { port, state, account, region } = targetOptions

/** `furlong run` */
export const command: Command = {
  name: 'run',
  summary: 'run one command against the local side',
  usage: 'run [options] -- <command> [arguments]',
  description: [
    'Sets what `furlong env` sets, for this one command. When no local side runs, one in memory is started',
    "for it and ends with it. The command's exit code is passed on. Programs with https://<id>.lambda-url.<region>.on.aws/",
    'written into them reach the local URL of that id: a preload for Node, proxy and CA variables for the rest.',
  ],
  options: {
    ...(port && { port }),
    ...(state && { state }),
    ...(account && { account }),
    ...(region && { region }),
    'aws-hosts': startOptions['aws-hosts'] as Option,
    offline: startOptions['offline'] as Option,
  },
  positionals: [0, 0],
  takesRest: true,
  examples: [
    ['furlong run -- npm test', 'tests against a fresh local side'],
    ['furlong run -- python3 client.py', 'a program that calls a URL of AWS, of the id that a local URL has'],
    ['furlong run -- aws lambda list-functions', 'the AWS CLI against the running one'],
  ],
  run: async (invocation) => {
    const { values, rest, context } = invocation
    const [program, ...args] = rest
    if (program === undefined || program === '') {
      throw values.wrong('The command to run is missing.', 'npx furlong run -- <command> [arguments]')
    }
    const { change, close } = await prepare(invocation)
    try {
      return { exitCode: await runProgram(program, args, context, change) }
    } finally {
      await close()
    }
  },
}

async function prepare(
  invocation: Invocation,
): Promise<{ readonly change: EnvironmentChange; readonly close: () => Promise<void> }> {
  const { values, context, reporter } = invocation
  try {
    const selection = await selectTarget(values, context, reporter)
    if (selection.kind === 'aws') throw values.wrong('furlong run works on the local side only.')
    const { side, account, target } = selection
    checkWishes(values, side)
    const change = createClientChange(side, account, target.region)
    const { reachEnvironment } = await import('@furlong/local/sides')
    const certificateFile = await createSideClient(side).certificateFile()
    const reach = await reachEnvironment(side, certificateFile, context.env)
    tell(reach, invocation)
    return { change: addReach(change, reach), close: async () => {} }
  } catch (error) {
    const isNamed = ['port', 'state'].some((name) => values.text(name) !== undefined)
    if (!(error instanceof CliError && error.code === 'no-local-side') || isNamed) throw error
  }
  const { startSide } = await import('../start-side.ts')
  const accountId = values.text('account')
  const regionName = values.text('region')
  const local = await startSide(
    {
      memory: true,
      announce: true,
      awsHosts: values.flag('aws-hosts'),
      offline: values.flag('offline'),
      env: context.env,
      ...(regionName === undefined ? {} : { region: regionName }),
    },
    { reporter },
  )
  const { findAccount } = await import('../target.ts')
  reporter.say(reporter.errorPaint('dim', `target: a local side of its own, ${local.endpoint} (in memory)`))
  try {
    const change = createClientChange(local, findAccount(local, accountId))
    const reach = await local.reachEnvironment(context.env)
    tell(reach, invocation)
    return { change: addReach(change, reach), close: () => local.close() }
  } catch (error) {
    await local.close()
    throw error
  }
}

/** How a side answers is decided when it starts. */
function checkWishes(values: Invocation['values'], side: Side): void {
  for (const [name, isSo] of [
    ['aws-hosts', side.awsHosts],
    ['offline', side.offline],
  ] as const) {
    if (!values.flag(name) || isSo) continue
    throw values.wrong(
      `The local side on port ${side.port} was started without --${name}, and the command would get that side.`,
      `npx furlong down --port ${side.port}, then npx furlong up --${name}`,
    )
  }
}

function tell({ says }: ReachEnvironment, { reporter }: Invocation): void {
  for (const line of says) reporter.say(reporter.errorPaint('dim', line))
}

async function runProgram(
  program: string,
  args: readonly string[],
  context: Context,
  change: EnvironmentChange,
): Promise<number> {
  const child = spawn(program, args, {
    stdio: 'inherit',
    cwd: context.cwd,
    env: applyChange(context.env, change),
  })
  // A terminal sends ctrl-c to the command as well; what comes to us alone is passed on. Either way it ends first.
  const stopHearing = context.onSignal((signal) => void child.kill(signal))
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code === 'ENOENT' ? 'program-not-found' : 'program-not-run'
        fail(new CliError(code, { program, reason: error.message }))
      })
      child.once('exit', (code, signal) =>
        done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      )
    })
  } finally {
    stopHearing()
  }
}
