import type { IncomingMessage } from 'node:http'
import { openRequest, type OutgoingHead } from './connect.ts'
import { CliError } from './errors.ts'

/** A request, ready to send: the bytes that were signed. */
export interface OutgoingRequest extends OutgoingHead {
  readonly body?: Uint8Array
}

/**
 * Sends a request without changing a byte of it.
 * @param request the request
 * @returns the answer, its body not yet read
 * @throws {CliError} `not-sent` when nobody answers
 */
export async function send(request: OutgoingRequest): Promise<IncomingMessage> {
  const { body } = request
  const headers: OutgoingHead['headers'] =
    body === undefined ? request.headers : [...request.headers, ['Content-Length', String(body.length)]]
  return new Promise((done, fail) => {
    const outgoing = openRequest({ ...request, headers }, false)
    outgoing.once('response', done)
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      fail(new CliError('not-sent', { url: request.url, reason: error.code ?? error.message }))
    })
    outgoing.end(body)
  })
}
