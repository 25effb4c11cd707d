import { hash } from 'node:crypto'

/** A prepared HMAC-SHA-256 key: both padded blocks lie ready in buffers that end where the message goes. */
export interface HmacKey {
  /** The inner padded block, followed by room for a message. */
  inner: Buffer
  /** The outer padded block, followed by the inner digest. */
  readonly outer: Buffer
}

const blockBytes = 64
const digestBytes = 32
const innerPad = /* @__PURE__ */ Buffer.alloc(blockBytes, 0x36)
const outerPad = /* @__PURE__ */ Buffer.alloc(blockBytes + digestBytes, 0x5c)

/**
 * Hashes with SHA-256.
 * @param data text, hashed as UTF-8, or bytes
 * @returns 64 lower-case hexadecimal digits
 */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

/**
 * Prepares a key for HMAC-SHA-256, so that each use costs two hashes and no more.
 * @param key the key, of any length; text is taken as UTF-8
 * @returns the prepared key
 */
export function createHmacKey(key: string | Uint8Array): HmacKey {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key
  const short = bytes.length > blockBytes ? hash('sha256', bytes, 'buffer') : bytes
  const inner = Buffer.from(innerPad)
  const outer = Buffer.from(outerPad)
  for (let index = 0; index < short.length; index++) {
    const byte = short[index] ?? 0
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  return { inner, outer }
}

/**
 * Computes HMAC-SHA-256 as text.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 64 lower-case hexadecimal digits
 */
export function hmacHex(key: HmacKey, message: string): string {
  hashInner(key, message)
  return hash('sha256', key.outer, 'hex')
}

/**
 * Computes HMAC-SHA-256 as bytes.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 32 bytes
 */
export function hmacBytes(key: HmacKey, message: string): Uint8Array {
  hashInner(key, message)
  return hash('sha256', key.outer, 'buffer')
}

// A string to sign has the same length all day, so the buffer of the last message nearly always fits the next.
function hashInner(key: HmacKey, message: string): void {
  const bytes = Buffer.byteLength(message)
  if (key.inner.length !== blockBytes + bytes) {
    const inner = Buffer.allocUnsafe(blockBytes + bytes)
    key.inner.copy(inner, 0, 0, blockBytes)
    key.inner = inner
  }
  key.inner.write(message, blockBytes, 'utf8')
  key.outer.write(hash('sha256', key.inner, 'binary'), blockBytes, 'latin1')
}
