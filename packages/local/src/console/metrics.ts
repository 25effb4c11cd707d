import type { Gate, RequestRecord } from '../record/record.ts'
import type { Metrics } from './contract.ts'
import { gates } from '../record/gates.ts'

/** How far back metrics go, in seconds. */
const keptSeconds = 900

/** Each bucket of durations is so much wider than the one before: the middle of one is within 4 % of all that is in it. */
const growth = 1.08
const lowestMs = 0.01
/** Up to 15 minutes, the longest a function may take. */
const buckets = Math.ceil(Math.log(900_000 / lowestMs) / Math.log(growth)) + 1
const scale = 1 / Math.log(growth)

/** What happened in one second. */
class Second {
  at = -1
  requests = 0
  apiCalls = 0
  coldStarts = 0
  environments = 0
  readonly refusals: Uint32Array = new Uint32Array(gates.length)
  readonly durations: Uint32Array = new Uint32Array(buckets)

  reset(at: number, environments: number): void {
    this.at = at
    this.requests = 0
    this.apiCalls = 0
    this.coldStarts = 0
    this.environments = environments
    this.refusals.fill(0)
    this.durations.fill(0)
  }
}

/** What the plots are drawn from: the last 15 minutes, a second a place. A request costs it a few additions. */
export class MetricsRecorder {
  readonly #now: () => Date
  readonly #countEnvironments: () => number
  // A place is made when its second comes: a side that does nothing keeps nothing.
  readonly #seconds: (Second | undefined)[] = Array.from({ length: keptSeconds })
  #current: Second | undefined

  /**
   * @param now the clock
   * @param countEnvironments how many there are at this moment
   */
  constructor(now: () => Date, countEnvironments: () => number) {
    this.#now = now
    this.#countEnvironments = countEnvironments
  }

  /** The second that is under way, Unix time. */
  get second(): number {
    return Math.floor(this.#now().getTime() / 1000)
  }

  /** Counts a request. */
  add({ kind, durationMs, refusal }: RequestRecord): void {
    const second = this.#open()
    if (kind === 'api') second.apiCalls += 1
    if (kind !== 'function-url') return
    second.requests += 1
    const bucket = bucketOf(durationMs)
    second.durations[bucket] = (second.durations[bucket] ?? 0) + 1
    if (refusal === undefined) return
    const gate = gates.indexOf(refusal.gate)
    second.refusals[gate] = (second.refusals[gate] ?? 0) + 1
  }

  /** Counts the start of an environment. */
  addColdStart(): void {
    this.#open().coldStarts += 1
  }

  /** Counts the environments at the end of a second; to be called in each. */
  sample(): void {
    const environments = this.#countEnvironments()
    // A second in which nothing happened needs no place of its own while there is nothing to tell.
    if (environments === 0 && (this.#current?.environments ?? 0) === 0) return
    this.#open().environments = environments
  }

  /**
   * Tells what happened.
   *
   * @param from first second, Unix time; default 15 minutes ago
   * @returns columns up to the last second that has ended
   */
  read(from: number = this.second - keptSeconds + 1): Metrics {
    const to = this.second
    const first = Math.max(from, to - keptSeconds + 1)
    const seconds: (Second | undefined)[] = []
    for (let at = first; at < to; at += 1) {
      const found = this.#seconds[at % keptSeconds]
      seconds.push(found?.at === at ? found : undefined)
    }
    const count = (read: (second: Second) => number): number[] =>
      seconds.map((second) => (second === undefined ? 0 : read(second)))
    const percentiles = (share: number): (number | null)[] =>
      seconds.map((second) => (second === undefined ? null : percentileOf(second, share)))
    const refusals = gates.flatMap((gate, index): [Gate, number[]][] => {
      const counts = count((second) => second.refusals[index] ?? 0)
      return counts.some((one) => one > 0) ? [[gate, counts]] : []
    })
    return {
      from: first,
      requests: count((second) => second.requests),
      p50Ms: percentiles(0.5),
      p90Ms: percentiles(0.9),
      p99Ms: percentiles(0.99),
      refusals: Object.fromEntries(refusals),
      environments: seconds.map(
        (second, index) => second?.environments ?? this.#environmentsAt(first + index),
      ),
      coldStarts: count((second) => second.coldStarts),
      apiCalls: count((second) => second.apiCalls),
    }
  }

  /** The last second's sample may still be to come. */
  #environmentsAt(second: number): number {
    return this.#current !== undefined && second > this.#current.at ? this.#current.environments : 0
  }

  #open(): Second {
    const at = this.second
    const before = this.#current
    if (before?.at === at) return before
    const environments = before?.environments ?? 0
    if (before !== undefined && environments > 0) {
      // A second whose sample came too late had as many as the one before it.
      const first = Math.max(before.at + 1, at - keptSeconds + 1)
      for (let missed = first; missed < at; missed += 1) this.#make(missed, environments)
    }
    this.#current = this.#make(at, environments)
    return this.#current
  }

  #make(at: number, environments: number): Second {
    const second = (this.#seconds[at % keptSeconds] ??= new Second())
    second.reset(at, environments)
    return second
  }
}

const bucketOf = (ms: number): number =>
  Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log(ms / lowestMs) * scale)))

function percentileOf({ requests, durations }: Second, share: number): number | null {
  if (requests === 0) return null
  let left = Math.ceil(requests * share)
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    left -= durations[bucket] ?? 0
    // The middle of the bucket, on the scale that it is on.
    if (left <= 0) return roundTo(lowestMs * growth ** (bucket - 0.5))
  }
  return null
}

/** Three digits that count. */
const roundTo = (ms: number): number => Number(ms.toPrecision(3))
