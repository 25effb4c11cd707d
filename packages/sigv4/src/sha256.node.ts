import { hash } from 'node:crypto'

/** A prepared HMAC-SHA-256 key: both padded blocks lie ready in buffers that end where the message goes. */
export interface HmacKey {
  /** The inner padded block, followed by the message. */
  inner: Buffer
  /** The beginning of the message that lies in `inner`. */
  head: string
  /** How many bytes of the message follow `head`. */
  tailBytes: number
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
    head: '',
    tailBytes: 0,
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
  for (const message of messages) {
    const block = getBlock(Buffer.byteLength(message))
    block.set(inner)
    block.write(message, blockBytes)
    outer.write(hash('sha256', block, 'binary'), blockBytes, 'latin1')
    padDigest(prepared, hash('sha256', outer, 'binary'))
  }
  return prepared
}

const blocks: Buffer[] = []
const longestKeptMessage = 64

// Days, regions and services have few lengths, and a new buffer costs as much as a hash.
function getBlock(messageBytes: number): Buffer {
  if (messageBytes > longestKeptMessage) return Buffer.allocUnsafe(blockBytes + messageBytes)
  return (blocks[messageBytes] ??= Buffer.allocUnsafe(blockBytes + messageBytes))
}

// A digest is half a block.
function padDigest({ inner, outer }: HmacKey, digest: string): void {
  for (let index = 0; index < digestBytes; index++) {
    const byte = digest.charCodeAt(index)
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
    inner[index + digestBytes] = 0x36
    outer[index + digestBytes] = 0x5c
  }
}

/**
 * Computes HMAC-SHA-256 as text.
 * @param key a key of `createHmacKey`
 * @param head the beginning of the message, taken as UTF-8; cheapest when it is that of the key's last message
 * @param tail the rest of the message, in ASCII
 * @returns 64 lower-case hexadecimal digits
 */
export function hmacHex(key: HmacKey, head: string, tail = ''): string {
  hashInner(key, head, tail)
  return hash('sha256', key.outer, 'hex')
}

/**
 * Computes HMAC-SHA-256 as bytes.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 32 bytes
 */
export function hmacBytes(key: HmacKey, message: string): Uint8Array {
  hashInner(key, message, '')
  return hash('sha256', key.outer, 'buffer')
}

// The strings that are signed within a second differ in their last 64 digits alone.
function hashInner(key: HmacKey, head: string, tail: string): void {
  if (key.head !== head || key.tailBytes !== tail.length) layOut(key, head, tail.length)
  key.inner.write(tail, key.inner.length - tail.length, 'latin1')
  key.outer.write(hash('sha256', key.inner, 'binary'), blockBytes, 'latin1')
}

function layOut(key: HmacKey, head: string, tailBytes: number): void {
  const bytes = blockBytes + Buffer.byteLength(head) + tailBytes
  if (key.inner.length !== bytes) {
    const inner = Buffer.allocUnsafe(bytes)
    inner.set(key.inner.subarray(0, blockBytes))
    key.inner = inner
  }
  key.inner.write(head, blockBytes)
  key.head = head
  key.tailBytes = tailBytes
}
