import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalOptions } from '@furlong/local'
import { listSides, sidesFolder } from '@furlong/local/sides'
import type { Invocation, Outcome } from './command.ts'
import { CliError, interrupted } from './errors.ts'
import { hearStop } from './stop-signal.ts'

const patienceMs = 30_000

/**
 * Starts `furlong up` as a process of its own and waits until it is ready.
 * @param invocation the call
 * @param options how the local side is started
 * @returns where it runs
 * @throws {CliError} `not-started`, with what the process said
 */
export async function startDetached(invocation: Invocation, options: LocalOptions): Promise<Outcome> {
  const { context, reporter } = invocation
  const folder = sidesFolder(context.env)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const firstFile = join(folder, `up.${process.pid}.out`)
  // Refusal lines name callers and functions: for the user alone, as the keys beside them.
  const log = await open(firstFile, 'w', 0o600)
  const stop = hearStop(context, reporter)
  const child = spawn(process.execPath, [context.program, 'up', ...createWords(options)], {
    detached: true,
    cwd: context.cwd,
    env: context.env,
    stdio: ['ignore', 'ignore', log.fd],
  })
  const ended = new AbortController()
  // It has a process group of its own, which ctrl-c does not reach.
  stop.signal.addEventListener('abort', () => child.kill())
  child.once('exit', () => ended.abort())
  child.once('error', () => ended.abort())
  await log.close()
  const end = performance.now() + patienceMs
  while (!ended.signal.aborted && performance.now() < end) {
    const side = (await listSides(folder)).find(({ pid }) => pid === child.pid)
    if (side !== undefined && !stop.signal.aborted) {
      stop.close()
      child.unref()
      const { endpoint, pid, stateFolder } = side
      // Named by the port, so that there is one file per port and not one per start; the process keeps writing to it.
      const logFile = join(folder, `up-${side.port}.out`)
      await rename(firstFile, logFile)
      reporter.say(`furlong is ready on ${endpoint} (${stateFolder ?? 'in memory'}, process ${pid})`)
      return {
        data: { endpoint, pid, stateFolder, log: logFile },
        lines: [`Refusals are told in ${logFile}; furlong down --port ${side.port} ends it.`],
      }
    }
    await sleep(20)
  }
  stop.close()
  if (stop.signal.aborted) {
    await rm(firstFile, { force: true })
    return { exitCode: interrupted }
  }
  const hasEnded = ended.signal.aborted
  if (!hasEnded) child.kill()
  const said = (await readFile(firstFile, 'utf8')).trim()
  await rm(firstFile, { force: true })
  throw new CliError('not-started', readChildError(said, hasEnded))
}

function createWords(options: LocalOptions): string[] {
  return [
    `--port=${options.port ?? 0}`,
    ...(options.memory === true ? ['--memory'] : []),
    ...(options.stateFolder === undefined ? [] : [`--state=${options.stateFolder}`]),
    ...(options.accounts === undefined ? [] : [`--accounts=${options.accounts.join(',')}`]),
    ...(options.accountConcurrency === undefined
      ? []
      : [`--account-concurrency=${options.accountConcurrency}`]),
    ...(options.urlPorts === undefined ? [] : [`--url-ports=${options.urlPorts.join('-')}`]),
    ...(options.host === undefined ? [] : [`--host=${options.host}`]),
    ...(options.urlHost === undefined ? [] : [`--url-host=${options.urlHost}`]),
    ...(options.urlStyle === undefined ? [] : [`--url-style=${options.urlStyle}`]),
    ...(options.awsHosts === true ? ['--aws-hosts'] : []),
    ...(options.offline === true ? ['--offline'] : []),
    ...(options.movePorts === true ? ['--move-ports'] : []),
    ...Object.entries(options.runtimes ?? {}).map(([id, program]) => `--runtime=${id}=${program}`),
    ...(options.optFolder === undefined ? [] : [`--opt=${options.optFolder}`]),
    ...(options.freezeAfterMs === undefined ? [] : [`--freeze-after=${options.freezeAfterMs}`]),
    ...(options.hints === false ? ['--no-hints'] : []),
    ...(options.streamThrottle === false ? ['--no-stream-throttle'] : []),
    ...(options.recordPayloads === true ? ['--record-payloads'] : []),
  ]
}

/** The process printed an error as this one would: its title line goes, its sentence and advice stay. */
function readChildError(said: string, hasEnded: boolean): { message: string; suggestion?: string } {
  const lines = said.split('\n').map((line) => line.trim())
  const suggestion = lines.find((line) => line.startsWith('Try: '))?.slice('Try: '.length)
  const message = lines
    .filter((line) => !line.startsWith('furlong: ') && !line.startsWith('Try: '))
    .join('\n')
  const fallback = hasEnded ? 'It ended without a word.' : `It was not ready after ${patienceMs / 1000} s.`
  if (message === '') return { message: fallback }
  return { message, ...(suggestion === undefined ? {} : { suggestion }) }
}
