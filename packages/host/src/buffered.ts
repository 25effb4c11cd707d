import { createResult, maxResultBytes } from '@furlong/events'
import type { FunctionUrlResult } from '@furlong/events'
import type { Answer, Chunk } from './answer.ts'
import { logError } from './log.ts'

/**
 * Sends an answer as a handler's result.
 *
 * @param answer What the application answered.
 * @param bodiless Whether the body has to be left out.
 * @returns The result, or a 500 in its place when it exceeds Lambda's limit; the log then says so.
 */
export function createBufferedResult(
  answer: Answer,
  bodiless: boolean,
): Promise<FunctionUrlResult> | FunctionUrlResult {
  if (bodiless) answer.body.cancel(undefined)
  const body = bodiless ? '' : answer.body.collect()
  return body instanceof Promise ? collectResult(answer, body) : createWholeResult(answer, body)
}

async function collectResult(answer: Answer, body: Promise<Chunk>): Promise<FunctionUrlResult> {
  return createWholeResult(answer, await body)
}

function createWholeResult({ statusCode, headers }: Answer, body: Chunk): FunctionUrlResult {
  // Without this look ahead a huge body would be encoded only to be thrown away.
  const result = body.length > maxResultBytes ? undefined : createResult({ statusCode, headers, body })
  return result !== undefined && fits(result) ? result : createTooLarge(body)
}

function createTooLarge(body: Chunk): FunctionUrlResult {
  const size = typeof body === 'string' ? new TextEncoder().encode(body).length : body.length
  logError(
    `The answer is too large for a buffered function URL: its body has ${size} bytes, and Lambda takes at most ` +
      `${maxResultBytes} bytes of JSON, about 4.7 million of binary. Set the URL's invoke mode to RESPONSE_STREAM and ` +
      `toLambda's mode to 'stream', or answer with less.`,
  )
  return createResult({
    statusCode: 500,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: 'The response is too large to be sent.\n',
  })
}

/** JSON takes at most six bytes for a character, so small results need no measuring. */
const maxJsonBytesPerCharacter = 6

function fits(result: FunctionUrlResult): boolean {
  let head = 256
  for (const name of Object.keys(result.headers))
    head += name.length + (result.headers[name]?.length ?? 0) + 6
  for (const cookie of result.cookies ?? []) head += cookie.length + 3
  const body = result.body.length * (result.isBase64Encoded ? 1 : maxJsonBytesPerCharacter)
  if (head * maxJsonBytesPerCharacter + body <= maxResultBytes) return true
  const rest = new TextEncoder().encode(JSON.stringify({ ...result, body: '' })).length
  return rest + (result.isBase64Encoded ? result.body.length : countJsonBytes(result.body)) <= maxResultBytes
}

/** Counts what a text takes within JSON: to write it out, only to measure it, takes several times as long. */
function countJsonBytes(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x80)
      bytes += code < 0x20 ? (shortEscapes.has(code) ? 1 : 5) : code === 0x22 || code === 0x5c ? 1 : 0
    // Half of a pair counts for two of its four bytes; the text is well-formed.
    else bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes
}

/** Backspace, tab, line feed, form feed, carriage return: two characters each, where other control characters take six. */
const shortEscapes: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d])
