import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ApiServer } from './api-server.ts'
import { createEnvironmentVariables, createLogStreamName } from './environment-variables.ts'
import { LocalError } from '../errors.ts'
import { formatInstant } from '../instant.ts'
import {
  createExitReport,
  createExtensionReport,
  createOutOfMemoryReport,
  createTimeoutReport,
  prefixReport,
  readMessage,
} from './errors.ts'
import type { FailureReport } from './errors.ts'
import { ExtensionsApi } from './extensions-api.ts'
import type { ShutdownReason } from './extensions-api.ts'
import { InvocationLog } from './logs.ts'
import type { MemoryWatch } from './memory.ts'
import { listExternalExtensions, wrapLaunch } from './opt-folder.ts'
import type { ExternalExtension } from './opt-folder.ts'
import { createLineFilter, createPlatformLog } from './platform-log.ts'
import type { PlatformLog } from './platform-log.ts'
import { Run } from './run.ts'
import type { FailurePhase, Job } from './run.ts'
import { RuntimeApi } from './runtime-api.ts'
import type { RuntimeEvents, StreamTarget } from './runtime-api.ts'
import { resolveRuntime, runtimeFamily } from './runtimes.ts'
import type { Launch } from './runtimes.ts'
import { Sandbox } from './sandbox.ts'
import type { Debugging, EngineLimits, EngineOptions, SessionCredentials, FunctionSpec } from './types.ts'
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
  readonly memory: MemoryWatch
  /** Tells the user something once. */
  notify(text: string): void
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

/** How the processes of an environment are started, each time. */
interface Boot {
  readonly launch: Launch
  readonly variables: Record<string, string>
  readonly extensions: readonly ExternalExtension[]
}

// The runtime's share of the time to shut down, when external extensions have the rest.
const runtimeShare = 0.3

