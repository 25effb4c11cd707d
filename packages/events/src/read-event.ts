import { decodeBase64 } from '#base64'
import { EventsError } from './errors.ts'
import { createHeaderValue, isHeaderName } from './headers.ts'
import { eventKinds, findEventKind } from './kinds.ts'
import { clientAddress, forwardedHost } from './proxies.ts'
import { remember } from './remember.ts'
import { encodeUtf8 } from './text.ts'
import type { EventKind, EventKinds, HeaderPair, HttpEvent, IamAuthorizer } from './types.ts'
import { createUrl } from './url.ts'

/** The request inside an event, whatever its kind. */
interface RequestFacts {
  readonly method: string
  /** Path, percent-encoded; begins with a slash. As sent on a function URL, encoded anew on an HTTP API, which decodes it. */
  readonly rawPath: string
  /** Query as sent, without the question mark. */
  readonly rawQuery: string
  /**
   * Absolute URL, `https:`, with the host of the `host` header. `new URL()` and `Request` resolve dot segments (also
   * written `%2e`) and escape a few characters when they read it; `rawPath` and `rawQuery` are never changed.
   */
  readonly url: string
  /** Cookies once, whether the event has them in a header, in `cookies` or in both; values are Latin-1 octets. */
  readonly headers: readonly HeaderPair[]
  /** Undefined without a body. */
  readonly body: Uint8Array<ArrayBuffer> | undefined
  /** The body where the event carries it as text; undefined for base64 and without a body. */
  readonly text: string | undefined
  /** Whether there is a body at all. */
  readonly hasBody: boolean
  /** Address of the client: Lambda's word, or that of the proxies it was told to trust. */
  readonly sourceIp: string
  readonly requestId: string
  /** The caller on a URL with `AWS_IAM`. */
  readonly iam?: IamAuthorizer | undefined
}

/** The request inside an event, with the kind of event it came in as its tag. */
export type EventRequest = {
  readonly [Kind in EventKind]: RequestFacts & { readonly kind: Kind; readonly event: EventKinds[Kind] }
}[EventKind]

/** Options of readEvent(). */
export interface ReadEventOptions {
  /**
   * Number of proxies in front of the function that are trusted: of the addresses in `x-forwarded-for` this many before the
   * last belong to them, and `x-forwarded-host` names the host. Default 0: both headers are the client's own claims.
   */
  readonly trustedProxies?: number
}

/**
 * Reads the request out of an event of any kind.
 *
 * Members are read when they are asked for, so an application pays for what it looks at.
 *
 * @param event What the runtime handed to the handler. Members that are null count as absent.
 * @param options Whom to believe.
 * @returns The request; `content-length` always tells the size of the body, however it was sent. Its `headers` and `body`
 *   throw EventsError `InvalidEvent` when they cannot be read.
 * @throws EventsError `NotAnHttpEvent` when it is not payload format 2.0.
 */
export function readEvent(event: unknown, { trustedProxies = 0 }: ReadEventOptions = {}): EventRequest {
  if (!isHttpEvent(event)) {
    throw new EventsError(
      'NotAnHttpEvent',
      'The event is not an HTTP request in payload format 2.0: version must be "2.0" and requestContext.http must be set',
    )
  }
  return new LazyRequestFacts(event, trustedProxies) as EventRequest
}

/** Checks the members this package relies on; the rest of the event is passed on as it is. */
function isHttpEvent(event: unknown): event is HttpEvent {
  const candidate = event as Partial<HttpEvent> | null | undefined
  const http: Partial<HttpEvent['requestContext']['http']> | undefined = candidate?.requestContext?.http
  return (
    candidate?.version === '2.0' &&
    typeof http?.method === 'string' &&
    typeof candidate.rawPath === 'string' &&
    typeof candidate.rawQueryString === 'string'
  )
}

class LazyRequestFacts implements RequestFacts {
  readonly kind: EventKind
  readonly event: HttpEvent
  readonly method: string
  readonly rawPath: string
  readonly #trustedProxies: number
  #headers: readonly HeaderPair[] | undefined
  #body: Uint8Array<ArrayBuffer> | undefined
  /** Kept apart, because whoever takes the bytes may transfer them. */
  #length: number | undefined

