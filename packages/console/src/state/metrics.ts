import type { Gate, Metrics } from '@furlong/local/console'
import { gates } from '../words.ts'

/** How many seconds are kept. */
const maxSeconds = 15 * 60

/** Seconds in columns, as they are drawn: the oldest first, all of the same length. */
export interface Columns {
  /** Unix time of each place. */
  readonly time: number[]
  readonly requests: number[]
  readonly apiCalls: number[]
  readonly p50Ms: (number | null)[]
  readonly p90Ms: (number | null)[]
  readonly p99Ms: (number | null)[]
  readonly environments: number[]
  readonly coldStarts: number[]
  readonly refusals: Readonly<Record<Gate, number[]>>
}

/** No second yet. */
export function createColumns(): Columns {
  return {
    time: [],
    requests: [],
    apiCalls: [],
    p50Ms: [],
    p90Ms: [],
    p99Ms: [],
    environments: [],
    coldStarts: [],
    refusals: Object.fromEntries(gates.map((gate) => [gate, [] as number[]])) as Record<Gate, number[]>,
  }
}

const plain = ['requests', 'apiCalls', 'p50Ms', 'p90Ms', 'p99Ms', 'environments', 'coldStarts'] as const

/**
 * Adds seconds, and forgets the oldest; those that are known already are left out.
 *
 * @returns new columns
 */
export function addSeconds(columns: Columns, metrics: Metrics): Columns {
  const end = columns.time.at(-1)
  const count = metrics.requests.length
  const skip = end === undefined ? 0 : Math.max(0, end + 1 - metrics.from)
  if (skip >= count) return columns
  // Behind a gap, as after the side was gone, the columns begin anew.
  const known = end !== undefined && metrics.from > end + 1 ? createColumns() : columns
  const join = <Value>(before: readonly Value[], added: readonly Value[]): Value[] =>
    [...before, ...added.slice(skip)].slice(-maxSeconds)
  const zeros: readonly number[] = Array.from({ length: count }, () => 0)
  return {
    time: join(
      known.time,
      zeros.map((_, at) => metrics.from + at),
    ),
    ...(Object.fromEntries(
      plain.map((name) => [name, join<number | null>(known[name], metrics[name])]),
    ) as Pick<Columns, (typeof plain)[number]>),
    refusals: Object.fromEntries(
      gates.map((gate) => [gate, join(known.refusals[gate], metrics.refusals[gate] ?? zeros)]),
    ) as Record<Gate, number[]>,
  }
}

/**
 * Cuts the columns to the newest seconds.
 *
 * @param seconds how many
 */
export function cutColumns(columns: Columns, seconds: number): Columns {
  return {
    time: columns.time.slice(-seconds),
    ...(Object.fromEntries(plain.map((name) => [name, columns[name].slice(-seconds)])) as Pick<
      Columns,
      (typeof plain)[number]
    >),
    refusals: Object.fromEntries(
      gates.map((gate) => [gate, columns.refusals[gate].slice(-seconds)]),
    ) as Record<Gate, number[]>,
  }
}
