import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { ChildProcess } from './child-process.ts'
import { createEnvironmentVariables, createLogStreamName } from './environment-variables.ts'
import { LocalError } from '../errors.ts'
import { createExitReport, createTimeoutReport } from './errors.ts'
import type { FailureReport, ProcessEnd } from './errors.ts'
import { createReportLine, InvocationLog, LineSplitter } from './logs.ts'
import { Run } from './run.ts'
import type { Job } from './run.ts'
import { RuntimeApi } from './runtime-api.ts'
import type { RuntimeEvents, StreamTarget } from './runtime-api.ts'
import { resolveRuntime } from './runtimes.ts'
import type { Launch } from './runtimes.ts'
import type { Debugging, EngineLimits, EngineOptions, SessionCredentials, FunctionSpec } from './types.ts'
import { removeFolder } from './watchdog.ts'
import type { Watchdog } from './watchdog.ts'

/** Why an environment did not become ready. */
export type StartFailure =
  | { readonly kind: 'error'; readonly error: Error }
  | {
      readonly kind: 'failed'
      readonly phase: 'init' | 'timeout'
      report(requestId: string): FailureReport
    }

/** Told what becomes of an environment. */
export interface EnvironmentOwner {
  /** It waits for an event. */
  onIdle(environment: Environment): void
  /** It did not become ready; `onGone` follows. */
  onStartFailed(environment: Environment, failure: StartFailure): void
  /** It is gone and takes no place any more. */
  onGone(environment: Environment): void
}

/** What all environments of an engine share. */
export interface EnvironmentServices {
  readonly options: EngineOptions
  readonly limits: EngineLimits
  readonly watchdog: Watchdog
  /** Present for a function under a debugger. */
  readonly debugging?: Debugging
  now(): Date
}

/** Starting, then idle and busy in turn, then stopping, then gone. */
export type EnvironmentState = 'starting' | 'idle' | 'busy' | 'stopping' | 'gone'

// Lambda replaces a session before it ends in the hands of a function.
const sessionMarginMs = 5 * 60_000

// What setTimeout takes; it makes a longer time one millisecond.
const longestTimerMs = 2 ** 31 - 1

// An invocation without a payload is one with an empty object.
const emptyEvent = Buffer.from('{}')

/** One execution environment: a process, its Runtime API, its folders. It runs one invocation at a time. */
export class Environment {
  /** The function it runs. */
  readonly spec: FunctionSpec
  readonly #services: EnvironmentServices
  readonly #owner: EnvironmentOwner
  readonly #stdout: LineSplitter = new LineSplitter((line) => this.#log(line))
  readonly #stderr: LineSplitter = new LineSplitter((line) => this.#log(line))
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers<void>()
  readonly #startup: Promise<void>
  #state: EnvironmentState = 'starting'
  #session: SessionCredentials | undefined
  #api: RuntimeApi | undefined
  #child: ChildProcess | undefined
  #folder: string | undefined
  #run: Run | undefined
  readonly #initLog: InvocationLog = new InvocationLog()
  #initStartedAt = 0
  #initDurationMs: number | undefined
  #initTimer: NodeJS.Timeout | undefined
  #isRepeatedInit = false
  #timeoutTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #idleSince = 0
  #invocations = 0
  #hasPolled = false
  #isSettling = false

