import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { maxResultBytes } from '@furlong/events'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import { MalformedRequest, RequestReader } from './http-reader.ts'
import type { RequestHead, RequestSink } from './http-reader.ts'

/** What a streamed response is written to, by the environment. */
export interface StreamTarget {
  /** Takes a part; false asks to pause until `onDrain` of the start was called. */
  write(chunk: Buffer): boolean
  /** The response is complete, or failed with what its trailers say. */
  end(failure: FailureReport | undefined): void
}

/** What the runtime does, told to the environment. */
export interface RuntimeEvents {
  /** The runtime waits for an event. */
  polled(): void
  /** The connection of the waiting runtime was closed: it cannot be given an event. */
  pollLost(): void
  /** The init phase failed. */
  initFailed(report: FailureReport): void
  /** The answer to the current invocation. */
  responded(payload: Buffer): void
  /** The failure of the current invocation. */
  failed(report: FailureReport): void
  /** The current invocation is answered by a stream. */
  streamStarted(contentType: string, resume: () => void): StreamTarget
}

/** One event for a runtime. */
export interface RuntimeEvent {
  readonly requestId: string
  readonly payload: Uint8Array
  readonly deadlineMs: number
  readonly invokedFunctionArn: string
  readonly traceId: string
  readonly clientContext?: string
}

// 'answering': the head of a response was accepted and its body is on the way.
type State = 'starting' | 'waiting' | 'invoking' | 'answering' | 'answered' | 'failed'

interface Exchange {
  data(chunk: Buffer): void
  end(trailers: ReadonlyMap<string, string>): void
  /** The connection was lost before the end. */
  lost(): void
}

interface Refusal {
  readonly status: number
  readonly errorType: string
  readonly errorMessage: string
}

