/** A warm signed call on a side with 1,000 functions and URLs, against the same call on a side with one; both keep their state on disk. */
import { rm } from 'node:fs/promises'
import { benchRegion } from './credentials.ts'
import { end, start, type Started } from './child.ts'
import { load, type Load } from './load.ts'
import type { FurlongServer } from './local.ts'
import { createManyUrls } from './many-urls.ts'
import type { Row } from './report.ts'
import { median, percentile } from './stats.ts'

const rounds = 9
const durationMs = 1_000
const program = new URL('kept-server.ts', import.meta.url).pathname

/** @returns p50 of both, medians over rounds in which one side runs after the other, on the same ports */
export async function run(): Promise<Row[]> {
  const counts = [1, 1_000] as const
  const folders: string[] = []
  const results = new Map<number, number[]>(counts.map((count) => [count, []]))
  try {
    for (const count of counts) folders.push(await createManyUrls(count))
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, count] of counts.entries()) {
        const server = await start([program, folders[index] ?? ''])
        try {
          results.get(count)?.push(percentile((await callWarm(server)).latencies, 0.5))
        } finally {
          await end(server)
        }
      }
    }
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }
  const [one = [], many = []] = results.values()
  return [
    { row: 'floor: 1 function with a URL, p50', value: median(one), unit: 'ms' },
    {
      row: '1,000 functions with URLs, p50',
      value: median(many),
      unit: 'ms',
      xFloor: median(many.map((ms, round) => ms / (one[round] ?? Number.NaN))),
      goal: { atMost: 1.1 },
    },
  ]
}

/** A first load warms server and function up. */
async function callWarm({ firstLine }: Started): Promise<Load> {
  const { urls, credentials } = JSON.parse(firstLine) as FurlongServer
  const call = { url: `${urls[0] ?? ''}book?page=5`, credentials, region: benchRegion, connections: 1 }
  await load({ ...call, durationMs })
  return load({ ...call, durationMs })
}
