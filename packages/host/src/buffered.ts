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
  return new TextEncoder().encode(JSON.stringify(result)).length <= maxResultBytes
}
