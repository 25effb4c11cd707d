/** A prepared HMAC-SHA-256 key: the hash states after both padded blocks. */
export interface HmacKey {
  readonly inner: Int32Array
  readonly outer: Int32Array
}

const blockBytes = 64
const encoder = new TextEncoder()
const roundConstants = createRoundConstants()
const schedule = new Int32Array(64)

/**
 * Hashes with SHA-256.
 * @param data text, hashed as UTF-8, or bytes
 * @returns 64 lower-case hexadecimal digits
 */
export function sha256Hex(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  return toHex(finish(createInitialState(), bytes, 0))
}

/**
 * Prepares a key for HMAC-SHA-256, so that each use hashes neither padded block again.
 * @param key the key's bytes, of any length
 * @returns the prepared key
 */
export function createHmacKey(key: Uint8Array): HmacKey {
  const short = key.length > blockBytes ? toBytes(finish(createInitialState(), key, 0)) : key
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
  return toBytes(hmac(key, message))
}

function hmac(key: HmacKey, message: string): Int32Array {
  const inner = finish(key.inner.slice(), encoder.encode(message), blockBytes)
  return finish(key.outer.slice(), toBytes(inner), blockBytes)
}

function absorbPad(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(blockBytes).fill(pad)
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad
  const state = createInitialState()
  compress(state, new DataView(block.buffer), 0)
  return state
}

// `before` counts the bytes the state has already taken in: a multiple of the block.
function finish(state: Int32Array, data: Uint8Array, before: number): Int32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const whole = data.length - (data.length % blockBytes)
  for (let offset = 0; offset < whole; offset += blockBytes) compress(state, view, offset)
  const rest = data.length - whole
  const tail = new Uint8Array(rest < 56 ? blockBytes : 2 * blockBytes)
  tail.set(data.subarray(whole))
  tail[rest] = 0x80
  const tailView = new DataView(tail.buffer)
  const bits = (before + data.length) * 8
  tailView.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32))
  tailView.setUint32(tail.length - 4, bits >>> 0)
  for (let offset = 0; offset < tail.length; offset += blockBytes) compress(state, tailView, offset)
  return state
}

// FIPS 180-4, section 6.2.2.
function compress(state: Int32Array, view: DataView, offset: number): void {
  const w = schedule
  for (let t = 0; t < 16; t++) w[t] = view.getInt32(offset + t * 4)
  for (let t = 16; t < 64; t++) {
    const x = at(w, t - 15)
    const y = at(w, t - 2)
    const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[t] = (at(w, t - 16) + small0 + at(w, t - 7) + small1) | 0
  }
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  let f = at(state, 5)
  let g = at(state, 6)
  let h = at(state, 7)
  for (let t = 0; t < 64; t++) {
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

function toHex(state: Int32Array): string {
  let text = ''
  for (const word of state) text += (word >>> 0).toString(16).padStart(8, '0')
  return text
}

function toBytes(state: Int32Array): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word)
  return bytes
}

function createInitialState(): Int32Array {
  return initialState.slice()
}

// FIPS 180-4 derives both tables from primes, so they are derived here rather than listed: the first 32 bits
// of the fractions of cube roots (rounds) and of square roots (initial state). A double carries 53 bits and
// the largest root needs 3 of them before the point, which leaves enough for an exact floor.
function createRoundConstants(): Int32Array {
  return Int32Array.from(firstPrimes(64), (prime) => fractionBits(Math.cbrt(prime)))
}

const initialState = Int32Array.from(firstPrimes(8), (prime) => fractionBits(Math.sqrt(prime)))

function fractionBits(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  return primes
}
