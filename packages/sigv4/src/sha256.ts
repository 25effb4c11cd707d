/** A prepared HMAC-SHA-256 key: the hash states after both padded blocks. */
export interface HmacKey {
  readonly inner: Int32Array
  readonly outer: Int32Array
}

const blockBytes = 64

/**
 * Hashes with SHA-256.
 * @param data text, hashed as UTF-8, or bytes
 * @returns 64 lower-case hexadecimal digits
 */
export function sha256Hex(data: string | Uint8Array): string {
  return toHex(absorb(initialState, toBytes(data), 0))
}

/**
 * Prepares a key for HMAC-SHA-256, so that each use hashes neither padded block again.
 * @param key the key, of any length; text is taken as UTF-8
 * @returns the prepared key
 */
export function createHmacKey(key: string | Uint8Array): HmacKey {
  const bytes = toBytes(key)
  const short = bytes.length > blockBytes ? stateBytes(absorb(initialState, bytes, 0)) : bytes
  return { inner: absorbPad(short, 0x36), outer: absorbPad(short, 0x5c) }
}

/**
 * Computes HMAC-SHA-256 as text.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 64 lower-case hexadecimal digits
 */
export function hmacHex(key: HmacKey, message: string): string {
  return toHex(hmac(key, message))
}

/**
 * Computes HMAC-SHA-256 as bytes.
 * @param key a key of `createHmacKey`
 * @param message text, taken as UTF-8
 * @returns 32 bytes
 */
export function hmacBytes(key: HmacKey, message: string): Uint8Array {
  return stateBytes(hmac(key, message))
}

function hmac(key: HmacKey, message: string): Int32Array {
  const inner = absorb(key.inner, toBytes(message), blockBytes)
  return absorb(key.outer, stateBytes(inner), blockBytes)
}

function absorbPad(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(blockBytes)
  block.set(key)
  return compress(initialState, new DataView(block.map((byte) => byte ^ pad).buffer))
}

// `before` counts the bytes the state has already taken in.
function absorb(state: Int32Array, data: Uint8Array, before: number): Int32Array {
  const padded = new Uint8Array((data.length + blockBytes + 8) & -blockBytes)
  padded.set(data)
  padded[data.length] = 0x80
  const view = new DataView(padded.buffer)
  const bits = (before + data.length) * 8
  view.setUint32(padded.length - 8, bits / 2 ** 32)
  view.setUint32(padded.length - 4, bits)
  return compress(state, view)
}

// FIPS 180-4, section 6.2.2, over all blocks of the view.
function compress(before: Int32Array, view: DataView): Int32Array {
  const state = before.slice()
  const w = new Int32Array(64)
  for (let offset = 0; offset < view.byteLength; offset += blockBytes) {
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
    for (let t = 0; t < 64; t++) {
      const x = at(w, t - 15)
      const y = at(w, t - 2)
      const word =
        t < 16
          ? view.getInt32(offset + t * 4)
          : (at(w, t - 16) +
              at(w, t - 7) +
              (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) +
              (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10))) |
            0
      w[t] = word
      const first =
        (h +
          (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
          ((e & f) ^ (~e & g)) +
          at(roundConstants, t) +
          word) |
        0
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + word
  }
  return state
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

function toHex(state: Int32Array): string {
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function stateBytes(state: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(32))
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word)
  return new Uint8Array(view.buffer)
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
