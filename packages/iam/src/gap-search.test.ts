import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGapNeedle, findGapNeedle, gap } from './gap-search.ts'
import { createGlob, matchesGlob, readWildcards } from './glob.ts'

const points = (text: string): number[] =>
  Array.from(text, (character) => (character === '?' ? gap : (character.codePointAt(0) ?? 0)))

function findSlowly(needle: string, text: string): number {
  for (let from = 0; from + needle.length <= text.length; from++) {
    if (needle.split('').every((letter, at) => letter === '?' || letter === text[from + at])) return from
  }
  return -1
}

describe('findGapNeedle()', () => {
  it('finds the first place, however long the needle', () => {
    const needles = fc.array(fc.constantFrom('a', 'b', '?'), { minLength: 1, maxLength: 80, size: 'max' })
    const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(needles, texts, fc.nat(40), (letters, around, cut) => {
        const needle = letters.join('')
        // A text that holds it, with luck: gaps filled, something around.
        const text = `${around.slice(0, cut).join('')}${needle.replaceAll('?', 'c')}${around.join('')}`
        const found = findGapNeedle(createGapNeedle(points(needle)), points(text), 0, text.length)
        expect(found).toBe(findSlowly(needle, text))
      }),
    )
  })

  it('looks once at each character', () => {
    let looks = 0
    const text = new Proxy(points('a'.repeat(5000)), {
      get: (target, name) => {
        looks++
        return Reflect.get(target, name) as unknown
      },
    })
    expect(findGapNeedle(createGapNeedle(points(`${'a?'.repeat(500)}b`)), text, 0, 5000)).toBe(-1)
    expect(looks).toBe(5000)
  })
})

describe('matchesGlob() with gaps between runs', () => {
  const matches = (pattern: string, text: string): boolean =>
    matchesGlob(createGlob(readWildcards(pattern)), text)

  it.each([
    ['*a?c*', 'xxabcxx', true],
    ['*a?c*', 'xxabbc', false],
    ['a?*b?*c?', 'axbxcx', true],
    ['a?*b?*c?', 'axbxc', false],
    ['*?😀?*', 'a😀b', true],
    ['*?😀?*', 'a😀', false],
    ['??*??', 'abc', false],
    ['??*??', 'abcd', true],
  ])('%j on %j is %j', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })
})
