import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { maxResultBytes } from '@furlong/events'
import { createRefusalAnswer } from './api-answers.ts'
import type { Refusal } from './api-answers.ts'
import { MalformedRequest, RequestReader } from './http-reader.ts'
import type { RequestHead, RequestSink } from './http-reader.ts'

/** Takes the body of one request, and answers it on its connection. */
export interface Exchange {
  data(chunk: Buffer): void
  end(trailers: ReadonlyMap<string, string>): void
  /** The connection was lost before the end. */
  lost(): void
}

/** One call of an API. */
export interface Route {
  readonly method: string
  /** The whole target; its first group, if any, is handed to `open`. */
  readonly path: RegExp
  /** Decides by the head alone. */
  open(connection: Connection, head: RequestHead, id: string): Exchange | Refusal
}

/** A part of what an environment's address serves. */
export interface Api {
  readonly routes: readonly Route[]
  /** A connection was closed, by whichever side. */
  forget(connection: Connection): void
}

const notFound: Refusal = {
  status: 404,
  errorType: 'NotFound',
  errorMessage:
    'Served here are the Runtime API (2018-06-01, without restore) and the Extensions API (2020-01-01)',
}
const forbidden: Refusal = {
  status: 403,
  errorType: 'Forbidden',
  errorMessage: 'This Runtime API answers the processes of its function only',
}

/** The refusal of a body that is too large. */
export const tooLarge: Refusal = {
  status: 413,
  errorType: 'RequestEntityTooLarge',
  errorMessage: `Exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
}

// What is copied to save a write.
const joinedBytes = 64 * 1024

/** What headers say to every API. */
interface HeaderFacts {
  /** Sent by somebody else than a process of the function. */
  readonly isForeign: boolean
  readonly closes: boolean
  /** Waits for 100 Continue. */
  readonly expects: boolean
}

// The reader hands out the same object for the same headers.
const knownFacts = new WeakMap<ReadonlyMap<string, string>, HeaderFacts>()

function readFacts(headers: ReadonlyMap<string, string>): HeaderFacts {
  const known = knownFacts.get(headers)
  if (known !== undefined) return known
  const host = headers.get('host') ?? 'localhost'
  const facts = {
    // A page in a browser could otherwise take events away or answer them: browsers name the origin, runtimes do not.
    isForeign:
      headers.has('origin') ||
      headers.has('sec-fetch-site') ||
      !/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host),
    closes: /\bclose\b/i.test(headers.get('connection') ?? ''),
    expects: headers.get('expect')?.toLowerCase() === '100-continue',
  }
  knownFacts.set(headers, facts)
  return facts
}

/** HTTP on a port of 127.0.0.1 for the processes of one execution environment. */
export class ApiServer {
  readonly #apis: readonly Api[]
  readonly #routes: readonly Route[]
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  private constructor(apis: readonly Api[]) {
    this.#apis = apis
    this.#routes = apis.flatMap(({ routes }) => routes)
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#connections.add(new Connection(this, socket))
    })
  }

  /**
   * Starts to listen.
   * @param apis What is served.
   * @returns The server, on a port the system chose.
   */
  static async listen(apis: readonly Api[]): Promise<ApiServer> {
    const server = new ApiServer(apis)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject)
      server.#server.listen(0, '127.0.0.1', () => resolve())
    })
    return server
  }

  /** `127.0.0.1:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Closes every connection: their processes were ended. */
  closeConnections(): void {
    for (const connection of this.#connections) connection.close()
  }

  /** Closes the port and every connection. */
  close(): void {
    this.closeConnections()
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

  /**
   * Forgets a connection that was closed.
   * @param connection The connection.
   */
  forget(connection: Connection): void {
    this.#connections.delete(connection)
    for (const api of this.#apis) api.forget(connection)
  }

  #dispatch(connection: Connection, head: RequestHead): Exchange | Refusal {
    if (readFacts(head.headers).isForeign) return forbidden
    for (const route of this.#routes) {
      if (route.method !== head.method) continue
      const match = route.path.exec(head.target)
      if (match !== null) return route.open(connection, head, match[1] ?? '')
    }
    return notFound
  }
}

/** One connection of a process. */
export class Connection implements RequestSink {
  readonly #server: ApiServer
  readonly #socket: Socket
  readonly #reader: RequestReader
  #exchange: Exchange | undefined
  #closeAfter = false
  #held: Buffer | undefined
  #isParked = false

  /**
   * Serves a connection.
   * @param server What answers its requests.
   * @param socket The connection.
   */
  constructor(server: ApiServer, socket: Socket) {
    this.#server = server
    this.#socket = socket
    this.#reader = new RequestReader(this)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    // A broken connection is told by 'close', which follows.
    socket.on('error', ignore)
    socket.on('close', () => {
      const exchange = this.#exchange
      this.#exchange = undefined
      exchange?.lost()
      server.forget(this)
    })
  }

  head(head: RequestHead): void {
    const { closes, expects } = readFacts(head.headers)
    this.#closeAfter = closes
    if (expects) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    this.#exchange = this.#server.open(this, head)
  }

  data(chunk: Buffer): void {
    this.#exchange?.data(chunk)
  }

  end(trailers: ReadonlyMap<string, string>): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.end(trailers)
  }

  /**
   * Sends an answer.
   * @param answer Its bytes.
   */
  send(answer: Buffer): void {
    const held = this.#held
    this.#held = undefined
    this.#isParked = false
    if (held === undefined) {
      this.#socket.write(answer)
    } else if (answer.length <= joinedBytes) {
      this.#socket.write(Buffer.concat([held, answer]))
    } else {
      this.#socket.write(held)
      this.#socket.write(answer)
    }
    if (this.#closeAfter) this.#socket.end()
  }

  /**
   * Sends an answer together with the next one, when what was read holds the next request already and its answer comes
   * later: who sends that request without waiting for this answer does not need it, and each write wakes a process.
   * @param answer Its bytes.
   */
  sendWithNext(answer: Buffer): void {
    if (this.#held !== undefined) this.#socket.write(this.#held)
    this.#held = answer
  }

  /** Says that the answer to the current request comes later. */
  park(): void {
    this.#isParked = true
  }

  /** Reads no more for now. */
  pause(): void {
    this.#socket.pause()
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume()
  }

  /** Closes it at once. */
  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.push(chunk)
      const held = this.#held
      if (held === undefined || this.#isParked) return
      this.#held = undefined
      this.send(held)
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
export class BodyCollector {
  #chunks: Buffer[] = []
  #bytes = 0

  /**
   * Takes a part.
   * @param chunk The part.
   */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > maxResultBytes) this.#chunks = []
    else this.#chunks.push(chunk)
  }

  /**
   * Hands the body out.
   * @returns The body, or undefined when it was larger than 6,291,556 bytes.
   */
  take(): Buffer | undefined {
    if (this.#bytes > maxResultBytes) return undefined
    const [first, ...others] = this.#chunks
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks)
  }
}

/** For an exchange that has nothing to do. */
export function ignore(): void {}
