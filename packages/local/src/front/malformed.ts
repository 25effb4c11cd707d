/** Requests that are not HTTP, or could be read in two ways: answered here, before anything is routed. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from './send.ts'

/** Why a request cannot be taken. */
export interface Fault {
  readonly status: 400 | 408 | 431 | 501 | 505
  /** One sentence. */
  readonly says: string
}

/**
 * guess: AWS's front answers what it cannot read with the status that RFC 9110 has for it, and with JSON as it does
 * elsewhere; the statuses, the body and that the connection is closed are assumed.
 *
 * @param fault what is wrong
 * @returns the answer; the connection is to be closed behind it
 */
export const toFaultAnswer = ({ status }: Fault): Answer => ({
  status,
  headers: [['Content-Type', 'application/json']],
  body: JSON.stringify({ message: STATUS_CODES[status] }),
})

/**
 * Looks for what the parser of Node lets through although two readers could understand it differently (RFC 9112, 3.2,
 * 6.3 and 11.2), or one of them not at all.
 *
 * @param request a request whose head was parsed
 * @returns undefined for a request like any other
 */
export function findFault({ httpVersion, rawHeaders }: IncomingMessage): Fault | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return httpVersion === '0.9'
      ? { status: 400, says: 'The request line names no version of HTTP.' }
      : { status: 505, says: `The request line asks for HTTP/${httpVersion}; 1.1 and 1.0 are served.` }
  }
  let hosts = 0
  let codings = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4) {
      if (name.toLowerCase() === 'host') hosts += 1
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      codings += 1
      if (codings > 1 || (rawHeaders[at + 1] as string).toLowerCase() !== 'chunked') {
        return { status: 501, says: 'The only Transfer-Encoding that is taken is chunked, said once.' }
      }
    }
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined
  return {
    status: 400,
    says: hosts === 0 ? 'The request has no Host header.' : 'The request has more than one Host header.',
  }
}

/**
 * Names what Node's parser could not read.
 *
 * @param error the parser's
 * @returns undefined when there is nobody to answer: the connection is broken
 */
export function readParserFault({ code = '', message }: NodeJS.ErrnoException): Fault | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, says: 'Request line and headers are larger than 1 MB in total.' }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, says: 'The request did not come whole in time.' }
  }
  return code.startsWith('HPE_') || code.startsWith('ERR_HTTP_')
    ? { status: 400, says: `The request is not HTTP/1.1 as RFC 9112 has it: ${message}.` }
    : undefined
}

/**
 * Answers on a bare connection, and ends it.
 *
 * @param socket where the request came in
 * @param answer `toFaultAnswer()`'s
 */
export function refuseConnection(socket: Duplex, { status, headers, body }: Answer): void {
  const fields = [
    ['Date', new Date().toUTCString()],
    ...headers,
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Connection', 'close'],
  ]
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body.toString()}`)
}
