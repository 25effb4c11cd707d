/** One row in a process of its own, so that no host runs on code that was compiled for another's objects. */
import { repeatAsync, timeSlice } from '../interleave.ts'
import { createPool, hostContext, type Scenario, scenarios } from './events.ts'
import type { Handler } from './peers.ts'
import { bufferedRows, streamedRows } from './rows.ts'
import { installRuntime } from './sink.ts'
import { assertAnswers } from './verify.ts'

/** What the process is asked to do. */
export interface SliceOrder {
  readonly scenario: string
  readonly count: number
}

/** What it says: that it is ready, or how long a slice took, in milliseconds. */
export type SliceReport = { readonly ready: true } | { readonly ms: number }

/** How long each scenario runs before anything counts, in milliseconds. */
const warmMs = 200

/** @returns how to run one scenario, once it was answered rightly and is warm */
async function prepare(
  row: string,
  handler: Handler,
  scenario: Scenario,
): Promise<(count: number) => Promise<number>> {
  const pool = createPool(scenario)
  const call = (index: number): Promise<unknown> =>
    handler(pool[index % pool.length] as (typeof pool)[number], hostContext)
  for (const index of pool.keys()) assertAnswers(row, scenario, await call(index))
  const track = { run: repeatAsync(call), done: 0 }
  const until = performance.now() + warmMs
  while (performance.now() < until) await timeSlice(track, 1)
  // Some hosts write into the event: it has to be good for another time.
  for (const index of pool.keys()) assertAnswers(row, scenario, await call(index))
  return (count) => timeSlice(track, count)
}

const [, , name = ''] = process.argv
installRuntime()
const row = [...bufferedRows, ...streamedRows].find((candidate) => candidate.name === name)
if (row === undefined) throw new Error(`There is no row ${name}.`)
const handler = await row.create()
const runs = new Map<string, (count: number) => Promise<number>>()
for (const scenario of scenarios) runs.set(scenario.name, await prepare(name, handler, scenario))

const say = (report: SliceReport): void => void process.send?.(report)
process.on('message', ({ scenario, count }: SliceOrder) => {
  void runs
    .get(scenario)?.(count)
    .then((ms) => say({ ms }))
})
say({ ready: true })
