/**
 * Times several pieces of work against each other in one run. Each round gives every lane a short slice, in an order
 * shuffled anew, so that a machine that slows down slows all of them; ratios are taken within a round and their
 * median is reported.
 */
import { readFileSync } from 'node:fs'
import { median } from './stats.ts'

/** One piece of work to time. */
export interface Lane {
  readonly name: string
  /**
   * Does the work `count` times, one after the other. `first` is the number of the first of them: it goes up over
   * the whole run, so that a lane can take another input each time. It resolves to the milliseconds where the work is
   * done, and timed, in another process.
   */
  readonly run: (count: number, first: number) => void | Promise<void> | Promise<number>
}

/** How long and how often to measure. */
export interface Interleaving {
  /** Rounds that count; one more goes before them and does not. */
  readonly rounds: number
  /** How long a slice lasts, about; work that takes longer is done once. */
  readonly sliceMs: number
}

/** What was measured. */
export interface Interleaved {
  /** @returns the median of a lane, in microseconds for one piece of work */
  readonly us: (lane: string) => number
  /** @returns the median over the rounds of what `compute` makes of one round's microseconds */
  readonly over: (compute: (us: (lane: string) => number) => number) => number
}

/** What a seed is good for: the same order of slices in every run. */
const seed = 20_261_122
/** A slice that waited for a core longer than this share of its time is measured again, this many times at most. */
const longestWait = 0.03
const retries = 3

/**
 * Measures lanes.
 *
 * @param lanes their names differ
 * @param options rounds and slices
 * @throws Error when an unknown lane is asked for
 */
export async function interleave(
  lanes: readonly Lane[],
  { rounds, sliceMs }: Interleaving,
): Promise<Interleaved> {
  const random = createRandom(seed)
  const tracks: Track[] = []
  for (const lane of lanes) tracks.push(await warmUp(lane, sliceMs))
  for (let round = -1; round < rounds; round += 1) {
    for (const track of shuffle(tracks, random)) {
      const us = await measure(track, sliceMs)
      if (round >= 0) track.rounds.push(us)
    }
  }
  const rounded = new Map(tracks.map(({ name, rounds }) => [name, rounds]))
  const find = (name: string): readonly number[] => {
    const found = rounded.get(name)
    if (found === undefined) throw new Error(`No lane is named ${name}.`)
    return found
  }
  return {
    us: (name) => median(find(name)),
    over: (compute) =>
      median(Array.from({ length: rounds }, (_, round) => compute((name) => find(name)[round] as number))),
  }
}

let kept: unknown

/** @returns a lane's `run` for synchronous work; what the work returns is kept, so that none of it is left out */
export function repeat(work: (index: number) => unknown): Lane['run'] {
  return (count, first) => {
    for (let index = first; index < first + count; index += 1) kept = work(index)
    if (kept === seed) throw new Error('Nothing that is timed returns the seed.')
  }
}

/** @returns a lane's `run` for work that is awaited, with so many of it in flight */
export function repeatAsync(work: (index: number) => Promise<unknown>, inFlight = 1): Lane['run'] {
  return async (count, first) => {
    let next = first
    const worker = async (): Promise<void> => {
      while (next < first + count) kept = await work(next++)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
  }
}

/** Work that goes on and on. */
export interface Timed extends Pick<Lane, 'run'> {
  /** How much was done so far. */
  done: number
}

interface Track extends Timed {
  readonly name: string
  readonly rounds: number[]
  /** Of one piece of work, as last measured. */
  us: number
}

async function warmUp(lane: Lane, sliceMs: number): Promise<Track> {
  const track: Track = { ...lane, rounds: [], us: sliceMs * 1000, done: 0 }
  for (let count = 1; ; count *= 2) {
    const ms = await timeSlice(track, count)
    track.us = (ms * 1000) / count
    if (ms >= sliceMs) return track
  }
}

async function measure(track: Track, sliceMs: number): Promise<number> {
  const count = Math.max(1, Math.round((sliceMs * 1000) / track.us))
  const us = ((await timeSlice(track, count)) * 1000) / count
  // A slice that did nothing but wait tells nothing: the next one must not be endless for it.
  track.us = Math.min(Math.max(us, track.us / 2), track.us * 2)
  return us
}

/** @returns the milliseconds that so much of the work took, without those in which it had to wait for a core */
export async function timeSlice(timed: Timed, count: number): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const waitedBefore = readWaitMs()
    const at = performance.now()
    const running = timed.run(count, timed.done)
    const told = running === undefined ? undefined : await running
    const elapsed = performance.now() - at
    const waited = readWaitMs() - waitedBefore
    timed.done += count
    if (typeof told === 'number') return told
    // A shared machine takes the core away; the time without it is not the work's.
    if (waited <= elapsed * longestWait || attempt === retries) return Math.max(elapsed - waited, 0)
  }
}

/** How long this thread was ready and had no core, where the system tells: Linux. */
function readWaitMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const item = shuffled[last] as T
    shuffled[last] = shuffled[other] as T
    shuffled[other] = item
  }
  return shuffled
}

/** A linear congruential generator modulo 2^32: enough to shuffle, and the same in every run. */
function createRandom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
