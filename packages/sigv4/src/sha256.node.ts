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
  const prepared = {
    inner: Buffer.allocUnsafe(blockBytes),
    outer: Buffer.allocUnsafe(blockBytes + digestBytes),
  }
  padKey(prepared, short)
  return prepared
}

function padKey({ inner, outer }: HmacKey, key: Uint8Array): void {
  for (let index = 0; index < blockBytes; index++) {
    const byte = index < key.length ? (key[index] ?? 0) : 0
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
}

/**
 * Prepares a key that is the end of a chain of HMACs, each the key of the next.
 * @param key the first key
 * @param messages the messages, in order
 * @returns the prepared key
 */
export function createChainedKey(key: string, messages: readonly string[]): HmacKey {
  const prepared = createHmacKey(key)
  const { inner, outer } = prepared
  const block = Buffer.allocUnsafe(
    blockBytes + Math.max(...messages.map((message) => Buffer.byteLength(message))),
  )
  for (const message of messages) {
    block.set(inner)
    const end = blockBytes + block.write(message, blockBytes)
    outer.write(hash('sha256', block.subarray(0, end), 'binary'), blockBytes, 'latin1')
    padDigest(prepared, hash('sha256', outer, 'binary'))
  }
  return prepared
}

// Only the first bytes differ from one key of a chain to the next, but for the first, whose length is its own.
function padDigest({ inner, outer }: HmacKey, digest: string): void {
  inner.fill(0x36, digestBytes)
  outer.fill(0x5c, digestBytes, blockBytes)
  for (let index = 0; index < digestBytes; index++) {
    const byte = digest.charCodeAt(index)
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
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
