/** Feeds one input in a thread of its own: a case that never ends cannot be ended from within. */
import { parentPort, workerData } from 'node:worker_threads'
import { fuzz, type FuzzOptions } from './fuzz.ts'
import { inputs } from './inputs/index.ts'

/** What the thread is given. */
export interface WorkerInput {
  readonly name: string
  readonly options: Omit<FuzzOptions, 'onCase'>
  /** Where it writes which case is next. */
  readonly progress: SharedArrayBuffer
}

const { name, options, progress } = workerData as WorkerInput
const current = new Int32Array(progress)
const load = inputs[name]
if (load === undefined) throw new TypeError(`There is no input ${name}.`)
const report = await fuzz(await load(), {
  ...options,
  onCase: (index) => {
    current[0] = index
    current[1] = (current[1] ?? 0) + 1
  },
})
parentPort?.postMessage(report)
