/** Strict UTF-8 by Node's native code, several times faster on large texts; the portable twin is utf8.ts. */
import { Buffer, isUtf8 } from 'node:buffer'

/**
 * Decodes UTF-8 without loss or not at all.
 *
 * @param bytes Any bytes.
 * @returns Text that encodes to the same bytes, or undefined when they are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Unlike a TextDecoder, toString() keeps a leading U+FEFF.
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : undefined
}
