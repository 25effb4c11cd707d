/** The first signed call of a function, which starts its environment, against a bare child that is started for it. */
import { benchCredentials, benchRegion } from './credentials.ts'
import { end, start } from './child.ts'
import type { FurlongServer } from './local.ts'
import { load } from './load.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 25

const file = (name: string): string => new URL(name, import.meta.url).pathname

/** @returns the first response of both, medians over interleaved rounds */
export async function run(): Promise<Row[]> {
  const furlong = await start([file('furlong-server.ts'), String(rounds + 1)])
  const floor = await start([file('floor/server.ts'), '0'])
  const floorMs: number[] = []
  const furlongMs: number[] = []
  try {
    const { urls, credentials } = JSON.parse(furlong.firstLine) as FurlongServer
    for (const [round, url] of urls.entries()) {
      const bare = await callOnce(floor.firstLine, benchCredentials)
      const ours = await callOnce(`${url}book?page=5`, credentials)
      // The first round warms both up.
      if (round === 0) continue
      floorMs.push(bare)
      furlongMs.push(ours)
    }
  } finally {
    await end(furlong)
    await end(floor)
  }
  const ratios = furlongMs.map((value, round) => value / (floorMs[round] as number))
  return [
    { row: 'floor: first response of a bare bootstrap', value: median(floorMs), unit: 'ms' },
    {
      row: 'furlong: first response of a function',
      value: median(furlongMs),
      unit: 'ms',
      xFloor: median(ratios),
    },
  ]
}

async function callOnce(url: string, credentials: typeof benchCredentials): Promise<number> {
  const { latencies } = await load({ url, credentials, region: benchRegion, connections: 1, durationMs: 0 })
  return latencies[0] as number
}
