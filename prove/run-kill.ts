/** `npm run prove -- kill [--times 200] [--seed 1]`: `kill -9` under load loses nothing that was acknowledged. */
import { parseArgs } from 'node:util'
import { type Outcome, say, sayTable } from '../conform/report.ts'
import { proveKill } from './kill.ts'

/** Kills and prints what was found. */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const { values } = parseArgs({
    args: [...flags],
    options: { times: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [times, seed] = [Number(values.times ?? 200), Number(values.seed ?? 1)]
  if (!Number.isInteger(times) || times < 1 || !Number.isInteger(seed)) {
    say('--times and --seed must be whole numbers, --times from 1.')
    return { rows: [], ok: false }
  }
  const found = await proveKill({
    times,
    seed,
    onKill: (kill, { acknowledged, calls, lost }) => {
      if (kill % 20 === 0)
        say(`${kill} kills: ${acknowledged} writes and ${calls} calls, ${lost.length} lost`)
    },
  })
  const rows = [
    { row: 'kills', value: found.kills, unit: 'kills' },
    { row: 'writes acknowledged', value: found.acknowledged, unit: 'writes' },
    { row: 'calls answered', value: found.calls, unit: 'calls' },
    { row: 'facts checked after restarts', value: found.checked, unit: 'facts' },
    { row: 'writes lost', value: found.lost.length, unit: 'writes' },
    { row: 'writes under way that were kept whole', value: found.keptUnsaid, unit: 'writes' },
    { row: 'URLs on another port', value: found.moved, unit: 'URLs' },
    { row: 'processes of functions seen', value: found.processes, unit: 'processes' },
    { row: 'processes left over', value: found.orphans, unit: 'processes' },
    { row: 'restart to ready, median', value: found.restartMs, unit: 'ms' },
  ]
  sayTable(rows.map(({ row, value, unit }) => [row, String(Math.round(value)), unit]))
  for (const sentence of found.lost.slice(0, 20)) say(`lost: ${sentence}`)
  return { rows, ok: found.lost.length + found.moved + found.orphans === 0 }
}
