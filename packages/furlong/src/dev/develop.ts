import {
  createClients,
  deploy,
  updateCode,
  type Deployment,
  type DeployOptions,
  type Target,
} from '@furlong/aws'
import type { Local, LocalOptions } from '@furlong/local'
import { listSides, sidesFolder } from '@furlong/local/sides'
import type { Invocation, Outcome } from '../command.ts'
import { readDeployOptions, readEntry } from '../commands/deploy.ts'
import { readStartOptions, resolveFolders } from '../commands/up.ts'
import { CliError } from '../errors.ts'
import { startSide } from '../start-side.ts'
import { toRealPath } from '../target.ts'
import type { Values } from '../values.ts'
import { hearStop } from '../stop-signal.ts'
import { createDebug, readDebugWish, type Debug } from './debug.ts'
import { DevLoop, readFailure } from './loop.ts'
import { openSource, type DevSource } from './source.ts'
import { createDevTeller } from './tell.ts'

/**
 * Runs `furlong dev` until it is stopped.
 * @param invocation the call
 * @returns nothing to print: all is told as it happens
 */
export async function develop(invocation: Invocation): Promise<Outcome> {
  const { context, reporter } = invocation
  const values = splitRuntimes(invocation.values)
  const started = performance.now()
  const options = resolveFolders(readStartOptions(values.ofSide), context.cwd)
  const wish = readDebugWish(values.ofFunction)
  await refuseTakenState(invocation, options)
  const stop = hearStop(context, reporter)
  let deployment: Deployment | undefined
  const teller = createDevTeller(reporter, context, () => deployment?.functionName ?? '')
  try {
    // Nothing is started for an entry that is not there, or not to be debugged; one that does not compile yet is waited for.
    await using source = disposable(
      await openSource(invocation, {
        onError: (error) => teller.waiting(readFailure(error), invocation.positionals[0] ?? ''),
        signal: stop.signal,
      }),
    )
    const runtime = values.ofFunction.text('runtime') ?? source.runtime ?? source.bundle.runtime ?? ''
    const debug = wish && (await createDebug(wish, runtime, source.python))
    await using local = await startSide(
      { ...options, ...createDebugOf(debug, () => deployment?.functionArn) },
      {
        reporter,
        onRequest: (record) => teller.request(record),
        onLog: (line) => teller.log(line),
      },
    )
    reporter.say(`furlong is ready on ${local.endpoint} (${local.side.stateFolder ?? 'in memory'})`)
    const target = createTarget(local, values.ofFunction.text('region'))
    deployment = await deploy(target, {
      ...(await readDevConfig(invocation)),
      ...readDeployOptions(values.ofFunction),
      ...(source.runtime === undefined ? {} : { runtime }),
      entry: invocation.positionals[0] ?? '',
      cwd: context.cwd,
      bundle: source.bundle,
    })
    const { functionArn, functionName } = deployment
    const loop = new DevLoop(local.develop(functionArn), source.code, teller)
    const clients = createClients(target)
    source.begin(loop, (bundle) => updateCode(clients, functionName, bundle))
    tellDeployed(invocation, local, deployment)
    if (source.python !== undefined) {
      reporter.say(reporter.errorPaint('dim', `Python ${source.python.version}: ${source.python.program}`))
    }
    if (debug !== undefined) reporter.say(debug.says)
    reporter.say(reporter.errorPaint('dim', `Up in ${Math.round(performance.now() - started)} ms.`))
    await Promise.race([stop.stopped, local.closed])
    loop.stop()
    return {}
  } catch (error) {
    // Whoever ended the waiting for code that compiles wanted just that.
    if (error !== stop.signal.reason) throw error
    return {}
  } finally {
    stop.close()
  }
}

/** A state folder is one side's: that of this project may run already. */
async function refuseTakenState(
  { context, positionals }: Invocation,
  { stateFolder }: LocalOptions,
): Promise<void> {
  if (stateFolder === undefined) return
  const folder = toRealPath(stateFolder)
  const taken = (await listSides(sidesFolder(context.env))).find((side) => side.stateFolder === folder)
  if (taken === undefined) return
  throw new CliError('side-runs-already', {
    folder,
    endpoint: taken.endpoint,
    pid: String(taken.pid),
    entry: positionals[0] ?? '<entry>',
  })
}

/** What of the folder's configuration holds here: a version is not published for each save, and callers are deployed elsewhere. */
async function readDevConfig(invocation: Invocation): Promise<Pick<DeployOptions, 'config'>> {
  const { config } = await readEntry(invocation.positionals[0], invocation)
  if (config === undefined) return {}
  const { alias: _alias, grants: _grants, role: _role, ...held } = config.config
  return { config: { ...config, config: held } }
}

/** `--runtime nodejs22.x` is the function's, `--runtime nodejs22.x=/usr/bin/node` a program of the side. */
function splitRuntimes(values: Values): { readonly ofSide: Values; readonly ofFunction: Values } {
  const words = values.list('runtime')
  return {
    ofSide: values.with({ runtime: words.filter((word) => word.includes('=')) }),
    ofFunction: values.with({ runtime: words.findLast((word) => !word.includes('=')) }),
  }
}

function tellDeployed({ reporter }: Invocation, { port }: Local, deployment: Deployment): void {
  const { functionName, functionArn, url } = deployment
  if (reporter.format === 'json') {
    reporter.print(JSON.stringify({ type: 'deployed', deployment }))
    return
  }
  reporter.print(`${functionName}  ${url?.url ?? functionArn}`)
  const how =
    url?.authType === 'NONE' ? `curl ${url.url}` : `npx furlong call ${functionName}/ --port ${port}`
  reporter.say(reporter.errorPaint('dim', `Try: ${how}`))
}

function createDebugOf(
  debug: Debug | undefined,
  functionArn: () => string | undefined,
): Pick<LocalOptions, 'debugOf'> {
  if (debug === undefined) return {}
  return {
    debugOf: ({ arn, version }) =>
      arn === functionArn() && version === '$LATEST' ? { arguments: debug.arguments } : undefined,
  }
}

const disposable = (source: DevSource): DevSource & AsyncDisposable => ({
  ...source,
  [Symbol.asyncDispose]: () => source.close(),
})

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
