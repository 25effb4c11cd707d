import { encodeBase64 } from '#base64'
import { decodeUtf8 } from '#utf8'
import { isTextResponse } from './media.ts'
import { preludeEndBytes } from './prelude.ts'
import { encodeUtf8 } from './text.ts'
import type { FunctionUrlResult, ResultParts } from './types.ts'

/** Headers that frame the message. The front door does that, and would hand these on as `x-amzn-Remapped-…` at best. */
const framingHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

interface FoldedHead {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly cookies?: readonly string[]
}

/** An ordinary object, which is several times faster than one without a prototype; so names are taken for its own only. */
function addHeader(headers: Record<string, string>, name: string, value: string): void {
  const joined = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  if (name !== '__proto__') headers[name] = joined
  else
    Object.defineProperty(headers, name, {
      value: joined,
      configurable: true,
      enumerable: true,
      writable: true,
    })
}

/** Status and headers, in any iterable form. */
type ResultHead = Omit<ResultParts, 'body'>

/** One value a name, and cookies apart, because a cookie may hold a comma. */
function foldHead(parts: ResultHead): FoldedHead {
  const headers: Record<string, string> = {}
  let cookies: string[] | undefined
  for (const [rawName, value] of parts.headers) {
    const name = rawName.toLowerCase()
    if (name === 'set-cookie') (cookies ??= []).push(value)
    else if (!framingHeaders.has(name)) addHeader(headers, name, value)
  }
  return cookies === undefined
    ? { statusCode: parts.statusCode, headers }
    : { statusCode: parts.statusCode, headers, cookies }
}

/**
 * Creates what a handler of a BUFFERED URL returns.
 *
 * @param parts Status, headers and body of the answer. Repeated headers are joined, `set-cookie` becomes `cookies`,
 *   headers that frame the message are left out.
 * @returns The result; the body is text when type, charset, encoding and bytes all say so, else base64. A body without
 *   a content type is marked `application/octet-stream`, since Lambda would call it JSON.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function createResult(parts: ResultParts): FunctionUrlResult {
  const head = foldHead(parts)
  const type = head.headers['content-type']
  if (parts.body.length === 0) return Object.assign(head, { body: '', isBase64Encoded: false })
  if (type === undefined) head.headers['content-type'] = 'application/octet-stream'
  const text = isTextResponse(type, head.headers['content-encoding']) ? readText(parts.body) : undefined
  if (text !== undefined) return Object.assign(head, { body: text, isBase64Encoded: false })
  const bytes = typeof parts.body === 'string' ? encodeUtf8(parts.body) : parts.body
  return Object.assign(head, { body: encodeBase64(bytes), isBase64Encoded: true })
}

function readText(body: Uint8Array | string): string | undefined {
  // A lone surrogate has no UTF-8; encoding it would have made U+FFFD of it.
  return typeof body === 'string' ? body.toWellFormed() : decodeUtf8(body)
}

/** Status, headers and cookies as the first bytes of a stream announce them. */
export type PreludeDocument = Omit<FunctionUrlResult, 'body' | 'isBase64Encoded'>

/**
 * Creates the object that `awslambda.HttpResponseStream.from()` takes.
 *
 * @param parts Status and headers of the answer, treated as in createResult().
 * @returns A plain object for JSON.
 */
export function createPreludeDocument(parts: ResultHead): PreludeDocument {
  return foldHead(parts)
}

/**
 * Creates the first bytes of a streamed answer.
 *
 * @param parts Status and headers of the answer, treated as in createResult().
 * @returns The JSON prelude and the eight NUL bytes that end it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export function createPrelude(parts: ResultHead): Uint8Array<ArrayBuffer> {
  const json = encodeUtf8(JSON.stringify(foldHead(parts)))
  const bytes = new Uint8Array(json.length + preludeEndBytes)
  bytes.set(json)
  return bytes
}
