import { describe, expect, it } from 'vitest'
import { findDuplicateKey } from './duplicate-keys.ts'

const find = (text: string): string | undefined => findDuplicateKey(text, JSON.parse(text))

describe('findDuplicateKey()', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"a" :2}', 'a'],
    ['{"x":[{"b":1},{"b":1,"c":{"b":1,"d":1,"b":2}}]}', 'b'],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('finds the one of %s', (text, key) => {
    expect(find(text)).toBe(key)
  })

  it.each([
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
    '{"a":"\\"a\\":1, : :","b":":"}',
    '{"a":"\\\\","b":"{\\"b\\":1}"}',
    '[":",{"__proto__":1}]',
    '"a"',
    '{"A" : 1,\n\t"a"\r\n:\n1}',
  ])('finds none in %s', (text) => {
    expect(find(text)).toBeUndefined()
  })
})
