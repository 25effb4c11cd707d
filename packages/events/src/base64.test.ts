import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as node from './base64.node.ts'
import * as portable from './base64.ts'

describe.each([
  ['base64.node.ts', node],
  ['base64.ts', portable],
])('%s', (_, { decodeBase64, encodeBase64 }) => {
  it('agrees with Node for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(encodeBase64(bytes)).toBe(text)
        expect(decodeBase64(text)).toEqual(bytes)
      }),
    )
  })

  it('takes views into larger buffers', () => {
    const whole = new Uint8Array([1, 2, 3, 4, 5])
    expect(encodeBase64(whole.subarray(1, 4))).toBe('AgME')
  })

  it('carries 6 MB, across every step', () => {
    const bytes = new Uint8Array(6 * 1024 * 1024 + 1).map((_, index) => index * 31)
    const text = encodeBase64(bytes)
    expect(text === Buffer.from(bytes).toString('base64')).toBe(true)
    expect(Buffer.from(decodeBase64(text) ?? []).equals(Buffer.from(bytes))).toBe(true)
  })

  it.each([
    'a',
    'ab',
    'abc',
    'ab=c',
    '====',
    'a===',
    'ab c',
    'ab\nc',
    'a-b_',
    'ab*=',
    'aGk=\n',
    'äöüß',
    'aGk=aGk=',
  ])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })

  it('reads the empty text', () => {
    expect(decodeBase64('')).toEqual(new Uint8Array(0))
  })
})
