import type { HeaderPair } from '@furlong/sigv4'
import { hashLargePayload } from '#payload-hash'
import { isStreamed, readBody } from './body.ts'
import { readInput, type RequestInput, type SignedRequestInit } from './request-input.ts'
import { getSigningScope, type ScopeOptions, type SigningScope } from './scope.ts'

/** A body that is sent as it comes, under a hash that is known beforehand. */
export type StreamedBody = ReadableStream | AsyncIterable<Uint8Array> | Blob

/** A request with its body read, ready to be signed any number of times. */
export interface PreparedRequest {
  readonly method: string
  readonly url: URL
  readonly scope: SigningScope
  readonly signed: readonly HeaderPair[]
  readonly unsigned: readonly HeaderPair[]
  readonly body: Uint8Array<ArrayBuffer> | undefined
  /** Set instead of `body`. */
  readonly streamed: StreamedBody | undefined
  /** The hash to sign; undefined when the signer computes it from `body`. */
  readonly payloadHash: string | undefined
  /** Whether the hash was computed here from `body`, so that it need not be checked. */
  readonly isHashOwn: boolean
}

/** How requests are read. */
export interface PrepareOptions extends ScopeOptions {
  readonly maxBodyBytes: number
  /** Whether a stream with a known hash is handed on as it is; otherwise it is read and checked. */
  readonly streams: boolean
}

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
 * Reads a request and its body.
 * @param input a URL or a request
 * @param init what prevails over the request
 * @param options what hosts do not say, and limits
 * @param signal ends the reading of the body
 * @returns everything a signature needs but credentials and time
 * @throws TypeError for misuse
 * @throws FetchError when the body is too large or cannot be read
 */
export async function prepareRequest(
  input: string | URL | Request,
  init: SignedRequestInit,
  options: PrepareOptions,
  signal?: AbortSignal,
): Promise<PreparedRequest> {
  const request = readInput(input, init)
  const scope = getSigningScope(request.url, options)
  const statedHash = request.payloadHash ?? request.headers.get('x-amz-content-sha256')
  if (statedHash === 'UNSIGNED-PAYLOAD' && scope.service === 'lambda') {
    throw new TypeError('Lambda refuses UNSIGNED-PAYLOAD: give the SHA-256 of the body as payloadHash')
  }
  const start = { method: request.method, url: request.url, scope }
  if (options.streams && request.payloadHash !== undefined && isStreamed(request.body)) {
    return { ...start, ...splitHeaders(readStreamedHeaders(request), true), ...pickStreamed(request) }
  }
  const body = await readBody(request.body, options.maxBodyBytes, signal)
  if (body?.contentType !== undefined) addContentType(request.headers, body.contentType)
  const ownHash = await hashBody(request, body?.bytes)
  return {
    ...start,
    ...splitHeaders(request.headers, false),
    body: body?.bytes,
    streamed: undefined,
    payloadHash: ownHash ?? request.payloadHash,
    isHashOwn: ownHash !== undefined,
  }
}

function pickStreamed({
  body,
  payloadHash,
}: RequestInput): Pick<PreparedRequest, 'body' | 'streamed' | 'payloadHash' | 'isHashOwn'> {
  return { body: undefined, streamed: body as StreamedBody, payloadHash, isHashOwn: false }
}

function readStreamedHeaders({ body, headers }: RequestInput): Headers {
  if (body instanceof Blob && body.type !== '') addContentType(headers, body.type)
  return headers
}

function addContentType(headers: Headers, contentType: string): void {
  if (!headers.has('content-type')) headers.set('content-type', contentType)
}

// A hash that the caller gave is left to the signer, which holds it against the body.
async function hashBody(
  { payloadHash, headers }: RequestInput,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<string | undefined> {
  const isGiven = payloadHash !== undefined || headers.has('x-amz-content-sha256')
  return isGiven || bytes === undefined ? undefined : hashLargePayload(bytes)
}

// The length of a stream is only known to the caller: S3 demands it, and Node's fetch passes it on.
function splitHeaders(
  headers: Headers,
  keepsLength: boolean,
): { signed: HeaderPair[]; unsigned: HeaderPair[] } {
  const signed: HeaderPair[] = []
  const unsigned: HeaderPair[] = []
  for (const [name, value] of headers) {
    if (keepsLength && name === 'content-length') unsigned.push([name, value])
    if (clientHeaders.has(name)) continue
    if (platformHeaders.has(name) || name.startsWith('sec-')) unsigned.push([name, value])
    else signed.push([name, value])
  }
  return { signed, unsigned }
}
