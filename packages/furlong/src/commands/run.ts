import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { applyChange, createClientChange } from '../client-change.ts'
import { targetOptions, type Command, type Invocation } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import type { EnvironmentChange } from '../shells.ts'
import { selectTarget } from '../target.ts'

const { port, state, account, region } = targetOptions

/** `furlong run` */
export const command: Command = {
  name: 'run',
  summary: 'run one command against the local side',
  usage: 'run [options] -- <command> [arguments]',
  description: [
    'Sets what `furlong env` sets, for this one command. When no local side runs, one in memory is started',
    "for it and ends with it. The command's exit code is passed on.",
  ],
  options: {
    ...(port && { port }),
    ...(state && { state }),
    ...(account && { account }),
    ...(region && { region }),
  },
  positionals: [0, 0],
  takesRest: true,
  examples: [
    ['furlong run -- npm test', 'tests against a fresh local side'],
    ['furlong run -- aws lambda list-functions', 'the AWS CLI against the running one'],
  ],
  run: async (invocation) => {
    const { values, rest, context } = invocation
    const [program, ...args] = rest
    if (program === undefined) {
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
    const change = createClientChange(selection.side, selection.account, selection.target.region)
    return { change, close: async () => {} }
  } catch (error) {
    const isNamed = ['port', 'state'].some((name) => values.text(name) !== undefined)
    if (!(error instanceof CliError && error.code === 'no-local-side') || isNamed) throw error
  }
  const { startSide } = await import('../start-side.ts')
  const accountId = values.text('account')
  const regionName = values.text('region')
  const local = await startSide(
    { memory: true, announce: true, ...(regionName === undefined ? {} : { region: regionName }) },
    { reporter },
  )
  const { findAccount } = await import('../target.ts')
  reporter.say(reporter.errorPaint('dim', `target: a local side of its own, ${local.endpoint} (in memory)`))
  try {
    return { change: createClientChange(local, findAccount(local, accountId)), close: () => local.close() }
  } catch (error) {
    await local.close()
    throw error
  }
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
