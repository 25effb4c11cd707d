import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawRequest } from '@furlong/sigv4'
import type { Recording } from './record/recording.ts'

/** One request on its way through the local side, its body read whole. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Raw parts as they were on the wire: what a signature is verified over. */
  readonly raw: RawRequest & { readonly body: Buffer }
  /** When the request was there whole: what is signed must still hold then. A fault may set it off. */
  now: Date
  /** The body was over the limit and was not read: `raw.body` is empty. */
  readonly oversized: boolean
  readonly recording: Recording
}

/**
 * @param rawHeaders flat list of names and values
 * @param name lower-case
 * @returns the first value of that header
 */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const found = rawHeaders[at] as string
    if (found.length === name.length && found.toLowerCase() === name) return rawHeaders[at + 1]
  }
  return undefined
}
