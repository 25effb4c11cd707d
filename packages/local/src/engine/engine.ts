import type { EnvironmentServices } from './environment.ts'
import { LocalError } from '../errors.ts'
import { LiveFunction } from './live-function.ts'
import { MemoryWatch } from './memory.ts'
import { Pool } from './pool.ts'
import type { Fleet, PoolStatus } from './pool.ts'
import { runtimeFamily } from './runtimes.ts'
import type { EngineLimits, EngineOptions, FunctionSpec, Invocation, InvokeOutcome } from './types.ts'
import { Watchdog } from './watchdog.ts'

/** The numbers an engine works with unless told otherwise. */
export const defaultLimits: EngineLimits = {
  processesPerFunction: 10,
  processes: 100,
  // Freezing costs nothing after 100 ms of idleness, and doubles the time of a call when done at once.
  freezeAfterMs: 100,
  idleExpiryMs: 5 * 60_000,
  initMs: 10_000,
  stopMs: 500,
  shutdownMs: 2_000,
}

/** What an engine is doing. */
export interface EngineStatus {
  /** Processes in all. */
  readonly processes: number
  /** One entry for each revision that has processes or callers. */
  readonly functions: readonly PoolStatus[]
}

/** Runs functions as processes of this machine, each behind a Runtime API of its own. */
export class Engine implements Fleet {
  readonly #services: EnvironmentServices
  readonly #watchdog = new Watchdog()
  readonly #current = new Map<string, Pool>()
  readonly #pools = new Set<Pool>()
  // Pools that could not start an environment, in the order in which they asked.
  readonly #requests = new Set<Pool>()
  readonly #live = new Map<string, LiveFunction>()
  readonly #notices = new Set<string>()
  #isClosed = false

