/** The real program, as `npm run build` made it, in processes of its own and a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/furlong.js', import.meta.url))

/** Under a test's own limit, so that a test that waits in vain says what it saw. */
const patienceMs = 25_000

/** What a command wrote, and how it ended. */
export interface Answer {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** One running command, with everything it has written so far. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Answer>
  out = ''
  err = ''
  readonly #wakers = new Set<() => void>()

  constructor(child: ChildProcess) {
    this.child = child
    const wake = (): void => {
      for (const waker of this.#wakers) waker()
    }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
      wake()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
      wake()
    })
    this.ended = new Promise((done) =>
      child.once('close', (code) => done({ code, out: this.out, err: this.err })),
    )
  }

  /** Resolves with the match once one of the streams has it, be it after `from` characters only. */
  async until(stream: 'out' | 'err', pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((done, fail) => {
      const look = (): void => {
        const found = pattern.exec(this[stream].slice(from))
        if (found === null) return
        this.#wakers.delete(look)
        clearTimeout(timer)
        done(found)
      }
      const timer = setTimeout(() => {
        fail(
          new Error(`nothing like ${pattern.source} within ${patienceMs / 1000} s: ${this.out}${this.err}`),
        )
      }, patienceMs)
      this.#wakers.add(look)
      look()
      void this.ended.then(({ out, err }) => fail(new Error(`ended before ${pattern.source}: ${out}${err}`)))
    })
  }

  /** Resolves with the match in what is written on stderr from now on. */
  next(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until('err', pattern, this.err.length)
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Answer> {
    this.child.kill(signal)
    return this.ended
  }
}

/** A folder of its own, in which commands run. */
export class Place {
  readonly folder: string
  readonly env: Record<string, string>
  readonly #children = new Set<ChildProcess>()

  private constructor(folder: string) {
    this.folder = folder
    this.env = { HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run'), PATH: process.env['PATH'] ?? '' }
  }

  static async make(): Promise<Place> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'furlong-place-')))
    await mkdir(join(folder, 'run'), { mode: 0o700 })
    return new Place(folder)
  }

  /** Starts a command. */
  start(argv: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): Running {
    const child = spawn(process.execPath, [program, ...argv], {
      cwd: options.cwd ?? this.folder,
      env: { ...this.env, ...options.env },
    })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return new Running(child)
  }

  /** Runs a command to its end. */
  run(...argv: string[]): Promise<Answer> {
    return this.start(argv).ended
  }

  /** Ends what still runs, and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
