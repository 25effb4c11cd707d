import { isCurl, readCurl } from './curl.ts'
import { readErrorMessage } from './error-message.ts'
import { isHar, readHar } from './har.ts'
import { isRawHttp, readRawHttp } from './raw-http.ts'
import type { Transcript } from './transcript.ts'

/**
 * Reads what somebody kept of a refused request, whatever form it has.
 * @param bytes output of `curl -v`, an HTTP archive or an entry of one, a request or answer as on the wire, or an error message
 * @returns what stands in it; undefined when nothing does
 */
export function readTranscript(bytes: Buffer): Transcript | undefined {
  const text = bytes.toString('latin1')
  if (isCurl(text)) return readCurl(text)
  if (isRawHttp(text)) return readRawHttp(bytes)
  const value = parseJson(bytes.toString('utf8'))
  if (typeof value === 'object' && value !== null && isHar(value)) return readHar(value)
  return readErrorMessage(bytes.toString('utf8'))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
