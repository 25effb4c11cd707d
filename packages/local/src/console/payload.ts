import { maskText } from '@furlong/sigv4/mask-text'
import { isUtf8 } from 'node:buffer'
import type { RecordedPayload } from '../record/record.ts'
import type { Payload } from './contract.ts'

/** How much of a payload is shown, in bytes. */
export const maxShownBytes = 65_536

/**
 * Shows the beginning of a payload.
 *
 * @param bytes what was sent, or more of its beginning than is shown
 * @param length of the whole, in bytes
 * @returns text, masked; bytes that are no UTF-8 as base64
 */
export function showPayload(bytes: Uint8Array, length: number = bytes.length): Payload {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const isCut = length > maxShownBytes
  const shown = isCut ? whole.subarray(0, endOfCharacter(whole, maxShownBytes)) : whole
  return isUtf8(shown)
    ? { text: maskText(shown.toString('utf8')), encoding: 'utf8', bytes: length, isCut }
    : { text: shown.toString('base64'), encoding: 'base64', bytes: length, isCut }
}

/** Shows what a record holds of a payload. */
export function showRecorded({ text, bytes }: RecordedPayload): Payload {
  return { text: maskText(text), encoding: 'utf8', bytes, isCut: Buffer.byteLength(text) < bytes }
}

/** A cut must not fall into a character. */
function endOfCharacter(bytes: Buffer, end: number): number {
  let at = end
  while (at > end - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return at
}
