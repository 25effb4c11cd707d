/** What a call costs on a side that holds much: functions, callers, policy statements, and streams at the same time. */
import { rm } from 'node:fs/promises'
import { benchRegion } from './credentials.ts'
import { end, start, type Started } from './child.ts'
import { load, type Load } from './load.ts'
import type { FurlongServer } from './local.ts'
import { makeCallers, makeFunctions, makeStatements, makeStream, type ManyState } from './many-states.ts'
import type { Goal, Row } from './report.ts'
import { median, percentile } from './stats.ts'

const counts = [1, 10, 100, 1_000] as const
const rounds = 5
const durationMs = 500
const program = new URL('kept-server.ts', import.meta.url).pathname

/** One thing that there may be much of. */
interface Many {
  readonly one: string
  readonly many: string
  readonly make: (count: number) => Promise<ManyState>
  /** Calls, and gives the time of one in milliseconds. */
  readonly measure: (call: Call, count: number) => Promise<number>
  /** Of a thousand, against the floor. */
  readonly goal?: Goal
}

type Call = Pick<Parameters<typeof load>[0], 'url' | 'credentials' | 'region'>

/** A first load warms server, function and every caller up. */
async function measureWarm(call: Call): Promise<number> {
  await load({ ...call, connections: 1, durationMs: 2 * durationMs })
  const { latencies }: Load = await load({ ...call, connections: 1, durationMs })
  return percentile(latencies, 0.5)
}

/** All at the same time; as many run as there are places for processes, and the others wait for theirs. */
async function measureStreams(call: Call, count: number): Promise<number> {
  const streams = { ...call, connections: count, durationMs: 0 }
  await load(streams)
  const { requestsPerSecond } = await load(streams)
  return 1000 / requestsPerSecond
}

const all: readonly Many[] = [
  {
    one: 'function with a URL',
    many: 'functions with URLs',
    make: makeFunctions,
    measure: measureWarm,
    goal: { atMost: 1.1 },
  },
  { one: 'caller', many: 'callers in turn', make: makeCallers, measure: measureWarm, goal: { atMost: 1.5 } },
  {
    one: 'policy statement',
    many: 'policy statements',
    make: makeStatements,
    measure: measureWarm,
    goal: { atMost: 1.5 },
  },
  { one: 'stream', many: 'streams at once', make: makeStream, measure: measureStreams, goal: { atMost: 1 } },
]

/** @returns the time of a call by how many there are, medians over rounds in which one side runs after the other, on the same ports */
export async function run(): Promise<Row[]> {
  const rows: Row[] = []
  for (const many of all) rows.push(...(await runOne(many)))
  return rows
}

async function runOne({ one, many, make, measure, goal }: Many): Promise<Row[]> {
  const results: { count: number; state: ManyState; times: number[] }[] = []
  try {
    for (const count of counts) results.push({ count, state: await make(count), times: [] })
    for (let round = 0; round < rounds; round += 1) {
      for (const { count, state, times } of results) {
        const server = await start([program, state.folder])
        try {
          times.push(await measure(describeCall(server, state.callers), count))
        } finally {
          await end(server)
        }
      }
    }
  } finally {
    for (const { state } of results) await rm(state.folder, { recursive: true, force: true })
  }
  const floor = results[0]?.times ?? []
  return results.map(({ count, times }) => ({
    row: count === 1 ? `floor: 1 ${one}` : `${count.toLocaleString('en')} ${many}`,
    value: median(times),
    unit: 'ms/call',
    ...(count === 1 ? {} : { xFloor: median(times.map((ms, round) => ms / (floor[round] ?? Number.NaN))) }),
    ...(count === 1_000 && goal !== undefined ? { goal } : {}),
  }))
}

function describeCall({ firstLine }: Started, callers: ManyState['callers']): Call {
  const { urls, credentials } = JSON.parse(firstLine) as FurlongServer
  const url = `${urls[0] ?? ''}book?page=5`
  return { url, credentials: callers.length === 0 ? credentials : callers, region: benchRegion }
}
