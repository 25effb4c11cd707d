import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { createSideClient } from '../side-client.ts'
import { findSide } from '../target.ts'

const { port, state } = targetOptions
const patienceSeconds = 15

/** `furlong down` */
export const command: Command = {
  name: 'down',
  summary: 'stop the local side',
  usage: 'down [--port <port> | --state <folder>]',
  options: { ...(port && { port }), ...(state && { state }) },
  positionals: [0, 0],
  examples: [
    ['furlong down', 'stops the local side of this folder'],
    ['furlong down --port 9400', 'stops the one on that port'],
  ],
  run: async ({ values, context }) => {
    const side = await findSide(values, context)
    await createSideClient(side).shutdown()
    const end = performance.now() + patienceSeconds * 1000
    while (isAlive(side.pid) && side.pid !== process.pid) {
      if (performance.now() > end) {
        throw new CliError('not-stopped', { pid: String(side.pid), seconds: String(patienceSeconds) })
      }
      await sleep(25)
    }
    return {
      data: { stopped: side.endpoint, pid: side.pid, stateFolder: side.stateFolder },
      lines: [`Stopped ${side.endpoint} (${side.stateFolder ?? 'in memory'}).`],
    }
  },
}

/** A process that has ended but was not yet collected by its parent still has its id: in a container that can take seconds. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return true
  }
}