  /**
   * Starts an environment.
   * @param spec The function.
   * @param services What environments share.
   * @param owner Told what becomes of it.
   */
  constructor(spec: FunctionSpec, services: EnvironmentServices, owner: EnvironmentOwner) {
    this.spec = spec
    this.#services = services
    this.#owner = owner
    this.#startup = this.#start().catch((error: unknown) => {
      this.#failStart({ kind: 'error', error: error instanceof Error ? error : new Error(String(error)) })
    })
  }

  /** What it is doing. */
  get state(): EnvironmentState {
    return this.#state
  }

  /** The process id, once there is one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Whether its process is frozen. */
  get isFrozen(): boolean {
    return this.#child?.isFrozen ?? false
  }

  /** Invocations so far. */
  get invocations(): number {
    return this.#invocations
  }

  /** When it became idle, `performance.now()`. */
  get idleSince(): number {
    return this.#idleSince
  }

  /** Whether its session ends too soon for another invocation. One it has not served yet it may always serve. */
  get isWorn(): boolean {
    if (this.#invocations === 0 || this.#session === undefined) return false
    return this.#session.expiresAt.getTime() - this.#services.now().getTime() < sessionMarginMs
  }

  /**
   * Gives an idle environment an invocation.
   * @param job The invocation.
   */
  invoke(job: Job): void {
    const { invocation } = job
    const isFirst = this.#invocations === 0
    const timeoutMs = this.spec.timeoutSeconds * 1000
    this.#state = 'busy'
    this.#hasPolled = false
    this.#invocations += 1
    this.#run = new Run(job, performance.now(), isFirst ? this.#initLog.lines() : [])
    this.#log(`START RequestId: ${invocation.requestId} Version: ${this.spec.version}`)
    this.#child?.thaw()
    this.#armTimeout(timeoutMs)
    const context = readClientContext(invocation.clientContext)
    this.#api?.deliver({
      requestId: invocation.requestId,
      payload: invocation.payload.length === 0 ? emptyEvent : invocation.payload,
      deadlineMs: Date.now() + timeoutMs,
      invokedFunctionArn: invocation.invokedFunctionArn ?? this.spec.arn,
      traceId: invocation.traceId ?? '',
      ...(context === undefined ? {} : { clientContext: context }),
    })
  }

  /**
   * Completes a job that this environment failed to become ready for.
   * @param job The job.
   * @param failure Why.
   */
  failJob(job: Job, failure: StartFailure): void {
    if (failure.kind === 'error') {
      job.reject(failure.error)
      return
    }
    const run = new Run(job, this.#initStartedAt, this.#initLog.lines())
    this.#run = run
    this.#log(`START RequestId: ${run.requestId} Version: ${this.spec.version}`)
    if (failure.phase === 'timeout') this.#log(this.#createTimeoutLine(run.requestId))
    run.fail(failure.report(run.requestId), failure.phase)
    this.#finishRun(run)
    run.handOut()
  }

  /**
   * Stops the environment; a running invocation is broken off.
   * @param reason What its caller is told.
   * @returns When the process is gone and the folders are removed.
   */
  stop(reason?: Error): Promise<void> {
    if (this.#state === 'gone' || this.#state === 'stopping') return this.#gone.promise
    const run = this.#run
    this.#state = 'stopping'
    if (run !== undefined) {
      run.reject(reason ?? new LocalError('EngineClosed', 'The execution environment was stopped'))
      run.fail(createExitReport(run.requestId, { status: null, signal: 'SIGTERM' }), 'exit')
    }
    void this.#close(() => this.#child?.stop(this.#services.limits.stopMs))
    return this.#gone.promise
  }

  async #start(): Promise<void> {
    const { options, watchdog, debugging } = this.#services
    const launch = await resolveRuntime(this.spec, options.runtimes, debugging?.arguments)
    this.#initStartedAt = performance.now()
    if ('errorType' in launch) {
      this.#failStart({ kind: 'failed', phase: 'init', report: (id) => prefixReport(launch, id) })
      return
    }
    const [api, folder] = await Promise.all([
      RuntimeApi.listen(this.#createEvents()),
      mkdtemp(join(await watchdog.folder(), 'environment-')),
    ])
    this.#api = api
    this.#folder = folder
    const home = join(folder, 'home')
    const temporaryFolder = join(folder, 'tmp')
    await Promise.all([mkdir(home), mkdir(temporaryFolder)])
    // Stopped in the meantime: whoever stopped it waits for the start to end.
    if (this.#state !== 'starting') return
    const session = options.sessionFor(this.spec)
    this.#session = session
    const variables = createEnvironmentVariables({
      spec: this.spec,
      session,
      runtimeApi: api.address,
      home,
      temporaryFolder,
      clientEnvironment: options.clientEnvironment,
      logStream: createLogStreamName(this.spec.version, this.#services.now()),
    })
    this.#log(`INIT_START Runtime Version: ${launch.label}`)
    this.#spawn(launch, variables)
  }

  #spawn(launch: Launch, variables: Record<string, string>): void {
    const { limits, watchdog } = this.#services
    this.#initStartedAt = performance.now()
    const child = new ChildProcess(launch, this.spec.codeFolder, variables, {
      stdout: (chunk) => this.#stdout.push(chunk),
      stderr: (chunk) => this.#stderr.push(chunk),
      ended: (end, reason) => {
        if (child.pid !== undefined) watchdog.remove(child.pid)
        if (this.#child === child) this.#childEnded(end, reason)
      },
    })
    this.#child = child
    if (child.pid !== undefined) watchdog.add(child.pid)
    const initMs = this.#isRepeatedInit ? this.spec.timeoutSeconds * 1000 : limits.initMs
    if (initMs !== Infinity) this.#initTimer = setTimeout(() => this.#initTimedOut(launch, variables), initMs)
  }

  #createEvents(): RuntimeEvents {
    return {
      polled: () => this.#polled(),
      pollLost: () => {
        this.#hasPolled = false
        if (this.#state === 'idle') void this.stop()
      },
      initFailed: (report) => {
        this.#logInitReport('error', report.errorType)
        this.#failStart({ kind: 'failed', phase: 'init', report: () => report })
      },
      responded: (payload) => {
        this.#run?.succeed(payload)
        this.#settleSoon()
      },
      failed: (report) => {
        this.#run?.fail(report, 'invoke')
        this.#settleSoon()
      },
      streamStarted: (contentType, resume) => {
        const run = this.#run
        return run?.openStream(contentType, resume, () => this.#settleSoon()) ?? discardingTarget
      },
    }
  }

  #polled(): void {
    if (this.#state === 'starting') {
      clearTimeout(this.#initTimer)
      this.#initDurationMs = performance.now() - this.#initStartedAt
      // The lines of the init phase are in the pipes already; this turn of the event loop reads them.
      setImmediate(() => {
        if (this.#state === 'starting') this.#becomeIdle()
      })
      return
    }
    this.#hasPolled = true
    this.#settleSoon()
  }

  // What a function wrote before it answered or polled is in the pipes by then, so the reads of this turn of the
  // event loop complete its log. That is the barrier; a foreign runtime needs no more than to flush before it polls.
  #settleSoon(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    setImmediate(() => {
      this.#isSettling = false
      const run = this.#run
      // Otherwise the end of the process or the timeout came in between, and hands out what there is.
      if (run === undefined || this.#state !== 'busy') return
      if (this.#hasPolled) this.#finishRun(run)
      run.handOut()
      if (this.#hasPolled) this.#becomeIdle()
    })
  }

  #finishRun(run: Run): void {
    this.#stdout.flush()
    this.#stderr.flush()
    const maxMemoryUsedMb = this.#child?.readMaxMemoryMb()
    const initDurationMs = this.#invocations === 1 ? this.#initDurationMs : undefined
    const line = createReportLine({
      ...run.report(),
      memorySizeMb: this.spec.memorySizeMb,
      ...(maxMemoryUsedMb === undefined ? {} : { maxMemoryUsedMb }),
      ...(initDurationMs === undefined ? {} : { initDurationMs }),
    })
    this.#log(`END RequestId: ${run.requestId}`)
    this.#log(line)
    this.#run = undefined
    run.finish()
  }

  #becomeIdle(): void {
    this.#state = 'idle'
    this.#idleSince = performance.now()
    this.#idleTimer ??= this.#armIdle(this.#services.limits.freezeAfterMs)
    this.#owner.onIdle(this)
  }

  // One lazy timer: it is armed once and looks at the clock when it fires, so a warm call sets and clears none.
  #armIdle(ms: number): NodeJS.Timeout {
    const bounded = Math.min(ms, this.#services.limits.idleExpiryMs, longestTimerMs)
    return setTimeout(() => this.#idleElapsed(), Math.max(1, bounded)).unref()
  }

  #idleElapsed(): void {
    this.#idleTimer = undefined
    if (this.#state !== 'idle') return
    const { freezeAfterMs, idleExpiryMs } = this.#services.limits
    const idleMs = performance.now() - this.#idleSince
    if (idleMs >= idleExpiryMs) {
      void this.stop()
      return
    }
    if (idleMs >= freezeAfterMs) this.#child?.freeze()
    this.#idleTimer = this.#armIdle(
      idleMs < freezeAfterMs ? freezeAfterMs - idleMs : Math.max(1, idleExpiryMs - idleMs),
    )
  }

  #armTimeout(ms: number): void {
    if (this.#timeoutTimer !== undefined || this.#services.debugging !== undefined) return
    this.#timeoutTimer = setTimeout(
      () => {
        this.#timeoutTimer = undefined
        const run = this.#run
        if (run === undefined || this.#state !== 'busy') return
        const leftMs = run.startedAt + this.spec.timeoutSeconds * 1000 - performance.now()
        if (leftMs > 0) this.#armTimeout(leftMs)
        else this.#timedOut(run)
      },
      Math.max(1, Math.ceil(ms)),
    )
  }

  #timedOut(run: Run): void {
    this.#state = 'stopping'
    // Decided now: that the process loses its connections when it is killed must not count as its answer.
    run.fail(createTimeoutReport(run.requestId, this.spec.timeoutSeconds), 'timeout')
    void this.#close(async () => {
      this.#child?.kill()
      await this.#child?.stop(0)
      this.#log(this.#createTimeoutLine(run.requestId))
      this.#finishRun(run)
      run.handOut()
    })
  }

  #childEnded(end: ProcessEnd, reason: string | undefined): void {
    if (reason !== undefined) this.#log(reason)
    if (this.#state === 'stopping' || this.#state === 'gone') return
    if (this.#state === 'starting') {
      this.#logInitReport('error', 'Runtime.ExitError')
      this.#failStart({ kind: 'failed', phase: 'init', report: (id) => createExitReport(id, end) })
      return
    }
    const run = this.#run
    this.#state = 'stopping'
    if (run !== undefined) {
      run.fail(createExitReport(run.requestId, end), 'exit')
      this.#finishRun(run)
      run.handOut()
    }
    void this.#close(() => undefined)
  }

  #initTimedOut(launch: Launch, variables: Record<string, string>): void {
    this.#logInitReport('timeout')
    const child = this.#child
    this.#child = undefined
    if (this.#isRepeatedInit) {
      child?.kill()
      const { timeoutSeconds } = this.spec
      const report = (id: string): FailureReport => createTimeoutReport(id, timeoutSeconds)
      this.#failStart({ kind: 'failed', phase: 'timeout', report })
      return
    }
    // The init phase is over: it is repeated as part of the invocation, under the function's timeout.
    this.#isRepeatedInit = true
    child?.kill()
    this.#api?.reset()
    this.#spawn(launch, variables)
  }

  #failStart(failure: StartFailure): void {
    if (this.#state !== 'starting') return
    this.#state = 'stopping'
    clearTimeout(this.#initTimer)
    // What the init phase printed last is read in this turn of the event loop.
    setImmediate(() => {
      this.#stdout.flush()
      this.#stderr.flush()
      this.#owner.onStartFailed(this, failure)
      void this.#close(() => this.#child?.stop(this.#services.limits.stopMs))
    })
  }

  async #close(end: () => Promise<void> | undefined): Promise<void> {
    clearTimeout(this.#initTimer)
    clearTimeout(this.#timeoutTimer)
    clearTimeout(this.#idleTimer)
    await this.#startup
    await end()
    const run = this.#run
    if (run !== undefined) this.#finishRun(run)
    this.#api?.close()
    if (this.#folder !== undefined) await removeFolder(this.#folder)
    this.#state = 'gone'
    this.#gone.resolve()
    this.#owner.onGone(this)
  }

  #logInitReport(status: 'timeout' | 'error', errorType?: string): void {
    const durationMs = performance.now() - this.#initStartedAt
    this.#log(
      `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}${errorType === undefined ? '' : `\tError Type: ${errorType}`}`,
    )
  }

  #createTimeoutLine(requestId: string): string {
    return `${this.#timestamp()} ${requestId} Task timed out after ${this.spec.timeoutSeconds.toFixed(2)} seconds`
  }

  #timestamp(): string {
    return this.#services.now().toISOString()
  }

  #log(text: string): void {
    const run = this.#run
    const at = this.#timestamp()
    const functionArn = this.spec.arn
    if (run === undefined) {
      if (this.#invocations === 0) this.#initLog.add(text)
      this.#services.options.onLog({ at, functionArn, text })
      return
    }
    run.log.add(text)
    this.#services.options.onLog({ at, functionArn, requestId: run.requestId, text })
  }
}

// For an answer to no run: there is none once the environment is ending.
const discardingTarget: StreamTarget = { write: () => true, end: () => undefined }

function prefixReport(report: FailureReport, requestId: string): FailureReport {
  const { errorMessage } = JSON.parse(Buffer.from(report.document).toString()) as { errorMessage: string }
  const { errorType } = report
  const document = { errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}` }
  return { errorType, document: Buffer.from(JSON.stringify(document)) }
}

function readClientContext(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  return text.trimStart().startsWith('{') ? text : Buffer.from(text, 'base64').toString()
}
