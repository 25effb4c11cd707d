import type { Application } from './answer.ts'

/**
 * Stands in for listener.node.ts where there is no `node:http`.
 *
 * @throws TypeError always: Node listeners need Node.
 */
export function createListenerApplication(): Application {
  throw new TypeError('Node listeners are hosted by Node.js only; pass an application with a fetch method')
}
