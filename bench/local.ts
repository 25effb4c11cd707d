/** A warm signed call of a function URL, against a bare Runtime-API loop that verifies and builds the event too, and against serverless-offline. */
import { rm } from 'node:fs/promises'
import { benchCredentials, benchRegion } from './credentials.ts'
import { end, start, type Started } from './child.ts'
import { load, type Load } from './load.ts'
import { makeFunctions } from './many-states.ts'
import { startServerlessOffline } from './peers/serverless-offline/start.ts'
import type { Row } from './report.ts'
import { median, percentile } from './stats.ts'

const rounds = 7
const durationMs = 1_500
const connectionCounts = [1, 10] as const

const file = (name: string): string => new URL(name, import.meta.url).pathname

/** What `furlong-server.ts` and `kept-server.ts` print. */
export interface FurlongServer {
  readonly urls: readonly string[]
  readonly credentials: typeof benchCredentials
}

/** The rest of what is measured, beside the floor; serverless-offline verifies nothing, and is sent the same signed requests. */
const lanes = {
  furlong: 'furlong',
  kept: 'furlong, state and records on disk',
  threads: 'serverless-offline, worker threads',
  'in-process': 'serverless-offline, in process',
} as const
type Lane = keyof typeof lanes

interface Target {
  readonly url: string
  readonly credentials: typeof benchCredentials
}

/** @returns p50, p99 and requests a second of all, medians over interleaved rounds */
export async function run(): Promise<Row[]> {
  const rows: Row[] = []
  const { folder } = await makeFunctions(1)
  const running: Started[] = []
  const keep = <T extends Started>(started: T): T => {
    running.push(started)
    return started
  }
  try {
    const targets: Record<Lane, Target> = {
      furlong: toTarget(keep(await start([file('furlong-server.ts')]))),
      kept: toTarget(keep(await start([file('kept-server.ts'), folder]))),
      threads: { ...keep(await startServerlessOffline(true)), credentials: benchCredentials },
      'in-process': { ...keep(await startServerlessOffline(false)), credentials: benchCredentials },
    }
    for (const connections of connectionCounts) {
      // As many environments in the floor as furlong will have.
      const floor = await start([file('floor/server.ts'), String(connections)])
      try {
        const all = { floor: { url: floor.firstLine, credentials: benchCredentials }, ...targets }
        rows.push(...compare(connections, await measure(connections, all)))
      } finally {
        await end(floor)
      }
    }
  } finally {
    for (const started of running) await end(started)
    await rm(folder, { recursive: true, force: true })
  }
  return rows
}

function toTarget({ firstLine }: Started): Target {
  const { urls, credentials } = JSON.parse(firstLine) as FurlongServer
  return { url: urls[0] ?? '', credentials }
}

type Results = Readonly<Record<'floor' | Lane, Load[]>>

async function measure(
  connections: number,
  targets: Readonly<Record<'floor' | Lane, Target>>,
): Promise<Results> {
  const results: Results = { floor: [], furlong: [], kept: [], threads: [], 'in-process': [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const name of Object.keys(results) as (keyof Results)[]) {
      const { url, credentials } = targets[name]
      const call = { url: `${url}book?page=5`, credentials, region: benchRegion, connections, durationMs }
      const result = await load(call)
      // The first round warms all of them up.
      if (round >= 0) results[name].push(result)
    }
  }
  return results
}

function compare(connections: number, results: Results): Row[] {
  const figures: readonly [name: string, unit: string, read: (load: Load) => number, goal?: Row['goal']][] = [
    ['p50', 'ms', ({ latencies }) => percentile(latencies, 0.5), { atMost: 1.3 }],
    ['p99', 'ms', ({ latencies }) => percentile(latencies, 0.99)],
    ['throughput', 'req/s', ({ requestsPerSecond }) => requestsPerSecond, { atLeast: 0.8 }],
  ]
  return figures.flatMap(([name, unit, read, goal]) => [
    { row: `floor, ${connections} connections, ${name}`, value: median(results.floor.map(read)), unit },
    ...(Object.keys(lanes) as Lane[]).map((lane) => ({
      row: `${lanes[lane]}, ${connections} connections, ${name}`,
      value: median(results[lane].map(read)),
      unit,
      xFloor: median(results[lane].map((load, round) => read(load) / read(results.floor[round] as Load))),
      ...(lane === 'furlong' && goal !== undefined ? { goal } : {}),
    })),
  ])
}
