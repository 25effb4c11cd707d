/** A warm signed call of a function URL, against a bare Runtime-API loop that verifies and builds the event too. */
import { benchCredentials, benchRegion } from './credentials.ts'
import { end, start } from './child.ts'
import { load, type Load } from './load.ts'
import type { Row } from './report.ts'
import { median, percentile } from './stats.ts'

const rounds = 7
const durationMs = 1_500
const connectionCounts = [1, 10] as const

const file = (name: string): string => new URL(name, import.meta.url).pathname

/** What `furlong-server.ts` prints. */
export interface FurlongServer {
  readonly urls: readonly string[]
  readonly credentials: typeof benchCredentials
}

/** @returns p50, p99 and requests a second of both, medians over interleaved rounds */
export async function run(): Promise<Row[]> {
  const rows: Row[] = []
  const furlong = await start([file('furlong-server.ts')])
  const { urls, credentials } = JSON.parse(furlong.firstLine) as FurlongServer
  const [url = ''] = urls
  try {
    for (const connections of connectionCounts) {
      // As many environments in the floor as furlong will have.
      const floor = await start([file('floor/server.ts'), String(connections)])
      try {
        const targets = {
          floor: { url: `${floor.firstLine}book?page=5`, credentials: benchCredentials },
          furlong: { url: `${url}book?page=5`, credentials },
        }
        const results: Record<keyof typeof targets, Load[]> = { floor: [], furlong: [] }
        for (let round = -1; round < rounds; round += 1) {
          for (const name of ['floor', 'furlong'] as const) {
            const result = await load({ ...targets[name], region: benchRegion, connections, durationMs })
            // The first round warms both up.
            if (round >= 0) results[name].push(result)
          }
        }
        rows.push(...compare(connections, results))
      } finally {
        await end(floor)
      }
    }
  } finally {
    await end(furlong)
  }
  return rows
}

function compare(
  connections: number,
  results: Readonly<Record<'floor' | 'furlong', readonly Load[]>>,
): Row[] {
  const figures: readonly [name: string, unit: string, read: (load: Load) => number][] = [
    ['p50', 'ms', ({ latencies }) => percentile(latencies, 0.5)],
    ['p99', 'ms', ({ latencies }) => percentile(latencies, 0.99)],
    ['throughput', 'req/s', ({ requestsPerSecond }) => requestsPerSecond],
  ]
  return figures.flatMap(([name, unit, read]) => {
    const floor = median(results.floor.map(read))
    const ratios = results.furlong.map((load, round) => read(load) / read(results.floor[round] as Load))
    return [
      { row: `floor, ${connections} connections, ${name}`, value: floor, unit },
      {
        row: `furlong, ${connections} connections, ${name}`,
        value: median(results.furlong.map(read)),
        unit,
        xFloor: median(ratios),
      },
    ]
  })
}
