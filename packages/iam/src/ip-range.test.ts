import { describe, expect, it } from 'vitest'
import { parseIpAddress, parseIpRange } from './ip-range.ts'

describe('parseIpAddress()', () => {
  it.each([
    ['0.0.0.0', [0, 0, 0, 0]],
    ['255.255.255.255', [255, 255, 255, 255]],
    ['9.99.199.1', [9, 99, 199, 1]],
    ['::', Array.from({ length: 16 }, () => 0)],
    ['1::', [0, 1, ...Array.from({ length: 14 }, () => 0)]],
    ['::8', [...Array.from({ length: 15 }, () => 0), 8]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]],
    ['1:2:3:4:5:6:1.2.3.4', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4]],
  ])('reads %s', (text, bytes) => {
    expect(parseIpAddress(text)).toEqual(bytes)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.',
    '1..2.3',
    '1.2.3.a',
    '1.2.3./',
    '1.2.3.0004',
    ' 1.2.3.4',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1:2:3:4::5:6:7:8',
    '12345::',
    '::12345',
    'g::',
    'x1::',
    '::1x',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4.5',
    '1::2:g',
  ])('takes %s for none', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })
})

describe('parseIpRange()', () => {
  it('reads the bits that count, all of them without a number', () => {
    expect(parseIpRange('10.0.0.0/8')).toEqual({ bytes: [10, 0, 0, 0], prefixBits: 8 })
    expect(parseIpRange('10.0.0.1')?.prefixBits).toBe(32)
    expect(parseIpRange('::/128')?.prefixBits).toBe(128)
  })

  it.each([
    '10.0.0.0/33',
    '::/129',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/:',
    '10.0.0.0/8/8',
    '10.0.0.0/0008',
    'x/8',
  ])('takes %s for none', (text) => {
    expect(parseIpRange(text)).toBeUndefined()
  })
})
