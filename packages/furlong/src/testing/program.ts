/** The real program, as `npm run build` made it, in processes of its own and a home of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Output } from '../context.ts'
import { run } from '../run.ts'

const program = fileURLToPath(new URL('../../bin/furlong.js', import.meta.url))
const terminal = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Why there is no pseudo-terminal on this machine; empty when there is one. */
export const noTerminal: string = ((): string => {
  try {
    execFileSync('python3', ['-c', 'import os, pty, termios; os.waitstatus_to_exitcode'], { stdio: 'ignore' })
    return ''
  } catch {
    return 'python3 with its module pty is missing'
  }
})()

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

  /** Types into the terminal. */
  type(text: string): void {
    this.child.stdin?.write(text)
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Answer> {
    this.child.kill(signal)
    return this.ended
  }
}

/** What a command in this process wrote. */
class Written implements Output {
  readonly columns?: number
  readonly #chunks: Buffer[] = []

  constructor(columns: number | undefined) {
    if (columns !== undefined) this.columns = columns
  }

  get isTTY(): boolean {
    return this.columns !== undefined
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  write(chunk: string | Uint8Array): boolean {
    this.#chunks.push(Buffer.from(chunk))
    return true
  }
}

/** A folder of its own, in which commands run. */
export class Place {
  readonly folder: string
  readonly env: Record<string, string>
  readonly #children = new Set<ChildProcess>()

  private constructor(folder: string) {
    this.folder = folder
    this.env = {
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      TMPDIR: join(folder, 'tmp'),
      // Compiled code is kept where the user keeps it, since it is what most commands wait for.
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
      PATH: process.env['PATH'] ?? '',
    }
  }

  static async make(): Promise<Place> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'furlong-place-')))
    for (const name of ['run', 'tmp']) await mkdir(join(folder, name), { mode: 0o700 })
    return new Place(folder)
  }

  /** Starts a command. */
  start(argv: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): Running {
    return this.#spawn([process.execPath, program, ...argv], options)
  }

  /** Starts a command in a pseudo-terminal: whatever it writes is in `out`. */
  startInTerminal(
    argv: readonly string[],
    options: { env?: Record<string, string>; cwd?: string; columns?: number } = {},
  ): Running {
    return this.#spawnInTerminal([process.execPath, program, ...argv], options)
  }

  /** Starts bash as a user has it, by a file of its settings: what is typed is a line for it. */
  startShellInTerminal(settings: string): Running {
    return this.#spawnInTerminal(['bash', '--noprofile', '--rcfile', settings, '-i'], { columns: 200 })
  }

  #spawnInTerminal(
    words: readonly string[],
    { columns = 80, env, ...rest }: { env?: Record<string, string>; cwd?: string; columns?: number },
  ): Running {
    return this.#spawn(['python3', terminal, String(columns), ...words], {
      ...rest,
      env: { TERM: 'xterm-256color', ...env },
    })
  }

  /** Starts a line of bash in which `furlong` is the program. */
  shell(line: string): Running {
    const words = `furlong() { "${process.execPath}" "${program}" "$@"; }`
    return this.#spawn(['bash', '-o', 'pipefail', '-c', `${words}\n${line}`], {})
  }

  #spawn(
    [file = '', ...args]: readonly string[],
    options: { env?: Record<string, string>; cwd?: string },
  ): Running {
    const child = spawn(file, args, {
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

  /**
   * Runs a command to its end in this process, from the sources: for what the words come to, where a process of its own would tell
   * no more. It hears no signal, has nothing to read, and reaches targets by its options alone: the SDK reads the variables of this process.
   *
   * @param argv the words after `furlong`
   * @param options `env`, more variables; `columns`, of a terminal that it writes to
   * @returns what it wrote, and its exit code
   */
  async runInside(
    argv: readonly string[],
    { env, columns }: { env?: Readonly<Record<string, string>>; columns?: number } = {},
  ): Promise<Answer> {
    const [stdout, stderr] = [new Written(columns), new Written(columns)]
    const code = await run(argv, {
      stdin: Readable.from([]),
      stdout,
      stderr,
      env: { ...this.env, ...env },
      cwd: this.folder,
      now: () => new Date(),
      program,
      onSignal: () => () => {},
      onReaderGone: () => () => {},
    })
    return { code, out: stdout.text, err: stderr.text }
  }

  /** Lists the processes that were started here and still run, by their command lines. */
  async processes(): Promise<readonly string[]> {
    const found: string[] = []
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const read = (name: string): Promise<string> =>
        readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '')
      const [environ, words] = await Promise.all([read('environ'), read('cmdline')])
      if (`${environ}${words}`.includes(this.folder)) found.push(words.replaceAll('\0', ' '))
    }
    return found
  }

  /** Ends what still runs, and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
