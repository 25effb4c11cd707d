import { Environment } from './environment.ts'
import type { EnvironmentOwner, EnvironmentServices, EnvironmentState } from './environment.ts'
import type { StartFailure } from './environment.ts'
import type { Job } from './run.ts'
import type { FunctionSpec, Invocation, InvokeOutcome } from './types.ts'

/** The bound on processes that all pools share. */
export interface Fleet {
  /** A pool wants one more environment. */
  request(pool: Pool): void
  /** An environment became idle or is gone. */
  released(pool: Pool): void
  /** Whether the pool must give a place away: one that has none waits, and no process is ending yet to make room. */
  owesPlace(pool: Pool): boolean
}

/** What one environment is doing. */
export interface EnvironmentStatus {
  readonly pid?: number
  readonly state: EnvironmentState
  readonly isFrozen: boolean
  readonly invocations: number
}

/** What one revision of a function is doing. */
export interface PoolStatus {
  readonly functionArn: string
  readonly version: string
  readonly revision: string
  /** Whether it was retired and only finishes what it began. */
  readonly isDraining: boolean
  readonly waiting: number
  readonly environments: readonly EnvironmentStatus[]
}

// A debugger holds the one process it is attached to for as long as somebody looks at it.
const debuggingLimits = {
  processesPerFunction: 1,
  freezeAfterMs: Infinity,
  idleExpiryMs: Infinity,
  initMs: Infinity,
} as const

/** The environments of one revision of one function, and the invocations that wait for one. */
export class Pool implements EnvironmentOwner {
  /** The function. */
  readonly spec: FunctionSpec
  readonly #services: EnvironmentServices
  readonly #fleet: Fleet
  readonly #environments = new Set<Environment>()
  // The last one is the most recently idle: its caches are warm, and the others can expire.
  readonly #idle: Environment[] = []
  readonly #waiting: Job[] = []
  // Who waits for an environment without an invocation for it.
  readonly #preparing = new Set<(failure: StartFailure | undefined) => void>()
  readonly #emptied: PromiseWithResolvers<void> = Promise.withResolvers<void>()
  #isDraining = false

  /**
   * Creates an empty pool.
   * @param spec The function.
   * @param services What environments share.
   * @param fleet The bound on processes.
   */
  constructor(spec: FunctionSpec, services: EnvironmentServices, fleet: Fleet) {
    const debugging = services.options.debugOf?.(spec)
    this.spec = spec
    this.#services =
      debugging === undefined
        ? services
        : { ...services, debugging, limits: { ...services.limits, ...debuggingLimits } }
    this.#fleet = fleet
  }

  /** Processes of this pool, those that are ending too. */
  get size(): number {
    return this.#environments.size
  }

  /** Environments that are on their way out. */
  get stopping(): number {
    let count = 0
    for (const environment of this.#environments) if (environment.state === 'stopping') count += 1
    return count
  }

  /** Whether an invocation waits for which no environment is starting, and the pool has room for one. */
  get wantsMore(): boolean {
    if (this.#environments.size >= this.#services.limits.processesPerFunction) return false
    let starting = 0
    for (const environment of this.#environments) if (environment.state === 'starting') starting += 1
    return this.#waiting.length > starting || (this.#preparing.size > 0 && this.#environments.size === 0)
  }

  /** The environment that has been idle longest. */
  get longestIdle(): Environment | undefined {
    return this.#idle[0]
  }

  /** Whether nothing is left of a retired pool. */
  get isEmpty(): boolean {
    return this.#environments.size === 0 && this.#waiting.length === 0
  }

  /** Settles when a retired pool is empty. */
  get emptied(): Promise<void> {
    return this.#emptied.promise
  }

  /**
   * Runs an invocation on the most recently idle environment, or queues it for the next one.
   * @param invocation The invocation.
   * @returns What became of it.
   */
  invoke(invocation: Invocation): Promise<InvokeOutcome> {
    return new Promise((resolve, reject) => {
      const job = { invocation, resolve, reject }
      const environment = this.#takeIdle()
      if (environment !== undefined) {
        environment.invoke(job)
        return
      }
      this.#waiting.push(job)
      this.#fleet.request(this)
    })
  }

  /**
   * Sees to it that there is an environment, before anybody calls.
   * @returns Undefined once one waits for an event, or why it did not become ready.
   */
  prepare(): Promise<StartFailure | undefined> {
    if (this.#idle.length > 0) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#preparing.add(resolve)
      this.#fleet.request(this)
    })
  }

  /** Starts one environment. */
  startOne(): void {
    this.#environments.add(new Environment(this.spec, this.#services, this))
  }

  /** Lets the pool finish what it began and then end. */
  drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    this.#endPreparing({ kind: 'error', error: new Error('The function was replaced before it was ready') })
    if (this.#waiting.length === 0) {
      for (const environment of this.#environments) {
        if (environment.state === 'idle' || environment.state === 'starting') void environment.stop()
      }
    }
    this.#settle()
  }

  /**
   * Ends the pool at once.
   * @param reason What the callers that wait are told.
   * @returns When every process is gone.
   */
  async close(reason: Error): Promise<void> {
    this.#isDraining = true
    this.#endPreparing({ kind: 'error', error: reason })
    for (const job of this.#waiting.splice(0)) job.reject(reason)
    await Promise.all([...this.#environments].map((environment) => environment.stop(reason)))
  }

  /**
   * Tells what the pool is doing.
   * @returns Its state.
   */
  status(): PoolStatus {
    return {
      functionArn: this.spec.arn,
      version: this.spec.version,
      revision: this.spec.revision,
      isDraining: this.#isDraining,
      waiting: this.#waiting.length,
      environments: [...this.#environments].map(({ pid, state, isFrozen, invocations }) => {
        return { ...(pid === undefined ? {} : { pid }), state, isFrozen, invocations }
      }),
    }
  }

  onIdle(environment: Environment): void {
    this.#endPreparing(undefined)
    if (environment.isWorn) {
      void environment.stop()
      return
    }
    // Callers without end would keep the place for ever; this function's go on when its turn comes again.
    if (environment.invocations > 0 && this.#waiting.length > 0 && this.#fleet.owesPlace(this)) {
      void environment.stop()
      return
    }
    const job = this.#waiting.shift()
    if (job !== undefined) {
      environment.invoke(job)
    } else if (this.#isDraining) {
      void environment.stop()
    } else {
      this.#idle.push(environment)
      this.#fleet.released(this)
    }
  }

  onStartFailed(environment: Environment, failure: StartFailure): void {
    this.#endPreparing(failure)
    const job = this.#waiting.shift()
    if (job !== undefined) environment.failJob(job, failure)
  }

  onGone(environment: Environment): void {
    this.#environments.delete(environment)
    const index = this.#idle.indexOf(environment)
    if (index !== -1) this.#idle.splice(index, 1)
    this.#settle()
    this.#fleet.released(this)
  }

  #takeIdle(): Environment | undefined {
    for (let environment = this.#idle.pop(); environment !== undefined; environment = this.#idle.pop()) {
      if (environment.state !== 'idle') continue
      if (!environment.isWorn) return environment
      void environment.stop()
    }
    return undefined
  }

  #endPreparing(failure: StartFailure | undefined): void {
    if (this.#preparing.size === 0) return
    for (const resolve of this.#preparing) resolve(failure)
    this.#preparing.clear()
  }

  #settle(): void {
    if (this.#isDraining && this.isEmpty) this.#emptied.resolve()
  }
}