const invalidRequestId: Refusal = {
  status: 400,
  errorType: 'InvalidRequestID',
  errorMessage: 'Invalid request ID',
}
const invalidTransition: Refusal = {
  status: 403,
  errorType: 'InvalidStateTransition',
  errorMessage: 'State transition is not allowed',
}
const invalidMode: Refusal = {
  status: 400,
  errorType: 'InvalidFunctionResponseMode',
  errorMessage: 'Invalid function response mode',
}
const tooLarge: Refusal = {
  status: 413,
  errorType: 'RequestEntityTooLarge',
  errorMessage: `Exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
}
const notFound: Refusal = {
  status: 404,
  errorType: 'NotFound',
  errorMessage: 'This Runtime API serves 2018-06-01 only, without extensions and telemetry',
}
const forbidden: Refusal = {
  status: 403,
  errorType: 'Forbidden',
  errorMessage: 'This Runtime API answers the process of its function only',
}

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Payload Too Large',
}

const accepted = createAnswer(202, '{"status":"OK"}')

type Open = (
  api: RuntimeApi,
  connection: Connection,
  head: RequestHead,
  requestId: string,
) => Exchange | Refusal

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly open: Open
}

const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/2018-06-01\/runtime\/invocation\/next$/,
    open: (api, connection) => api.openNext(connection),
  },
  {
    method: 'POST',
    path: /^\/2018-06-01\/runtime\/invocation\/([^/?]+)\/response$/,
    open: (api, connection, head, requestId) => api.openResponse(connection, head, requestId),
  },
  {
    method: 'POST',
    path: /^\/2018-06-01\/runtime\/invocation\/([^/?]+)\/error$/,
    open: (api, connection, head, requestId) => api.openError(connection, head, requestId),
  },
  {
    method: 'POST',
    path: /^\/2018-06-01\/runtime\/init\/error$/,
    open: (api, connection, head) => api.openInitError(connection, head),
  },
]

/**
 * The server side of the Runtime API for one execution environment, on a port of 127.0.0.1 of its own.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #events: RuntimeEvents
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  #state: State = 'starting'
  #requestId = ''
  #waiting: Connection | undefined

  private constructor(events: RuntimeEvents) {
    this.#events = events
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#connections.add(new Connection(this, socket))
    })
  }

  /**
   * Starts to listen.
   * @param events Told what the runtime does.
   * @returns The API, on a port the system chose.
   */
  static async listen(events: RuntimeEvents): Promise<RuntimeApi> {
    const api = new RuntimeApi(events)
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject)
      api.#server.listen(0, '127.0.0.1', () => resolve())
    })
    return api
  }

  /** `127.0.0.1:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /**
   * Gives the waiting runtime an event.
   * @param event The event.
   * @returns False when no runtime waits.
   */
  deliver(event: RuntimeEvent): boolean {
    const connection = this.#waiting
    if (connection === undefined) return false
    this.#waiting = undefined
    this.#state = 'invoking'
    this.#requestId = event.requestId
    connection.send(createEventAnswer(event))
    return true
  }

  /** Prepares for a new process after the init phase was broken off. */
  reset(): void {
    this.#waiting = undefined
    this.#state = 'starting'
    for (const connection of this.#connections) connection.close()
  }

  /** Closes the port and every connection. */
  close(): void {
    this.#state = 'failed'
    this.#waiting = undefined
    for (const connection of this.#connections) connection.close()
    this.#server.close()
  }

  /**
   * Finds what answers a request.
   * @param connection Where it arrived.
   * @param head Its head.
   * @returns The exchange that takes its body.
   */
  open(connection: Connection, head: RequestHead): Exchange {
    const opened = this.#dispatch(connection, head)
    return 'status' in opened ? new Refused(connection, opened) : opened
  }

  #dispatch(connection: Connection, head: RequestHead): Exchange | Refusal {
    // A page in a browser could otherwise take events away or answer them: browsers name the origin, runtimes do not.
    if (head.headers.has('origin') || head.headers.has('sec-fetch-site')) return forbidden
    const host = head.headers.get('host')
    if (host !== undefined && !/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) return forbidden
    for (const route of routes) {
      if (route.method !== head.method) continue
      const match = route.path.exec(head.target)
      if (match !== null) return route.open(this, connection, head, match[1] ?? '')
    }
    return notFound
  }

  /**
   * Serves `next`.
   * @param connection Where the runtime waits.
   * @returns The exchange.
   */
  openNext(connection: Connection): Exchange | Refusal {
    if (this.#state !== 'starting' && this.#state !== 'answered') return invalidTransition
    return {
      data: ignore,
      lost: ignore,
      end: () => {
        this.#state = 'waiting'
        this.#waiting = connection
        this.#events.polled()
      },
    }
  }

  /**
   * Serves `response`.
   * @param connection Where it arrived.
   * @param head Its head.
   * @param requestId The request id of the path.
   * @returns The exchange.
   */
  openResponse(connection: Connection, head: RequestHead, requestId: string): Exchange | Refusal {
    const refusal = this.#checkAnswer(requestId)
    if (refusal !== undefined) return refusal
    const mode = head.headers.get('lambda-runtime-function-response-mode')?.toLowerCase()
    if (mode !== undefined && mode !== 'streaming' && mode !== 'buffered') return invalidMode
    this.#state = 'answering'
    return mode === 'streaming' ? this.#openStream(connection, head) : this.#openBuffered(connection)
  }

  #openBuffered(connection: Connection): Exchange {
    const body = new BodyCollector()
    return {
      data: (chunk) => body.push(chunk),
      lost: () => this.#truncated(),
      end: () => {
        this.#state = 'answered'
        const payload = body.take()
        if (payload === undefined) {
          connection.send(createRefusalAnswer(tooLarge))
          this.#events.failed(
            createFailureReport(
              'Function.ResponseSizeTooLarge',
              `Response payload size exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
            ),
          )
          return
        }
        connection.send(accepted)
        this.#events.responded(payload)
      },
    }
  }

  #openStream(connection: Connection, head: RequestHead): Exchange {
    const contentType = head.headers.get('content-type') ?? 'application/octet-stream'
    const target = this.#events.streamStarted(contentType, () => connection.resume())
    return {
      data: (chunk) => {
        if (!target.write(chunk)) connection.pause()
      },
      lost: () => {
        this.#state = 'answered'
        target.end(createTruncatedReport(this.#requestId))
      },
      end: (trailers) => {
        this.#state = 'answered'
        connection.send(accepted)
        target.end(readTrailers(trailers))
      },
    }
  }

  /**
   * Serves `error`.
   * @param connection Where it arrived.
   * @param head Its head.
   * @param requestId The request id of the path.
   * @returns The exchange.
   */
  openError(connection: Connection, head: RequestHead, requestId: string): Exchange | Refusal {
    const refusal = this.#checkAnswer(requestId)
    if (refusal !== undefined) return refusal
    this.#state = 'answering'
    return this.#collectReport(
      connection,
      head,
      () => this.#truncated(),
      (report) => {
        this.#state = 'answered'
        this.#events.failed(report)
      },
    )
  }

  /**
   * Serves `init/error`.
   * @param connection Where it arrived.
   * @param head Its head.
   * @returns The exchange.
   */
  openInitError(connection: Connection, head: RequestHead): Exchange | Refusal {
    if (this.#state !== 'starting') return invalidTransition
    this.#state = 'failed'
    return this.#collectReport(connection, head, ignore, (report) => this.#events.initFailed(report))
  }

  /**
   * Forgets a connection.
   * @param connection The connection.
   */
  forget(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#waiting !== connection) return
    this.#waiting = undefined
    this.#state = 'answered'
    this.#events.pollLost()
  }

  #checkAnswer(requestId: string): Refusal | undefined {
    // An id of an earlier invocation and an id nobody was given are the same mistake to Lambda.
    if (this.#requestId === '' || requestId !== this.#requestId) return invalidRequestId
    return this.#state === 'invoking' ? undefined : invalidTransition
  }

  #collectReport(
    connection: Connection,
    head: RequestHead,
    lost: () => void,
    done: (report: FailureReport) => void,
  ): Exchange {
    const body = new BodyCollector()
    return {
      data: (chunk) => body.push(chunk),
      lost,
      end: () => {
        const document = body.take()
        connection.send(document === undefined ? createRefusalAnswer(tooLarge) : accepted)
        done(
          readReport(
            head.headers.get('lambda-runtime-function-error-type'),
            document ?? Buffer.from('{"errorType":"Function.ResponseSizeTooLarge"}'),
          ),
        )
      },
    }
  }

  #truncated(): void {
    this.#state = 'answered'
    this.#events.failed(createTruncatedReport(this.#requestId))
  }
}

/** One connection of the runtime. */
class Connection implements RequestSink {
  readonly #api: RuntimeApi
  readonly #socket: Socket
  readonly #reader: RequestReader
  #exchange: Exchange | undefined
  #closeAfter = false

  constructor(api: RuntimeApi, socket: Socket) {
    this.#api = api
    this.#socket = socket
    this.#reader = new RequestReader(this)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    // A broken connection is told by 'close', which follows.
    socket.on('error', ignore)
    socket.on('close', () => {
      const exchange = this.#exchange
      this.#exchange = undefined
      exchange?.lost()
      api.forget(this)
    })
  }

  head(head: RequestHead): void {
    this.#closeAfter = /\bclose\b/i.test(head.headers.get('connection') ?? '')
    if (head.headers.get('expect')?.toLowerCase() === '100-continue') {
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    }
    this.#exchange = this.#api.open(this, head)
  }

  data(chunk: Buffer): void {
    this.#exchange?.data(chunk)
  }

  end(trailers: ReadonlyMap<string, string>): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.end(trailers)
  }

  send(answer: Buffer): void {
    this.#socket.write(answer)
    if (this.#closeAfter) this.#socket.end()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.push(chunk)
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error
      this.#socket.end(
        createRefusalAnswer({ status: 400, errorType: 'MalformedRequest', errorMessage: error.message }),
      )
    }
  }
}

/** A request that is refused once its body was read: a client that still writes does not read an answer. */
class Refused implements Exchange {
  readonly #connection: Connection
  readonly #refusal: Refusal

  constructor(connection: Connection, refusal: Refusal) {
    this.#connection = connection
    this.#refusal = refusal
  }

  data(): void {}

  lost(): void {}

  end(): void {
    this.#connection.send(createRefusalAnswer(this.#refusal))
  }
}

/** Collects a body up to the limit; what is larger is read and dropped. */
class BodyCollector {
  #chunks: Buffer[] = []
  #bytes = 0

  push(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > maxResultBytes) this.#chunks = []
    else this.#chunks.push(chunk)
  }

  take(): Buffer | undefined {
    if (this.#bytes > maxResultBytes) return undefined
    const [first, ...others] = this.#chunks
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks)
  }
}

function ignore(): void {}

function createAnswer(status: number, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status} ${statusTexts[status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function createRefusalAnswer({ status, errorType, errorMessage }: Refusal): Buffer {
  return createAnswer(status, JSON.stringify({ errorMessage, errorType }))
}

function createEventAnswer(event: RuntimeEvent): Buffer {
  const context =
    event.clientContext === undefined
      ? ''
      : `Lambda-Runtime-Client-Context: ${toHeaderValue(event.clientContext)}\r\n`
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
    `Lambda-Runtime-Aws-Request-Id: ${event.requestId}\r\n` +
    `Lambda-Runtime-Deadline-Ms: ${event.deadlineMs}\r\n` +
    `Lambda-Runtime-Invoked-Function-Arn: ${toHeaderValue(event.invokedFunctionArn)}\r\n` +
    `Lambda-Runtime-Trace-Id: ${toHeaderValue(event.traceId)}\r\n${context}` +
    `Content-Length: ${event.payload.length}\r\n\r\n`
  const answer = Buffer.allocUnsafe(head.length + event.payload.length)
  answer.write(head, 0, 'latin1')
  answer.set(event.payload, head.length)
  return answer
}

// Trace ids and client contexts come from callers: a line end in one would write headers of its own.
function toHeaderValue(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function readReport(header: string | undefined, document: Buffer): FailureReport {
  const body = readObject(document.toString())
  if (body === undefined) return createFailureReport(header ?? 'Runtime.Unknown', document.toString())
  const { errorType } = body
  return {
    errorType: header ?? (typeof errorType === 'string' ? errorType : 'Runtime.Unknown'),
    document,
  }
}

function readTrailers(trailers: ReadonlyMap<string, string>): FailureReport | undefined {
  const errorType = trailers.get('lambda-runtime-function-error-type')
  if (errorType === undefined) return undefined
  const body = trailers.get('lambda-runtime-function-error-body') ?? ''
  const document = Buffer.from(body, 'base64')
  return readObject(document.toString()) === undefined
    ? createFailureReport(errorType, document.toString())
    : { errorType, document }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function createTruncatedReport(requestId: string): FailureReport {
  return createFailureReport(
    'Runtime.TruncatedResponse',
    `RequestId: ${requestId} Error: The runtime closed its connection before the response was complete`,
  )
}
