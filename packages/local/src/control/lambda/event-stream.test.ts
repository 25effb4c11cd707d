import * as fc from 'fast-check'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { createEventEncoder } from './event-stream.ts'

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Buffer
}

/** Reads one message by the specification, CRCs checked; the SDK and botocore read them in the tests of invocations. */
function decode(bytes: Uint8Array): Message {
  const message = Buffer.from(bytes)
  expect(message.readUInt32BE(0)).toBe(message.length)
  expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)))
  expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)))
  const end = 12 + message.readUInt32BE(4)
  const headers: Record<string, string> = {}
  for (let at = 12; at < end;) {
    const nameEnd = at + 1 + message.readUInt8(at)
    expect(message.readUInt8(nameEnd)).toBe(7)
    const valueEnd = nameEnd + 3 + message.readUInt16BE(nameEnd + 1)
    headers[message.toString('utf8', at + 1, nameEnd)] = message.toString('utf8', nameEnd + 3, valueEnd)
    at = valueEnd
  }
  return { headers, payload: message.subarray(end, -4) }
}

describe('createEventEncoder()', () => {
  it('frames any payload, with its headers and both CRCs', () => {
    const encode = createEventEncoder('PayloadChunk', 'application/octet-stream')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (payload) => {
        const message = decode(encode(payload))
        expect(message.headers).toEqual({
          ':message-type': 'event',
          ':event-type': 'PayloadChunk',
          ':content-type': 'application/octet-stream',
        })
        expect(message.payload.equals(payload)).toBe(true)
      }),
    )
  })
})
