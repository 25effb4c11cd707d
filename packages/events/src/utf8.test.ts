import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as node from './utf8.node.ts'
import * as portable from './utf8.ts'

describe.each([
  ['utf8.node.ts', node],
  ['utf8.ts', portable],
])('%s', (_, { decodeUtf8 }) => {
  it('gives back any text, a byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = new TextEncoder().encode(`\uFEFF${text}`)
        expect(decodeUtf8(bytes)).toBe(`\uFEFF${text}`)
      }),
    )
  })

  it.each([[[0xff]], [[0xc0, 0x80]], [[0xe2, 0x82]], [[0xed, 0xa0, 0x80]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'refuses %j',
    (bytes) => {
      expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
    },
  )

  it('takes views into larger buffers', () => {
    expect(decodeUtf8(Uint8Array.from([0xff, 0x61, 0xff]).subarray(1, 2))).toBe('a')
    expect(decodeUtf8(new Uint8Array(0))).toBe('')
  })
})
