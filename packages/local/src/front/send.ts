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

/** Sends a whole answer; a body is dropped where HTTP has none (204, 304, HEAD). */
export function send(response: ServerResponse, answer: Answer): void {
  const flat = flatHeaders(response, answer.headers)
  if (bodyless(answer.status)) {
    response.writeHead(answer.status, flat).end()
    return
  }
  flat.push('Content-Length', String(Buffer.byteLength(answer.body)))
  response.writeHead(answer.status, flat).end(answer.body)
}
