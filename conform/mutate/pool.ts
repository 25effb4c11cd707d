import { Worker } from 'node:worker_threads'
import type { Mutant } from './mutants.ts'
import type { Report, Task } from './worker.ts'

/** What the tests made of a mutant. */
export interface Verdict {
  readonly mutant: Mutant
  /** The file of tests that failed or never ended; undefined when the mutant survived. */
  readonly killedBy?: string
  readonly how: 'failed' | 'timed out' | 'survived'
}

/** A file of tests, and how long it takes on the engine as it is. */
export interface TimedFile {
  readonly file: string
  readonly ms: number
}

/** Modules are never unloaded, so that a thread is replaced after so many mutants. */
const mostTasks = 40
/** How much longer than on the engine a file of tests may take, and what it may take in any case. */
const mostTimes = 10
const leastMs = 5000

/**
 * Runs the tests on the engine as it is, and times them.
 *
 * @param files the files of tests
 * @returns the files, fastest first, and how many tests there are
 * @throws Error when a test fails already
 */
export async function timeFiles(files: readonly string[]): Promise<{ files: TimedFile[]; tests: number }> {
  const thread = new Thread(() => 120_000)
  const times = new Map<string, number>()
  let last: { file: string; at: number } | undefined
  const stop = (): void => {
    if (last !== undefined) times.set(last.file, performance.now() - last.at)
  }
  // Once unmeasured: what is loaded and compiled for the first time is no test's affair.
  await thread.run({ id: 0, testFiles: files })
  const report = await thread.run({ id: 1, testFiles: files }, (file) => {
    stop()
    last = { file, at: performance.now() }
  })
  stop()
  await thread.end()
  if (report.killedBy !== undefined) {
    throw new Error(`${report.killedBy} fails on the engine as it is: ${report.error ?? 'it did not end'}`)
  }
  const timed = files.map((file) => ({ file, ms: times.get(file) ?? 0 }))
  return { files: timed.toSorted((left, right) => left.ms - right.ms), tests: report.tests }
}

/**
 * Runs the tests on mutants, a few at a time.
 *
 * @param mutants what to try
 * @param files the files of tests, fastest first
 * @param options how many threads, and whom to tell of each verdict
 * @returns a verdict for each mutant, in their order
 */
export async function tryMutants(
  mutants: readonly Mutant[],
  files: readonly TimedFile[],
  options: { readonly threads: number; readonly onVerdict: (verdict: Verdict) => void },
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  let next = 0
  const limits = new Map(files.map(({ file, ms }) => [file, Math.max(leastMs, ms * mostTimes)]))
  const work = async (): Promise<void> => {
    let thread = new Thread((file) => limits.get(file) ?? leastMs)
    for (let done = 1; ; done += 1) {
      const index = next++
      const mutant = mutants[index]
      if (mutant === undefined) break
      const report = await thread.run({ id: index, mutant, testFiles: orderFor(mutant, files) })
      const verdict = judge(mutant, report)
      verdicts[index] = verdict
      options.onVerdict(verdict)
      if (verdict.how !== 'timed out' && done % mostTasks !== 0) continue
      await thread.end()
      thread = new Thread((file) => limits.get(file) ?? leastMs)
    }
    await thread.end()
  }
  await Promise.all(Array.from({ length: options.threads }, work))
  return verdicts
}

/** A file's own tests are the likeliest to see what is wrong with it. */
function orderFor({ file }: Mutant, files: readonly TimedFile[]): string[] {
  const own = file.replace(/\.ts$/, '.')
  const isOwn = (name: string): boolean => name.startsWith(own)
  const names = files.map((timed) => timed.file)
  return [...names.filter(isOwn), ...names.filter((name) => !isOwn(name))]
}

function judge(mutant: Mutant, report: Done): Verdict {
  if (report.killedBy === undefined) return { mutant, how: 'survived' }
  return { mutant, killedBy: report.killedBy, how: report.error === undefined ? 'timed out' : 'failed' }
}

type Done = Omit<Report & { kind: 'done' }, 'kind'>

/** A worker that is ended when a file of tests takes too long, or more memory than there is. */
class Thread {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
    stderr: true,
  })
  readonly #limitOf: (file: string) => number

  constructor(limitOf: (file: string) => number) {
    this.#limitOf = limitOf
  }

  async run(task: Task, onFile?: (file: string) => void): Promise<Done> {
    return await new Promise((resolve) => {
      let file = ''
      let timer: ReturnType<typeof setTimeout> | undefined
      const settle = (done: Done): void => {
        clearTimeout(timer)
        this.#worker.off('message', listen).off('error', expire)
        resolve(done)
      }
      const expire = (): void => {
        void this.end()
        settle({ tests: 0, killedBy: file })
      }
      const listen = (report: Report): void => {
        if (report.kind === 'done') return settle(report)
        file = report.file
        clearTimeout(timer)
        timer = setTimeout(expire, this.#limitOf(file))
        onFile?.(file)
      }
      this.#worker.on('message', listen).on('error', expire)
      this.#worker.postMessage(task, [])
    })
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
