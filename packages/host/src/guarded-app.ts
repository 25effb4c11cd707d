import type { Answer } from './answer.ts'
import type { LambdaApp } from './application.ts'
import type { Invocation } from './invocation.ts'

/**
 * Decides about an invocation before the application is called.
 *
 * @returns The answer in the application's place, or undefined to let the request through.
 */
export type Guard = (invocation: Invocation) => Answer | undefined

/** An application with a guard before it; toLambda() and serve() take it like any other. */
export class GuardedApp {
  readonly app: LambdaApp
  readonly guard: Guard

  /**
   * @param app Any application.
   * @param guard Who may pass.
   */
  constructor(app: LambdaApp, guard: Guard) {
    this.app = app
    this.guard = guard
  }
}
