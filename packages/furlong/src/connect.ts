import { request as requestHttp, type Agent, type ClientRequest, type RequestOptions } from 'node:http'
import type { HeaderPair } from '@furlong/sigv4'
import { loadHttps } from './node-builtins.ts'

/** The head of a request, as it was signed. */
export interface OutgoingHead {
  readonly method: string
  /** Absolute and encoded; what stands after the host goes on the request line as it is. */
  readonly url: string
  readonly headers: readonly HeaderPair[]
  /** Endpoint to connect to instead of the URL's own host, which stays in the Host header. */
  readonly via?: string
}

/**
 * Begins a request whose head goes out without a byte changed.
 * @param head method, URL and headers
 * @param agent keeps connections; one connection for each request when false
 * @returns the request, to be ended with its body
 */
export function openRequest(head: OutgoingHead, agent: Agent | false): ClientRequest {
  const url = new URL(head.url)
  const target = head.url.slice(head.url.indexOf('/', head.url.indexOf('//') + 2))
  const connectTo = new URL(head.via ?? head.url)
  // A name below .localhost means this machine, also where the system's resolver does not know it.
  const isLoopbackName = connectTo.hostname === 'localhost' || connectTo.hostname.endsWith('.localhost')
  const hasHost = head.headers.some(([name]) => name.toLowerCase() === 'host')
  const options: RequestOptions = {
    method: head.method,
    host: isLoopbackName ? '127.0.0.1' : connectTo.hostname.replace(/^\[|\]$/g, ''),
    ...(connectTo.port === '' ? {} : { port: connectTo.port }),
    path: target,
    headers: [...(hasHost ? [] : ['Host', url.host]), ...head.headers.flat()],
    agent,
  }
  return (isHttps(head) ? loadHttps().request : requestHttp)(options)
}

/**
 * Tells whether a request goes out encrypted.
 * @param head what says where it goes
 * @returns whether the connection is one of TLS
 */
export function isHttps({ url, via }: Pick<OutgoingHead, 'url' | 'via'>): boolean {
  return new URL(via ?? url).protocol === 'https:'
}
