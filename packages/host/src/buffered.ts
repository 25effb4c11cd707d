import { createResult, maxResultBytes } from '@furlong/events'
import type { FunctionUrlResult } from '@furlong/events'
import type { Answer } from './answer.ts'
import { logError } from './log.ts'

const noBytes = new Uint8Array(0)

/**
 * Sends an answer as a handler's result.
 *
 * @param answer What the application answered.
 * @param bodiless Whether the body has to be left out.
 * @returns The result, or a 500 in its place when it exceeds Lambda's limit; the log then says so.
 */
export async function createBufferedResult(answer: Answer, bodiless: boolean): Promise<FunctionUrlResult> {
  // Not awaited: how the producer of an unwanted body takes it changes nothing.
  if (bodiless) answer.stream?.cancel().catch(() => undefined)
  const body = bodiless ? noBytes : await answer.bytes()
  // Without this look ahead a huge body would be encoded only to be thrown away.
  const size = body.length > maxResultBytes ? body.length : undefined
  const result = size === undefined ? createResult({ ...answer, body }) : undefined
  if (result !== undefined && fits(result)) return result
  logError(
    `The answer is too large for a buffered function URL: its body has ${body.length} bytes, and Lambda takes at most ` +
      `${maxResultBytes} bytes of JSON, about 4.7 million of binary. Set the URL's invoke mode to RESPONSE_STREAM and ` +
      `toLambda's mode to 'stream', or answer with less.`,
  )
  return createResult({
    statusCode: 500,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: new TextEncoder().encode('The response is too large to be sent.\n'),
  })
}

/** JSON takes at most six bytes for a character, so small results need no measuring. */
const maxJsonBytesPerCharacter = 6

function fits(result: FunctionUrlResult): boolean {
  const perCharacter = result.isBase64Encoded ? 1 : maxJsonBytesPerCharacter
  // Headers rarely fill a KiB; when they might, the exact size decides.
  const generous = result.body.length * perCharacter + 65_536
  const head = JSON.stringify(result.headers).length + JSON.stringify(result.cookies ?? []).length
  if (generous <= maxResultBytes && head < 8192) return true
  return new TextEncoder().encode(JSON.stringify(result)).length <= maxResultBytes
}
