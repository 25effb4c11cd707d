import { createEvent, createPrelude, PreludeReader, readResult } from '@furlong/events'
import type { HttpResponseHead, IamAuthorizer } from '@furlong/events'
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LambdaApp } from './application.ts'
import type { LambdaContext } from './context.ts'
import { logError } from './log.ts'
import { readInvokeMode } from './runtime.ts'
import { createHost } from './to-lambda.ts'
import type { Host, LambdaOptions } from './to-lambda.ts'

/** Options of serve(). */
export interface ServeOptions extends LambdaOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Address to listen on; default `127.0.0.1`. */
  readonly hostname?: string
  /** The caller every request is said to have; none by default, as on a URL with auth type NONE. Nothing is verified. */
  readonly iam?: IamAuthorizer
  /** The timeout the application is given, in milliseconds; default 30,000. */
  readonly timeoutMs?: number
}

/** A running server. */
export interface ServedApp {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string
  /** @returns Settles when the server listens no more and its connections are closed. */
  close(): Promise<void>
}

/**
 * Serves an application on a local port, without Lambda.
 *
 * Every request becomes an event and every answer a result or a stream, so the application sees what it sees behind a function
 * URL. Nothing is signed or authorised; for that there is the local side, `furlong up`.
 *
 * @param app As for toLambda().
 * @param options As for toLambda(), and where to listen.
 * @returns The server, once it listens and `init` is done.
 * @throws The error of `init`, and of a port that cannot be listened on.
 */
export async function serve(app: LambdaApp, options: ServeOptions = {}): Promise<ServedApp> {
  const { port = 0, hostname = '127.0.0.1', mode = 'auto' } = options
  const host = createHost(app, options)
  await host.ready
  const send =
    (mode === 'auto' ? readInvokeMode(process.env) : mode) === 'stream' ? sendStreamed : sendBuffered
  const server = createServer((request, response) => {
    answer(host, send, request, response, options).catch((error: unknown) => {
      logError('The application failed', error)
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { 'content-type': 'text/plain' }).end('Internal Server Error')
    })
  })
  await listen(server, port, hostname)
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/`,
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number, hostname: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, hostname, resolve)
  })
}

type Send = (host: Host, event: unknown, context: LambdaContext, response: ServerResponse) => Promise<void>

async function answer(
  host: Host,
  send: Send,
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const requestId = randomUUID()
  const now = new Date()
  const seconds = Math.floor(now.getTime() / 1000).toString(16)
  const event = createEvent({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(chunks),
    sourceIp: request.socket.remoteAddress ?? '',
    httpVersion: request.httpVersion,
    urlId: 'local',
    domainName: request.headers.host ?? 'localhost',
    requestId,
    traceId: `Root=1-${seconds.padStart(8, '0')}-${randomBytes(12).toString('hex')}`,
    now,
    ...(options.iam !== undefined && { iam: options.iam }),
  })
  // Through JSON, as on Lambda: what cannot be written there must not be seen here.
  const received = JSON.parse(JSON.stringify(event)) as unknown
  await send(host, received, createContext(requestId, options.timeoutMs ?? 30_000), response)
}

function createContext(awsRequestId: string, timeoutMs: number): LambdaContext {
  const end = Date.now() + timeoutMs
  return {
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:local',
    memoryLimitInMB: '128',
    awsRequestId,
    logGroupName: '/aws/lambda/local',
    logStreamName: 'local',
    getRemainingTimeInMillis: () => end - Date.now(),
  }
}

/** Not by `writeHead()`: a body that is given whole gets its `content-length` from `end()`, as from a function URL. */
const setHead = (response: ServerResponse, { statusCode, headers }: HttpResponseHead): void => {
  for (const [name, value] of headers) response.appendHeader(name, value)
  response.statusCode = statusCode
}

const sendBuffered: Send = async (host, event, context, response) => {
  const result = await host.buffered(event as Parameters<Host['buffered']>[0], context)
  const reading = readResult(Buffer.from(JSON.stringify(result)))
  if (!reading.ok) throw new Error(`The result is malformed: ${reading.reason}`)
  setHead(response, reading.response)
  response.end(reading.response.body)
}

const sendStreamed: Send = async (host, event, context, response) => {
  await host.stream(event, context, response, {
    from(sink, { statusCode, headers, cookies = [] }) {
      const pairs = [...Object.entries(headers), ...cookies.map((cookie) => ['set-cookie', cookie] as const)]
      // What a front door makes of the prelude: remapped names, the type a stream has without one.
      const prelude = new PreludeReader().push(createPrelude({ statusCode, headers: pairs }))
      if (prelude !== undefined) setHead(response, prelude.head)
      // `flushHeaders` would send a head without a body as UTF-8.
      response.write('', 'latin1')
      return sink
    },
  })
}
