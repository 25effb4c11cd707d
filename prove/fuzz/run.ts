/** `npm run prove -- fuzz [--seconds 10] [--seed N] [--only <name>] [--from N --cases N] [--no-growth]` */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Growing, measureGrowth } from '../../bench/measure-growth.ts'
import { type Outcome, type Row, say, sayTable } from '../../conform/report.ts'
import type { FuzzReport } from './fuzz.ts'
import { inputs } from './inputs/index.ts'
import type { WorkerInput } from './worker.ts'

/** A case that takes longer hangs. */
const patienceMs = 30_000
/** What may grow on the heap between the middle and the end of a run, in bytes: caches that are still filling. */
const heapAllowance = 24 * 1024 * 1024
const growthBytes = [2_000, 8_000, 32_000, 128_000] as const
/** How much dearer a byte of the largest input may be than of the cheapest. */
const growthGoal = { atMost: 4 }
const unlimited = 2_000_000_000

interface Plan {
  readonly names: readonly string[]
  readonly seed: number
  readonly ms: number
  readonly from: number
  readonly cases: number
  readonly measuresGrowth: boolean
}

/**
 * Feeds each input for a while, and measures how its cost grows.
 * @param flags see above; `--seconds` are for each input
 * @returns the counts; not ok when anything did not hold
 */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const plan = readPlan(flags)
  if (typeof plan === 'string') {
    say(plan)
    return { rows: [], ok: false }
  }
  say(`seed ${plan.seed}`)
  const reports: [name: string, report: FuzzReport][] = []
  for (const name of plan.names) {
    const report = await feed(name, plan)
    reports.push([name, report])
    say(
      `${name}: ${report.cases} cases in ${Math.round(report.ms / 1000)} s, ${report.failures.length} failed`,
    )
    for (const { index, says } of report.failures) {
      say(`FAILED ${says}`)
      say(
        `  again: npm run prove -- fuzz --only ${name} --seed ${plan.seed} --from ${index} --cases 1 --no-growth`,
      )
    }
  }
  say()
  sayTable([
    ['input', 'cases', 'a second', 'slowest', 'heap', 'handles left', 'failed', 'what the cases came to'],
    ...reports.map(([name, report]) => showReport(name, report)),
  ])
  const total = reports.reduce((sum, [, { cases }]) => sum + cases, 0)
  say(`${total} cases, seed ${plan.seed}`)
  const grown = plan.measuresGrowth ? await measure(plan.names) : { rows: [], ok: true }
  return {
    rows: [...reports.flatMap(([name, report]) => listRows(name, report)), ...grown.rows],
    ok: grown.ok && reports.every(([, report]) => isHeld(report)),
  }
}

function readPlan(flags: readonly string[]): Plan | string {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...flags],
    options: {
      seconds: text,
      seed: text,
      only: text,
      from: text,
      cases: text,
      'no-growth': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  const { only, seconds = '10', seed = String(randomInt(1_000_000_000)), from = '0', cases } = values
  const numbers = [seconds, seed, from, cases ?? '1'].map(Number)
  if (!numbers.every((number) => number >= 0)) return '--seconds, --seed, --from and --cases must be numbers.'
  if (only !== undefined && !Object.hasOwn(inputs, only)) {
    return `--only must be one of ${Object.keys(inputs).join(', ')}, not '${only}'.`
  }
  return {
    names: only === undefined ? Object.keys(inputs) : [only],
    seed: Number(seed),
    ms: cases === undefined ? Number(seconds) * 1000 : unlimited,
    from: Number(from),
    cases: cases === undefined ? unlimited : Number(cases),
    measuresGrowth: values['no-growth'] !== true,
  }
}

const isHeld = ({ failures, heapGrowthBytes = 0, leakedHandles }: FuzzReport): boolean =>
  failures.length === 0 && heapGrowthBytes < heapAllowance && leakedHandles === 0

/** A thread whose case does not end is ended, and the case is the finding. */
function feed(name: string, { seed, ms, from, cases }: Plan): Promise<FuzzReport> {
  const progress = new SharedArrayBuffer(8)
  const current = new Int32Array(progress)
  const workerData: WorkerInput = { name, options: { seed, from, cases, ms }, progress }
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData })
    let [seen, since] = [-1, performance.now()]
    const watch = setInterval(() => {
      const count = Atomics.load(current, 1)
      if (count !== seen) [seen, since] = [count, performance.now()]
      else if (performance.now() - since > patienceMs) {
        const index = Atomics.load(current, 0)
        end({
          cases: count,
          ms: performance.now(),
          outcomes: new Map(),
          failures: [{ index, says: `took longer than ${patienceMs} ms` }],
          slowestMs: patienceMs,
          slowest: index,
          heapGrowthBytes: undefined,
          leakedHandles: 0,
        })
      }
    }, 1000)
    const end = (report: FuzzReport): void => {
      clearInterval(watch)
      void worker.terminate()
      done(report)
    }
    worker.once('message', end)
    worker.once('error', (error) => {
      clearInterval(watch)
      fail(new Error(`${name}, case ${Atomics.load(current, 0)} of seed ${seed}`, { cause: error }))
    })
  })
}

function showReport(name: string, report: FuzzReport): string[] {
  const { cases, ms, slowestMs, slowest, heapGrowthBytes, leakedHandles, failures, outcomes } = report
  const heap = heapGrowthBytes === undefined ? '' : `${(heapGrowthBytes / 1024 / 1024).toFixed(1)} MiB`
  const common = [...outcomes].toSorted(([, left], [, right]) => right - left).slice(0, 5)
  return [
    name,
    String(cases),
    String(Math.round((cases / ms) * 1000)),
    `${slowestMs.toFixed(0)} ms (${slowest})`,
    heap,
    String(leakedHandles),
    String(failures.length),
    common.map(([outcome, count]) => `${outcome} ${count}`).join(', '),
  ]
}

const listRows = (name: string, report: FuzzReport): Row[] => [
  { row: `${name}: cases`, value: report.cases, unit: 'cases' },
  { row: `${name}: failed`, value: report.failures.length, unit: 'cases' },
  { row: `${name}: handles left`, value: report.leakedHandles, unit: 'handles' },
  ...(report.heapGrowthBytes === undefined
    ? []
    : [{ row: `${name}: heap, from the middle to the end`, value: report.heapGrowthBytes, unit: 'bytes' }]),
]

/** SigV4's growth is `npm run bench -- growth`. */
async function measure(names: readonly string[]): Promise<Outcome> {
  const rows: Row[] = []
  let ok = true
  for (const name of names) {
    const { growths = [], close } = await ((await inputs[name]?.())?.open(1) ?? {})
    for (const growth of growths) {
      const growing: Growing = {
        name: `${name}, ${growth.name}`,
        unit: 'byte',
        sizes: growthBytes,
        goal: growthGoal,
        prepare: growth.prepare,
      }
      const measured = await measureGrowth(growing, { rounds: 3, sliceMs: 3 })
      const last = measured.at(-1)
      if (last?.unit !== 'x') continue
      rows.push(last)
      ok &&= last.value <= growthGoal.atMost
    }
    await close?.()
  }
  say()
  sayTable([
    ['what grows', 'a byte of the largest, against the cheapest'],
    ...rows.map(({ row, value }) => [
      row,
      `${value.toFixed(2)} x${value > growthGoal.atMost ? ' TOO MUCH' : ''}`,
    ]),
  ])
  return { rows, ok }
}
