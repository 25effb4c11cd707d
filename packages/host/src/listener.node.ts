import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createMethodRefusal } from './answer.ts'
import type { Application } from './answer.ts'
import { Exchange } from './exchange.node.ts'
import { logError } from './log.ts'

/** A listener as `http.createServer()` takes it: plain, or an express, connect or polka application, or Koa's `callback()`. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown

/** A Node application: a listener, or a server that has one. The server need not listen. */
export type NodeApp = NodeListener | Server

/** CONNECT asks for a tunnel, which no listener is given by Node's server either. */
const unservedMethods: ReadonlySet<string> = new Set(['CONNECT'])

/**
 * Makes a Node listener callable with events.
 *
 * It is given Node's own IncomingMessage and ServerResponse over a connection that exists in memory only, so encodings of
 * write(), arrays in writeHead(), early hints, backpressure and broken connections are Node's.
 *
 * @param app The listener, or a server with one.
 * @returns The application; what the listener throws, or a promise it returns is rejected with, passes through.
 */
export function createListenerApplication(app: NodeApp): Application {
  const call: NodeListener =
    typeof app === 'function' ? app : (request, response) => void app.emit('request', request, response)
  return (from, invocation) => {
    if (unservedMethods.has(from.method)) return createMethodRefusal(from.method)
    const exchange = new Exchange(from, invocation)
    callListener(call, exchange)
    return exchange.answer
  }
}

function callListener(call: NodeListener, exchange: Exchange): void {
  try {
    const returned = call(exchange.request, exchange.response)
    if (isThenable(returned)) returned.then(checkReturned, fail)
    else checkReturned(returned)
  } catch (error) {
    fail(error)
  }

  function checkReturned(value: unknown): void {
    if (value instanceof Response) {
      fail(
        new TypeError(
          "The function returned a Response but was taken for a Node listener, because it declares two parameters or more: pass { kind: 'fetch' }",
        ),
      )
    }
  }

  function fail(error: unknown): void {
    if (exchange.response.writableEnded) logError('The listener failed after it had answered', error)
    else exchange.fail(error)
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
