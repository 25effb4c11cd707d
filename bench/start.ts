/** From spawning node to a local side that takes requests, against a bare node:http server. */
import { end, start } from './child.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 15

const bareServer =
  "require('node:http').createServer((q, s) => s.end()).listen(0, '127.0.0.1', () => console.log('ready'))"
const furlong = new URL('../packages/furlong/bin/furlong.js', import.meta.url).pathname

/** @returns the start of both, medians over interleaved rounds */
export async function run(): Promise<Row[]> {
  const floorMs: number[] = []
  const furlongMs: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    const bare = await start(['-e', bareServer])
    await end(bare)
    const side = await start([furlong, 'up', '--memory', '--port', '0'], 'stderr')
    await end(side)
    if (round < 0) continue
    floorMs.push(bare.readyMs)
    furlongMs.push(side.readyMs)
  }
  const ratios = furlongMs.map((value, round) => value / (floorMs[round] as number))
  return [
    { row: 'floor: bare node:http server', value: median(floorMs), unit: 'ms' },
    { row: 'furlong up --memory', value: median(furlongMs), unit: 'ms', xFloor: median(ratios) },
  ]
}
