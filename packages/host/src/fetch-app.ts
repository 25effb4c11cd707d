import type { EventRequest } from '@furlong/events'
import type { Answer, Application } from './answer.ts'
import { createMethodRefusal } from './answer.ts'
import { bindBindings } from './bindings.ts'
import { bindCaller } from './caller.ts'
import type { LambdaBindings, LambdaExecutionContext } from './context.ts'
import type { Deadline } from './deadline.ts'

/** A function of the shape `fetch` handlers share. */
export type FetchFunction = (
  request: Request,
  bindings: LambdaBindings,
  execution: LambdaExecutionContext,
) => Response | Promise<Response>

/** An application with a `fetch` method: Hono, Elysia, H3, … Declared as a method, so that narrower bindings are accepted. */
export interface FetchApp {
  fetch(
    request: Request,
    bindings: LambdaBindings,
    execution: LambdaExecutionContext,
  ): Response | Promise<Response>
}

/** Methods whose `Request` cannot have a body: one that was sent is dropped, not refused. */
const bodilessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Methods `Request` refuses to be made with. */
const unservedMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * Makes a fetch handler callable with events.
 *
 * @param fetch The handler, already bound to its application.
 * @returns The application; what the handler throws passes through.
 */
export function createFetchApplication(fetch: FetchFunction): Application {
  return async (eventRequest, invocation) => {
    if (unservedMethods.has(eventRequest.method.toUpperCase()))
      return createMethodRefusal(eventRequest.method)
    const request = createRequest(eventRequest, invocation.deadline)
    bindBindings(request, invocation.bindings)
    const response: unknown = await fetch(request, invocation.bindings, invocation.execution)
    return readResponse(response)
  }
}

/**
 * Creates the `Request` an application receives.
 *
 * Its URL is that of `readEvent()`: scheme and address never come from `x-forwarded-…` headers. As everywhere, `Request`
 * resolves dot segments; the path as sent is `bindings.event.rawPath`.
 *
 * @param from The request inside the event.
 * @param deadline Gives the request its signal on first use.
 * @returns The request, known to getCaller().
 */
export function createRequest(from: EventRequest, deadline: Deadline): Request {
  const bodiless = bodilessMethods.has(from.method.toUpperCase())
  const headers = bodiless ? from.headers.filter(([name]) => name !== 'content-length') : from.headers
  const request = new Request(from.url, {
    method: from.method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body: bodiless ? null : (from.body ?? null),
  })
  // A signal doubles what a Request costs, and most applications never look at it.
  Object.defineProperty(request, 'signal', { configurable: true, get: () => deadline.signal })
  bindCaller(request, from.iam)
  return request
}

function readResponse(response: unknown): Answer {
  if (!isResponse(response)) {
    throw new TypeError(
      'The application returned no Response: its fetch handler must return or resolve to one',
    )
  }
  if (response.status < 200) {
    throw new TypeError(
      `The application returned a Response of status ${response.status}, which cannot be sent`,
    )
  }
  return {
    statusCode: response.status,
    headers: [...response.headers],
    stream: response.body,
    bytes: async () => new Uint8Array(await response.arrayBuffer()),
  }
}

/** By shape: frameworks bring Response classes of their own. */
function isResponse(value: unknown): value is Response {
  const candidate = value as Partial<Response> | null | undefined
  return typeof candidate?.status === 'number' && typeof candidate.arrayBuffer === 'function'
}
