import { crc32 } from 'node:zlib'

/** The content type of a sequence of messages. */
export const eventStreamContentType = 'application/vnd.amazon.eventstream'

/** Type 7 of a header's value: a string with a length of two bytes. */
const stringType = 7

/** Total length, length of the headers, and the CRC of both; the CRC of the whole message stands at its end. */
const preludeBytes = 12
const crcBytes = 4

function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(
    headers.map(([name, value]) => {
      const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)]
      const header = Buffer.alloc(1 + nameBytes.length + 3 + valueBytes.length)
      let at = header.writeUInt8(nameBytes.length)
      at += nameBytes.copy(header, at)
      at = header.writeUInt8(stringType, at)
      at = header.writeUInt16BE(valueBytes.length, at)
      valueBytes.copy(header, at)
      return header
    }),
  )
}

/**
 * Makes the encoder of one type of event: its headers are the same in every message.
 *
 * @param eventType the member of the event stream, such as `PayloadChunk`
 * @param contentType of the payload
 * @returns frames a payload as one message: lengths, headers, payload, and a CRC-32 over the prelude and over the whole
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function createEventEncoder(
  eventType: string,
  contentType: string,
): (payload: Uint8Array) => Uint8Array {
  const headers = encodeHeaders([
    [':message-type', 'event'],
    [':event-type', eventType],
    [':content-type', contentType],
  ])
  return (payload) => {
    const length = preludeBytes + headers.length + payload.length + crcBytes
    const message = Buffer.allocUnsafe(length)
    message.writeUInt32BE(length, 0)
    message.writeUInt32BE(headers.length, 4)
    message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
    headers.copy(message, preludeBytes)
    message.set(payload, preludeBytes + headers.length)
    message.writeUInt32BE(crc32(message.subarray(0, length - crcBytes)), length - crcBytes)
    return message
  }
}
