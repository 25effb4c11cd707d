import { execFile, spawn } from 'node:child_process'
import type { ChildProcess as NodeChildProcess } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessEnd } from './errors.ts'
import { LineSplitter } from './logs.ts'
import type { Launch } from './runtimes.ts'

/** What is told about a process. */
export interface ChildEvents {
  /** One line of what it writes. */
  line(text: string): void
  /** It ended, and everything it wrote has been told; `reason` when it could not be started at all. */
  ended(end: ProcessEnd, reason: string | undefined): void
}

/** Whether a process can be stopped and continued by signals here. */
const canFreeze: boolean = process.platform !== 'win32'

let wrapper: Promise<readonly string[]> | undefined

/**
 * Finds what ties the life of a child to that of the server: a stopped process cannot notice that its parent died, so
 * on Linux the kernel is asked to end it. The setpriv of util-linux does it, that of BusyBox cannot.
 * @returns The words before a program and its arguments; none where the watchdog alone has to do.
 */
export function findDeathWrapper(): Promise<readonly string[]> {
  wrapper ??= probe(['setpriv', '--pdeathsig', 'KILL', '--'])
  return wrapper
}

async function probe([program = '', ...args]: readonly string[]): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  try {
    const { stdout } = await promisify(execFile)(program, [...args, '/bin/sh', '-c', 'command -v setpriv'])
    return [stdout.trim(), ...args]
  } catch {
    return []
  }
}

/** A process of an environment with everything it starts: a process group of its own. */
export class ChildProcess {
  readonly #child: NodeChildProcess
  readonly #ended: Promise<void>
  readonly #stdout: LineSplitter
  readonly #stderr: LineSplitter
  #isFrozen = false
  #hasEnded = false

  /**
   * Starts the process.
   * @param launch Program and arguments.
   * @param deathWrapper What `findDeathWrapper` found.
   * @param folder Its working folder.
   * @param environment All of its variables.
   * @param events Told what it writes and how it ends.
   */
  constructor(
    launch: Launch,
    deathWrapper: readonly string[],
    folder: string,
    environment: Record<string, string>,
    events: ChildEvents,
  ) {
    this.#stdout = new LineSplitter((text) => events.line(text))
    this.#stderr = new LineSplitter((text) => events.line(text))
    const [program = '', ...args] = [...deathWrapper, launch.program, ...launch.args]
    this.#child = spawn(program, args, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal reaches the server only, and one signal reaches all it started.
      detached: true,
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk))
    this.#ended = new Promise((resolve) => {
      const finish = (end: ProcessEnd, reason: string | undefined): void => {
        if (this.#hasEnded) return
        this.#hasEnded = true
        // What it started does not outlive it.
        this.#signal('SIGKILL')
        // Its last lines were written before it ended, so this turn of the event loop reads them.
        setImmediate(() => {
          this.#child.stdout?.destroy()
          this.#child.stderr?.destroy()
          this.flush()
          events.ended(end, reason)
          resolve()
        })
      }
      this.#child.once('exit', (status, signal) => finish({ status, signal }, undefined))
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) finish({ status: 127, signal: null }, error.message)
      })
    })
  }

  /** The process id, which is the id of its group; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether it is frozen. */
  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** Settles when it has ended. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Stops the clock of the process, as Lambda does between invocations. */
  freeze(): void {
    if (!canFreeze || this.#isFrozen) return
    this.#isFrozen = true
    this.#signal('SIGSTOP')
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    if (!this.#isFrozen) return
    this.#isFrozen = false
    this.#signal('SIGCONT')
  }

  /** Ends the process at once. */
  kill(): void {
    this.#signal('SIGKILL')
  }

  /**
   * Ends the process, politely at first.
   * @param graceMs Time between SIGTERM and SIGKILL.
   * @returns When it has ended.
   */
  async stop(graceMs: number): Promise<void> {
    this.thaw()
    this.#signal('SIGTERM')
    await this.endWithin(graceMs)
  }

  /**
   * Waits for the process to end by itself, and ends it when it does not.
   * @param graceMs Time before SIGKILL.
   * @returns When it has ended.
   */
  async endWithin(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill(), graceMs)
    await this.#ended
    clearTimeout(timer)
  }

  /** Tells an unfinished line: an invocation ended, so the line belongs to it. */
  flush(): void {
    this.#stdout.flush()
    this.#stderr.flush()
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // ESRCH: nothing of the group is left.
    }
  }
}
