import type { SignedBody } from './body.ts'

/** The second argument of a signed fetch: fetch's own, and a plain object or array as body is sent as JSON. */
export interface SignedRequestInit extends Omit<RequestInit, 'body'> {
  readonly body?: SignedBody
  /**
   * The SHA-256 of the body in hexadecimal. A stream or Blob is then sent as it comes and not held in memory;
   * other bodies are checked against it. Other services than Lambda may take `UNSIGNED-PAYLOAD`.
   */
  readonly payloadHash?: string
}

/** What is to be sent, as read from the arguments of fetch. */
export interface RequestInput {
  /** In upper case. */
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: unknown
  readonly payloadHash: string | undefined
}

/**
 * Reads the arguments of fetch as `new Request(input, init)` does, but without its cost and without its stream.
 * @param input a URL or a request
 * @param init what prevails over the request
 * @returns method, URL, headers (a copy) and body
 * @throws TypeError when fetch would throw one
 */
export function readInput(input: string | URL | Request, init: SignedRequestInit): RequestInput {
  const request = isRequest(input) ? input : undefined
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
  const given = init.body === undefined ? getBody(request, method) : init.body
  if (given !== undefined && given !== null && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`A request with the method ${method} cannot have a body`)
  }
  if (init.body === undefined && request?.bodyUsed === true) {
    throw new TypeError('The body of the request was read before: clone it before its first use')
  }
  const headers = new Headers(init.headers ?? request?.headers)
  const payloadHash = readPayloadHash(init.payloadHash)
  if (payloadHash !== undefined) headers.delete('x-amz-content-sha256')
  const url = readUrl(isRequest(input) ? input.url : String(input))
  return { method, url, headers, body: given, payloadHash }
}

/**
 * Tells a request from a URL, whichever library made the request.
 * @param input the first argument of fetch
 * @returns true for a request
 */
export function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input && 'headers' in input
}

// Firefox knows no `Request.body`.
function getBody(request: Request | undefined, method: string): unknown {
  if (!request || 'body' in request) return request?.body
  return method === 'GET' || method === 'HEAD' ? undefined : (request as Request).arrayBuffer()
}

function readUrl(text: string): URL {
  const { location } = globalThis as { location?: { href?: string } }
  let url: URL
  try {
    url = new URL(text, location?.href)
  } catch {
    throw new TypeError(`The URL '${quoteUrl(text)}' cannot be used: ${findUrlFault(text)}`)
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`The URL '${quoteUrl(text)}' must begin with https:// or http://`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('The URL must not hold a user name or a password')
  }
  return url
}

/** What is wrong with a text that is no URL, the first that fits counts. */
const urlFaults: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/^(?:undefined|null)/, 'it begins with the value of a variable that is not set'],
  [/^https?:\/\/[^/?#]*:\d+[^\d/?#]/i, 'a slash is missing after the port'],
  [/^https?:/i, 'its host or port is malformed'],
  [/^[^/?#]+\.on\.aws\b/i, 'https:// is missing'],
]

function findUrlFault(text: string): string {
  const fault = urlFaults.find(([pattern]) => pattern.test(text))
  return (
    fault?.[1] ??
    'it must be absolute, for example https://<id>.lambda-url.<region>.on.aws/; is a variable empty?'
  )
}

const longestQuote = 200

// Users, passwords and queries are nobody's business but the caller's.
function quoteUrl(text: string): string {
  const bare = text.replace(/[?#][^]*$/, '').replace(/^([a-z]+:\/\/)?[^]*@/i, '$1')
  return bare.length > longestQuote ? `${bare.slice(0, longestQuote)}…` : bare
}

function readPayloadHash(given: string | undefined): string | undefined {
  if (given === undefined || given === 'UNSIGNED-PAYLOAD') return given
  if (!/^[0-9a-f]{64}$/i.test(given)) {
    throw new TypeError('payloadHash must be the SHA-256 of the body, 64 hexadecimal digits')
  }
  return given.toLowerCase()
}
