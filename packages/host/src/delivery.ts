import { createTextAnswer, isBodiless } from './answer.ts'
import type { Answer, Application } from './answer.ts'
import type { Invocation } from './invocation.ts'
import { logError } from './log.ts'

/** Delivers an answer; what it resolves to is what the handler resolves to. */
export type Send<T> = (answer: Answer, bodiless: boolean, invocation: Invocation) => Promise<T> | T

/** The way of one answer from the application to the client: the answer, or the 504 in its place, whichever is there first. */
export class Delivery<T> {
  readonly #invocation: Invocation
  readonly #send: Send<T>
  #current: Answer | undefined

  /**
   * @param invocation Whose answer it is.
   * @param send Takes it, and the 504 if need be.
   */
  constructor(invocation: Invocation, send: Send<T>) {
    this.#invocation = invocation
    this.#send = send
  }

  /**
   * Asks the application and sends what it answers.
   *
   * @param application Is called at most once.
   * @param ready What it has to wait for.
   * @returns What the handler resolves to; at once when there was nothing to wait for, so that no deadline could pass.
   * @throws What the application throws, and what sending it fails with.
   */
  start(application: Application, ready: Promise<void> | undefined): Promise<T> | T {
    const invocation = this.#invocation
    const answering =
      ready === undefined
        ? application(invocation.request, invocation)
        : ready.then(() => application(invocation.request, invocation))
    if (answering instanceof Promise)
      return this.#race(answering.then((answer) => this.#deliverInTime(answer)))
    const sent = this.#deliver(answering)
    return sent instanceof Promise ? this.#race(sent) : sent
  }

  #race(work: Promise<T>): Promise<T> {
    const { deadline } = this.#invocation
    return new Promise<T>((resolve, reject) => {
      deadline.onExpired = () => this.#giveUp(resolve)
      work.then(resolve, (error: unknown) => {
        if (deadline.expired) return
        // An application that passes on what the signal threw at it says that it ran out of time.
        deadline.onExpired = undefined
        if (deadline.isReason(error) && !this.#invocation.isHeadSent) this.#giveUp(resolve)
        else reject(error)
      })
    })
  }

  #giveUp(resolve: (value: Promise<T> | T) => void): void {
    // A stream whose head is out cannot be answered a second time; Lambda ends it at its timeout.
    if (this.#invocation.isHeadSent) return
    this.#current?.body.cancel(this.#invocation.deadline.signal.reason)
    logError('The application did not answer before the deadline; the client gets 504')
    resolve(this.#deliver(createTextAnswer(504, 'The application did not answer in time.')))
  }

  #deliverInTime(answer: Answer): Promise<T> | T {
    const { deadline } = this.#invocation
    if (!deadline.expired) return this.#deliver(answer)
    answer.body.cancel(deadline.signal.reason)
    throw deadline.signal.reason
  }

  #deliver(answer: Answer): Promise<T> | T {
    this.#current = answer
    const { request } = this.#invocation
    return this.#send(answer, isBodiless(request.method, answer.statusCode), this.#invocation)
  }
}
