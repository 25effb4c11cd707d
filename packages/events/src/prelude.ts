import { decodeUtf8 } from '#utf8'
import { EventsError } from './errors.ts'
import { readHead } from './head.ts'
import type { HttpResponseHead } from './types.ts'

/** Content type of a stream that begins with a prelude; any other stream is its body from the first byte. */
export const integrationResponseContentType = 'application/vnd.awslambda.http-integration-response' as const

/** Number of NUL bytes between the prelude and the body. */
export const preludeEndBytes = 8

/** guess: the prelude may be as large as all headers of a request together. */
const guessMaxPreludeBytes = 1024 * 1024

/** Status and headers of a streamed answer and the first bytes of its body. */
export interface Prelude {
  readonly head: HttpResponseHead
  /** What followed the prelude in the same chunk; may be empty. */
  readonly rest: Uint8Array
}

/**
 * Reads the prelude of a streamed answer, however the stream is cut into chunks.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export class PreludeReader {
  readonly #chunks: Uint8Array[] = []
  #size = 0
  #nuls = 0
  #done = false

  /**
   * Takes the next chunk of the stream.
   *
   * @param chunk Bytes as they came.
   * @returns The prelude once it is complete, undefined while more is needed.
   * @throws EventsError `MalformedPrelude` when it is no JSON object, its members are malformed, or it exceeds 1 MiB.
   * @throws TypeError when the prelude was already returned.
   */
  push(chunk: Uint8Array): Prelude | undefined {
    if (this.#done) throw new TypeError('The prelude was already read; the rest of the stream is the body')
    const end = this.#findEnd(chunk)
    this.#chunks.push(end === -1 ? chunk : chunk.subarray(0, end))
    this.#size += end === -1 ? chunk.length : end
    if (this.#size > guessMaxPreludeBytes + preludeEndBytes) {
      throw malformed(`it is longer than ${guessMaxPreludeBytes} bytes`)
    }
    if (end === -1) return undefined
    this.#done = true
    return { head: readPrelude(this.#joinChunks()), rest: chunk.subarray(end) }
  }

  /**
   * Says that the stream is over.
   *
   * @throws EventsError `MalformedPrelude` when the prelude is not complete.
   */
  end(): void {
    if (!this.#done) throw malformed(`the stream ended before its ${preludeEndBytes} NUL bytes`)
  }

  /** Index after the eighth NUL, or -1. JSON never holds a raw NUL, so the first run of eight is the end. */
  #findEnd(chunk: Uint8Array): number {
    for (let at = this.#nuls > 0 ? 0 : Math.max(chunk.indexOf(0), 0); at < chunk.length; at += 1) {
      this.#nuls = chunk[at] === 0 ? this.#nuls + 1 : 0
      if (this.#nuls === preludeEndBytes) return at + 1
    }
    return -1
  }

  #joinChunks(): Uint8Array {
    const all = new Uint8Array(this.#size)
    let at = 0
    for (const chunk of this.#chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    this.#chunks.length = 0
    return all.subarray(0, this.#size - preludeEndBytes)
  }
}

/** guess: a prelude without a content type leaves the stream's own default standing. */
const guessStreamContentType = 'application/octet-stream'

function readPrelude(bytes: Uint8Array): HttpResponseHead {
  const value = parsePrelude(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('it is not a JSON object')
  }
  const head = readHead(value as Readonly<Record<string, unknown>>, guessStreamContentType)
  if (!head.ok) throw malformed(head.reason)
  return head.value
}

function parsePrelude(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes) ?? '') as unknown
  } catch {
    return undefined
  }
}

function malformed(reason: string): EventsError {
  return new EventsError('MalformedPrelude', `The prelude of the streamed answer is malformed: ${reason}`)
}
