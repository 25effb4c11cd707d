import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRandom } from '../../conform/fuzz/random.ts'
import type { FuzzInput } from './input.ts'

/** How to fuzz one input. */
export interface FuzzOptions {
  readonly seed: number
  /** First case; 0 to begin with. */
  readonly from: number
  /** How many cases at most, and how long at most, in milliseconds. */
  readonly cases: number
  readonly ms: number
  /** Hears which case is next, before it is tried: after a hang nobody else could say. */
  readonly onCase?: (index: number) => void
}

/** A case that did not hold. */
export interface Failure {
  readonly index: number
  readonly says: string
}

/** What fuzzing one input came to. */
export interface FuzzReport {
  readonly cases: number
  readonly ms: number
  /** How many cases came to what. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly failures: readonly Failure[]
  /** The longest case, in milliseconds, and which one it was. */
  readonly slowestMs: number
  readonly slowest: number
  /** Between the middle and the end, after collections: what is held for ever grows. Undefined in a short run. */
  readonly heapGrowthBytes: number | undefined
  /** Open at the end and not at the beginning. */
  readonly leakedHandles: number
}

/** After so many failures an input is left alone. */
const mostFailures = 5
/** How many cases are made before the clock is looked at. */
const batch = 32
/** Fewer say nothing of what is held. */
const leastCasesForHeap = 20_000

/**
 * Feeds one input with cases until one of the limits is met.
 *
 * @param input what is fed
 * @param options seed and limits
 * @returns the counts; nothing is thrown for what did not hold
 */
export async function fuzz(input: FuzzInput, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from, cases, ms, onCase } = options
  const outcomes = new Map<string, number>()
  const failures: Failure[] = []
  await openOnce(input, seed)
  const handles = countHandles()
  const { check, close } = await input.open(seed)
  const begun = performance.now()
  let [done, slowestMs, slowest, heapAtHalf] = [0, 0, 0, undefined as number | undefined]
  try {
    while (done < cases && failures.length < mostFailures) {
      const elapsed = performance.now() - begun
      if (elapsed > ms) break
      if (heapAtHalf === undefined && (elapsed > ms / 2 || done > cases / 2)) heapAtHalf = measureHeap()
      for (let left = Math.min(batch, cases - done); left > 0 && failures.length < mostFailures; left -= 1) {
        const index = from + done
        done += 1
        onCase?.(index)
        const at = performance.now()
        try {
          const outcome = check(createRandom(seed, index), index)
          const name = typeof outcome === 'string' ? outcome : await outcome
          outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
        } catch (error) {
          failures.push({
            index,
            says: error instanceof Error ? (error.stack ?? String(error)) : String(error),
          })
        }
        const took = performance.now() - at
        if (took > slowestMs) [slowestMs, slowest] = [took, index]
      }
    }
  } finally {
    await close?.()
  }
  const taken = performance.now() - begun
  return {
    cases: done,
    ms: taken,
    outcomes,
    failures,
    slowestMs,
    slowest,
    heapGrowthBytes:
      heapAtHalf === undefined || done < leastCasesForHeap ? undefined : measureHeap() - heapAtHalf,
    leakedHandles: Math.max(0, countHandles() - handles),
  }
}

/** What is opened once for the whole process is no leak. */
async function openOnce(input: FuzzInput, seed: number): Promise<void> {
  const { check, close } = await input.open(seed)
  try {
    await check(createRandom(seed, 0), 0)
  } catch {
    // The run itself comes to it, if it is among its cases.
  }
  await close?.()
}

function measureHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Files, sockets and pipes of this process; 0 where no /proc says it. */
function countHandles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
