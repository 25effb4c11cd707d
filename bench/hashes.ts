/** The floor of signing and verifying: the hashes that no signer can do without, over bytes that lie ready. */
import { createHash, createHmac, hash } from 'node:crypto'

/** What a signature is made of, as `sign` and `presign` return it. */
interface Signed {
  readonly canonicalRequest: string
  readonly stringToSign: string
}

/** The inputs of one signature's hashes. */
export interface BareHashes {
  readonly canonicalRequest: string
  /** The inner padded key and the string to sign. */
  readonly inner: Buffer
  /** The outer padded key and the inner digest. */
  readonly outer: Buffer
  readonly body: Uint8Array | undefined
}

/** Everything a signing key depends on. */
interface KeyParts {
  readonly secretAccessKey: string
  readonly date: string
  readonly region: string
  readonly service: string
}

/**
 * Lays out the inputs of one signature's hashes.
 *
 * @param signed what was signed
 * @param key the signing key
 * @param body hashed too when there is one
 */
export function layOut(signed: Signed, key: Uint8Array, body?: Uint8Array): BareHashes {
  const { inner, outer } = layOutHmac(key, signed.stringToSign)
  return { canonicalRequest: flatten(signed.canonicalRequest), inner, outer, body }
}

/**
 * @returns the signature: the outermost of three hashes, none of which waits for another, and the body's besides
 */
export function hashBare({ canonicalRequest, inner, outer, body }: BareHashes): string {
  if (body !== undefined) hash('sha256', body, 'hex')
  hash('sha256', canonicalRequest, 'hex')
  hash('sha256', inner, 'binary')
  return hash('sha256', outer, 'hex')
}

/** @returns the signature, each hash written to where the next one needs it: the least that a signer really does */
export function hashChained({ canonicalRequest, inner, outer, body }: BareHashes): string {
  if (body !== undefined) hash('sha256', body, 'hex')
  inner.write(hash('sha256', canonicalRequest, 'hex'), inner.length - 64, 'latin1')
  outer.write(hash('sha256', inner, 'binary'), 64, 'latin1')
  return hash('sha256', outer, 'hex')
}

/** @returns the inputs of the eight hashes behind a signing key */
export function layOutKey(parts: KeyParts): Buffer[] {
  const inputs: Buffer[] = []
  let key: Uint8Array = Buffer.from('AWS4' + parts.secretAccessKey)
  for (const part of scopeParts(parts)) {
    const { inner, outer } = layOutHmac(key, part)
    inputs.push(inner, outer)
    key = createHmac('sha256', key).update(part).digest()
  }
  return inputs
}

/** Hashes each input. */
export function hashEach(inputs: readonly Buffer[]): string {
  let last = ''
  for (const input of inputs) last = hash('sha256', input, 'binary')
  return last
}

/** @returns the signing key, by the book */
export function deriveKey(parts: KeyParts): Uint8Array {
  let key: Uint8Array = Buffer.from('AWS4' + parts.secretAccessKey)
  for (const part of scopeParts(parts)) key = createHmac('sha256', key).update(part).digest()
  return key
}

/** @returns the same text in one piece: what was put together of parts is copied by whoever reads it first */
export function flatten(text: string): string {
  return Buffer.from(text).toString()
}

function scopeParts({ date, region, service }: KeyParts): string[] {
  return [date, region, service, 'aws4_request']
}

function layOutHmac(key: Uint8Array, message: string): { inner: Buffer; outer: Buffer } {
  const block = Buffer.alloc(64)
  block.set(key)
  const inner = Buffer.concat([block.map((byte) => byte ^ 0x36), Buffer.from(message)])
  const digest = createHash('sha256').update(inner).digest()
  const outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), digest])
  return { inner, outer }
}
