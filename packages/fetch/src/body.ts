import { FetchError } from './errors.ts'

/** A body as bytes, and the content type that fetch would have given it. */
export interface BufferedBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType?: string
}

/**
 * A body of fetch, or a plain object or array, which is sent as JSON. The type takes any object, since one that is
 * described by an interface has no index signature; a Map, a Date and other instances of classes are refused when sent.
 */
export type SignedBody = RequestInit['body'] | object

const encoder = new TextEncoder()

/**
 * Reads a body into bytes, since a signature covers all of them.
 * @param body any body of fetch, or a plain object or array
 * @param maxBodyBytes the largest size taken, in bytes
 * @param signal ends the reading of a stream, and cancels the stream
 * @returns the bytes and their content type; undefined when there is no body
 * @throws TypeError when the value is no body
 * @throws FetchError `BodyTooLarge` above the limit, `BodyUnreadable` when reading fails
 */
export async function readBody(
  body: unknown,
  maxBodyBytes: number,
  signal?: AbortSignal,
): Promise<BufferedBody | undefined> {
  if (body === null || body === undefined) return undefined
  const buffered = readAtOnce(body) ?? (await readSlowly(body, maxBodyBytes, signal))
  if (buffered.bytes.length > maxBodyBytes) throw createTooLarge(maxBodyBytes)
  return buffered
}

// Views are copied, so that what is signed is what is sent even when the caller writes on while we wait.
function readAtOnce(body: unknown): BufferedBody | undefined {
  if (typeof body === 'string')
    return { bytes: encoder.encode(body), contentType: 'text/plain;charset=UTF-8' }
  if (body instanceof URLSearchParams) {
    const contentType = 'application/x-www-form-urlencoded;charset=UTF-8'
    return { bytes: encoder.encode(body.toString()), contentType }
  }
  if (ArrayBuffer.isView(body)) {
    return { bytes: Uint8Array.from(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)) }
  }
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body.slice(0)) }
  if (isPlain(body)) return { bytes: encoder.encode(JSON.stringify(body)), contentType: 'application/json' }
  return undefined
}

async function readSlowly(
  body: unknown,
  maxBodyBytes: number,
  signal: AbortSignal | undefined,
): Promise<BufferedBody> {
  if (body instanceof Promise) {
    const bytes: unknown = await body
    if (bytes instanceof ArrayBuffer) return { bytes: new Uint8Array(bytes) }
    throw new TypeError('The body is a promise: wait for it (`await`), and hand over what it gives')
  }
  if (isAsyncIterable(body)) return { bytes: await readChunks(body, maxBodyBytes, signal) }
  if (body instanceof Blob || body instanceof FormData) {
    const response = new Response(body)
    const contentType = response.headers.get('content-type') ?? undefined
    const bytes = await readChunks(readStream(response.body, signal), maxBodyBytes, signal)
    return { bytes, ...(contentType === undefined ? {} : { contentType }) }
  }
  if (body instanceof ReadableStream) {
    return { bytes: await readChunks(readStream(body, signal), maxBodyBytes, signal) }
  }
  throw new TypeError(
    `The body is ${tellClass(body)}, and must be a string, bytes, a Blob, URLSearchParams, FormData, a stream, or a plain object or array for JSON: turn anything else into one of them`,
  )
}

// Not every browser iterates over streams.
async function* readStream(
  stream: ReadableStream | null,
  signal: AbortSignal | undefined,
): AsyncIterable<unknown> {
  if (!stream) return
  const reader = stream.getReader()
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => {})
  signal?.addEventListener('abort', cancel)
  let isDone = false
  try {
    for (;;) {
      const result = await reader.read()
      isDone = result.done
      if (result.done) return
      yield result.value
    }
  } finally {
    signal?.removeEventListener('abort', cancel)
    if (!isDone) await reader.cancel()
  }
}

async function readChunks(
  chunks: AsyncIterable<unknown>,
  maxBodyBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      const bytes = readChunk(chunk)
      length += bytes.length
      if (length > maxBodyBytes) throw createTooLarge(maxBodyBytes)
      parts.push(bytes)
    }
    // A stream that was cancelled ends as if it were whole.
    signal?.throwIfAborted()
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason
    if (cause instanceof FetchError || cause instanceof TypeError) throw cause
    throw new FetchError('BodyUnreadable', 'The body could not be read to its end', { cause })
  }
  return join(parts, length)
}

function readChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return encoder.encode(chunk)
  throw new TypeError('A streamed body must consist of bytes or text')
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/**
 * Tells whether a body is sent piece by piece as it comes, when its hash is known beforehand.
 * @param body any body of fetch
 * @returns true for streams, asynchronous iterables and blobs
 */
export function isStreamed(body: unknown): body is ReadableStream | AsyncIterable<Uint8Array> | Blob {
  return body instanceof ReadableStream || body instanceof Blob || isAsyncIterable(body)
}

function isPlain(body: unknown): boolean {
  if (Array.isArray(body)) return true
  if (typeof body !== 'object' || body === null) return false
  const prototype: unknown = Object.getPrototypeOf(body)
  // The prototype of another realm's plain objects is not ours, but is the last one as well.
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  )
}

function tellClass(body: unknown): string {
  if (typeof body !== 'object' || body === null) return `a ${typeof body}`
  const { name } = (body.constructor ?? {}) as { name?: unknown }
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class'
}

function isAsyncIterable(body: unknown): body is AsyncIterable<unknown> {
  return (
    typeof body === 'object' &&
    body !== null &&
    Symbol.asyncIterator in body &&
    !(body instanceof ReadableStream)
  )
}

function createTooLarge(maxBodyBytes: number): FetchError {
  return new FetchError(
    'BodyTooLarge',
    `The body is larger than ${maxBodyBytes} bytes: a signature covers the whole body, so it is held in memory; raise the option \`maxBodyBytes\` to send more`,
  )
}
