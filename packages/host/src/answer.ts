import type { EventRequest, HttpResponseHead } from '@furlong/events'
import type { Invocation } from './invocation.ts'

/** What an application answered, before it is sent in either mode. */
export interface Answer extends HttpResponseHead {
  /** The body as it is made; null without one. */
  readonly stream: ReadableStream<Uint8Array> | null
  /** @returns The whole body. Use this or `stream`, not both. */
  bytes(): Promise<Uint8Array>
}

/**
 * An application of either kind, ready to be called.
 *
 * @param request The request inside the event.
 * @param invocation What belongs to this invocation alone.
 * @returns The answer as soon as its head is known.
 */
export type Application = (request: EventRequest, invocation: Invocation) => Promise<Answer>

/** Statuses whose answers have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * Says whether a body has to be left out, whatever the application made.
 *
 * @param method Method of the request.
 * @param statusCode Status of the answer.
 * @returns True for HEAD and for statuses without a body.
 */
export function isBodiless(method: string, statusCode: number): boolean {
  return method === 'HEAD' || bodilessStatuses.has(statusCode)
}

/**
 * Answers a request whose method this kind of application cannot be given.
 *
 * @param method Method of the request.
 * @returns 501, naming the method.
 */
export function createMethodRefusal(method: string): Answer {
  const body = new TextEncoder().encode(`This application cannot be asked with the method ${method}.\n`)
  return {
    statusCode: 501,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    stream: new Blob([body]).stream(),
    bytes: async () => body,
  }
}
