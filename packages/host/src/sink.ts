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

/** Watches a sink, so that a writer neither waits for a dead one nor misses that it died. */
export class SinkWatch implements ChunkWriter {
  /** Let go in the end: the sink refers back to this object, and circles through closures are dear to collect. */
  #sink: ResponseSink | undefined
  readonly #deadline: Deadline
  readonly #body: AnswerBody
  #failure: Error | undefined
  #ended = false
  #wake: (() => void) | undefined

  /**
   * @param sink The stream to write to.
   * @param deadline Aborted once when the sink fails or closes before it was ended.
   * @param body Cancelled at the same time.
   */
  constructor(sink: ResponseSink, deadline: Deadline, body: AnswerBody) {
    this.#sink = sink
    this.#deadline = deadline
    this.#body = body
    // The listeners stay for the sink's life: it serves one invocation, and a late 'error' must find somebody.
    sink.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error('The response stream failed', { cause: error }))
    })
    sink.on('close', () => {
      if (!this.#ended) this.#fail(new Error('The response stream was closed before the answer was complete'))
    })
    sink.on('drain', () => this.#wake?.())
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#wake?.()
    if (this.#ended) return
    this.#deadline.abort(error)
    this.#body.cancel(error)
  }

  /**
   * Writes a piece.
   *
   * @param chunk Bytes or text.
   * @returns False when the writer should wait for drained().
   * @throws The sink's error once it has failed.
   */
  write(chunk: Chunk): boolean {
    return this.check().write(typeof chunk === 'string' ? chunk : createChunk(chunk))
  }

  /** @returns Settles when the sink wants more; rejects with its error once it has failed. */
  async drained(): Promise<void> {
    // A destroyed stream takes the write, answers false and never drains.
    this.check()
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
    this.check()
  }

  /**
   * Makes sure the sink still lives.
   *
   * @returns The sink.
   * @throws The sink's error when it does not.
   */
  check(): ResponseSink {
    const sink = this.#sink
    if (this.#failure === undefined && sink?.destroyed === true) {
      this.#fail(new Error('The response stream was destroyed before the answer was complete'))
    }
    if (this.#failure !== undefined) throw this.#failure
    if (sink === undefined) throw new Error('The response stream was written to after its end')
    return sink
  }

  /** Ends the sink. */
  end(): void {
    const sink = this.check()
    this.#ended = true
    this.#sink = undefined
    sink.end()
  }
}

/** Older runtimes turn a Uint8Array that is not a Buffer into JSON. */
function createChunk(chunk: Uint8Array): Uint8Array {
  if (typeof Buffer === 'undefined' || Buffer.isBuffer(chunk)) return chunk
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
