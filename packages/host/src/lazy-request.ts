import type { EventRequest } from '@furlong/events'
import { bindCopy, invocationKey } from './carrier.ts'
import { Crowd } from './crowd.ts'
import type { Member } from './crowd.ts'
import type { FinishTaker, Invocation } from './invocation.ts'

/** Makes the `Request` an application receives. */
export type RequestFactory = (from: EventRequest, invocation: Invocation) => Request

/** Methods whose `Request` cannot have a body: one that was sent is dropped, not refused. */
const bodilessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Methods that `Request` leaves as they are. */
const usualMethods: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
])

/**
 * URLs that a parser gives back as they are: a name in lower case that is no IPv4 address, no port, no segment that begins with a
 * dot or an escape of one, and nothing that would be escaped.
 */
const settledUrl =
  /^https:\/\/(?:(?!xn--)[a-z0-9-]+\.)*(?!xn--)[a-z][a-z0-9-]*(?:\/(?!\.)(?:[\w\-.~!$&'()*+,;=:@]|%(?!2[eE]))*)+(?:\?[\w\-.~!$&()*+,;=:@/?%[\]]*)?$/

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
  const unfilled = new Crowd<Facts>()
  /** Set while this class itself asks a getter of `Request`, all of which check what they are asked for. */
  let asking = false
  let fillsAtOnce = false

  /** All that a request has of its own: one member of it, since every private one is paid for by every request. */
  class Facts implements Member, FinishTaker {
    place = -1
    readonly request: LambdaRequest
    readonly from: EventRequest
    url: string
    isUrlSettled = false
    isFilled = false

    constructor(request: LambdaRequest, from: EventRequest, url: string) {
      this.request = request
      this.from = from
      this.url = url
    }

    finished(): void {
      unfilled.delete(this)
    }
  }

  class LambdaRequest extends (Request as unknown as typeof AccessibleRequest) {
    readonly [invocationKey]: Invocation
    readonly #facts: Facts

    constructor(from: EventRequest, invocation: Invocation) {
      const { url } = from
      super(url, createInit(from))
      this[invocationKey] = invocation
      const facts = new Facts(this, from, url)
      this.#facts = facts
      unfilled.add(facts)
      invocation.onFinished = facts
      if (fillsAtOnce) this.fill()
    }

    fill(): void {
      const facts = this.#facts
      if (facts.isFilled) return
      facts.isFilled = true
      unfilled.delete(facts)
      const { from } = facts
      const headers = this.#ask(() => super.headers)
      const bodiless = bodilessMethods.has(from.method)
      for (const [name, value] of from.headers) {
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
      const { method } = this.#facts.from
      return usualMethods.has(method) ? method : this.#ask(() => super.method)
    }

    override get url(): string {
      const facts = this.#facts
      if (!facts.isUrlSettled) {
        if (!settledUrl.test(facts.url)) facts.url = this.#ask(() => super.url)
        facts.isUrlSettled = true
      }
      return facts.url
    }

    override get headers(): Headers {
      this.fill()
      return this.#ask(() => super.headers)
    }

    // Made on first use: a signal that is followed doubles what a request costs.
    override get signal(): AbortSignal {
      return this[invocationKey].signal
    }

    /** H3 looks for it here; others take it from their third argument. */
    get waitUntil(): (promise: Promise<unknown>) => void {
      return this[invocationKey].waitUntil
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
      const { body } = this.#facts.from
      return this.#hasBody && body !== undefined ? body.buffer : new ArrayBuffer(0)
    }

    get #hasBody(): boolean {
      const { from } = this.#facts
      return from.hasBody && !bodilessMethods.has(from.method)
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
      const { from } = this.#facts
      const { text } = from
      if (text === undefined) return new TextDecoder().decode(from.body)
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
  return { method, body: new ReadableStream(new BodySource(from)), ...halfDuplex }
}

/** The body of an event as the source of a stream. */
class BodySource {
  readonly type = 'bytes'
  readonly #from: EventRequest

  constructor(from: EventRequest) {
    this.#from = from
  }

  pull(controller: ReadableByteStreamController): void {
    const { body } = this.#from
    if (body !== undefined) controller.enqueue(body)
    controller.close()
  }
}

/** Copies a request whose headers nobody touched, and looks whether they came along. */
function hearsCopies(create: RequestFactory): boolean {
  const invocation = { onFinished: undefined } as unknown as Invocation
  const heard = new Request(create(probedRequest, invocation)).headers.get('x-probe') === 'heard'
  invocation.onFinished?.finished()
  return heard
}

const probedRequest = {
  method: 'GET',
  url: 'https://localhost/',
  headers: [['x-probe', 'heard']],
} as const as unknown as EventRequest
