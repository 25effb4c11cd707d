/** Base64 by Node's native code; the portable twin is base64.ts. */

/**
 * Writes bytes as base64.
 *
 * @param bytes Any bytes.
 * @returns Standard alphabet, padded.
 */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/**
 * Reads base64 strictly.
 *
 * @param text Standard alphabet, padded, no white space.
 * @returns The bytes, or undefined when the text is not base64.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // Node's decoder also takes the URL-safe alphabet and skips what it does not know; a skipped character shows in the count.
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  const written = Buffer.from(bytes.buffer).write(text, 'base64')
  return written === bytes.length ? bytes : undefined
}
