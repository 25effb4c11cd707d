/** From spawning node to a local side that takes requests, against a bare node:http server; and what it weighs then. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { end, start } from './child.ts'
import { makeFunctions, manyUrlPorts } from './many-states.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 15

const bareServer =
  "require('node:http').createServer((q, s) => s.end()).listen(0, '127.0.0.1', () => console.log('ready'))"
const furlong = new URL('../packages/furlong/bin/furlong.js', import.meta.url).pathname

const many = 1_000

/** @returns starts, medians over interleaved rounds, and the resident memory of an idle side */
export async function run(): Promise<Row[]> {
  const folders = {
    one: (await makeFunctions(1)).folder,
    many: (await makeFunctions(many)).folder,
  }
  try {
    const upOn = (folder: string): string[] => {
      // A port of a thousand is in use somewhere.
      const ports = ['--url-ports', manyUrlPorts.join('-'), '--move-ports']
      return [furlong, 'up', '--port', '0', '--state', folder, ...ports]
    }
    const lanes = {
      bare: { argv: ['-e', bareServer], from: 'stdout' },
      memory: { argv: [furlong, 'up', '--memory', '--port', '0'], from: 'stderr' },
      one: { argv: upOn(folders.one), from: 'stderr' },
      many: { argv: upOn(folders.many), from: 'stderr' },
    } as const
    const readyMs = { bare: [], memory: [], one: [], many: [] } as Record<keyof typeof lanes, number[]>
    const residentMb: number[] = []
    for (let round = -1; round < rounds; round += 1) {
      for (const name of ['bare', 'memory', 'one', 'many'] as const) {
        const started = await start(lanes[name].argv, { from: lanes[name].from })
        if (name === 'memory') residentMb.push(readResidentMb(started.child.pid))
        await end(started)
        if (round >= 0) readyMs[name].push(started.readyMs)
      }
    }
    const over = (name: keyof typeof lanes, floor: keyof typeof lanes): number =>
      median(readyMs[name].map((value, round) => value / (readyMs[floor][round] as number)))
    return [
      { row: 'floor: bare node:http server', value: median(readyMs.bare), unit: 'ms' },
      {
        row: 'furlong up --memory',
        value: median(readyMs.memory),
        unit: 'ms',
        xFloor: over('memory', 'bare'),
        goal: { atMost: 2.5 },
      },
      { row: 'floor: furlong up, 1 function with a URL', value: median(readyMs.one), unit: 'ms' },
      {
        row: `furlong up, ${many} functions with URLs`,
        value: median(readyMs.many),
        unit: 'ms',
        xFloor: over('many', 'one'),
        goal: { atMost: 2 },
      },
      { row: 'resident memory, idle', value: median(residentMb), unit: 'MB', goal: { atMost: 90 } },
    ]
  } finally {
    for (const folder of Object.values(folders)) await rm(folder, { recursive: true, force: true })
  }
}

/** Linux only; elsewhere it is not told. */
function readResidentMb(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024)
  } catch {
    return Number.NaN
  }
}
