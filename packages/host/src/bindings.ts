import type { LambdaBindings } from './context.ts'

/** Bound to the request object itself, as callers are. */
const bound = new WeakMap<object, LambdaBindings>()

/**
 * Gives the event and context a request came with.
 *
 * @param request The very object the application received: a `Request`, or Node's `IncomingMessage`.
 * @returns Event and context, or undefined for objects that did not come from toLambda().
 */
export function getBindings(request: object): LambdaBindings | undefined {
  return bound.get(request)
}

/**
 * Remembers the event and context of a request.
 *
 * @param request The object the application will receive.
 * @param bindings Event and context of its invocation.
 */
export function bindBindings(request: object, bindings: LambdaBindings): void {
  bound.set(request, bindings)
}
