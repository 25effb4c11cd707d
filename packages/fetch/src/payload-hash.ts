/** Up to this size the plain SHA-256 beats a call of WebCrypto (measured in Chromium), in bytes. */
const syncBytes = 4096

/**
 * Hashes a large body outside the main thread, where hashing in it would be plain JavaScript.
 * @param bytes the body
 * @returns its SHA-256 in hexadecimal; undefined when the signer should hash it itself
 */
export async function hashLargePayload(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  // Pages that are served without TLS have no `crypto.subtle`.
  const { crypto } = globalThis as { crypto?: { subtle?: Pick<typeof globalThis.crypto.subtle, 'digest'> } }
  if (bytes.length <= syncBytes || crypto?.subtle === undefined) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  let hex = ''
  for (const byte of digest) hex += byte.toString(16).padStart(2, '0')
  return hex
}
