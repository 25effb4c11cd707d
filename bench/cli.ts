/** What a call of the command line costs that does next to nothing, against an empty program: from spawning node to its end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 25

const furlong = new URL('../packages/furlong/bin/furlong.js', import.meta.url).pathname

/** @returns medians over interleaved rounds; the first calls, which fill the cache of compiled code, do not count */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-'))
  try {
    const empty = join(folder, 'empty.mjs')
    await writeFile(empty, '')
    const lanes = {
      'floor: an empty program': [empty],
      'furlong --help': [furlong, '--help'],
      'furlong call --help': [furlong, 'call', '--help'],
      'furlong deploy --help': [furlong, 'deploy', '--help'],
    }
    const names = Object.keys(lanes) as (keyof typeof lanes)[]
    const times = new Map(names.map((name): [string, number[]] => [name, []]))
    for (let round = -1; round < rounds; round += 1) {
      for (const name of names) {
        const ms = await time(lanes[name])
        if (round >= 0) times.get(name)?.push(ms)
      }
    }
    const [floor = []] = times.values()
    return [...times].map(([row, own]) => {
      const value = median(own)
      if (own === floor) return { row, value, unit: 'ms' }
      const xFloor = median(own.map((ms, round) => ms / (floor[round] ?? Number.NaN)))
      return { row, value, unit: 'ms', xFloor, goal: { atMost: 2.5 } }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function time(argv: readonly string[]): Promise<number> {
  const at = performance.now()
  const child = spawn(process.execPath, argv, { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`node ${argv.join(' ')} ended with ${code}.`)
  return performance.now() - at
}
