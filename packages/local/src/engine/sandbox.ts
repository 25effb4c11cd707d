import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { ChildProcess, findDeathWrapper } from './child-process.ts'
import type { ProcessEnd } from './errors.ts'
import { readProcessMemory } from './memory.ts'
import type { GroupMemory, MemoryUser } from './memory.ts'
import type { ExternalExtension } from './opt-folder.ts'
import type { Launch } from './runtimes.ts'
import { killMarked, removeFolder } from './leftovers.ts'
import type { Watchdog } from './watchdog.ts'

/** Told what the processes of a sandbox do. */
export interface SandboxEvents {
  /** One line of what a process writes. */
  line(text: string): void
  /** The runtime ended; `reason` when it could not be started at all. */
  runtimeEnded(end: ProcessEnd, reason: string | undefined): void
  /** An external extension ended. */
  extensionEnded(name: string, end: ProcessEnd, reason: string | undefined): void
  /** Its processes hold more memory than they may. */
  outOfMemory(): void
}

/** Folders of a sandbox. */
export interface SandboxFolders {
  readonly home: string
  readonly temporaryFolder: string
}

// Reading costs as much as a tenth of a short call: one that had no time to take much does without, mostly.
const memoryFreshMs = 100
const shortCallMs = 5

/** What of an execution environment lies outside this process: its runtime, its external extensions, its folders. */
export class Sandbox implements MemoryUser {
  readonly #watchdog: Watchdog
  readonly #marker: string
  readonly #codeFolder: string
  readonly #limitMb: number
  readonly #events: SandboxEvents
  readonly #extensions = new Map<string, ChildProcess>()
  #runtime: ChildProcess | undefined
  #folder: string | undefined
  #deathWrapper: readonly string[] = []
  #memoryReadAt = 0
  #memoryMb: number | undefined

  /**
   * Creates a sandbox without processes.
   * @param options What ends its processes whatever ends the server; a text that stands in the environment of its
   *   processes and in no other's; the working folder of its processes; the memory they may hold.
   * @param events Told what its processes do.
   */
  constructor(
    options: {
      readonly watchdog: Watchdog
      readonly marker: string
      readonly codeFolder: string
      readonly limitMb: number
    },
    events: SandboxEvents,
  ) {
    this.#watchdog = options.watchdog
    this.#marker = options.marker
    this.#codeFolder = options.codeFolder
    this.#limitMb = options.limitMb
    this.#events = events
  }

  /** The process id of the runtime, once there is one. */
  get pid(): number | undefined {
    return this.#runtime?.pid
  }

  /** Whether its processes are frozen. */
  get isFrozen(): boolean {
    return this.#runtime?.isFrozen ?? false
  }

  /**
   * Makes the folders.
   * @returns Where they are.
   */
  async makeFolders(): Promise<SandboxFolders> {
    const [watched, deathWrapper] = await Promise.all([this.#watchdog.folder(), findDeathWrapper()])
    this.#deathWrapper = deathWrapper
    // At once: three turns through the thread pool take longer than the calls, and somebody waits.
    const folder = mkdtempSync(join(watched, 'environment-'))
    this.#folder = folder
    const home = join(folder, 'home')
    const temporaryFolder = join(folder, 'tmp')
    mkdirSync(home)
    mkdirSync(temporaryFolder)
    return { home, temporaryFolder }
  }

  /**
   * Starts the runtime.
   * @param launch Its program.
   * @param variables All of its variables.
   */
  startRuntime(launch: Launch, variables: Record<string, string>): void {
    const runtime: ChildProcess = this.#start(launch, variables, (end, reason) => {
      // One that was replaced for a repeated init phase is of no interest any more.
      if (this.#runtime === runtime) this.#events.runtimeEnded(end, reason)
    })
    this.#runtime = runtime
  }

  /**
   * Starts an external extension.
   * @param extension Its file.
   * @param variables All of its variables.
   */
  startExtension({ name, program }: ExternalExtension, variables: Record<string, string>): void {
    const launch = { program, args: [], label: name }
    const extension: ChildProcess = this.#start(launch, variables, (end, reason) => {
      if (this.#extensions.get(name) === extension) this.#events.extensionEnded(name, end, reason)
    })
    this.#extensions.set(name, extension)
  }

