/** The rows' processes, and the lanes that let them work in turn. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Lane } from '../interleave.ts'
import { scenarios } from './events.ts'
import type { SliceOrder, SliceReport } from './process.ts'

const program = fileURLToPath(new URL('process.ts', import.meta.url))

/** @returns the lane of a row in a scenario */
export const laneName = (row: string, scenario: string): string => `${scenario}; ${row}`

/** A row that runs in a process of its own. */
interface Worker {
  readonly row: string
  readonly child: ChildProcess
}

/**
 * Starts one process for each row; each is ready when all its answers are right.
 *
 * @param rows names of rows
 * @returns a lane for each row and scenario, and how to end the processes
 * @throws Error when a row answers wrongly, which its process has printed
 */
export async function startWorkers(
  rows: readonly string[],
): Promise<{ readonly lanes: Lane[]; readonly end: () => void }> {
  const workers: Worker[] = []
  const end = (): void => {
    for (const { child } of workers) child.kill()
  }
  try {
    // One after the other: they warm up on a quiet machine.
    for (const row of rows) {
      const worker = { row, child: fork(program, [row]) }
      workers.push(worker)
      await hear(worker)
    }
  } catch (error) {
    end()
    throw error
  }
  return { lanes: workers.flatMap(lanesOf), end }
}

function lanesOf(worker: Worker): Lane[] {
  return scenarios.map(({ name }) => ({
    name: laneName(worker.row, name),
    run: async (count): Promise<number> => {
      const order: SliceOrder = { scenario: name, count }
      worker.child.send(order)
      const report = await hear(worker)
      if ('ms' in report) return report.ms
      throw new Error(`${worker.row} did not time what it was asked to.`)
    },
  }))
}

async function hear({ row, child }: Worker): Promise<SliceReport> {
  const listening = new AbortController()
  const { signal } = listening
  const gone = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The process of ${row} ended with ${String(code)}.`)
  })
  try {
    const [report] = (await Promise.race([once(child, 'message', { signal }), gone])) as [SliceReport]
    return report
  } finally {
    gone.catch(() => {})
    listening.abort()
  }
}
