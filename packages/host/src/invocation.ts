import type { EventRequest, HttpEvent } from '@furlong/events'
import type { LambdaBindings, LambdaContext, LambdaExecutionContext } from './context.ts'
import { Deadline } from './deadline.ts'
import { logError } from './log.ts'

/** Somebody who keeps something for an invocation. */
export interface FinishTaker {
  /** It can go. */
  finished(): void
}

/** What belongs to one invocation and to no other; several may run at a time in one process. */
export class Invocation implements LambdaBindings, LambdaExecutionContext {
  readonly request: EventRequest
  readonly context: LambdaContext
  readonly deadline: Deadline
  readonly props: Readonly<Record<string, never>> = noProps
  /** Whether the head of an answer is on its way to the client, so that no other can be given. */
  isHeadSent = false
  /** Told once the invocation is over. */
  onFinished: FinishTaker | undefined
  #pending: Set<Promise<void>> | undefined

  /**
   * @param request The request inside the event.
   * @param context Lambda's context.
   * @param deadlineMarginMs How long before Lambda's deadline the application is told.
   */
  constructor(request: EventRequest, context: LambdaContext, deadlineMarginMs: number) {
    this.request = request
    this.context = context
    this.deadline = new Deadline(context, deadlineMarginMs)
  }

  get event(): HttpEvent {
    return this.request.event
  }

  get signal(): AbortSignal {
    return this.deadline.signal
  }

  // Both are also called without their object: `const { waitUntil } = executionCtx`.
  get waitUntil(): (promise: Promise<unknown>) => void {
    return (promise) => this.#wait(promise)
  }

  get passThroughOnException(): () => void {
    return ignore
  }

  #wait(promise: Promise<unknown>): void {
    const pending = (this.#pending ??= new Set())
    const settled: Promise<void> = Promise.resolve(promise).then(
      () => void pending.delete(settled),
      (error: unknown) => {
        pending.delete(settled)
        logError('A promise given to waitUntil() was rejected', error)
      },
    )
    pending.add(settled)
  }

  /**
   * Waits for the background work the application registered, but not beyond the deadline; then ends the deadline's watch.
   *
   * @returns Undefined when there is nothing to wait for.
   */
  finish(): Promise<void> | undefined {
    if (this.#pending === undefined || this.#pending.size === 0) {
      this.#end()
      return undefined
    }
    return this.#settle(this.#pending)
  }

  async #settle(pending: ReadonlySet<Promise<void>>): Promise<void> {
    const expired = new Promise<void>((resolve) => {
      this.deadline.onExpired = { expire: resolve }
      if (this.deadline.expired) resolve()
    })
    // Background work may register more of its kind.
    while (pending.size > 0 && !this.deadline.expired) {
      await Promise.race([Promise.all(pending), expired])
    }
    if (pending.size > 0) {
      logError(
        `${pending.size} promise(s) given to waitUntil() were not settled when the function was about to reach its timeout`,
      )
    }
    this.#end()
  }

  #end(): void {
    this.deadline.stop()
    this.onFinished?.finished()
    this.onFinished = undefined
  }
}

const noProps: Readonly<Record<string, never>> = Object.freeze({})
const ignore = (): void => {
  // There is no origin to pass a request on to.
}
