import { describe, expect, it } from 'vitest'

import type { MemberType } from './operation.ts'
import { findTypeMismatch } from './type-mismatch.ts'

describe('findTypeMismatch()', () => {
  it.each<[MemberType, unknown]>([
    ['string', ''],
    ['blob', 'AAAA'],
    ['integer', 3],
    ['boolean', false],
    ['list', []],
    ['list', ['a']],
    ['map', { A: 'b' }],
    ['numbers', { 2: 0.5 }],
    ['structure', { A: 1 }],
  ])('has nothing against %s %j', (type, value) => {
    expect(findTypeMismatch(value, type)).toBeUndefined()
  })

  it.each<[MemberType, unknown, string]>([
    ['string', 1, 'NUMBER_VALUE can not be converted to a String'],
    ['string', true, 'TRUE_VALUE can not be converted to a String'],
    ['string', ['a'], 'Start of list found where not expected'],
    ['integer', '3', 'STRING_VALUE can not be converted to an Integer'],
    ['integer', 3.5, 'NUMBER_VALUE can not be converted to an Integer'],
    ['integer', {}, 'Start of structure or map found where not expected.'],
    ['boolean', 'true', 'STRING_VALUE can not be converted to a Boolean'],
    ['list', 'a', 'Expected list or null'],
    ['list', {}, 'Start of structure or map found where not expected.'],
    ['list', [1], 'NUMBER_VALUE can not be converted to a String'],
    ['list', [null], 'NULL_VALUE can not be converted to a String'],
    ['map', 5, 'Expected null'],
    ['map', { A: 80 }, 'NUMBER_VALUE can not be converted to a String'],
    ['map', { A: {} }, 'Start of structure or map found where not expected.'],
    ['numbers', { 2: '0.5' }, 'STRING_VALUE can not be converted to a Double'],
    ['structure', [], 'Start of list found where not expected'],
  ])('tells of %s %j', (type, value, message) => {
    expect(findTypeMismatch(value, type)).toBe(message)
  })
})