/** One execution environment: a sandbox and the APIs its processes talk to. It runs one invocation at a time. */
export class Environment {
  /** The function it runs. */
  readonly spec: FunctionSpec
  readonly #services: EnvironmentServices
  readonly #owner: EnvironmentOwner
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers<void>()
  readonly #startup: Promise<void>
  readonly #id: string = randomBytes(16).toString('hex')
  readonly #platform: PlatformLog
  readonly #isWritten: ((line: string) => boolean) | undefined
  readonly #runtime: RuntimeApi
  readonly #extensions: ExtensionsApi
  readonly #sandbox: Sandbox
  readonly #initLog: InvocationLog = new InvocationLog()
  #server: ApiServer | undefined
  #boot: Boot | undefined
  #state: EnvironmentState = 'starting'
  #session: SessionCredentials | undefined
  #run: Run | undefined
  /** Its answer was handed out, its last lines are still to be written. */
  #concluding: Run | undefined
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
    this.#platform = createPlatformLog(spec, () => services.now())
    this.#isWritten = createLineFilter(spec.logging)
    this.#runtime = new RuntimeApi(this.#createRuntimeEvents())
    this.#extensions = new ExtensionsApi(spec, {
      registered: () => this.#startRuntime(),
      ready: () => this.#settleSoon(),
      failed: (report) => this.#broke(report),
    })
    this.#sandbox = new Sandbox(
      {
        watchdog: services.watchdog,
        marker: this.#id,
        codeFolder: spec.codeFolder,
        limitMb: services.debugging === undefined ? spec.memorySizeMb : Infinity,
      },
      {
        line: (text) => this.#line(text),
        runtimeEnded: (end, reason) => {
          if (reason !== undefined) this.#line(reason)
          this.#broke((id) => createExitReport(id, end))
        },
        extensionEnded: (_name, end, reason) => this.#broke((id) => createExtensionReport(id, end, reason)),
        outOfMemory: () => this.#broke((id) => createOutOfMemoryReport(id)),
      },
    )
    this.#startup = this.#start().catch((error: unknown) => {
      this.#failStart({ kind: 'error', error: error instanceof Error ? error : new Error(String(error)) })
    })
  }

  /** What it is doing. */
  get state(): EnvironmentState {
    return this.#state
  }

  /** The process id of its runtime, once there is one. */
  get pid(): number | undefined {
    return this.#sandbox.pid
  }

  /** Whether its processes are frozen. */
  get isFrozen(): boolean {
    return this.#sandbox.isFrozen
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
    this.#conclude()
    const { requestId, payload, traceId = '', clientContext } = job.invocation
    const isFirst = this.#invocations === 0
    const timeoutMs = this.spec.timeoutSeconds * 1000
    const deadlineMs = Date.now() + timeoutMs
    const invokedFunctionArn = job.invocation.invokedFunctionArn ?? this.spec.arn
    this.#state = 'busy'
    this.#hasPolled = false
    this.#invocations += 1
    this.#run = new Run(job, performance.now(), isFirst ? this.#initLog.lines : [])
    this.#logAll(this.#platform.start(requestId, invokedFunctionArn))
    if (this.#sandbox.isFrozen) {
      this.#sandbox.thaw()
      this.#services.memory.add(this.#sandbox)
    }
    this.#armTimeout(timeoutMs)
    this.#extensions.invoke({ requestId, deadlineMs, invokedFunctionArn, traceId })
    const context = readClientContext(clientContext)
    this.#runtime.deliver({
      requestId,
      payload: payload.length === 0 ? emptyEvent : payload,
      deadlineMs,
      invokedFunctionArn,
      traceId,
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
    const run = new Run(job, this.#initStartedAt, this.#initLog.lines)
    this.#run = run
    this.#logAll(this.#platform.start(run.requestId, job.invocation.invokedFunctionArn ?? this.spec.arn))
    this.#failRun(run, failure.report(run.requestId), failure.phase)
    this.#finishRun(run)
    run.handOut()
  }

  /**
   * Stops the environment; a running invocation is broken off.
   * @param reason What its caller is told.
   * @returns When its processes are gone and the folders are removed.
   */
  stop(reason?: Error): Promise<void> {
    if (this.#state === 'gone' || this.#state === 'stopping') return this.#gone.promise
    const run = this.#run
    this.#state = 'stopping'
    if (run !== undefined) {
      run.reject(reason ?? new LocalError('EngineClosed', 'The execution environment was stopped'))
      run.fail(createExitReport(run.requestId, { status: null, signal: 'SIGTERM' }), 'exit')
    }
    void this.#close('spindown')
    return this.#gone.promise
  }

  async #start(): Promise<void> {
    const { options, debugging, watchdog } = this.#services
    const { optFolder, runtimes: programs } = options
    const bytecodeFolder = join(await watchdog.folder(), 'bytecode')
    const [resolved, extensions] = await Promise.all([
      resolveRuntime(this.spec, { programs, debugging: debugging?.arguments, bytecodeFolder }),
      listExternalExtensions(optFolder),
    ])
    this.#initStartedAt = performance.now()
    const launch = 'errorType' in resolved ? resolved : this.#wrap(resolved)
    if ('errorType' in launch) {
      this.#failStart({ kind: 'failed', phase: 'init', report: (id) => prefixReport(launch, id) })
      return
    }
    if (launch.notice !== undefined) this.#services.notify(launch.notice)
    const [server, folders, clientEnvironment] = await Promise.all([
      ApiServer.listen([this.#runtime, this.#extensions]),
      this.#sandbox.makeFolders(),
      options.clientEnvironment(),
    ])
    this.#server = server
    // Stopped in the meantime: whoever stopped it waits for the start to end.
    if (this.#state !== 'starting') return
    const session = options.sessionFor(this.spec)
    const logStream = createLogStreamName(this.spec.version, this.#services.now(), this.#id)
    this.#session = session
    const variables = createEnvironmentVariables({
      ...folders,
      spec: this.spec,
      session,
      runtimeApi: server.address,
      clientEnvironment,
      logStream,
      ...(optFolder === undefined ? {} : { optFolder }),
    })
    this.#boot = { launch, variables, extensions }
    options.onColdStart?.()
    this.#logAll(this.#platform.initStart(launch.label, logStream))
    this.#startProcesses(this.#boot)
  }

  #wrap(launch: Launch): Launch | FailureReport {
    const wrapper = this.spec.environment['AWS_LAMBDA_EXEC_WRAPPER'] ?? ''
    // A bootstrap of the bundle's own reads the variable itself, or does not.
    if (wrapper === '' || runtimeFamily(this.spec.runtime) === 'provided') return launch
    const wrapped = wrapLaunch(launch, wrapper, this.#services.options.optFolder)
    if ('program' in wrapped) return wrapped
    this.#line(wrapped.says)
    return wrapped.report
  }

  #startProcesses({ extensions, variables }: Boot): void {
    this.#initStartedAt = performance.now()
    this.#hasPolled = false
    this.#services.memory.add(this.#sandbox)
    const initMs = this.#isRepeatedInit ? this.spec.timeoutSeconds * 1000 : this.#services.limits.initMs
    if (initMs !== Infinity) this.#initTimer = setTimeout(() => this.#initTimedOut(), initMs)
    this.#extensions.reset(extensions.map(({ name }) => name))
    for (const extension of extensions) this.#sandbox.startExtension(extension, variables)
    // With external extensions the runtime waits until they have registered.
    if (extensions.length === 0) this.#startRuntime()
  }

  #startRuntime(): void {
    if (this.#state !== 'starting' || this.#boot === undefined) return
    this.#sandbox.startRuntime(this.#boot.launch, this.#boot.variables)
  }

  #createRuntimeEvents(): RuntimeEvents {
    return {
      polled: () => {
        this.#hasPolled = true
        this.#extensions.closeRegistration()
        this.#settleSoon()
      },
      pollLost: () => {
        this.#hasPolled = false
        if (this.#state === 'idle') void this.stop()
      },
      initFailed: (report) => {
        this.#logInitDone('error', report.errorType)
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

  // What a function wrote before it answered or polled is in the pipes by then, so the reads of this turn of the
  // event loop complete its log. That is the barrier; a foreign runtime needs no more than to flush before it polls.
  #settleSoon(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    setImmediate(this.#settle)
  }

  readonly #settle = (): void => {
    this.#isSettling = false
    const isDone = this.#hasPolled && this.#extensions.areReady
    if (this.#state === 'starting') {
      if (isDone) this.#becomeReady()
      return
    }
    const run = this.#run
    // Otherwise the end of the process or the timeout came in between, and hands out what there is.
    if (run === undefined || this.#state !== 'busy') return
    if (isDone) {
      this.#sandbox.refreshMemory(performance.now() - run.startedAt)
      if (!this.#isBusy()) return
      if (this.#extensions.size > 0) run.prolong()
      this.#sandbox.flush()
      this.#run = undefined
      this.#concluding = run
      queueMicrotask(this.#concludeSoon)
    }
    run.handOut()
    if (isDone) this.#becomeIdle()
  }

  // A tick comes behind every microtask: the answer is on its way to the caller before Lambda's own lines are written.
  readonly #concludeSoon = (): void => process.nextTick(this.#conclude)

  readonly #conclude = (): void => {
    const run = this.#concluding
    if (run === undefined) return
    this.#concluding = undefined
    this.#report(run)
  }

  // The state may have changed during a call, which the compiler does not see.
  #isBusy(): boolean {
    return this.#state === 'busy'
  }

  #becomeReady(): void {
    clearTimeout(this.#initTimer)
    this.#initDurationMs = performance.now() - this.#initStartedAt
    this.#logInitDone('success')
    for (const status of this.#extensions.status()) this.#logAll(this.#platform.extension(status))
    this.#becomeIdle()
  }

  #finishRun(run: Run): void {
    this.#sandbox.flush()
    this.#report(run)
    this.#run = undefined
  }

  #report(run: Run): void {
    const { memorySizeMb, timeoutSeconds } = this.spec
    const maxMemoryUsedMb = this.#sandbox.memoryMb
    const initDurationMs = this.#invocations === 1 ? this.#initDurationMs : undefined
    this.#logAll(
      this.#platform.end({
        ...run.report(timeoutSeconds * 1000),
        memorySizeMb,
        ...(maxMemoryUsedMb === undefined ? {} : { maxMemoryUsedMb }),
        ...(initDurationMs === undefined ? {} : { initDurationMs }),
      }),
      run,
    )
    run.finish()
  }

  #failRun(run: Run, report: FailureReport, phase: FailurePhase): void {
    run.fail(report, phase)
    if (phase === 'init') return
    this.#logAll(this.#platform.broken(run.requestId, report.errorType, readMessage(report.document)))
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
    if (idleMs >= freezeAfterMs) this.#freeze()
    this.#idleTimer = this.#armIdle(
      idleMs < freezeAfterMs ? freezeAfterMs - idleMs : Math.max(1, idleExpiryMs - idleMs),
    )
  }

  #freeze(): void {
    this.#sandbox.freeze()
    // What cannot run cannot take memory.
    this.#services.memory.remove(this.#sandbox)
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
    this.#runtime.timeOut()
    // Decided now: that the process loses its connections when it is killed must not count as its answer.
    const report = createTimeoutReport(run.requestId, this.spec.timeoutSeconds)
    run.fail(report, 'timeout')
    void this.#close('timeout', () => {
      this.#failRun(run, report, 'timeout')
      this.#finishRun(run)
      run.handOut()
    })
  }

  // A process ended, an extension gave up, or the memory is spent: nothing more can run here.
  #broke(report: (requestId: string) => FailureReport): void {
    if (this.#state === 'stopping' || this.#state === 'gone') return
    if (this.#state === 'starting') {
      this.#logInitDone('error', report('').errorType)
      this.#failStart({ kind: 'failed', phase: 'init', report })
      return
    }
    const run = this.#run
    this.#state = 'stopping'
    if (run !== undefined) {
      this.#failRun(run, report(run.requestId), 'exit')
      this.#finishRun(run)
      run.handOut()
    }
    void this.#close('failure')
  }

  #initTimedOut(): void {
    this.#logInitDone('timeout')
    this.#sandbox.discard()
    if (this.#isRepeatedInit || this.#boot === undefined) {
      const { timeoutSeconds } = this.spec
      const report = (id: string): FailureReport => createTimeoutReport(id, timeoutSeconds)
      this.#failStart({ kind: 'failed', phase: 'timeout', report })
      return
    }
    // The init phase is over: it is repeated as part of the invocation, under the function's timeout.
    this.#isRepeatedInit = true
    this.#runtime.reset()
    this.#server?.closeConnections()
    this.#startProcesses(this.#boot)
  }

  #failStart(failure: StartFailure): void {
    if (this.#state !== 'starting') return
    this.#state = 'stopping'
    clearTimeout(this.#initTimer)
    // What the init phase printed last is read in this turn of the event loop.
    setImmediate(() => {
      this.#sandbox.flush()
      this.#owner.onStartFailed(this, failure)
      void this.#close('failure')
    })
  }

  // Politely only when nothing went wrong, and only where an extension is registered: without one Lambda's shutdown phase has no length.
  async #close(reason: ShutdownReason, runtimeEnded: () => void = () => {}): Promise<void> {
    clearTimeout(this.#initTimer)
    clearTimeout(this.#timeoutTimer)
    clearTimeout(this.#idleTimer)
    this.#services.memory.remove(this.#sandbox)
    await this.#startup
    const { stopMs, shutdownMs } = this.#services.limits
    const hasExternal = this.#boot !== undefined && this.#boot.extensions.length > 0
    const ofInternal = this.#extensions.size > 0 ? stopMs : 0
    const politeMs = hasExternal ? shutdownMs * runtimeShare : ofInternal
    const deadlineMs = Date.now() + shutdownMs
    await this.#sandbox.endRuntime(reason === 'spindown' ? politeMs : 0)
    runtimeEnded()
    if (hasExternal) {
      const told = this.#extensions.shutDown(reason, deadlineMs)
      await this.#sandbox.endExtensions(told, Math.max(0, deadlineMs - Date.now()))
    }
    const run = this.#run
    if (run !== undefined) this.#finishRun(run)
    this.#runtime.close()
    this.#server?.close()
    await this.#sandbox.remove()
    this.#state = 'gone'
    this.#gone.resolve()
    this.#owner.onGone(this)
  }

  #logInitDone(status: 'success' | 'timeout' | 'error', errorType?: string): void {
    const durationMs = performance.now() - this.#initStartedAt
    this.#logAll(
      this.#platform.initDone({ durationMs, status, ...(errorType === undefined ? {} : { errorType }) }),
    )
  }

  #line(text: string): void {
    if (this.#isWritten?.(text) !== false) this.#log(text)
  }

  #logAll(lines: readonly string[], run: Run | undefined = this.#run): void {
    if (lines.length === 0) return
    const at = formatInstant(this.#services.now())
    for (const line of lines) this.#logAt(at, line, run)
  }

  #log(text: string): void {
    // Out of turn: the lines of an invocation that has ended come first.
    this.#conclude()
    this.#logAt(formatInstant(this.#services.now()), text, this.#run)
  }

  #logAt(at: string, text: string, run: Run | undefined): void {
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

function readClientContext(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  return text.trimStart().startsWith('{') ? text : Buffer.from(text, 'base64').toString()
}
