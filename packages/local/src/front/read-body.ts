import type { IncomingMessage } from 'node:http'

/**
 * @param request a request whose head was parsed
 * @returns whether a body follows it
 */
export function announcesBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0'
}

/**
 * Reads a request's body whole.
 *
 * @param request a request whose body nobody has read
 * @param limitBytes most bytes that are kept
 * @returns the bytes, or 'too-large' as soon as more than the limit is announced or has come; the rest is then left unread
 * @throws when the client goes away in the middle
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too-large'> {
  if (Number(request.headers['content-length']) > limitBytes) return 'too-large'
  const chunks: Buffer[] = []
  let length = 0
  // The stream stays open when the loop ends early: the answer still has to go out over its connection.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of body) {
    length += chunk.length
    if (length > limitBytes) return 'too-large'
    chunks.push(chunk)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)
}
