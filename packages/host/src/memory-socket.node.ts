import { isIPv6, Socket } from 'node:net'
import type { Chunk } from './answer.ts'

/** Already settled: a step from here costs a third of `queueMicrotask()`, which makes an object to follow it by. */
const atOnce: Promise<undefined> = Promise.resolve(undefined)

type Done = (error?: Error | null) => void

/** The far end of the connection a request seems to have come over. */
export interface FarEnd {
  /** Takes what is written, text in the named encoding or bytes. @returns False when the writer should wait for `drain`. */
  read(chunk: Buffer | string, encoding: BufferEncoding): boolean
  /** Called once the socket is destroyed. */
  closed(): void
}

/** guess: no port of the client is known on Lambda. */
const guessRemotePort = 0

/**
 * The socket of a request that came in an event: a `net.Socket` that was never connected, whose far end is this package.
 *
 * Writing to it, its buffer, backpressure, timeouts and destruction are Node's own.
 */
export class MemorySocket extends Socket {
  static {
    // Socket declares these as properties; getters are what they are.
    const fixed = (get: (this: MemorySocket) => unknown): PropertyDescriptor => ({ configurable: true, get })
    Object.defineProperties(this.prototype, {
      remoteAddress: fixed(function () {
        return this.#address
      }),
      remoteFamily: fixed(function () {
        return isIPv6(this.#address) ? 'IPv6' : 'IPv4'
      }),
      remotePort: fixed(() => guessRemotePort),
      // What frameworks ask when they want to know whether a request came over TLS.
      encrypted: fixed(() => true),
      authorized: fixed(() => false),
      writableNeedDrain: fixed(function () {
        return this.#needsDrain
      }),
      readyState: fixed(function () {
        return this.destroyed ? 'closed' : 'open'
      }),
    })
  }

  // Fields, not a weak map by socket: those make the collection of young garbage several times dearer.
  readonly #address: string
  readonly #farEnd: FarEnd
  #needsDrain = false

  /**
   * @param address The client's address: Lambda's word, not a header's.
   * @param farEnd Takes what is written.
   */
  constructor(address: string, farEnd: FarEnd) {
    super()
    this.#address = address
    this.#farEnd = farEnd
  }

  /** Straight to the far end, which has a buffer of its own; Node's would cost more than the rest of a small answer. */
  override write(
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | Done | null,
    done?: Done | null,
  ): boolean {
    const called = typeof encoding === 'function' ? encoding : done
    if (this.destroyed) {
      if (typeof called === 'function') process.nextTick(called, createDestroyed())
      return false
    }
    const text = typeof encoding === 'string' ? encoding : 'utf8'
    const more = this.#farEnd.read(chunk as Buffer | string, text)
    if (!more) this.#needsDrain = true
    // No tick: those wait until all promises are through, and one invocation may follow the other without such a pause.
    if (typeof called === 'function') void atOnce.then(called)
    return more
  }

  /**
   * Says that the far end wants more.
   *
   * @returns Whether somebody was waiting for that.
   */
  drained(): boolean {
    if (!this.#needsDrain) return false
    this.#needsDrain = false
    this.emit('drain')
    return true
  }

  override cork(): void {
    // Nothing is gained by keeping pieces together in memory.
  }

  override uncork(): void {
    // As above.
  }

  override _read(): void {
    // The request did not come over the wire, so there is nothing to read.
  }

  override _final(done: Done): void {
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    // Who wants to know of the error listens for it; for the others it is in the answer's failure.
    done(this.listenerCount('error') > 0 ? error : null)
    process.nextTick(() => {
      this.emit('close', error !== null)
      this.#farEnd.closed()
    })
  }
}

/**
 * Turns what was written into what is sent on.
 *
 * @param chunk Text or bytes.
 * @param encoding Of the text.
 * @returns UTF-8 text as it is, everything else as bytes.
 */
export function createChunk(chunk: Buffer | string, encoding: BufferEncoding): Chunk {
  if (typeof chunk !== 'string' || encoding === 'utf8' || encoding === 'utf-8') return chunk
  return Buffer.from(chunk, encoding)
}

/**
 * Joins the pieces of a body.
 *
 * @param chunks In order.
 * @returns Text when all of them are text, else bytes.
 */
export function joinChunks(chunks: readonly Chunk[]): Chunk {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('')
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)))
}

const createDestroyed = (): Error =>
  Object.assign(new Error('Cannot write after the connection was destroyed'), {
    code: 'ERR_STREAM_DESTROYED',
  })