  constructor(event: HttpEvent, trustedProxies: number) {
    this.kind = findEventKind(event)
    this.event = event
    this.method = event.requestContext.http.method
    const path = eventKinds[this.kind].readPath(event.rawPath, event.requestContext.stage)
    this.rawPath = path.startsWith('/') ? path : `/${path}`
    this.#trustedProxies = trustedProxies
  }

  get rawQuery(): string {
    return this.event.rawQueryString
  }

  get requestId(): string {
    return this.event.requestContext.requestId
  }

  get sourceIp(): string {
    const { sourceIp } = this.event.requestContext.http
    if (this.#trustedProxies === 0) return sourceIp
    return clientAddress(findHeader(this.event, 'x-forwarded-for'), this.#trustedProxies) ?? sourceIp
  }

  get iam(): IamAuthorizer | undefined {
    return this.event.requestContext.authorizer?.iam ?? undefined
  }

  get url(): string {
    const sent =
      this.#trustedProxies === 0 ? undefined : forwardedHost(findHeader(this.event, 'x-forwarded-host'))
    const host = sent ?? findHeader(this.event, 'host')
    return createUrl(host ?? '', this.event.requestContext.domainName, this.rawPath, this.rawQuery)
  }

  get hasBody(): boolean {
    return (this.event.body ?? '') !== ''
  }

  get text(): string | undefined {
    // The flag decides, never the content type: form data arrives as base64, for one.
    return this.hasBody && !this.event.isBase64Encoded ? this.event.body : undefined
  }

  get body(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#length === undefined) {
      this.#body = readBody(this.event)
      this.#length = this.#body?.length
    }
    return this.#body
  }

  get headers(): readonly HeaderPair[] {
    this.#headers ??= readHeaders(this.event, this.body && this.#length)
    return this.#headers
  }
}

/** Names are in lower case in every event AWS makes; others are found all the same. */
function findHeader(event: HttpEvent, wanted: string): string | undefined {
  const headers: Readonly<Record<string, unknown>> = event.headers ?? {}
  const name = Object.hasOwn(headers, wanted)
    ? wanted
    : Object.keys(headers).find((key) => key.toLowerCase() === wanted)
  const value = name === undefined ? undefined : headers[name]
  return typeof value === 'string' ? value : undefined
}

function readBody(event: HttpEvent): Uint8Array<ArrayBuffer> | undefined {
  const text = event.body ?? ''
  if (text === '') return undefined
  if (!event.isBase64Encoded) return encodeUtf8(text)
  const bytes = decodeBase64(text)
  if (bytes === undefined) {
    throw new EventsError('InvalidEvent', 'isBase64Encoded is true but the body of the event is not base64')
  }
  return bytes
}

function readHeaders(event: HttpEvent, bodyLength: number | undefined): HeaderPair[] {
  const pairs: HeaderPair[] = []
  const sent: Readonly<Record<string, string>> = event.headers ?? {}
  let cookie = readCookies(event.cookies)
  let length = bodyLength
  for (const key of Object.keys(sent)) {
    const name = readName(key)
    const text = sent[key]
    if (name === 'cookie') cookie = text ?? ''
    // A request with a declared length of 0 keeps it; any other length without a body would make the application wait.
    else if (name === 'content-length') length ??= 0
    else pairs.push([name, readValue(name, text)])
  }
  if (cookie !== '') pairs.push(['cookie', readValue('cookie', cookie)])
  if (length !== undefined) pairs.push(['content-length', String(length)])
  return pairs
}

function readCookies(cookies: unknown): string {
  if (cookies === undefined || cookies === null) return ''
  return Array.isArray(cookies) ? cookies.join('; ') : refuseHeader('cookie')
}

const readName = remember((key) => {
  const name = key.toLowerCase()
  return isHeaderName(name) ? name : refuseHeader(name)
})

function readValue(name: string, text: unknown): string {
  return (typeof text === 'string' ? createHeaderValue(text) : undefined) ?? refuseHeader(name)
}

function refuseHeader(name: string): never {
  throw new EventsError(
    'InvalidEvent',
    `The header ${JSON.stringify(name)} of the event cannot stand in an HTTP request`,
  )
}
