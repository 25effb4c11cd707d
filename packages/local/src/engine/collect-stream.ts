import { maxResultBytes } from '@furlong/events'
import { createFailureReport, StreamFailed } from './errors.ts'
import type { InvokeOutcome } from './types.ts'

/**
 * Reads a streamed answer whole, as Lambda does for a caller who takes no stream.
 *
 * @param outcome the stream; it is cancelled when it is too large
 * @returns its bytes
 * @throws {StreamFailed} what the function failed with, or `Function.ResponseSizeTooLarge` above 6,291,556 bytes
 */
export async function collectStream(outcome: InvokeOutcome & { kind: 'stream' }): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of outcome.body) {
    chunks.push(chunk)
    length += chunk.length
    if (length <= maxResultBytes) continue
    outcome.cancel()
    const message = `Response payload size exceeded maximum allowed payload size (${maxResultBytes} bytes).`
    const { errorType, document } = createFailureReport('Function.ResponseSizeTooLarge', message)
    throw new StreamFailed(errorType, Buffer.from(document).toString('utf8'))
  }
  return Buffer.concat(chunks, length)
}
