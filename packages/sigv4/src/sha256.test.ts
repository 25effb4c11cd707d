import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as native from './sha256.node.ts'
import * as plain from './sha256.ts'

const encoder = new TextEncoder()

describe('sha256Hex()', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('hashes %j', (text, hash) => {
    expect(native.sha256Hex(text)).toBe(hash)
    expect(plain.sha256Hex(text)).toBe(hash)
  })

  it('is the same in plain JavaScript at every length around a block', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => index * 7)
      expect(plain.sha256Hex(bytes)).toBe(native.sha256Hex(bytes))
      expect(plain.sha256Hex(bytes.subarray(3))).toBe(native.sha256Hex(bytes.subarray(3)))
    }
  })

  it('is the same in plain JavaScript for any text and bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 2000 })), (data) => {
        expect(plain.sha256Hex(data)).toBe(native.sha256Hex(data))
      }),
    )
  })
})

describe('hmacHex()', () => {
  // RFC 4231, test cases 2 and 6.
  it.each([
    [
      encoder.encode('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      new Uint8Array(131).fill(0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('computes RFC 4231 (%#)', (key, message, expected) => {
    expect(native.hmacHex(native.createHmacKey(key), message)).toBe(expected)
    expect(plain.hmacHex(plain.createHmacKey(key), message)).toBe(expected)
  })

  it('is the same in plain JavaScript, with one key used again for messages of any length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 150 }),
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }),
        (key, messages) => {
          const [one, other] = [native.createHmacKey(key), plain.createHmacKey(key)]
          for (const message of messages) {
            expect(plain.hmacHex(other, message)).toBe(native.hmacHex(one, message))
            expect([...plain.hmacBytes(other, message)]).toEqual([...native.hmacBytes(one, message)])
          }
        },
      ),
    )
  })
})
