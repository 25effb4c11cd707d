/** `npm run prove -- soak [--minutes 30] [--callers 8] [--seed 1] [--svg <file>]`: mixed work, and nothing grows. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Outcome, type Row, say, sayTable } from '../../conform/report.ts'
import { drawPlots } from './chart.ts'
import { plot } from './plot.ts'
import { compareQuarters, type Sample, soak } from './soak.ts'

interface Series {
  readonly name: string
  readonly unit: string
  readonly read: (sample: Sample) => number
  /** How much may be added from the second quarter to the last, and what stands for a quarter. */
  readonly allowance?: {
    readonly part: number
    readonly absolute: number
    readonly choose: 'median' | 'least'
  }
}

const mebibyte = 1024 * 1024

const series: readonly Series[] = [
  { name: 'requests', unit: 'a second', read: ({ requestsPerSecond }) => requestsPerSecond },
  { name: 'latency p50', unit: 'ms', read: ({ p50Ms }) => p50Ms },
  { name: 'latency p90', unit: 'ms', read: ({ p90Ms }) => p90Ms },
  { name: 'latency p99', unit: 'ms', read: ({ p99Ms }) => p99Ms },
  {
    name: 'resident memory',
    unit: 'MiB',
    read: ({ rss }) => rss / mebibyte,
    allowance: { part: 0.1, absolute: 16, choose: 'median' },
  },
  {
    name: 'heap',
    unit: 'MiB',
    read: ({ heapUsed }) => heapUsed / mebibyte,
    // The least of a quarter stands nearest to a collection.
    allowance: { part: 0.1, absolute: 8, choose: 'least' },
  },
  {
    name: 'handles',
    unit: 'open',
    read: ({ handles }) => handles,
    allowance: { part: 0, absolute: 4, choose: 'median' },
  },
  { name: 'event loop late, p50', unit: 'ms', read: ({ loopP50Ms }) => loopP50Ms },
  { name: 'event loop late, p99', unit: 'ms', read: ({ loopP99Ms }) => loopP99Ms },
  { name: 'event loop late, most', unit: 'ms', read: ({ loopMaxMs }) => loopMaxMs },
]

/** Works for so many minutes and prints what was seen. */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...flags],
    options: { minutes: text, callers: text, seed: text, svg: text, json: { type: 'boolean' } },
  })
  const [minutes, callers, seed] = [values.minutes ?? 30, values.callers ?? 8, values.seed ?? 1].map(
    Number,
  ) as [number, number, number]
  if (!(minutes > 0) || !Number.isInteger(callers) || callers < 1 || !Number.isInteger(seed)) {
    say('--minutes must be a number above 0, --callers a whole number from 1, --seed a whole number.')
    return { rows: [], ok: false }
  }
  const found = await soak({ seconds: minutes * 60, callers, seed })
  if (values.svg !== undefined) await writeFile(values.svg, draw(found.samples, minutes, callers))
  const lines = series.map(({ name, unit, read, allowance }) => {
    const all = found.samples.map(read)
    const { before, after, growth } = compareQuarters(found.samples, read, allowance?.choose ?? 'median')
    const isGrown = allowance !== undefined && after > before * (1 + allowance.part) + allowance.absolute
    return { name, unit, all, before, after, growth, isJudged: allowance !== undefined, isGrown }
  })
  sayTable([
    ['what', '2nd quarter', 'last quarter', 'growth', '', `over ${minutes} minutes, from zero`],
    ...lines.map(({ name, unit, all, before, after, growth, isGrown }) => [
      name,
      `${before.toFixed(1)} ${unit}`,
      after.toFixed(1),
      `${(growth * 100).toFixed(1)} %`,
      isGrown ? 'GROWN' : '',
      plot(all),
    ]),
  ])
  const count = [...found.done.values()].reduce((sum, one) => sum + one, 0)
  const { p50, p90, p99, p999, max } = found.overall
  say()
  say([...found.done].map(([name, done]) => `${name} ${done}`).join(', '))
  say(
    `${count} requests of ${callers} callers in ${minutes} minutes, ${Math.round(count / minutes / 60)} a second, ${found.failed} came to something else; latency in ms: p50 ${p50.toFixed(2)}, p90 ${p90.toFixed(2)}, p99 ${p99.toFixed(2)}, p99.9 ${p999.toFixed(1)}, most ${max.toFixed(0)}`,
  )
  for (const failure of found.failures) say(`FAILED ${failure}`)
  const rows: Row[] = [
    { row: 'requests', value: count, unit: 'requests' },
    { row: 'came to something else', value: found.failed, unit: 'requests' },
    ...lines.flatMap(({ name, unit, before, after }) => [
      { row: `${name}, second quarter`, value: before, unit },
      { row: `${name}, last quarter`, value: after, unit },
    ]),
    ...Object.entries(found.overall).map(([name, value]) => ({ row: `latency ${name}`, value, unit: 'ms' })),
  ]
  return { rows, ok: count > 0 && found.failed === 0 && lines.every(({ isGrown }) => !isGrown) }
}

/** What a run's picture shows: plots of the series above, by their names. */
const pictured: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Memory of the server', ['resident memory', 'heap']],
  ['Files and sockets of the server', ['handles']],
  ['How late its event loop was', ['event loop late, p50', 'event loop late, p99', 'event loop late, most']],
  ['Latency of a request', ['latency p50', 'latency p90', 'latency p99']],
  ['Requests', ['requests']],
]

function draw(samples: readonly Sample[], minutes: number, callers: number): string {
  const plots = pictured.map(([title, names]) => {
    const shown = series.filter(({ name }) => names.includes(name))
    const lines = shown.map(({ name, read }) => ({
      name: name.replace(/^(?:latency|event loop late,) /, ''),
      values: samples.map(read),
    }))
    return { title, unit: shown[0]?.unit ?? '', lines }
  })
  return drawPlots(`Soak: ${callers} callers do mixed work for ${minutes} minutes`, minutes * 60, plots)
}
