import { decodeBase64 } from '#base64'
import { decodeUtf8 } from '#utf8'
import { readHead } from './head.ts'
import type { Reading } from './head.ts'
import { encodeUtf8 } from './text.ts'
import type { HttpResponseParts } from './types.ts'

/** The answer to the client, or why the function's result is malformed: then the client gets 502 and nothing of the reason. */
export type ResultReading =
  | { readonly ok: true; readonly response: HttpResponseParts }
  | { readonly ok: false; readonly reason: string }

const noBytes: Uint8Array = new Uint8Array(0)
/** guess: null and undefined give an empty body. */
const guessNullBody = noBytes
/** guess: statuses that have no body by definition lose one that was given. */
const guessBodilessStatuses: ReadonlySet<number> = new Set([204, 304])

/** JSON has no way back to `undefined`, so a parsed value always has a text. */
const encodeJson = (value: unknown): Uint8Array => encodeUtf8(JSON.stringify(value))

/**
 * Turns what a function returned on a BUFFERED URL into the answer to the client.
 *
 * Values without a `statusCode` are serialised anew, so numbers beyond 2^53 lose digits.
 *
 * @param payload The JSON the function handed to the Runtime API; empty counts as `null`.
 * @returns The answer with headers remapped and the content type defaulted; a HEAD request's body is still there.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function readResult(payload: Uint8Array): ResultReading {
  const parsed = parseJson(payload)
  if (!parsed.ok) return parsed
  const result = parsed.value
  if (typeof result !== 'object' || result === null || !Object.hasOwn(result, 'statusCode')) {
    const headers = [['content-type', 'application/json']] as const
    return { ok: true, response: { statusCode: 200, headers, body: createPlainBody(result) } }
  }
  const record = result as Readonly<Record<string, unknown>>
  const head = readHead(record, 'application/json')
  if (!head.ok) return head
  const body = readBody(record['body'], record['isBase64Encoded'] === true)
  if (!body.ok) return body
  const bodiless = guessBodilessStatuses.has(head.value.statusCode)
  return { ok: true, response: { ...head.value, body: bodiless ? noBytes : body.value } }
}

function parseJson(payload: Uint8Array): Reading<unknown> {
  if (payload.length === 0) return { ok: true, value: null }
  const text = decodeUtf8(payload)
  if (text === undefined) return { ok: false, reason: 'the function returned bytes that are not UTF-8' }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, reason: 'the function returned text that is not JSON' }
  }
}

/** A string goes out without its quotes; everything else as JSON. */
function createPlainBody(value: unknown): Uint8Array {
  if (value === null) return guessNullBody
  return typeof value === 'string' ? encodeUtf8(value) : encodeJson(value)
}

function readBody(value: unknown, isBase64Encoded: boolean): Reading<Uint8Array> {
  if (value === undefined || value === null) return { ok: true, value: noBytes }
  if (!isBase64Encoded)
    return { ok: true, value: typeof value === 'string' ? encodeUtf8(value) : encodeJson(value) }
  // guess: a body that is not base64 although the flag says so makes the result malformed.
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined
  if (bytes === undefined) return { ok: false, reason: 'isBase64Encoded is true but body is not base64' }
  return { ok: true, value: bytes }
}