  /** Stops the clock of every process. */
  freeze(): void {
    this.#runtime?.freeze()
    for (const extension of this.#extensions.values()) extension.freeze()
  }

  /** Lets every process go on. */
  thaw(): void {
    this.#runtime?.thaw()
    for (const extension of this.#extensions.values()) extension.thaw()
  }

  /** Tells unfinished lines. */
  flush(): void {
    this.#runtime?.flush()
    for (const extension of this.#extensions.values()) extension.flush()
  }

  /** Ends every process at once and forgets them: another init phase follows. */
  discard(): void {
    const runtime = this.#runtime
    const extensions = [...this.#extensions.values()]
    this.#runtime = undefined
    this.#extensions.clear()
    runtime?.kill()
    for (const extension of extensions) extension.kill()
  }

  /**
   * Ends the runtime.
   * @param graceMs Time between SIGTERM and SIGKILL; 0 for SIGKILL at once.
   * @returns When it is gone.
   */
  async endRuntime(graceMs: number): Promise<void> {
    if (graceMs === 0) this.#runtime?.kill()
    await this.#runtime?.stop(graceMs)
  }

  /**
   * Ends the external extensions.
   * @param told Those that were told and may end by themselves; the others are killed at once.
   * @param graceMs How long those that were told have.
   * @returns When they are gone.
   */
  async endExtensions(told: readonly string[], graceMs: number): Promise<void> {
    await Promise.all(
      [...this.#extensions].map(async ([name, extension]) => {
        extension.thaw()
        await extension.endWithin(told.includes(name) ? graceMs : 0)
      }),
    )
  }

  /**
   * Removes what is left: processes that left their group, and the folders.
   * @returns When it is gone.
   */
  async remove(): Promise<void> {
    if (this.#runtime !== undefined || this.#extensions.size > 0) await killMarked([this.#marker])
    if (this.#folder !== undefined) await removeFolder(this.#folder)
  }

  /** The highest memory so far, in MB, rounded up and at most what it may be; undefined where the platform does not tell. */
  get memoryMb(): number | undefined {
    return this.#memoryMb === undefined ? undefined : Math.min(this.#limitMb, Math.ceil(this.#memoryMb))
  }

  /**
   * Reads the memory, if much can have changed.
   * @param callMs How long an invocation took.
   */
  refreshMemory(callMs: number): void {
    const now = performance.now()
    if (callMs >= shortCallMs || now - this.#memoryReadAt >= memoryFreshMs) this.checkMemory(undefined)
  }

  checkMemory(groups: ReadonlyMap<number, GroupMemory> | undefined): void {
    this.#memoryReadAt = performance.now()
    const pids = [this.#runtime, ...this.#extensions.values()].flatMap((child) => child?.pid ?? [])
    const [runtime, ...extensions] = pids.map((pid) => readProcessMemory(pid))
    let usedMb = runtime?.peakMb ?? 0
    for (const extension of extensions) usedMb += extension?.ownMb ?? 0
    if (groups !== undefined) usedMb = Math.max(usedMb, sumGroups(pids, groups))
    if (usedMb === 0) return
    this.#memoryMb = Math.max(usedMb, this.#memoryMb ?? 0)
    if (usedMb > this.#limitMb) this.#events.outOfMemory()
  }

  #start(
    launch: Launch,
    variables: Record<string, string>,
    ended: (end: ProcessEnd, reason: string | undefined) => void,
  ): ChildProcess {
    const watchdog = this.#watchdog
    const child: ChildProcess = new ChildProcess(launch, this.#deathWrapper, this.#codeFolder, variables, {
      line: (text) => this.#events.line(text),
      ended: (end, reason) => {
        if (child.pid !== undefined) watchdog.remove(child.pid)
        ended(end, reason)
      },
    })
    if (child.pid !== undefined) watchdog.add(child.pid, this.#marker)
    return child
  }
}

function sumGroups(pids: readonly number[], groups: ReadonlyMap<number, GroupMemory>): number {
  let ownMb = 0
  let mappedMb = 0
  for (const pid of pids) {
    const group = groups.get(pid)
    ownMb += group?.ownMb ?? 0
    mappedMb = Math.max(mappedMb, group?.mappedMb ?? 0)
  }
  return ownMb + mappedMb
}
