import type { EventRequest } from '@furlong/events'
import { bindCopy, invocationKey } from './carrier.ts'
import { Crowd } from './crowd.ts'
import type { Member } from './crowd.ts'
import type { Invocation } from './invocation.ts'

/** Makes the `Request` an application receives. */
export type RequestFactory = (from: EventRequest, invocation: Invocation) => Request

/** Methods whose `Request` cannot have a body: one that was sent is dropped, not refused. */
const bodilessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** `Request` as every runtime has it: getters and methods, where the compiler's library declares properties. */
declare class AccessibleRequest {
  constructor(url: string, init: RequestInit | undefined)
  get method(): string
  get url(): string
  get headers(): Headers
  get signal(): AbortSignal
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null
  get bodyUsed(): boolean
  clone(): Request
  json(): Promise<unknown>
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

let factory: RequestFactory | undefined

/**
 * Gives the maker of requests.
 *
 * @returns One maker a process. The first call loads the runtime's `Request`, which takes longer than loading this package.
 */
export function getRequestFactory(): RequestFactory {
  factory ??= defineFactory()
  return factory
}

/**
 * Defines a subclass of `Request` whose headers and body are filled in when they are touched.
 *
 * Every instance went through the constructor of `Request`, so it passes every check of identity, also those of private members
 * in `new Request(request)` and `fetch(request)`. These two look at the headers without asking any getter; but first they ask
 * whether they have a `Request` at all, and that question goes up the chain of prototypes. A proxy in that chain hears it, and
 * fills the headers in time. Where a runtime asks in another way the headers are filled at once; that is tried out once.
 */
function defineFactory(): RequestFactory {
  /** Requests whose headers are not filled in yet: those of running invocations at most. */
  const unfilled = new Crowd<Unfilled>()
  /** Set while this class itself asks a getter of `Request`, all of which check what they are asked for. */
  let asking = false
  let fillsAtOnce = false

  interface Unfilled extends Member {
    readonly request: LambdaRequest
  }

  class LambdaRequest extends (Request as unknown as typeof AccessibleRequest) {
    readonly #from: EventRequest
    readonly [invocationKey]: Invocation
    readonly #unfilled: Unfilled = { place: -1, request: this }
    #url: string | undefined

    constructor(from: EventRequest, invocation: Invocation) {
      super(from.url, createInit(from))
      this.#from = from
      this[invocationKey] = invocation
      const entry = this.#unfilled
      unfilled.add(entry)
      invocation.onFinished = () => unfilled.delete(entry)
      if (fillsAtOnce) this.fill()
    }

    fill(): void {
      if (!unfilled.delete(this.#unfilled)) return
      const headers = this.#ask(() => super.headers)
      const bodiless = bodilessMethods.has(this.#from.method)
      for (const [name, value] of this.#from.headers) {
        if (!bodiless || name !== 'content-length') headers.append(name, value)
      }
    }

    #ask<T>(get: () => T): T {
      asking = true
      try {
        return get()
      } finally {
        asking = false
      }
    }

    override get method(): string {
      return this.#from.method === 'GET' ? 'GET' : this.#ask(() => super.method)
    }

    override get url(): string {
      this.#url ??= this.#ask(() => super.url)
      return this.#url
    }

    override get headers(): Headers {
      this.fill()
      return this.#ask(() => super.headers)
    }

    // Made on first use: a signal that is followed doubles what a request costs.
    override get signal(): AbortSignal {
      return this[invocationKey].signal
    }

    override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
      return this.#ask(() => super.body)
    }

    override get bodyUsed(): boolean {
      return this.#ask(() => super.bodyUsed)
    }

    override clone(): Request {
      this.fill()
      const copy = this.#ask(() => super.clone())
      bindCopy(copy, this[invocationKey])
      return copy
    }

    override async json(): Promise<unknown> {
      return JSON.parse(this.#takeText()) as unknown
    }

    override async text(): Promise<string> {
      return this.#takeText()
    }

    override async arrayBuffer(): Promise<ArrayBuffer> {
      this.#take()
      return this.#hasBody && this.#from.body !== undefined ? this.#from.body.buffer : new ArrayBuffer(0)
    }

    get #hasBody(): boolean {
      return this.#from.hasBody && !bodilessMethods.has(this.#from.method)
    }

    /** The event has the body whole, so nothing needs to go through a stream; but the stream must be used up all the same. */
    #take(): void {
      const { body } = this
      if (body === null) return
      if (body.locked || this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read')
      void body.cancel()
    }

    #takeText(): string {
      this.#take()
      if (!this.#hasBody) return ''
      const { text } = this.#from
      if (text === undefined) return new TextDecoder().decode(this.#from.body)
      return (text.startsWith('\uFEFF') ? text.slice(1) : text).toWellFormed()
    }
  }

  Object.setPrototypeOf(
    LambdaRequest.prototype,
    new Proxy(Request.prototype, {
      getPrototypeOf() {
        if (!asking) for (const { request } of unfilled.members.slice()) request.fill()
        return Request.prototype
      },
    }),
  )
  const create: RequestFactory = (from, invocation) =>
    new LambdaRequest(from, invocation) as unknown as Request
  fillsAtOnce = !hearsCopies(create)
  return create
}

/** Every runtime asks for it beside a stream; the compiler's library does not know it. */
const halfDuplex: object = { duplex: 'half' }

function createInit(from: EventRequest): RequestInit | undefined {
  const { method } = from
  if (method === 'GET') return undefined
  if (!from.hasBody || method === 'HEAD') return { method }
  return { method, body: createBodyStream(from), ...halfDuplex }
}

function createBodyStream(from: EventRequest): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (from.body !== undefined) controller.enqueue(from.body)
      controller.close()
    },
  })
}

/** Copies a request whose headers nobody touched, and looks whether they came along. */
function hearsCopies(create: RequestFactory): boolean {
  const invocation = { onFinished: undefined } as unknown as Invocation
  const heard = new Request(create(probedRequest, invocation)).headers.get('x-probe') === 'heard'
  invocation.onFinished?.()
  return heard
}

const probedRequest = {
  method: 'GET',
  url: 'https://localhost/',
  headers: [['x-probe', 'heard']],
} as const as unknown as EventRequest
