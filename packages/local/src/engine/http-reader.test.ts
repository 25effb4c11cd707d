import { array, assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedRequest, RequestReader } from './http-reader.ts'

interface Seen {
  method: string
  target: string
  headers: Record<string, string>
  body: string
  trailers: Record<string, string>
}

function read(parts: Iterable<Buffer>): Seen[] {
  const seen: Seen[] = []
  let current: Seen | undefined
  const reader = new RequestReader({
    head: ({ method, target, headers }) => {
      current = { method, target, headers: Object.fromEntries(headers), body: '', trailers: {} }
    },
    data: (chunk) => {
      current!.body += chunk.toString('latin1')
    },
    end: (trailers) => {
      seen.push({ ...current!, trailers: Object.fromEntries(trailers) })
    },
  })
  for (const part of parts) reader.push(part)
  return seen
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1')

const pipelined =
  'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello' +
  'GET /next HTTP/1.1\r\nHost: h\r\n\r\n' +
  '\r\nPOST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\nA;x=y\r\n0123456789\r\n0\r\nX-Type: Bad\r\nX-Body: e30=\r\n\r\n' +
  'POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n'

describe('RequestReader', () => {
  it('reads pipelined requests with lengths, chunks and trailers', () => {
    const requests = read([text(pipelined)])
    expect(requests.map(({ method, target, body }) => [method, target, body])).toEqual([
      ['POST', '/a', 'hello'],
      ['GET', '/next', ''],
      ['POST', '/b', 'wiki0123456789'],
      ['POST', '/c', ''],
    ])
    expect(requests[2]?.trailers).toEqual({ 'x-type': 'Bad', 'x-body': 'e30=' })
  })

  it('reads the same whatever the packets are', () => {
    const whole = read([text(pipelined)])
    assert(
      property(array(integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const parts: Buffer[] = []
        for (let offset = 0, index = 0; offset < pipelined.length; index++) {
          const size = sizes[index % sizes.length] ?? 1
          parts.push(text(pipelined.slice(offset, offset + size)))
          offset += size
        }
        expect(read(parts)).toEqual(whole)
      }),
    )
  })

  it('joins repeated headers and trims their values', () => {
    const [request] = read([text('GET / HTTP/1.1\r\nA:  1 \t\r\na: 2\r\nEmpty:\r\n\r\n')])
    expect(request?.headers).toEqual({ a: '1, 2', empty: '' })
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : h\r\n\r\n'],
    ['a folded line', 'GET / HTTP/1.1\r\nA: 1\r\n 2\r\n\r\n'],
    ['a bare line feed', 'GET / HTTP/1.1\r\nA: 1\nB: 2\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
    ['a signed length', 'POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na'],
    ['length and chunks', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na'],
    ['another coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\na'],
    ['a chunk size that is no number', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n'],
    ['a chunk longer than its size', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
    ['a head without end', `GET / HTTP/1.1\r\nA: ${'x'.repeat(2_200_000)}`],
  ])('refuses %s', (_name, request) => {
    expect(() => read([text(request)])).toThrow(MalformedRequest)
  })
})
