import type { Chunk, ChunkWriter } from './answer.ts'

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
  readonly #sink: ResponseSink
  readonly #onFailure: (error: Error) => void
  #failure: Error | undefined
  #ended = false
  #wake: (() => void) | undefined

  /**
   * @param sink The stream to write to.
   * @param onFailure Called once when the sink fails or closes before it was ended.
   */
  constructor(sink: ResponseSink, onFailure: (error: Error) => void) {
    this.#sink = sink
    this.#onFailure = onFailure
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
    if (!this.#ended) this.#onFailure(error)
  }

  /**
   * Writes a piece.
   *
   * @param chunk Bytes or text.
   * @returns False when the writer should wait for drained().
   * @throws The sink's error once it has failed.
   */
  write(chunk: Chunk): boolean {
    this.check()
    return this.#sink.write(typeof chunk === 'string' ? chunk : createChunk(chunk))
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
   * @throws The sink's error when it does not.
   */
  check(): void {
    if (this.#failure === undefined && this.#sink.destroyed === true) {
      this.#fail(new Error('The response stream was destroyed before the answer was complete'))
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Ends the sink. */
  end(): void {
    this.check()
    this.#ended = true
    this.#sink.end()
  }
}

/** Older runtimes turn a Uint8Array that is not a Buffer into JSON. */
function createChunk(chunk: Uint8Array): Uint8Array {
  if (typeof Buffer === 'undefined' || Buffer.isBuffer(chunk)) return chunk
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
