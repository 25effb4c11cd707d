import { readHeaderLines, toMembers, type Transcript } from './transcript.ts'

const requestLine = /^([A-Z]+) (\S+) HTTP\/\d/
const statusLine = /^HTTP\/\S+ (\d{3})/

/**
 * Tells whether a text is a request or an answer as it stands on the wire.
 * @param text the text, one byte a character
 * @returns whether it begins with a request line or a status line
 */
export function isRawHttp(text: string): boolean {
  return requestLine.test(text) || statusLine.test(text)
}

/**
 * Reads a request, or an answer, as it stands on the wire; line ends may have lost their carriage returns.
 * @param bytes the whole of it
 * @returns the request with its body, or the answer
 */
export function readRawHttp(bytes: Buffer): Transcript {
  const text = bytes.toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)
  const [first = '', ...lines] = text.slice(0, end?.index).split(/\r?\n/)
  const rawHeaders = readHeaderLines(lines)
  const body = end === null ? Buffer.alloc(0) : bytes.subarray(end.index + end[0].length)
  const status = statusLine.exec(first)?.[1]
  if (status !== undefined) {
    const answer = { status: Number(status), headers: toMembers(rawHeaders), body: body.toString('utf8') }
    return { form: 'raw HTTP', answer }
  }
  const [, method = '', target = ''] = requestLine.exec(first) ?? []
  return { form: 'raw HTTP', request: { method, target, rawHeaders, body } }
}
