import { StreamFailed } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { StreamTarget } from './runtime-api.ts'

// What may wait for a slow reader before the function is made to wait.
const highWaterBytes = 256 * 1024

/** guess: the documented 200 MB of a streamed response counted as MiB; what a reader sees beyond it is unknown. In bytes. */
export const maxStreamBytes: number = 200 * 1024 * 1024

/** Carries a streamed response from the Runtime API to its one reader, with backpressure. */
export class ResponseStream implements StreamTarget {
  readonly #resume: () => void
  readonly #onEnd: (failure: FailureReport | undefined) => void
  readonly #onFirstByte: () => void
  #chunks: Buffer[] = []
  #waitingBytes = 0
  #totalBytes = 0
  #hasEnded = false
  #isCancelled = false
  #failure: FailureReport | undefined
  #wake: (() => void) | undefined

  /**
   * Creates the stream.
   * @param resume Called when the function may write on.
   * @param onFirstByte Called before the first byte can be read: an outcome can be handed out.
   * @param onEnd Called at the end, with the failure when there was one.
   */
  constructor(
    resume: () => void,
    onFirstByte: () => void,
    onEnd: (failure: FailureReport | undefined) => void,
  ) {
    this.#resume = resume
    this.#onFirstByte = onFirstByte
    this.#onEnd = onEnd
  }

  /** Bytes written so far. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** Whether anything was written. */
  get hasBytes(): boolean {
    return this.#totalBytes > 0
  }

  /**
   * Takes a part of the response.
   * @param chunk The part.
   * @returns False when the function must wait.
   */
  write(chunk: Buffer): boolean {
    if (this.#hasEnded) return true
    this.#totalBytes += chunk.length
    if (this.#totalBytes > maxStreamBytes) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxStreamBytes} bytes).`
      const errorType = 'Function.ResponseSizeTooLarge'
      this.end({ errorType, document: Buffer.from(JSON.stringify({ errorType, errorMessage })) })
      return true
    }
    if (this.#isCancelled) return true
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#totalBytes === chunk.length) this.#onFirstByte()
    this.#wake?.()
    return this.#waitingBytes < highWaterBytes
  }

  /**
   * Ends the response; the first call counts.
   * @param failure What went wrong, if anything.
   */
  end(failure: FailureReport | undefined): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#failure = failure
    this.#onEnd(failure)
    this.#wake?.()
  }

  /** Discards what waits and what still comes: the function goes on to its end, as on Lambda. */
  cancel(): void {
    this.#isCancelled = true
    this.#chunks = []
    this.#waitingBytes = 0
    this.#resume()
    this.#wake?.()
  }

  /**
   * Reads the response.
   * @returns Its parts; a reader that breaks off cancels.
   * @throws {StreamFailed} When the function failed after its first byte.
   */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift()
        if (chunk !== undefined) {
          this.#waitingBytes -= chunk.length
          if (this.#waitingBytes < highWaterBytes / 2) this.#resume()
          yield chunk
          continue
        }
        if (this.#isCancelled || this.#hasEnded) break
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = undefined
      }
      if (this.#failure !== undefined && !this.#isCancelled) {
        const text = Buffer.from(this.#failure.document).toString()
        throw new StreamFailed(this.#failure.errorType, text)
      }
    } finally {
      if (!this.#hasEnded) this.cancel()
    }
  }
}
