import type { ServerResponse } from 'node:http'

/** A whole answer, ready to send. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | string
}

const bodyless = (status: number): boolean => status === 204 || status === 304

/**
 * Flattens headers for `writeHead`, which keeps repeats only in that form.
 *
 * `Connection` is always said: Node would add `Keep-Alive: timeout=…` otherwise, which Lambda does not send.
 */
export function flatHeaders(response: ServerResponse, headers: Answer['headers']): string[] {
  const flat: string[] = []
  for (const [name, value] of headers) flat.push(name, value)
  flat.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close')
  return flat
}

/** Up to this many bytes a body is sent as text of one byte a character: Node then writes head and body at once. */
const maxBytesAsText = 65_536

/** Sends a whole answer; a body is dropped where HTTP has none (204, 304, HEAD). */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const flat = flatHeaders(response, headers)
  if (bodyless(status)) {
    response.writeHead(status, flat).end()
    return
  }
  flat.push('Content-Length', String(Buffer.byteLength(body)))
  response.writeHead(status, flat)
  if (typeof body === 'string') response.end(body)
  else if (body.length > maxBytesAsText) response.end(body)
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1')
}

/** Settles when a response that is full can be written to again, or has lost its client. */
export const drained = (response: ServerResponse): Promise<void> =>
  new Promise((done) => {
    if (response.destroyed) {
      done()
      return
    }
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      done()
    }
    response.once('drain', settle).once('close', settle)
  })
