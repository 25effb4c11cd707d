import type { AnswerBody, Chunk, ChunkWriter } from './answer.ts'
import type { Deadline } from './deadline.ts'

/** The part of Node's `Writable` that Lambda's response streams offer and this package uses. */
export interface ResponseSink {
  readonly destroyed?: boolean
  /** @returns False when the caller should wait for `drain`. */
  write(chunk: string | Uint8Array): boolean
  end(): unknown
  on(event: string, listener: (...values: unknown[]) => void): unknown
}

/** An answer on its way. */
interface Sending {
  readonly sink: ResponseSink
  /** Aborted once when the sink fails or closes before it was ended. */
  readonly deadline: Deadline
  /** Cancelled at the same time. */
  readonly body: AnswerBody
}

/** Watches a sink, so that a writer neither waits for a dead one nor misses that it died. */
export class SinkWatch implements ChunkWriter {
  /** Let go in the end: a stream of Node's outlives the collections of young garbage, and all that its listeners lead to. */
  #sending: Sending | undefined
  #failure: Error | undefined
  #wake: (() => void) | undefined

  /**
   * @param sending The stream to write to, and who wants to know when it dies.
   */
  constructor(sending: Sending) {
    this.#sending = sending
    const { sink } = sending
    // The listeners stay for the sink's life: it serves one invocation, and a late 'error' must find somebody.
    sink.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error('The response stream failed', { cause: error }))
    })
    sink.on('close', () => {
      // Every sink closes in the end, and an error costs more than the rest of a small answer.
      if (this.#sending === undefined) return
      this.#fail(createEarlyEnd())
    })
    sink.on('drain', () => this.#wake?.())
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined || this.#sending === undefined) return
    this.#failure = error
    this.#wake?.()
    this.#sending.deadline.abort(error)
    this.#sending.body.cancel(error)
  }

  /**
   * Writes a piece.
   *
   * @param chunk Bytes or text.
   * @returns False when the writer should wait for drained().
   * @throws The sink's error once it has failed.
   */
  write(chunk: Chunk): boolean {
    return this.#check().write(typeof chunk === 'string' ? chunk : createChunk(chunk))
  }

  /** @returns Settles when the sink wants more; rejects with its error once it has failed. */
  async drained(): Promise<void> {
    // A destroyed stream takes the write, answers false and never drains.
    this.#check()
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
    this.#check()
  }

  /** Makes sure that the sink still lives, and throws its error when it does not. */
  #check(): ResponseSink {
    const sink = this.#sending?.sink
    if (sink?.destroyed === true) {
      this.#fail(createEarlyEnd())
    }
    if (this.#failure !== undefined) throw this.#failure
    if (sink === undefined) throw new Error('The response stream was written to after its end')
    return sink
  }

  /**
   * Ends the sink.
   *
   * @throws The sink's error once it has failed.
   */
  end(): void {
    const sink = this.#check()
    this.#sending = undefined
    sink.end()
  }
}

const createEarlyEnd = (): Error => new Error('The response stream was closed before the answer was complete')

/** Older runtimes turn a Uint8Array that is not a Buffer into JSON. */
function createChunk(chunk: Uint8Array): Uint8Array {
  if (typeof Buffer === 'undefined' || Buffer.isBuffer(chunk)) return chunk
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
