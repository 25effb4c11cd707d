/** A prepared HMAC-SHA-256 key: both padded blocks. */
export interface HmacKey {
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

const blockBytes = 64

/**
 * Hashes with SHA-256.
 * @param data text, hashed as UTF-8, or bytes
 * @returns 64 lower-case hexadecimal digits
 */
export function sha256Hex(data: string | Uint8Array): string {
  return toHex(hash(toBytes(data)))
}

/**
 * Prepares a key for HMAC-SHA-256.
 * @param key the key, of any length; text is taken as UTF-8
 * @returns the prepared key
 */
export function createHmacKey(key: string | Uint8Array): HmacKey {
  const bytes = toBytes(key)
  const block = new Uint8Array(blockBytes)
  block.set(bytes.length > blockBytes ? hash(bytes) : bytes)
  return { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) }
}

/**
 * Prepares a key that is the end of a chain of HMACs, each the key of the next.
 * @param key the first key
 * @param messages the messages, in order
 * @returns the prepared key
 */
export function createChainedKey(key: string, messages: readonly string[]): HmacKey {
  return messages.reduce((chained, message) => createHmacKey(hmacBytes(chained, message)), createHmacKey(key))
}

/**
 * Computes HMAC-SHA-256 as text.
 * @param key a key of `createHmacKey`
 * @param head the beginning of the message, taken as UTF-8
 * @param tail the rest of the message, in ASCII
 * @returns 64 lower-case hexadecimal digits
 */
export function hmacHex(key: HmacKey, head: string, tail = ''): string {
  return toHex(hmacBytes(key, head + tail))
}

/**
 * Computes HMAC-SHA-256 as bytes.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 32 bytes
 */
export function hmacBytes({ inner, outer }: HmacKey, message: string): Uint8Array {
  return hash(outer, hash(inner, toBytes(message)))
}

// FIPS 180-4, section 6.2.2, over the two parts joined.
function hash(data: Uint8Array, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const length = data.length + rest.length
  const padded = new Uint8Array((length + blockBytes + 8) & -blockBytes)
  padded.set(data)
  padded.set(rest, data.length)
  padded[length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, length / 2 ** 29)
  view.setUint32(padded.length - 4, length << 3)
  const state = initialState.slice()
  const w = new Int32Array(blockBytes)
  for (let offset = 0; offset < padded.length; offset += blockBytes) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(offset + t * 4)
    for (let t = 16; t < blockBytes; t++) {
      const x = at(w, t - 15)
      const y = at(w, t - 2)
      const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
      const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
      w[t] = at(w, t - 16) + small0 + at(w, t - 7) + small1
    }
    compress(state, w)
  }
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word)
  return padded.slice(0, 32)
}

function compress(state: Int32Array, w: Int32Array): void {
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  let f = at(state, 5)
  let g = at(state, 6)
  let h = at(state, 7)
  for (let t = 0; t < blockBytes; t++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + big1 + ((e & f) ^ (~e & g)) + at(roundConstants, t) + at(w, t)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  state[0] = at(state, 0) + a
  state[1] = at(state, 1) + b
  state[2] = at(state, 2) + c
  state[3] = at(state, 3) + d
  state[4] = at(state, 4) + e
  state[5] = at(state, 5) + f
  state[6] = at(state, 6) + g
  state[7] = at(state, 7) + h
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function at(words: Int32Array, index: number): number {
  return words[index] ?? 0
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('')
}

// FIPS 180-4 derives both tables from primes, so they are derived here rather than listed: the first 32 bits
// of the fractions of cube roots (rounds) and of square roots (initial state). A double carries 53 bits and
// the largest root needs 3 of them before the point, which leaves enough for an exact floor.
const roundConstants = /* @__PURE__ */ createConstants(64, Math.cbrt)
const initialState = /* @__PURE__ */ createConstants(8, Math.sqrt)

function createConstants(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32)
}
