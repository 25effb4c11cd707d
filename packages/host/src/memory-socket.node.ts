import type { Socket } from 'node:net'
import type { Chunk } from './answer.ts'
import { events, net, stream } from './node-builtins.node.ts'

/** Already settled: a step from here costs a third of `queueMicrotask()`, which makes an object to follow it by. */
const atOnce: Promise<undefined> = Promise.resolve(undefined)

type Done = (error?: Error | null) => void

/** The far end of the connection a request seems to have come over. */
export interface FarEnd {
  /** Takes what is written, text in the named encoding or bytes. @returns False when the writer should wait for `drain`. */
  read(chunk: Buffer | string, encoding: BufferEncoding): boolean
  /** Called when nothing was written for as long as somebody set with setTimeout(). */
  idle(): void
  /** Called once the socket is destroyed. */
  closed(): void
}

/** guess: no port of the client is known on Lambda. */
const guessRemotePort = 0

/** `net.Socket` by its prototype, without what its constructor does: that comes later, or never. */
const UnmadeSocket = function () {} as unknown as typeof net.Socket
UnmadeSocket.prototype = net.Socket.prototype

/** The end of every response sets this member of the socket's state, between cork() and uncork(). */
const corkedState: object = { corked: 1 }

/** What the getters of a new socket answer. Node asks for most of them with every response. */
const newSocket: Readonly<Record<string, unknown>> = {
  bytesRead: 0,
  closed: false,
  destroyed: false,
  errored: null,
  readable: true,
  readableHighWaterMark: stream.getDefaultHighWaterMark(false),
  writable: true,
  writableEnded: false,
  writableFinished: false,
  writableLength: 0,
}

/** What streams keep their state in. */
interface SocketStates {
  readonly _readableState: unknown
  readonly _writableState: unknown
}

/** Gives a member back to the constructor of Socket, which sets it. */
function putMember(socket: object, name: string, value: unknown): void {
  Object.defineProperty(socket, name, { value, configurable: true, enumerable: true, writable: true })
}

/**
 * The socket of a request that came in an event: a `net.Socket` that was never connected, whose far end is this package.
 *
 * Its buffer, backpressure, timeouts and destruction are Node's own. Hardly any request asks for them, and they cost as much as
 * request and response together, so they are made when the state of the stream is first touched.
 */
export class MemorySocket extends UnmadeSocket {
  static {
    // Socket declares these as properties; getters are what they are.
    const fixed = (get: (this: MemorySocket) => unknown): PropertyDescriptor => ({ configurable: true, get })
    const made = (name: string, get: (this: MemorySocket) => unknown): PropertyDescriptor => ({
      configurable: true,
      get,
      set(this: object, value: unknown) {
        putMember(this, name, value)
      },
    })
    Object.defineProperties(this.prototype, {
      _readableState: made('_readableState', function () {
        return this.#make()._readableState
      }),
      _writableState: made('_writableState', function () {
        if (this.#corks === 0 || this.#isMade) return this.#make()._writableState
        this.#isEnding = true
        return corkedState
      }),
      connecting: { value: false, configurable: true, enumerable: true, writable: true },
      // More than 0, or Node would set a tick to undo a cork that does nothing here.
      writableCorked: fixed(() => 1),
      remoteAddress: fixed(function () {
        return this.#address
      }),
      remoteFamily: fixed(function () {
        return net.isIPv6(this.#address) ? 'IPv6' : 'IPv4'
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
    for (const [name, value] of Object.entries(newSocket)) {
      Object.defineProperty(this.prototype, name, {
        configurable: true,
        get(this: MemorySocket): unknown {
          return this.#isMade ? Reflect.get(net.Socket.prototype, name, this) : value
        },
        set(this: MemorySocket, changed: unknown): void {
          Reflect.set(net.Socket.prototype, name, changed, this.#make())
        },
      })
    }
  }

  // Fields, not a weak map by socket: those make the collection of young garbage several times dearer.
  readonly #address: string
  readonly #farEnd: FarEnd
  #needsDrain = false
  #isTimed = false
  #isMade = false
  #corks = 0
  /** The next uncork() undoes every cork(). */
  #isEnding = false

  /**
   * @param address The client's address: Lambda's word, not a header's.
   * @param farEnd Takes what is written.
   */
  constructor(address: string, farEnd: FarEnd) {
    super()
    this.#address = address
    this.#farEnd = farEnd
  }

  #make(): SocketStates {
    if (!this.#isMade) {
      this.#isMade = true
      // An ordinary function in every release; for those who listen already it changes nothing.
      ;(net.Socket as unknown as (this: Socket) => void).call(this)
    }
    return this as unknown as SocketStates
  }

  /** Straight to the far end, which has a buffer of its own; Node's would cost more than the rest of a small answer. */
  override write(
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | Done | null,
    done?: Done | null,
  ): boolean {
    const called = typeof encoding === 'function' ? encoding : done
    if (this.#isMade && this.destroyed) {
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

  /** Readable's own asks for the state of the stream, whatever the event. */
  override on(event: string | symbol, listener: (...values: never[]) => void): this {
    const taker = listener as (...values: unknown[]) => void
    if (this.#isMade || event === 'data' || event === 'readable') return super.on(event as 'data', taker)
    events.prototype.on.call(this, event, taker)
    return this
  }

  /** Node's server listens to its sockets for this; the first listener here does the same for the far end. */
  override setTimeout(timeoutMs: number, callback?: () => void): this {
    if (!this.#isTimed) {
      this.#isTimed = true
      this.on('timeout', () => this.#farEnd.idle())
    }
    return super.setTimeout(timeoutMs, callback)
  }

  // Nothing is gained by keeping pieces together in memory.
  override cork(): void {
    this.#corks += 1
  }

  override uncork(): void {
    this.#corks = this.#isEnding ? 0 : Math.max(0, this.#corks - 1)
    this.#isEnding = false
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
