import type { Invocation } from './invocation.ts'

/** Bound to the request object itself: overlapping invocations cannot see each other's, and no header can set it. */
const bound = new WeakMap<object, Invocation>()

/** Gives the invocation of an object that carries it itself, or undefined. */
type Carrier = (request: object) => Invocation | undefined

const carriers: Carrier[] = []

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
 * Says how requests of a class that carries their invocation are read: a weak map costs more than the rest of a small request.
 *
 * @param carrier Gives the invocation, or undefined for objects of other classes.
 */
export function addCarrier(carrier: Carrier): void {
  carriers.push(carrier)
}

/**
 * Finds the invocation a request came with.
 *
 * @param request The very object the application received, or a clone() of it.
 * @returns The invocation, or undefined for every other object.
 */
export function findInvocation(request: object): Invocation | undefined {
  for (const carrier of carriers) {
    const found = carrier(request)
    if (found !== undefined) return found
  }
  return bound.get(request)
}
