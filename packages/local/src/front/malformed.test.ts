import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { findFault, readParserFault } from './malformed.ts'

const faultOf = (httpVersion: string, ...rawHeaders: string[]) =>
  findFault({ httpVersion, rawHeaders } as unknown as IncomingMessage)?.status

describe('findFault()', () => {
  it.each([
    [undefined, ['Host', 'a']],
    [undefined, ['hOST', 'a', 'Transfer-Encoding', 'Chunked']],
    [400, []],
    [400, ['Host', 'a', 'host', 'a']],
    [501, ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked']],
    [501, ['Host', 'a', 'Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked']],
  ])('answers %s for HTTP/1.1 with %j', (status, headers) => expect(faultOf('1.1', ...headers)).toBe(status))

  it('takes HTTP/1.0 without a Host, and no other version', () => {
    expect(faultOf('1.0')).toBeUndefined()
    expect(faultOf('1.0', 'Host', 'a', 'Host', 'b')).toBe(400)
    expect(faultOf('0.9')).toBe(400)
    expect(faultOf('2.0', 'Host', 'a')).toBe(505)
    expect(faultOf('1.2', 'Host', 'a')).toBe(505)
  })
})

describe('readParserFault()', () => {
  it.each([
    ['HPE_HEADER_OVERFLOW', 431],
    ['ERR_HTTP_REQUEST_TIMEOUT', 408],
    ['HPE_INVALID_METHOD', 400],
    ['ECONNRESET', undefined],
    ['EPIPE', undefined],
  ])('answers %s with %s', (code, status) =>
    expect(readParserFault(Object.assign(new Error('no'), { code }))?.status).toBe(status),
  )
})
