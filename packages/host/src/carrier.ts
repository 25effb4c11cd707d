import type { Invocation } from './invocation.ts'

/** Bound to the request object itself: overlapping invocations cannot see each other's, and no header can set it. */
const bound = new WeakMap<object, Invocation>()

/** Looks into objects of this package's own classes, which carry their invocation themselves. */
let readOwn: (request: object) => Invocation | undefined = () => undefined

/**
 * Remembers the invocation of a request.
 *
 * @param request The object the application will receive.
 * @param invocation The invocation it came with.
 */
export function bindInvocation(request: object, invocation: Invocation): void {
  bound.set(request, invocation)
}

/**
 * Says how requests that carry their invocation are read: a weak map costs more than the rest of a small request.
 *
 * @param read Gives the invocation, or undefined for objects that carry none.
 */
export function setCarrier(read: (request: object) => Invocation | undefined): void {
  readOwn = read
}

/**
 * Finds the invocation a request came with.
 *
 * @param request The very object the application received, or a clone() of it.
 * @returns The invocation, or undefined for every other object.
 */
export function findInvocation(request: object): Invocation | undefined {
  return readOwn(request) ?? bound.get(request)
}
