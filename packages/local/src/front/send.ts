import type { ServerResponse } from 'node:http'

/** A whole answer, ready to send. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | string
}

/** Whether HTTP has no body for such an answer, whatever was to be sent. */
export const isBodyless = (status: number, method?: string): boolean =>
  status === 204 || status === 304 || method === 'HEAD'

let dateSecond = Number.NaN
let dateText = ''

/** RFC 9110, 5.6.7; one text a second. */
function formatDate(now: Date): string {
  const second = Math.floor(now.getTime() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = now.toUTCString()
  }
  return dateText
}

/**
 * Flattens headers for `writeHead`, which keeps repeats only in that form, in AWS's order: the date, the type, the length,
 * whether the connection stays, then the rest.
 *
 * `Connection` is always said: Node would add `Keep-Alive: timeout=…` otherwise, which Lambda does not send.
 *
 * @param response the answer; it gets no date of Node's own
 * @param headers of the answer; a content type stands first
 * @param now the side's clock
 * @param length of the body in bytes, where it is said
 */
export function flatHeaders(
  response: ServerResponse,
  headers: Answer['headers'],
  now: Date,
  length?: number,
): string[] {
  response.sendDate = false
  const flat = ['Date', formatDate(now)]
  const [first] = headers
  const isTyped = first?.[0].toLowerCase() === 'content-type'
  if (isTyped) flat.push(first[0], first[1])
  if (length !== undefined) flat.push('Content-Length', String(length))
  flat.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close')
  for (let at = isTyped ? 1 : 0; at < headers.length; at += 1) {
    const [name, value] = headers[at] as Answer['headers'][number]
    flat.push(name, value)
  }
  return flat
}

/** Up to this many bytes a body is sent as text of one byte a character: Node then writes head and body at once. */
const maxBytesAsText = 65_536

/**
 * Sends a whole answer; a body is dropped where HTTP has none (204, 304, HEAD).
 *
 * guess: HEAD is told the length that the body would have had.
 *
 * @param response where it goes
 * @param answer what to send
 * @param now the side's clock
 * @returns the headers as they go out, names and values in turn
 */
export function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  now: Date,
): readonly string[] {
  if (isBodyless(status)) {
    const flat = flatHeaders(response, headers, now)
    response.writeHead(status, flat).end()
    return flat
  }
  const flat = flatHeaders(response, headers, now, Buffer.byteLength(body))
  response.writeHead(status, flat)
  if (typeof body === 'string') response.end(body)
  else if (body.length > maxBytesAsText) response.end(body)
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1')
  return flat
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

/** Settles after a time, or as soon as a response has lost its client. */
export const paused = (response: ServerResponse, ms: number): Promise<void> =>
  new Promise((done) => {
    const settle = (): void => {
      clearTimeout(timer)
      response.off('close', settle)
      done()
    }
    const timer = setTimeout(settle, ms)
    response.once('close', settle)
  })
