import { createTextAnswer, isBodiless } from './answer.ts'
import type { Answer, Application } from './answer.ts'
import type { ExpiryTaker } from './deadline.ts'
import type { Invocation } from './invocation.ts'
import { logError } from './log.ts'

/** Delivers an answer; what it resolves to is what the handler resolves to. */
export type Send<T> = (answer: Answer, bodiless: boolean, invocation: Invocation) => Promise<T> | T

/**
 * The way of one answer from the application to the client: the answer, or the 504 in its place, whichever is there first.
 *
 * An object, where closures would read more easily: closures that lead back to what holds them outlive the collections of young
 * garbage, with all they refer to, and that costs as much as the rest of a small answer.
 */
export class Delivery<T> implements ExpiryTaker {
  readonly #invocation: Invocation
  readonly #send: Send<T>
  #current: Answer | undefined
  /** Whether the handler has its outcome; what comes later is dropped. */
  #isSettled = false
  #resolve: ((value: T) => void) | undefined
  #reject: ((error: unknown) => void) | undefined

  /**
   * @param invocation Whose answer it is.
   * @param send Takes it, and the 504 if need be.
   */
  constructor(invocation: Invocation, send: Send<T>) {
    this.#invocation = invocation
    this.#send = send
  }

  /**
   * Asks the application, sends what it answers, and waits for the background work it registered.
   *
   * @param application Is called at most once.
   * @param ready What it has to wait for.
   * @returns What the handler resolves to; rejects with what the application throws, and what sending its answer fails with.
   */
  start(application: Application, ready: Promise<void> | undefined): Promise<T> {
    const delivered = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#invocation.deadline.onExpired = this
    void this.#work(application, ready)
    return delivered
  }

  /** Waits for promises alone: an answer that needs none is there at once. */
  async #work(application: Application, ready: Promise<void> | undefined): Promise<void> {
    const invocation = this.#invocation
    const { deadline, request } = invocation
    try {
      if (ready !== undefined) await ready
      const answering = application(request, invocation)
      const answer = answering instanceof Promise ? await answering : answering
      if (this.#isSettled) return answer.body.cancel(deadline.signal.reason)
      const sending = this.#deliver(answer)
      const sent = sending instanceof Promise ? await sending : sending
      if (this.#isSettled) return
      this.#isSettled = true
      const finishing = invocation.finish()
      if (finishing !== undefined) await finishing
      this.#resolve?.(sent)
    } catch (error) {
      // An application that passes on what the signal threw at it says that it ran out of time.
      if (deadline.isReason(error)) this.expire()
      if (this.#isSettled) return
      this.#isSettled = true
      await this.#fail(error)
    }
  }

  expire(): void {
    // A stream whose head is out cannot be answered a second time; Lambda ends it at its timeout.
    if (this.#isSettled || this.#invocation.isHeadSent) return
    this.#isSettled = true
    this.#current?.body.cancel(this.#invocation.deadline.signal.reason)
    logError('The application did not answer before the deadline; the client gets 504')
    void this.#sendTimeout()
  }

  async #sendTimeout(): Promise<void> {
    try {
      const sent = await this.#deliver(createTextAnswer(504, 'The application did not answer in time.'))
      await this.#invocation.finish()
      this.#resolve?.(sent)
    } catch (error) {
      await this.#fail(error)
    }
  }

  async #fail(error: unknown): Promise<void> {
    await this.#invocation.finish()
    this.#reject?.(error)
  }

  #deliver(answer: Answer): Promise<T> | T {
    this.#current = answer
    const { request } = this.#invocation
    return this.#send(answer, isBodiless(request.method, answer.statusCode), this.#invocation)
  }
}
