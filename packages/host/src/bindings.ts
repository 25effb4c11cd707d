import { findInvocation } from './carrier.ts'
import type { LambdaBindings, LambdaExecutionContext } from './context.ts'

/**
 * Gives the event, context and signal a request came with, and `waitUntil()`.
 *
 * @param request The very object the application received, a `Request` or Node's `IncomingMessage`, or a `clone()` of it.
 * @returns What fetch applications get as second and third argument, or undefined for objects that did not come from toLambda().
 */
export function getBindings(request: object): (LambdaBindings & LambdaExecutionContext) | undefined {
  return findInvocation(request)
}