  /**
   * Creates an engine; it starts nothing yet.
   * @param options Sessions, variables, log and limits.
   */
  constructor(options: EngineOptions) {
    this.#services = {
      options,
      limits: { ...defaultLimits, ...options.limits },
      watchdog: this.#watchdog,
      memory: new MemoryWatch(),
      notify: (text) => this.#notify(text),
      now: () => options.now?.() ?? new Date(),
    }
  }

  /**
   * Runs one invocation, on a warm environment when there is one.
   * @param spec The function; a revision other than that of the last call retires the older environments.
   * @param invocation The event and its ids.
   * @returns The result, the stream, or the error of the function.
   * @throws {LocalError} `UnknownRuntime`, `RuntimeMissing`, or `EngineClosed` when the engine was closed before the answer.
   */
  async invoke(spec: FunctionSpec, invocation: Invocation): Promise<InvokeOutcome> {
    if (this.#isClosed) throw new LocalError('EngineClosed', 'The engine is closed')
    const live = this.#live.size === 0 ? undefined : this.#live.get(keyOf(spec))
    const admitted = live === undefined ? spec : await live.admit(spec)
    if ('kind' in admitted) return admitted
    return await this.#poolFor(admitted).invoke(invocation)
  }

  /**
   * Puts a function under development, until that is closed.
   * @param readSpec Tells the function as it is stored now, `$LATEST`.
   * @returns What changes its code.
   */
  develop(readSpec: () => FunctionSpec): LiveFunction {
    const { options } = this.#services
    const key = keyOf(readSpec())
    const live = new LiveFunction({
      readSpec,
      prepare: async (spec) => {
        if (this.#isClosed)
          return { kind: 'error', error: new LocalError('EngineClosed', 'The engine is closed') }
        return await this.#poolFor(spec).prepare()
      },
      retire: (functionArn) => this.retire(functionArn, '$LATEST'),
      isDebugged: (spec) => options.debugOf?.(spec) !== undefined,
      folder: () => this.#watchdog.folder(),
      closed: () => this.#live.delete(key),
    })
    this.#live.set(key, live)
    return live
  }

  /**
   * Ends the environments of a function: invocations that began or wait finish first.
   * @param functionArn Unqualified ARN.
   * @param version The only version that is meant; all when absent.
   * @returns When the last process is gone.
   */
  async retire(functionArn: string, version?: string): Promise<void> {
    const retired = [...this.#pools].filter(
      ({ spec }) => spec.arn === functionArn && (version === undefined || spec.version === version),
    )
    for (const [key, pool] of this.#current) if (retired.includes(pool)) this.#current.delete(key)
    for (const pool of retired) pool.drain()
    await Promise.all(retired.map((pool) => pool.emptied))
    for (const pool of retired) this.#pools.delete(pool)
  }

  /**
   * Lists the code that is in use, that of environments which are being retired included.
   * @returns Folders, as the functions' specs named them.
   */
  codeFolders(): string[] {
    return [...this.#pools].map(({ spec }) => spec.codeFolder)
  }

  /**
   * Tells what runs.
   * @returns Processes and queues.
   */
  status(): EngineStatus {
    return {
      processes: this.countProcesses(),
      functions: [...this.#pools].filter((pool) => !pool.isEmpty).map((pool) => pool.status()),
    }
  }

  /**
   * Ends every process: SIGTERM, then SIGKILL; callers that wait are rejected with `EngineClosed`.
   * @returns When nothing is left, no process and no folder.
   */
  async close(): Promise<void> {
    this.#isClosed = true
    const reason = new LocalError('EngineClosed', 'The engine was closed')
    await Promise.all([...this.#pools].map((pool) => pool.close(reason)))
    await this.#watchdog.close()
  }

  /**
   * Starts an environment for a pool, now or when there is room.
   * @param pool The pool.
   */
  request(pool: Pool): void {
    if (!pool.wantsMore) return
    this.#requests.add(pool)
    this.#serve()
  }

  /**
   * Serves the pools that wait for room.
   * @param pool The pool whose environment became idle or is gone.
   */
  released(pool: Pool): void {
    if (this.#isClosed) return
    if (pool.wantsMore) this.#requests.add(pool)
    if (this.#current.get(keyOf(pool.spec)) !== pool && pool.isEmpty) this.#pools.delete(pool)
    this.#serve()
  }

  /**
   * Tells whether a pool must give a place away.
   * @param pool A pool whose callers wait.
   * @returns Whether another function has no place at all, and no process is ending yet to make room for it.
   */
  owesPlace(pool: Pool): boolean {
    let without = 0
    for (const other of this.#requests)
      if (other !== pool && other.size === 0 && other.wantsMore) without += 1
    return without > this.#countStopping()
  }

  // One environment for each pool in turn, and first for those that have none, so that a function with many callers
  // does not take every place.
  #serve(): void {
    let free = this.#requests.size === 0 ? 0 : this.#services.limits.processes - this.countProcesses()
    for (const pool of this.#requests) if (!pool.wantsMore) this.#requests.delete(pool)
    while (free > 0 && this.#requests.size > 0) {
      const waiting = [...this.#requests]
      const pool = waiting.find(({ size }) => size === 0) ?? waiting[0]
      if (pool === undefined) break
      this.#requests.delete(pool)
      pool.startOne()
      free -= 1
      // To the end of the set: the others come first.
      if (pool.wantsMore) this.#requests.add(pool)
    }
    if (this.#requests.size > 0) this.#makeRoom()
  }

  #makeRoom(): void {
    if (this.#countStopping() >= this.#requests.size) return
    const idle = [...this.#pools].flatMap((pool) => pool.longestIdle ?? [])
    const oldest = idle.sort((left, right) => left.idleSince - right.idleSince)[0]
    void oldest?.stop()
  }

  #poolFor(spec: FunctionSpec): Pool {
    const key = keyOf(spec)
    const current = this.#current.get(key)
    if (current !== undefined && current.spec.revision === spec.revision) return current
    // Refuses an unknown runtime before anything is retired.
    runtimeFamily(spec.runtime)
    const pool = new Pool(spec, this.#services, this)
    this.#current.set(key, pool)
    this.#pools.add(pool)
    current?.drain()
    return pool
  }

  #notify(text: string): void {
    if (this.#notices.has(text)) return
    this.#notices.add(text)
    this.#services.options.onNotice?.(text)
  }

  #countStopping(): number {
    let count = 0
    for (const pool of this.#pools) count += pool.stopping
    return count
  }

  /** @returns processes in all, those that are ending too */
  countProcesses(): number {
    let count = 0
    for (const pool of this.#pools) count += pool.size
    return count
  }
}

function keyOf(spec: FunctionSpec): string {
  return `${spec.arn}:${spec.version}`
}
