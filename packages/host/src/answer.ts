import type { EventRequest, HeaderPair } from '@furlong/events'
import type { Invocation } from './invocation.ts'

/** A piece of a body: bytes, or text that is meant as UTF-8. */
export type Chunk = Uint8Array | string

/** Where the pieces of a streamed body go. */
export interface ChunkWriter {
  /**
   * @returns False when the writer should wait for drained().
   * @throws The reason once nobody takes any more.
   */
  write(chunk: Chunk): boolean
  /** @returns Settles when more is wanted; rejects when nobody takes any more. */
  drained(): Promise<void>
}

/** The body of an answer; exactly one of its methods is called. */
export interface AnswerBody {
  /** @returns The whole body. */
  collect(): Promise<Chunk> | Chunk
  /** Writes every piece as it is made; settles after the last one. */
  pump(writer: ChunkWriter): Promise<void>
  /** Tells whoever makes the body that nobody wants it; also in the middle of collect() and pump(). */
  cancel(reason: unknown): void
}

/** What an application answered, before it is sent in either mode. */
export interface Answer {
  readonly statusCode: number
  readonly headers: Iterable<HeaderPair>
  readonly body: AnswerBody
}

/**
 * An application of either kind, ready to be called.
 *
 * @param request The request inside the event.
 * @param invocation What belongs to this invocation alone.
 * @returns The answer as soon as its head is known.
 */
export type Application = (request: EventRequest, invocation: Invocation) => Promise<Answer> | Answer

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
 * Creates an answer of this package's own, for what the application cannot answer.
 *
 * @param statusCode Status.
 * @param text One sentence for the client.
 * @returns The answer, in plain text.
 */
export function createTextAnswer(statusCode: number, text: string): Answer {
  const body = `${text}\n`
  return {
    statusCode,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: {
      collect: () => body,
      pump: async (writer) => void writer.write(body),
      cancel: () => undefined,
    },
  }
}

/**
 * Answers a request whose method this kind of application cannot be given.
 *
 * @param method Method of the request.
 * @returns 501, naming the method.
 */
export function createMethodRefusal(method: string): Answer {
  return createTextAnswer(501, `This application cannot be asked with the method ${method}.`)
}
