import { findInvocation } from './carrier.ts'
import type { LambdaBindings } from './context.ts'

/**
 * Gives the event, context and signal a request came with.
 *
 * @param request The very object the application received, a `Request` or Node's `IncomingMessage`, or a `clone()` of it.
 * @returns Event, context and signal, or undefined for objects that did not come from toLambda().
 */
export function getBindings(request: object): LambdaBindings | undefined {
  return findInvocation(request)
}
