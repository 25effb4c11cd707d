import { maxResultBytes } from '@furlong/events'
import { accepted, createRefusalAnswer } from './api-answers.ts'
import type { Refusal } from './api-answers.ts'
import { BodyCollector, ignore, tooLarge } from './api-server.ts'
import type { Api, Connection, Exchange, Route } from './api-server.ts'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { RequestHead } from './http-reader.ts'

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
type State = 'starting' | 'waiting' | 'invoking' | 'answering' | 'answered' | 'timedOut' | 'failed'

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
/** guess: the emulator of AWS answers 410 to what comes after the timeout; type and sentence are ours. */
const invokeTimeout: Refusal = {
  status: 410,
  errorType: 'InvokeTimeout',
  errorMessage: 'The invocation has timed out',
}

/**
 * The Runtime API of one execution environment: the strict state machine of one runtime.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi implements Api {
  readonly routes: readonly Route[] = [
    {
      method: 'GET',
      path: /^\/2018-06-01\/runtime\/invocation\/next$/,
      open: (connection) => this.#openNext(connection),
    },
    {
      method: 'POST',
      path: /^\/2018-06-01\/runtime\/invocation\/([^/?]+)\/response$/,
      open: (connection, head, requestId) => this.#openResponse(connection, head, requestId),
    },
    {
      method: 'POST',
      path: /^\/2018-06-01\/runtime\/invocation\/([^/?]+)\/error$/,
      open: (connection, head, requestId) => this.#openError(connection, head, requestId),
    },
    {
      method: 'POST',
      path: /^\/2018-06-01\/runtime\/init\/error$/,
      open: (connection, head) => this.#openInitError(connection, head),
    },
  ]
  readonly #events: RuntimeEvents
  #state: State = 'starting'
  #requestId = ''
  #waiting: Connection | undefined

  /**
   * Creates the API.
   * @param events Told what the runtime does.
   */
  constructor(events: RuntimeEvents) {
    this.#events = events
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
  }

  /** The invocation is over without an answer: one that still comes is too late. */
  timeOut(): void {
    this.#state = 'timedOut'
  }

  /** Takes nothing any more. */
  close(): void {
    this.#state = 'failed'
    this.#waiting = undefined
  }

  forget(connection: Connection): void {
    if (this.#waiting !== connection) return
    this.#waiting = undefined
    this.#state = 'answered'
    this.#events.pollLost()
  }

  #openNext(connection: Connection): Exchange | Refusal {
    if (this.#state !== 'starting' && this.#state !== 'answered') return invalidTransition
    return {
      data: ignore,
      lost: ignore,
      end: () => {
        this.#state = 'waiting'
        this.#waiting = connection
        connection.park()
        this.#events.polled()
      },
    }
  }

  #openResponse(connection: Connection, head: RequestHead, requestId: string): Exchange | Refusal {
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
          connection.sendWithNext(createRefusalAnswer(tooLarge))
          this.#events.failed(
            createFailureReport(
              'Function.ResponseSizeTooLarge',
              `Response payload size exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
            ),
          )
          return
        }
        connection.sendWithNext(accepted)
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
        connection.sendWithNext(accepted)
        target.end(readTrailers(trailers))
      },
    }
  }

  #openError(connection: Connection, head: RequestHead, requestId: string): Exchange | Refusal {
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

  #openInitError(connection: Connection, head: RequestHead): Exchange | Refusal {
    if (this.#state !== 'starting') return invalidTransition
    this.#state = 'failed'
    return this.#collectReport(connection, head, ignore, (report) => this.#events.initFailed(report))
  }

  #checkAnswer(requestId: string): Refusal | undefined {
    // An id of an earlier invocation and an id nobody was given are the same mistake to Lambda.
    if (this.#requestId === '' || requestId !== this.#requestId) return invalidRequestId
    if (this.#state === 'timedOut') return invokeTimeout
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
        connection.sendWithNext(document === undefined ? createRefusalAnswer(tooLarge) : accepted)
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

function createEventAnswer(event: RuntimeEvent): Buffer {
  const context =
    event.clientContext === undefined
      ? ''
      : `Lambda-Runtime-Client-Context: ${toHeaderValue(event.clientContext)}\r\n`
  const trace = event.traceId === '' ? '' : `Lambda-Runtime-Trace-Id: ${toHeaderValue(event.traceId)}\r\n`
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
    `Lambda-Runtime-Aws-Request-Id: ${event.requestId}\r\n` +
    `Lambda-Runtime-Deadline-Ms: ${event.deadlineMs}\r\n` +
    `Lambda-Runtime-Invoked-Function-Arn: ${toHeaderValue(event.invokedFunctionArn)}\r\n${trace}${context}` +
    `Content-Length: ${event.payload.length}\r\n\r\n`
  const answer = Buffer.allocUnsafe(head.length + event.payload.length)
  answer.write(head, 0, 'latin1')
  answer.set(event.payload, head.length)
  return answer
}

// Trace ids and client contexts come from callers: a line end in one would write headers of its own.
function toHeaderValue(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text
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
