/**
 * Node listeners, hosted by Node's own HTTP server over connections that exist in memory only.
 *
 * Nothing imitates IncomingMessage and ServerResponse: encodings of write(), arrays in writeHead(), trailers, early hints,
 * backpressure and broken connections are Node's.
 */
import { createServer, METHODS, request as createClientRequest } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { duplexPair, Readable } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { EventRequest, HeaderPair } from '@furlong/events'
import type { Answer, Application } from './answer.ts'
import { createMethodRefusal } from './answer.ts'
import { bindCaller } from './caller.ts'
import { bindBindings } from './bindings.ts'
import type { Invocation } from './invocation.ts'
import { logError } from './log.ts'

/** A listener as `http.createServer()` takes it: plain, or an express, connect or polka application, or Koa's `callback()`. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown

/** A Node application: a listener, or a server that has one. The server need not listen. */
export type NodeApp = NodeListener | Server

/** Lambda's own limit for request line and headers; Node's default is far below. */
const maxHeaderBytes = 1024 * 1024

/** Methods Node's parser knows; CONNECT would ask for a tunnel. */
const servedMethods: ReadonlySet<string> = new Set(METHODS.filter((method) => method !== 'CONNECT'))

/** Headers that would frame the message a second time. */
const framingHeaders: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What one connection carries: exactly one request. */
interface Exchange {
  readonly from: EventRequest
  readonly invocation: Invocation
  /** Ends the exchange with what the listener threw. */
  readonly fail: (error: unknown) => void
}

/**
 * Makes a Node listener callable with events.
 *
 * @param app The listener, or a server with one.
 * @returns The application; what the listener throws, or a promise it returns is rejected with, passes through.
 */
export function createListenerApplication(app: NodeApp): Application {
  const exchanges = new WeakMap<object, Exchange>()
  const call =
    typeof app === 'function'
      ? app
      : (...args: [IncomingMessage, ServerResponse]) => app.emit('request', ...args)
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requireHostHeader: false },
    (request, response) => {
      const exchange = exchanges.get(request.socket)
      if (exchange === undefined) return
      // Lambda sets the date itself and would hand this one on as x-amzn-Remapped-date.
      response.sendDate = false
      bindCaller(request, exchange.from.iam)
      bindBindings(request, exchange.invocation.bindings)
      void callListener(call, request, response, exchange)
    },
  )
  return async (from, invocation) => {
    if (!servedMethods.has(from.method)) return createMethodRefusal(from.method)
    return new Promise<Answer>((resolve, reject) => {
      const [clientSide, serverSide] = createConnection(from)
      let message: IncomingMessage | undefined
      exchanges.set(serverSide, {
        from,
        invocation,
        fail(error) {
          reject(error)
          message?.destroy(
            error instanceof Error ? error : new Error('The listener failed', { cause: error }),
          )
          serverSide.destroy()
        },
      })
      server.emit('connection', serverSide)
      const client = createClientRequest({
        createConnection: () => clientSide,
        method: from.method,
        path: from.rawQuery === '' ? from.rawPath : `${from.rawPath}?${from.rawQuery}`,
        headers: createClientHeaders(from),
        setHost: false,
        maxHeaderSize: maxHeaderBytes,
      })
      client.on('error', (error) => reject(createHangUp(error)))
      client.on('response', (received) => {
        message = received
        resolve(createAnswer(received))
      })
      client.end(from.body)
    })
  }
}

/** Without this the reason would read "socket hang up", and there is no socket to be seen. */
function createHangUp(cause: Error): Error {
  return new Error('The listener destroyed the connection before it answered', { cause })
}

async function callListener(
  call: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): Promise<void> {
  try {
    const returned: unknown = await call(request, response)
    if (returned instanceof Response) {
      throw new TypeError(
        "The function returned a Response but was taken for a Node listener, because it declares two parameters or more: pass { kind: 'fetch' }",
      )
    }
  } catch (error) {
    if (response.writableEnded) logError('The listener failed after it had answered', error)
    else exchange.fail(error)
  }
}

/** Two ends of one connection; when one is gone, so is the other. */
function createConnection(from: EventRequest): [Duplex, Duplex] {
  const [clientSide, serverSide] = duplexPair()
  clientSide.once('close', () => serverSide.destroy())
  serverSide.once('close', () => clientSide.destroy())
  clientSide.on('error', () => undefined)
  serverSide.on('error', () => undefined)
  // What frameworks read from a socket; the address is Lambda's word, not a header's.
  Object.assign(serverSide, {
    encrypted: true,
    remoteAddress: from.sourceIp,
    remoteFamily: isIPv6(from.sourceIp) ? 'IPv6' : 'IPv4',
  })
  return [clientSide, serverSide]
}

function createClientHeaders(from: EventRequest): string[] {
  const pairs = from.headers.filter(([name]) => !framingHeaders.has(name))
  const sized = pairs.some(([name]) => name === 'content-length')
  const size: HeaderPair[] =
    sized || from.method === 'GET' || from.method === 'HEAD' ? [] : [['content-length', '0']]
  return [...pairs, ...size].flat()
}

function createAnswer(message: IncomingMessage): Answer {
  const headers: HeaderPair[] = []
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    headers.push([message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? ''])
  }
  let stream: ReadableStream<Uint8Array> | undefined
  return {
    statusCode: message.statusCode ?? 0,
    headers,
    get stream() {
      stream ??= Readable.toWeb(message) as ReadableStream<Uint8Array>
      return stream
    },
    async bytes() {
      const chunks: Buffer[] = []
      for await (const chunk of message) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
  }
}
