import type { Local } from '@furlong/local'
import type { Bundle, Target } from '@furlong/aws'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { findHostModule } from '../host-module.ts'
import { describeError } from '../render/error.ts'
import { renderLogLine } from '../render/log.ts'
import { deployOptions, readDeployOptions } from './deploy.ts'
import { readStartOptions, resolveFolders, startOptions } from './up.ts'

const { region } = targetOptions

/** `furlong dev` */
export const command: Command = {
  name: 'dev',
  summary: 'up, deploy, and update on save',
  usage: 'dev <entry> [options of up and deploy]',
  description: [
    'Starts the local side in this process, deploys the entry, prints its URL, and replaces the code of the function',
    'each time a source is saved. Refusals are told as by furlong up, and what the function writes is shown.',
  ],
  options: { ...deployOptions, ...startOptions, ...(region && { region }) },
  positionals: [1, 1],
  examples: [
    ['furlong dev app.ts', 'an application, until ctrl-c'],
    ['furlong dev app.ts --memory --stream', 'nothing kept, streamed responses'],
  ],
  run: async (invocation) => {
    const { values, context, reporter } = invocation
    const startOptionsOfCall = resolveFolders(readStartOptions(values), context.cwd)
    const { startSide } = await import('../start-side.ts')
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
    const stopHearing = context.onSignal(() => stop())
    try {
      await using local = await startSide(startOptionsOfCall, {
        reporter,
        onLog: (line) => reporter.say(reporter.errorPaint('dim', renderLogLine(line, { withName: false }))),
      })
      reporter.say(`furlong is ready on ${local.endpoint} (${local.side.stateFolder ?? 'in memory'})`)
      return await serve(invocation, local, stopped)
    } finally {
      stopHearing()
    }
  },
}

async function serve(invocation: Invocation, local: Local, stopped: Promise<void>): Promise<Outcome> {
  const { values, context, positionals, reporter } = invocation
  const [entry = ''] = positionals
  const { createBundle, deploy, watchBundle } = await import('@furlong/aws')
  const target = createTarget(local, values.text('region'))
  const handler = values.text('handler')
  const bundleOptions = {
    cwd: context.cwd,
    hostModule: findHostModule(),
    ...(handler === undefined ? {} : { handler }),
  }
  const options = { ...readDeployOptions(values), entry, ...bundleOptions }
  // An entry that cannot be bundled, or is not there, ends the command at once; later ones are waited for.
  const first = await createBundle(entry, bundleOptions)
  const deployment = await deploy(target, { ...options, bundle: first })
  const tellUrl = deployment.url === undefined ? deployment.functionArn : deployment.url.url
  reporter.print(
    reporter.format === 'json'
      ? JSON.stringify({ type: 'deployed', deployment })
      : `${deployment.functionName}  ${tellUrl}`,
  )
  reporter.say(
    reporter.errorPaint('dim', `Try: npx furlong call ${deployment.functionName}/ --port ${local.port}`),
  )
  let deployed = first.codeSha256
  const watch = await watchBundle(entry, bundleOptions, {
    onBundle: async (bundle: Bundle) => {
      if (bundle.codeSha256 === deployed) return
      deployed = bundle.codeSha256
      const started = performance.now()
      await deploy(target, { ...options, name: deployment.functionName, bundle })
      reporter.say(`updated ${deployment.functionName} in ${Math.round(performance.now() - started)} ms`)
    },
    onError: (error) => reporter.say(reporter.errorPaint('red', describeError(error).data.message)),
  })
  await Promise.race([stopped, local.closed])
  await watch.close()
  return {}
}

function createTarget(local: Local, region: string | undefined): Target {
  const [account] = local.accounts
  if (account === undefined) throw new TypeError('A local side has at least one account.')
  const { accessKeyId, secretAccessKey } = account
  return {
    kind: 'local',
    endpoint: local.endpoint,
    region: region ?? local.region,
    credentials: { accessKeyId, secretAccessKey },
  }
}
