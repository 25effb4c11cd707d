import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { HeaderPair } from '@furlong/sigv4'
import { CliError } from './errors.ts'

/** A request, ready to send: the bytes that were signed. */
export interface OutgoingRequest {
  readonly method: string
  /** Absolute and encoded; what stands after the host goes on the request line as it is. */
  readonly url: string
  readonly headers: readonly HeaderPair[]
  readonly body?: Uint8Array
  /** Endpoint to connect to instead of the URL's own host, which stays in the Host header. */
  readonly via?: string
}

/**
 * Sends a request without changing a byte of it.
 * @param request the request
 * @returns the answer, its body not yet read
 * @throws {CliError} `not-sent` when nobody answers
 */
export async function send(request: OutgoingRequest): Promise<IncomingMessage> {
  const url = new URL(request.url)
  const target = request.url.slice(request.url.indexOf('/', request.url.indexOf('//') + 2))
  const connectTo = new URL(request.via ?? request.url)
  // A name below .localhost means this machine, also where the system's resolver does not know it.
  const isLoopbackName = connectTo.hostname === 'localhost' || connectTo.hostname.endsWith('.localhost')
  const hasHost = request.headers.some(([name]) => name.toLowerCase() === 'host')
  const options: RequestOptions = {
    method: request.method,
    host: isLoopbackName ? '127.0.0.1' : connectTo.hostname.replace(/^\[|\]$/g, ''),
    ...(connectTo.port === '' ? {} : { port: connectTo.port }),
    path: target,
    headers: [
      ...(hasHost ? [] : ['Host', url.host]),
      ...request.headers.flat(),
      ...(request.body === undefined ? [] : ['Content-Length', String(request.body.length)]),
    ],
    agent: false,
  }
  return new Promise((done, fail) => {
    const outgoing = (connectTo.protocol === 'https:' ? requestHttps : requestHttp)(options, done)
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      fail(new CliError('not-sent', { url: request.url, reason: error.code ?? error.message }))
    })
    outgoing.end(request.body)
  })
}
