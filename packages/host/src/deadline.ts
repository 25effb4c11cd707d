import type { LambdaContext } from './context.ts'
import { startWatch, stopWatch } from './watchdog.ts'
import type { Watch } from './watchdog.ts'

/** How long before Lambda's deadline the signal aborts when nothing else is said. */
export const defaultDeadlineMarginMs = 500

/** Somebody who wants to know that the deadline is near. */
export interface TimeoutTaker {
  /** @param reason That of the signal. */
  timeOut(reason: Error): void
}

/** Somebody who answers in the application's place when the time is over. */
export interface ExpiryTaker {
  expire(): void
}

/**
 * The deadline of one invocation. First the signal aborts, and the application may still answer; half of the margin later the
 * answer is given for it.
 */
export class Deadline implements Watch {
  dueMs: number = Infinity
  place: number = -1
  /** Told once, when the application has had its chance. */
  onExpired: ExpiryTaker | undefined
  /** Told once, when the signal aborts because of the deadline. */
  onAborted: TimeoutTaker | undefined
  #expiresMs = Infinity
  #expired = false
  #controller: AbortController | undefined
  #reason: { readonly error: unknown } | undefined

  /**
   * @param context The invocation's context; its clock decides. Without one, as in a test, there is no deadline.
   * @param marginMs How long before Lambda's deadline the signal aborts. With little time left, half of it.
   */
  constructor(context: Partial<LambdaContext> | undefined, marginMs: number) {
    const left = context?.getRemainingTimeInMillis?.()
    if (left === undefined || !Number.isFinite(left)) return
    const margin = left > 2 * marginMs ? marginMs : left / 2
    const end = Date.now() + left
    this.dueMs = end - margin
    this.#expiresMs = end - margin / 2
    startWatch(this)
  }

  /** Aborts shortly before the deadline, and when the client's side of a stream is gone. Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.error)
    }
    return this.#controller.signal
  }

  /** Whether the time for an answer is over. */
  get expired(): boolean {
    return this.#expired
  }

  ring(): void {
    if (this.#reason === undefined) {
      this.dueMs = this.#expiresMs
      const reason = new DOMException('The function is about to reach its timeout', 'TimeoutError')
      this.abort(reason)
      this.onAborted?.timeOut(reason)
    } else {
      this.dueMs = Infinity
      this.#expired = true
      this.onExpired?.expire()
    }
  }

  /**
   * Aborts at once.
   *
   * @param error Becomes the signal's reason.
   */
  abort(error: unknown): void {
    this.#reason ??= { error }
    this.#controller?.abort(this.#reason.error)
  }

  /**
   * Says whether an error is this deadline's own, as `fetch()` throws it when its signal aborts.
   *
   * @param error What an application threw.
   * @returns Whether it is the reason of the signal.
   */
  isReason(error: unknown): boolean {
    return this.#reason !== undefined && this.#reason.error === error
  }

  /** Ends the watch; the signal stays as it is. */
  stop(): void {
    stopWatch(this)
    // What refers to each other in a circle is dear to collect, even when all of it is young.
    this.onExpired = undefined
    this.onAborted = undefined
  }
}
