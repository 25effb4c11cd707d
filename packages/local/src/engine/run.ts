import type { FailureReport } from './errors.ts'
import { InvocationLog } from './logs.ts'
import type { InvocationReport, PlatformStatus } from './platform-log.ts'
import { ResponseStream } from './response-stream.ts'
import type { StreamTarget } from './runtime-api.ts'
import type { Invocation, InvokeOutcome } from './types.ts'

/** An invocation and whoever waits for it. */
export interface Job {
  readonly invocation: Invocation
  resolve(outcome: InvokeOutcome): void
  reject(error: Error): void
}

/** The part of a run at which it failed. */
export type FailurePhase = 'init' | 'invoke' | 'timeout' | 'exit'

type Answer =
  | { readonly kind: 'result'; readonly payload: Buffer }
  | { readonly kind: 'stream'; readonly contentType: string; readonly stream: ResponseStream }
  | { readonly kind: 'error'; readonly report: FailureReport; readonly phase: FailurePhase }

/** One invocation on its way through an environment: its log, and the first answer to it. */
export class Run {
  /** The invocation and its caller. */
  readonly job: Job
  /** What was logged during it. */
  readonly log: InvocationLog
  readonly #startedAt: number
  readonly #finished: PromiseWithResolvers<void> = Promise.withResolvers<void>()
  #endedAt: number | undefined
  #answer: Answer | undefined
  #stream: ResponseStream | undefined
  #isHandedOut = false
  #status: PlatformStatus = 'success'
  #errorType: string | undefined

  /**
   * Begins a run.
   * @param job The invocation.
   * @param startedAt When it began, `performance.now()`.
   * @param linesBefore The lines of an init phase that belongs to it.
   */
  constructor(job: Job, startedAt: number, linesBefore: readonly string[]) {
    this.job = job
    this.log = new InvocationLog(linesBefore)
    this.#startedAt = startedAt
  }

  /** The request id. */
  get requestId(): string {
    return this.job.invocation.requestId
  }

  /** When it began, `performance.now()`. */
  get startedAt(): number {
    return this.#startedAt
  }

  /**
   * Takes the buffered response; the first answer counts.
   * @param payload The response.
   */
  succeed(payload: Buffer): void {
    this.#take({ kind: 'result', payload })
  }

  /**
   * Takes a failure; the first answer counts, but a stream that is open breaks off.
   * @param report What failed.
   * @param phase Where.
   */
  fail(report: FailureReport, phase: FailurePhase): void {
    if (phase === 'timeout') this.#status = 'timeout'
    // A process that ended takes back what was not handed out, if memory was why: Lambda would have killed it before.
    if (report.errorType === 'Runtime.OutOfMemory' && !this.#isHandedOut) this.#answer = undefined
    this.#take({ kind: 'error', report, phase })
    this.#stream?.end(report)
  }

  /**
   * Opens a streamed response. It becomes the answer with its first byte: a failure before that is an error like any other.
   * @param contentType Its content type.
   * @param resume Called when the function may write on.
   * @param onAnswer Called when there is an answer to hand out.
   * @returns What the response is written to.
   */
  openStream(contentType: string, resume: () => void, onAnswer: () => void): StreamTarget {
    const begin = (): void => {
      this.#take({ kind: 'stream', contentType, stream })
      onAnswer()
    }
    const end = (failure: FailureReport | undefined): void => {
      this.#endedAt ??= performance.now()
      if (failure === undefined) {
        if (!stream.hasBytes) begin()
        return
      }
      this.#note(failure)
      if (stream.hasBytes) return
      this.#take({ kind: 'error', report: failure, phase: 'invoke' })
      onAnswer()
    }
    const stream: ResponseStream = new ResponseStream(resume, begin, end)
    this.#stream = stream
    return stream
  }

  /**
   * Tells the caller that there will be no answer.
   * @param error The reason.
   */
  reject(error: Error): void {
    if (this.#isHandedOut) return
    this.#isHandedOut = true
    this.job.reject(error)
  }

  /** Hands the answer to the caller, when there is one and it was not handed out before. */
  handOut(): void {
    const answer = this.#answer
    if (answer === undefined || this.#isHandedOut) return
    this.#isHandedOut = true
    const shared = { logLines: this.log.lines, finished: this.#finished.promise }
    if (answer.kind === 'result') {
      this.job.resolve({ kind: 'result', payload: answer.payload, ...shared })
    } else if (answer.kind === 'error') {
      this.job.resolve({ kind: 'error', phase: answer.phase, ...answer.report, ...shared })
    } else {
      const { contentType, stream } = answer
      const cancel = (): void => stream.cancel()
      this.job.resolve({ kind: 'stream', contentType, body: stream.read(), cancel, ...shared })
    }
  }

  /** Says that the run goes on after the answer: extensions were still at work. */
  prolong(): void {
    this.#endedAt = performance.now()
  }

  /** Says that nothing can be logged any more. */
  finish(): void {
    this.#finished.resolve()
  }

  /**
   * Tells what a REPORT line says about the run itself.
   * @param longestMs The function's timeout.
   * @returns Request id, trace, duration, size of the response and how it ended.
   */
  report(longestMs: number): Omit<InvocationReport, 'memorySizeMb'> {
    const { requestId, traceId } = this.job.invocation
    const durationMs = (this.#endedAt ?? performance.now()) - this.#startedAt
    return {
      requestId,
      durationMs: this.#status === 'timeout' ? longestMs : durationMs,
      status: this.#status,
      producedBytes: this.#producedBytes(),
      ...(traceId === undefined ? {} : { traceId }),
      ...(this.#status === 'error' && this.#errorType !== undefined ? { errorType: this.#errorType } : {}),
    }
  }

  #producedBytes(): number {
    if (this.#answer?.kind === 'result') return this.#answer.payload.length
    return this.#stream?.totalBytes ?? 0
  }

  #take(answer: Answer): void {
    if (this.#answer !== undefined) return
    this.#answer = answer
    this.#endedAt ??= answer.kind === 'stream' ? undefined : performance.now()
    if (answer.kind === 'error') this.#note(answer.report)
  }

  #note(failure: FailureReport): void {
    if (this.#status === 'success') this.#status = 'error'
    this.#errorType ??= failure.errorType
  }
}
