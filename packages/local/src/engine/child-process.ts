import { spawn } from 'node:child_process'
import type { ChildProcess as NodeChildProcess } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ProcessEnd } from './errors.ts'
import type { Launch } from './runtimes.ts'

/** What is told about a process. */
export interface ChildEvents {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  /** It ended, and everything it wrote has been told; `reason` when it could not be started at all. */
  ended(end: ProcessEnd, reason: string | undefined): void
}

// A stopped process cannot notice that its parent died, so on Linux the kernel ends it whatever ends the server.
const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined

/** Whether a process can be stopped and continued by signals here. */
export const canFreeze: boolean = process.platform !== 'win32'

/** A process of a function with everything it starts: a process group of its own. */
export class ChildProcess {
  readonly #child: NodeChildProcess
  readonly #ended: Promise<void>
  #isFrozen = false
  #hasEnded = false
  #memoryReadAt = 0
  #memoryMb: number | undefined

  /**
   * Starts the process.
   * @param launch Program and arguments.
   * @param folder Its working folder.
   * @param environment All of its variables.
   * @param events Told what it writes and how it ends.
   */
  constructor(launch: Launch, folder: string, environment: Record<string, string>, events: ChildEvents) {
    const wrapped = ['--pdeathsig', 'KILL', '--', launch.program, ...launch.args]
    this.#child = spawn(setpriv ?? launch.program, setpriv === undefined ? launch.args : wrapped, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal reaches the server only, and one signal reaches all it started.
      detached: true,
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => events.stdout(chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => events.stderr(chunk))
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

  /** The process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether it is frozen. */
  get isFrozen(): boolean {
    return this.#isFrozen
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
    const timer = setTimeout(() => this.kill(), graceMs)
    await this.#ended
    clearTimeout(timer)
  }

  /**
   * Reads the highest resident memory so far.
   * @returns MB, or undefined where the platform does not tell.
   */
  readMaxMemoryMb(): number | undefined {
    const now = Date.now()
    // Reading costs more than a warm call's own bookkeeping: once a second is enough for a figure that only grows.
    if (now - this.#memoryReadAt < 1000 || process.platform !== 'linux') return this.#memoryMb
    this.#memoryReadAt = now
    try {
      const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'latin1'))
      if (peak !== null) this.#memoryMb = Math.ceil(Number(peak[1]) / 1024)
    } catch {
      // It has just ended.
    }
    return this.#memoryMb
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

function findOnPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      const file = join(folder, name)
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}
