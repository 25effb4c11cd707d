import { decodeBase64 } from '#base64'
import { EventsError } from './errors.ts'
import { createHeaderValue, isHeaderName } from './headers.ts'
import { encodeUtf8 } from './text.ts'
import type { FunctionUrlEvent, HeaderPair, IamAuthorizer } from './types.ts'

/** The request inside an event. */
export interface EventRequest {
  readonly method: string
  /** Path with its percent-encoding as sent; begins with a slash. */
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
  readonly sourceIp: string
  readonly requestId: string
  /** The caller on a URL with `AWS_IAM`. */
  readonly iam?: IamAuthorizer
  /** The whole event. */
  readonly event: FunctionUrlEvent
}

/**
 * Reads the request out of a function URL event.
 *
 * @param event What the runtime handed to the handler. Members that are null count as absent.
 * @returns The request; `content-length` always tells the size of the body, however it was sent.
 * @throws EventsError `NotAnHttpEvent` when it is not payload format 2.0, `InvalidEvent` when a member cannot be read.
 */
export function readEvent(event: unknown): EventRequest {
  if (!isFunctionUrlEvent(event)) {
    throw new EventsError(
      'NotAnHttpEvent',
      'The event is not an HTTP request in payload format 2.0: version must be "2.0" and requestContext.http must be set',
    )
  }
  const { http, authorizer, domainName, requestId } = event.requestContext
  const rawPath = event.rawPath.startsWith('/') ? event.rawPath : `/${event.rawPath}`
  const rawQuery = event.rawQueryString
  const body = readBody(event)
  const headers = readHeaders(event, body)
  const host = headers.find(([name]) => name === 'host')?.[1]
  const iam = authorizer?.iam
  return {
    method: http.method,
    rawPath,
    rawQuery,
    url: createUrl(host ?? '', domainName, rawPath, rawQuery),
    headers,
    body,
    sourceIp: http.sourceIp,
    requestId,
    ...(iam !== undefined && iam !== null && { iam }),
    event,
  }
}

/** Checks the members this package relies on; the rest of the event is passed on as it is. */
function isFunctionUrlEvent(event: unknown): event is FunctionUrlEvent {
  const candidate = event as Partial<FunctionUrlEvent> | null | undefined
  const http: Partial<FunctionUrlEvent['requestContext']['http']> | undefined =
    candidate?.requestContext?.http
  return (
    candidate?.version === '2.0' &&
    typeof http?.method === 'string' &&
    typeof candidate.rawPath === 'string' &&
    typeof candidate.rawQueryString === 'string'
  )
}

function readBody(event: FunctionUrlEvent): Uint8Array<ArrayBuffer> | undefined {
  const text = event.body ?? ''
  if (text === '') return undefined
  // The flag decides, never the content type: form data arrives as base64, for one.
  if (!event.isBase64Encoded) return encodeUtf8(text)
  const bytes = decodeBase64(text)
  if (bytes === undefined) {
    throw new EventsError('InvalidEvent', 'isBase64Encoded is true but the body of the event is not base64')
  }
  return bytes
}

function readHeaders(event: FunctionUrlEvent, body: Uint8Array | undefined): HeaderPair[] {
  const pairs: HeaderPair[] = []
  let cookie = event.cookies === undefined || event.cookies === null ? '' : event.cookies.join('; ')
  for (const [key, text] of Object.entries(event.headers ?? {})) {
    const name = key.toLowerCase()
    if (name === 'cookie') cookie = text
    else if (name !== 'content-length') pairs.push([name, readValue(name, text)])
  }
  if (cookie !== '') pairs.push(['cookie', readValue('cookie', cookie)])
  const length = body?.length ?? readDeclaredLength(event)
  if (length !== undefined) pairs.push(['content-length', String(length)])
  return pairs
}

/** A request with a declared length of 0 keeps it; any other length without a body would make the application wait. */
function readDeclaredLength(event: FunctionUrlEvent): number | undefined {
  return event.headers?.['content-length'] === undefined ? undefined : 0
}

function readValue(name: string, text: string): string {
  const value = isHeaderName(name) && typeof text === 'string' ? createHeaderValue(text) : undefined
  if (value !== undefined) return value
  throw new EventsError(
    'InvalidEvent',
    `The header ${JSON.stringify(name)} of the event cannot stand in an HTTP request`,
  )
}

/** A host with nothing in it that would end the authority of a URL. */
const plainHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** Characters that a URL parser would drop, or take for the end of the path or query. */
const breaking: Readonly<Record<'path' | 'query', RegExp>> = {
  path: /[#?\\\s]/g,
  query: /[#\s]/g,
}
const escape = (character: string): string => encodeURIComponent(character)

/** By concatenation: `new URL(path, base)` would take the host out of a path such as `//evil.example/`. */
function createUrl(host: string, domainName: string, rawPath: string, rawQuery: string): string {
  const path = rawPath.replace(breaking.path, escape)
  const rest = `${path}${rawQuery === '' ? '' : `?${rawQuery.replace(breaking.query, escape)}`}`
  const url = `https://${host}${rest}`
  // On AWS the two are the same; elsewhere a host such as 1.2.3.4.5 looks plain and is none.
  const usable = host === domainName || (plainHost.test(host) && URL.canParse(url))
  return usable ? url : `https://${domainName}${rest}`
}
