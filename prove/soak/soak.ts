/** Mixed work at the highest rate that so many callers reach, for as long as one likes, and what grows meanwhile. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRandom, type Random } from '../../conform/fuzz/random.ts'
import { endSideProcess, startSideProcess } from '../../conform/side-process.ts'
import { createTasks, type Task } from './work.ts'

/** What was seen in one stretch of the run. */
export interface Sample {
  readonly atSeconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  /** Of the server: memory in bytes, and how late its event loop was in milliseconds. */
  readonly rss: number
  readonly heapUsed: number
  readonly loopP50Ms: number
  readonly loopP99Ms: number
  readonly loopMaxMs: number
  readonly handles: number
}

/** What a run came to. */
export interface SoakFindings {
  readonly samples: readonly Sample[]
  /** How often each task was done. */
  readonly done: ReadonlyMap<string, number>
  /** A sentence for each of the first tasks that came to something else. */
  readonly failures: readonly string[]
  readonly failed: number
  /** Latency of everything, in milliseconds. */
  readonly overall: Readonly<Record<'p50' | 'p90' | 'p99' | 'p999' | 'max', number>>
}

/** How a run is set up. */
export interface SoakOptions {
  readonly seconds: number
  readonly callers: number
  readonly seed: number
  readonly onSample?: (sample: Sample) => void
}

const stretches = 60
const shownFailures = 10
const monitor = fileURLToPath(new URL('monitor.cjs', import.meta.url))
/** Of this process alone. */
const firstPort = 15_000 + (process.pid % 100) * 10

/**
 * Lets callers work for a while.
 *
 * @param options how long, how many, and the seed of what they do
 * @returns what was seen; nothing is thrown for a task that failed
 */
export async function soak({ seconds, callers, seed, onSample }: SoakOptions): Promise<SoakFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-soak-'))
  const file = join(folder, 'monitor.jsonl')
  const options = ['--state', join(folder, 'state'), '--url-ports', `${firstPort}-${firstPort + 9}`]
  const running = await startSideProcess(folder, options, {
    nodeOptions: ['--require', monitor],
    variables: { SOAK_FILE: file },
  })
  try {
    const tasks = await createTasks(running)
    const [all, stretch] = [createHistogram(), createHistogram()]
    const done = new Map<string, number>()
    const failures: string[] = []
    let failed = 0
    const end = performance.now() + seconds * 1000
    const work = async (caller: number): Promise<void> => {
      const random = createRandom(seed, caller)
      while (performance.now() < end) {
        const task = pick(random, tasks)
        const at = performance.now()
        const trouble = await task.run(random).then(
          (isRight) => (isRight ? undefined : 'came to something else'),
          (error: unknown) => String(error),
        )
        const us = Math.max(1, Math.round((performance.now() - at) * 1000))
        all.record(us)
        stretch.record(us)
        done.set(task.name, (done.get(task.name) ?? 0) + 1)
        if (trouble === undefined) continue
        failed += 1
        if (failures.length < shownFailures) failures.push(`${task.name}: ${trouble}`)
      }
    }
    const samples: Sample[] = []
    const watch = async (): Promise<void> => {
      const everyMs = (seconds * 1000) / stretches
      const begun = performance.now()
      for (let at = 1; at <= stretches; at += 1) {
        const counted = stretch.count
        await sleep(Math.max(0, begun + at * everyMs - performance.now()))
        const last = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').at(-1) ?? ''
        if (last === '') continue
        const inside = JSON.parse(last) as Record<'rss' | 'heapUsed' | 'p50Ms' | 'p99Ms' | 'maxMs', number>
        const sample: Sample = {
          atSeconds: (performance.now() - begun) / 1000,
          requestsPerSecond: ((stretch.count - counted) / everyMs) * 1000,
          p50Ms: stretch.percentile(50) / 1000,
          p90Ms: stretch.percentile(90) / 1000,
          p99Ms: stretch.percentile(99) / 1000,
          rss: inside.rss,
          heapUsed: inside.heapUsed,
          loopP50Ms: inside.p50Ms,
          loopP99Ms: inside.p99Ms,
          loopMaxMs: inside.maxMs,
          handles: (await readdir(`/proc/${running.child.pid ?? 0}/fd`)).length,
        }
        stretch.reset()
        samples.push(sample)
        onSample?.(sample)
      }
    }
    await Promise.all([watch(), ...Array.from({ length: callers }, (_, caller) => work(caller))])
    const percentile = (at: number): number => all.percentile(at) / 1000
    const overall = {
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      p999: percentile(99.9),
      max: all.max / 1000,
    }
    return { samples, done, failures, failed, overall }
  } finally {
    await endSideProcess(running)
    await rm(folder, { recursive: true, force: true })
  }
}

function pick(random: Random, tasks: readonly Task[]): Task {
  const sum = tasks.reduce((total, { weight }) => total + weight, 0)
  let left = random.below(sum)
  for (const task of tasks) {
    left -= task.weight
    if (left < 0) return task
  }
  throw new TypeError('There are no tasks.')
}

/**
 * Compares the second quarter of a run with the last: the first fills caches and rings.
 *
 * @param samples of a run
 * @param read what is compared
 * @param choose what stands for a quarter: the median, or the least for memory that is collected now and then
 * @returns both, and how much the last is larger, as a part of the second
 */
export function compareQuarters(
  samples: readonly Sample[],
  read: (sample: Sample) => number,
  choose: 'median' | 'least',
): { readonly before: number; readonly after: number; readonly growth: number } {
  const quarter = (from: number, to: number): number => {
    const values = samples
      .slice(Math.floor(samples.length * from), Math.ceil(samples.length * to))
      .map(read)
      .toSorted((left, right) => left - right)
    return (choose === 'least' ? values[0] : values[Math.floor(values.length / 2)]) ?? Number.NaN
  }
  const [before, after] = [quarter(0.25, 0.5), quarter(0.75, 1)]
  return { before, after, growth: after / before - 1 }
}
