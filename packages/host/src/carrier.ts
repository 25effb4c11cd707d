import type { Invocation } from './invocation.ts'

/**
 * Under this key the request objects of this package carry their invocation. The symbol never leaves the package, so nothing else
 * can set it; and unlike a private member it is found through a proxy too, which is what some routers hand on.
 */
export const invocationKey: unique symbol = Symbol('invocation')

/** A request of this package's own classes. */
interface Carrying {
  readonly [invocationKey]?: Invocation
}

/** Copies, which are not of those classes. For all requests this would cost more than the rest of a small one. */
const copies = new WeakMap<object, Invocation>()

/**
 * Remembers the invocation of a copy of a request.
 *
 * @param copy The copy.
 * @param invocation The invocation the request came with.
 */
export function bindCopy(copy: object, invocation: Invocation): void {
  copies.set(copy, invocation)
}

/**
 * Finds the invocation a request came with. It is bound to the object itself: overlapping invocations cannot see each other's.
 *
 * @param request The very object the application received, a proxy of it, or a clone() of it.
 * @returns The invocation, or undefined for every other object.
 */
export function findInvocation(request: object): Invocation | undefined {
  return (request as Carrying)[invocationKey] ?? copies.get(request)
}
