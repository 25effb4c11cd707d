import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '@furlong/local/sides'
import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { createSideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'

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
  run: async ({ values, context, reporter }) => {
    const side = await selectSide(values, context, reporter)
    await createSideClient(side).shutdown()
    const end = performance.now() + patienceSeconds * 1000
    while (isRunning(side.pid, side.processStart) && side.pid !== process.pid) {
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
