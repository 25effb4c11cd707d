/** `npm run prove -- console [--rate 500] [--seconds 60]`: the console's page under load, without growth. */
import { parseArgs } from 'node:util'
import { median } from '../bench/stats.ts'
import { type Outcome, say, sayTable } from '../conform/report.ts'
import { proveConsole, type Sample } from './console.ts'

/** How much the last third of the samples may be above the first: collections come when they come, rows are made anew with each batch. */
const slackShares = { server: 0.1, page: 0.1, nodes: 0.5 } as const

/** Runs it and prints what was found. */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const { values } = parseArgs({
    args: [...flags],
    options: { rate: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [requestsPerSecond, seconds] = [Number(values.rate ?? 500), Number(values.seconds ?? 60)]
  if (!(requestsPerSecond >= 1) || !(seconds >= 15)) {
    say('--rate must be from 1, --seconds from 15.')
    return { rows: [], ok: false }
  }
  const found = await proveConsole({
    requestsPerSecond,
    seconds,
    onSample: ({ second, serverMb, pageMb, nodes }) =>
      say(`${second} s: server ${serverMb.toFixed(0)} MB, page ${pageMb.toFixed(1)} MB, ${nodes} nodes`),
  })
  if (found === undefined) {
    say('This needs Chromium.')
    return { rows: [], ok: false }
  }
  const { samples, lagMs, errors } = found
  const growthOf = (read: (sample: Sample) => number): number => {
    const third = Math.max(1, Math.floor(samples.length / 3))
    const of = (some: readonly Sample[]): number => median(some.map(read))
    return of(samples.slice(-third)) / of(samples.slice(0, third)) - 1
  }
  const growth = {
    server: growthOf(({ serverMb }) => serverMb),
    page: growthOf(({ pageMb }) => pageMb),
    nodes: growthOf(({ nodes }) => nodes),
  }
  const rows = [
    { row: 'requests answered', value: found.answered, unit: 'requests' },
    { row: 'of these refused', value: found.refused, unit: 'requests' },
    { row: 'a second', value: found.answered / seconds, unit: 'requests' },
    { row: 'not sent in time', value: found.skipped, unit: 'requests' },
    { row: 'not shown by the page', value: found.missed, unit: 'requests' },
    { row: 'server, growth', value: growth.server * 100, unit: '%' },
    { row: 'page, growth of its heap', value: growth.page * 100, unit: '%' },
    { row: 'page, growth in nodes', value: growth.nodes * 100, unit: '%' },
    { row: 'server', value: samples.at(-1)?.serverMb ?? 0, unit: 'MB' },
    { row: 'page', value: samples.at(-1)?.pageMb ?? 0, unit: 'MB' },
    { row: 'from the answer to its row, median', value: median(lagMs), unit: 'ms' },
    { row: 'from the answer to its row, longest', value: Math.max(...lagMs), unit: 'ms' },
    { row: 'page busy for more than 50 ms at once', value: found.busy * 100, unit: '% of the time' },
    { row: 'errors of the page', value: errors.length, unit: 'errors' },
  ]
  sayTable(rows.map(({ row, value, unit }) => [row, value.toFixed(unit.startsWith('%') ? 1 : 0), unit]))
  for (const error of errors.slice(0, 10)) say(`error: ${error}`)
  const isSent = found.answered >= requestsPerSecond * seconds * 0.95
  if (!isSent) say(`This machine was too busy for ${requestsPerSecond} requests a second.`)
  const isSteady = (Object.keys(slackShares) as (keyof typeof slackShares)[]).every(
    (name) => growth[name] <= slackShares[name],
  )
  return { rows, ok: isSent && errors.length === 0 && isSteady }
}
