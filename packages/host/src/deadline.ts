import type { LambdaContext } from './context.ts'

/** How long before Lambda's deadline the signal aborts, when the invocation has that long. */
export const deadlineMarginMs = 500

/** The abort signal of one request; it and its timer exist only once somebody asks for them. */
export class Deadline {
  readonly #context: Partial<LambdaContext> | undefined
  #controller: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #reason: { readonly error: unknown } | undefined

  /** @param context The invocation's context; its clock decides. Without one, as in a test, there is no deadline. */
  constructor(context: Partial<LambdaContext> | undefined) {
    this.#context = context
  }

  /** Aborts shortly before the deadline, and when the client's side of a stream is gone. */
  get signal(): AbortSignal {
    this.#controller ??= this.#start()
    return this.#controller.signal
  }

  #start(): AbortController {
    const controller = new AbortController()
    if (this.#reason !== undefined) {
      controller.abort(this.#reason.error)
      return controller
    }
    const left = this.#context?.getRemainingTimeInMillis?.()
    if (left === undefined) return controller
    // With little time left half of it is better than nothing: the application still gets a chance to answer.
    const delay = left > 2 * deadlineMarginMs ? left - deadlineMarginMs : left / 2
    this.#timer = setTimeout(() => {
      controller.abort(new DOMException('The invocation is about to time out', 'TimeoutError'))
    }, delay)
    return controller
  }

  /**
   * Aborts at once.
   *
   * @param error Becomes the signal's reason.
   */
  abort(error: unknown): void {
    this.#reason ??= { error }
    this.#controller?.abort(error)
  }

  /** Ends the timer; the signal stays as it is. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
