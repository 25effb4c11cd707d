import { type Credentials, type HeaderPair, sign } from '@furlong/sigv4'
import { readBody, type SignedBody } from './body.ts'
import { type CredentialsProvider, createCredentialsSource } from './credentials.ts'
import { getSigningScope, type ScopeOptions } from './scope.ts'

/** How requests are signed. */
export interface SigningOptions extends ScopeOptions {
  /** The region, for hosts that do not say it; the host of a function URL does, and prevails. */
  readonly region?: string
  /** The signing name of the service, for hosts that do not say it: `lambda` for function URLs, which prevails. */
  readonly service?: string
  /** Credentials, or a function that fetches them; the environment (AWS_ACCESS_KEY_ID, …) by default. */
  readonly credentials?: Credentials | CredentialsProvider
  /** The clock; the machine's by default. */
  readonly now?: () => Date
  /** The largest body, in bytes; 6 MiB by default, which is what a function URL takes. */
  readonly maxBodyBytes?: number
}

/** The second argument of a signed fetch: fetch's own, and a plain object or array as body is sent as JSON. */
export interface SignedRequestInit extends Omit<RequestInit, 'body'> {
  readonly body?: SignedBody
}

/** A signed request, ready for any HTTP client that sends it as it is. */
export interface SignedFetchRequest {
  readonly method: string
  /** The URL to send; it need not be spelled like the one given. */
  readonly url: string
  /** All headers to send but `host` and `content-length`. */
  readonly headers: HeaderPair[]
  /** The bytes to send; undefined when there is no body. */
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/** Signs what fetch would send. */
export type RequestSigner = (
  input: string | URL | Request,
  init?: SignedRequestInit,
) => Promise<SignedFetchRequest>

const defaultMaxBodyBytes = 6_291_456

/** Headers that the HTTP client writes itself; a copy among the caller's could only contradict it. */
const clientHeaders: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/** Headers that browsers drop or replace: they are sent, and left out of the signature. */
const platformHeaders: ReadonlySet<string> = new Set([
  'accept-charset',
  'cookie',
  'dnt',
  'origin',
  'referer',
  'access-control-request-headers',
  'access-control-request-method',
])

/**
 * Creates a signer for requests as fetch takes them, for use with other HTTP clients.
 * @param options region, service, credentials, clock and limits
 * @returns a function that signs; it rejects with a `TypeError` for misuse and a `FetchError` for the world
 * @throws TypeError when an option is malformed
 */
export function createRequestSigner(options: SigningOptions = {}): RequestSigner {
  const { now = () => new Date(), maxBodyBytes = defaultMaxBodyBytes } = options
  if (!(maxBodyBytes >= 0)) throw new TypeError('maxBodyBytes must be a number of bytes, 0 or more')
  const getCredentials = createCredentialsSource(options.credentials, now)
  return async (input, init = {}) => {
    const request = readInput(input, init)
    const scope = getSigningScope(request.url, options)
    const body = await readBody(request.body, maxBodyBytes)
    if (body?.contentType !== undefined && !request.headers.has('content-type')) {
      request.headers.set('content-type', body.contentType)
    }
    const { signed, unsigned } = splitHeaders(request.headers)
    const result = sign(
      {
        method: request.method,
        url: request.url.href,
        headers: signed,
        ...(body ? { body: body.bytes } : {}),
      },
      { ...scope, credentials: await getCredentials(), now: now() },
    )
    return {
      method: result.method,
      url: result.url,
      headers: [...result.headers, ...unsigned],
      body: body?.bytes,
    }
  }
}

interface Input {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: unknown
}

// As `new Request(input, init)` reads them, but without its cost and without its stream.
function readInput(input: string | URL | Request, init: SignedRequestInit): Input {
  const request = isRequest(input) ? input : undefined
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
  const given = init.body === undefined ? getBody(request, method) : init.body
  if (given !== undefined && given !== null && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`A request with the method ${method} cannot have a body`)
  }
  if (init.body === undefined && request?.bodyUsed === true) {
    throw new TypeError('The body of the request was read before: clone it before its first use')
  }
  return {
    method,
    url: readUrl(isRequest(input) ? input.url : String(input)),
    headers: new Headers(init.headers ?? request?.headers),
    body: given,
  }
}

// Firefox knows no `Request.body`.
function getBody(request: Request | undefined, method: string): unknown {
  if (!request || 'body' in request) return request?.body
  return method === 'GET' || method === 'HEAD' ? undefined : (request as Request).arrayBuffer()
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input && 'headers' in input
}

function readUrl(text: string): URL {
  const { location } = globalThis as { location?: { href?: string } }
  try {
    return new URL(text, location?.href)
  } catch {
    throw new TypeError('The URL must be absolute, for example https://<id>.lambda-url.<region>.on.aws/')
  }
}

function splitHeaders(headers: Headers): { signed: HeaderPair[]; unsigned: HeaderPair[] } {
  const signed: HeaderPair[] = []
  const unsigned: HeaderPair[] = []
  for (const [name, value] of headers) {
    if (clientHeaders.has(name)) continue
    if (platformHeaders.has(name) || name.startsWith('sec-')) unsigned.push([name, value])
    else signed.push([name, value])
  }
  return { signed, unsigned }
}
