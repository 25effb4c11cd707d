import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventRequest, HeaderPair } from '@furlong/events'
import type { Answer, AnswerBody, Chunk, ChunkWriter } from './answer.ts'
import { invocationKey } from './carrier.ts'
import type { TimeoutTaker } from './deadline.ts'
import type { Invocation } from './invocation.ts'
import { createChunk, joinChunks, MemorySocket } from './memory-socket.node.ts'
import type { FarEnd } from './memory-socket.node.ts'
import { http } from './node-builtins.node.ts'

const ignore = (): void => undefined

/** The way Node's parser hands over headers, from which `headers` and its kin are made when they are asked for. */
interface HeaderTaker {
  _addHeaderLines(rawHeaders: string[], count: number): void
}

const bodilessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** A request as Node's server would have read it from a connection. */
class EventMessage extends http.IncomingMessage {
  readonly [invocationKey]: Invocation

  constructor(socket: MemorySocket, from: EventRequest, invocation: Invocation) {
    super(socket)
    this[invocationKey] = invocation
    this.method = from.method
    this.url = from.rawQuery === '' ? from.rawPath : `${from.rawPath}?${from.rawQuery}`
    this.httpVersion = '1.1'
    this.httpVersionMajor = 1
    this.httpVersionMinor = 1
    const rawHeaders: string[] = []
    for (const [name, value] of from.headers) rawHeaders.push(name, value)
    // What clients send with an empty body; some frameworks ask for it.
    if (!from.hasBody && !bodilessMethods.has(from.method) && !rawHeaders.includes('content-length')) {
      rawHeaders.push('content-length', '0')
    }
    ;(this as unknown as HeaderTaker)._addHeaderLines(rawHeaders, rawHeaders.length)
    // A member of its own, since express changes the prototype.
    this._read = readBody
    this.complete = true
  }
}

/**
 * A body is there when somebody reads it: to announce it takes turns of the loop, and most requests have none. One function for
 * all: closures that refer to what they hang on make the collection of young garbage several times dearer.
 */
function readBody(this: EventMessage): void {
  const { body } = this[invocationKey].request
  if (body !== undefined) this.push(Buffer.from(body.buffer))
  this.push(null)
}

/**
 * Creates a response. All that has to hold is set on plain members: express and others change its prototype, and accessors of its
 * own would make it slower than everything else together.
 */
function createResponse(request: IncomingMessage, socket: MemorySocket): ServerResponse {
  const response = new http.ServerResponse(request)
  response.shouldKeepAlive = false
  // Lambda sets the date itself and would hand this one on as x-amzn-Remapped-date.
  response.sendDate = false
  response.assignSocket(socket)
  return response
}

const exchangeKey: unique symbol = Symbol('exchange')

/** A response that leads back to its exchange. */
interface ExchangedResponse extends ServerResponse {
  [exchangeKey]?: Exchange
}

/** One function for all, as above. */
function endExchange(this: ExchangedResponse): void {
  this[exchangeKey]?.ended()
}

const headEnd = '\r\n\r\n'
/** How early hints and other interim answers begin. */
const interim = 'HTTP/1.1 1'

/** What an application may write before somebody takes it; more is kept as well, but then it is asked to wait. */
const maxWaitingBytes = 65_536

/** One request, its response, and what was written of that. */
export class Exchange implements AnswerBody, FarEnd, TimeoutTaker {
  readonly request: IncomingMessage
  readonly response: ExchangedResponse
  readonly #socket: MemorySocket
  #resolveAnswer: (answer: Answer) => void = ignore
  #rejectAnswer: (error: unknown) => void = ignore
  #answer: Answer | undefined
  #head = ''
  /** Writes that still belong to a first chunk: a line break, the chunk, a line break. */
  #framed = 0
  #chunks: Chunk[] = []
  #waitingBytes = 0
  /** Takes the body as it is made; pieces are kept as long as there is none. */
  #writer: ChunkWriter | undefined
  #keepsAll = false
  #over: { readonly error?: unknown } | undefined
  #onOver: (() => void) | undefined

  /**
   * @param from The request inside the event.
   * @param invocation Its invocation.
   */
  constructor(from: EventRequest, invocation: Invocation) {
    this.#socket = new MemorySocket(from.sourceIp, this)
    this.request = new EventMessage(this.#socket, from, invocation)
    this.response = createResponse(this.request, this.#socket)
    // Everything is with the far end by then; waiting for 'finish' would take further turns of the loop.
    this.response[exchangeKey] = this
    this.response.on('prefinish', endExchange)
    invocation.deadline.onAborted = this
  }

  /** The answer as soon as its head is written. */
  get answer(): Promise<Answer> | Answer {
    if (this.#answer !== undefined) return this.#answer
    return new Promise((resolve, reject) => {
      this.#resolveAnswer = resolve
      this.#rejectAnswer = reject
      if (this.#over !== undefined && 'error' in this.#over) reject(this.#over.error)
    })
  }

  /**
   * Ends the exchange with an error, as a broken connection would.
   *
   * @param error What happened.
   */
  fail(error: unknown): void {
    this.#end({ error })
    if (!this.#socket.destroyed) this.#socket.destroy(error instanceof Error ? error : undefined)
  }

  collect(): Promise<Chunk> | Chunk {
    this.#keepsAll = true
    this.#drained()
    if (this.#over !== undefined && !('error' in this.#over)) return joinChunks(this.#chunks)
    return this.#waitForEnd().then(() => joinChunks(this.#chunks))
  }

  async pump(writer: ChunkWriter): Promise<void> {
    // What was written before the writer was there goes first; what comes meanwhile waits its turn.
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      this.#waitingBytes -= chunk.length
      if (!writer.write(chunk)) await writer.drained()
    }
    this.#writer = writer
    this.#drained()
    await this.#waitForEnd()
  }

  cancel(reason: unknown): void {
    if (this.#over !== undefined) return
    // Without a reason the body is merely not wanted: the application may go on and end as it likes.
    if (reason === undefined) this.#writer = nowhere
    else this.fail(reason)
  }

  /** What the response writes: its head, as text, and the body after it; interim answers before it are dropped. */
  read(chunk: Buffer | string, encoding: BufferEncoding): boolean {
    if (this.#answer !== undefined) {
      if (this.#framed === 0 || this.#framed-- === 2) return this.#take(createChunk(chunk, encoding))
      return !this.#socket.writableNeedDrain
    }
    let text = this.#head + (typeof chunk === 'string' ? chunk : chunk.toString('latin1'))
    let end = text.indexOf(headEnd)
    while (end !== -1 && text.startsWith(interim)) {
      text = text.slice(end + headEnd.length)
      end = text.indexOf(headEnd)
    }
    this.#head = text
    if (end === -1) return true
    this.#head = ''
    this.#answer = { ...readHead(text.slice(0, end)), body: this }
    this.#resolveAnswer(this.#answer)
    const rest = text.slice(end + headEnd.length)
    return this.response.chunkedEncoding ? this.#unframe(rest) : this.#take(createChunk(rest, encoding))
  }

  /** Lambda frames the message. Node learns that with the first write, of which it has sent the length, or the end, by then. */
  #unframe(begun: string): boolean {
    this.response.chunkedEncoding = false
    if (begun !== '' && !begun.endsWith('\r\n')) this.#framed = 3
    return true
  }

  closed(): void {
    const { request, response } = this
    if (this.#over === undefined) this.#end({ error: createHangUp(response.errored ?? undefined) })
    if (!response.writableFinished && !request.destroyed) request.destroy(createHangUp(undefined))
  }

  #take(chunk: Chunk): boolean {
    if (chunk.length === 0) return true
    if (this.#writer !== undefined) return this.#forward(this.#writer, chunk)
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.length
    return this.#keepsAll || this.#waitingBytes < maxWaitingBytes
  }

  #forward(writer: ChunkWriter, chunk: Chunk): boolean {
    try {
      if (writer.write(chunk)) return true
      writer.drained().then(
        () => this.#drained(),
        (error: unknown) => this.fail(error),
      )
    } catch (error) {
      this.fail(error)
    }
    return false
  }

  #drained(): void {
    if (!this.#socket.drained() || this.response.writableEnded) return
    resetNeedDrain(this.response)
    this.response.emit('drain')
  }

  /** The response is complete. */
  ended(): void {
    this.#end({})
    const { request, response } = this
    // As Node's server does: what was not read is dropped, and both objects are closed.
    if (!request.readableEnded && request.listenerCount('end') + request.listenerCount('close') > 0) {
      request.resume()
    }
    if (response.listenerCount('close') > 0) response.once('finish', () => this.#socket.destroy())
  }

  /** The deadline is near. */
  timeOut(reason: Error): void {
    if (this.#over !== undefined) return
    // As Node's server does: who listens for the timeout answers it, for the others the connection ends.
    if (!this.response.emit('timeout', this.#socket)) this.fail(reason)
  }

  /** The time that the application set for itself is over. */
  idle(): void {
    if (!this.response.emit('timeout', this.#socket)) this.#socket.destroy()
  }

  #end(over: { readonly error?: unknown }): void {
    if (this.#over !== undefined) return
    this.#over = over
    if ('error' in over) this.#rejectAnswer(over.error)
    this.#onOver?.()
  }

  async #waitForEnd(): Promise<void> {
    if (this.#over === undefined) {
      await new Promise<void>((resolve) => {
        this.#onOver = resolve
      })
    }
    if (this.#over !== undefined && 'error' in this.#over) throw this.#over.error
  }
}

const nowhere: ChunkWriter = { write: () => true, drained: async () => undefined }

/** Node's server does this where it sees that a connection has drained; `pipe()` would wait for ever otherwise. */
function resetNeedDrain(response: ServerResponse): void {
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kNeedDrain')
  if (key !== undefined) Reflect.set(response, key, false)
}

/** Without this the reason would be missing, or read "socket hang up" where there is no socket to be seen. */
function createHangUp(cause: unknown): Error {
  return Object.assign(
    new Error(
      'The listener destroyed the connection before its answer was complete',
      cause === undefined ? {} : { cause },
    ),
    { code: 'ECONNRESET' },
  )
}

/** `HTTP/1.1 200 OK`, then a header a line; what Node wrote needs no checks. */
function readHead(head: string): Omit<Answer, 'body'> {
  const headers: HeaderPair[] = []
  let at = head.indexOf('\r\n')
  while (at !== -1) {
    const colon = head.indexOf(':', at)
    const end = head.indexOf('\r\n', colon)
    headers.push([head.slice(at + 2, colon), head.slice(colon + 2, end === -1 ? head.length : end)])
    at = end
  }
  return { statusCode: Number(head.slice(9, 12)), headers }
}
