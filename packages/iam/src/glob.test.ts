import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGlob, matchesGlob, readWildcards } from './glob.ts'

const matches = (pattern: string, text: string): boolean =>
  matchesGlob(createGlob(readWildcards(pattern)), text)

describe('matchesGlob()', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['a**c', 'ac', true],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'aab', false],
    ['ab*ba', 'aba', false],
    ['*ab*bc', 'xabc', false],
    ['*ab*ba*', 'xaba', false],
    ['*aa*aa*', 'xaaa', false],
    ['*a?*?b*', 'xxab', false],
    ['*a*?', 'bb', false],
    ['ab*ba', 'abba', true],
    ['a?*?a', 'aba', false],
    ['*aa*aa*', 'aaa', false],
    ['*aa*aa*', 'aaaa', true],
    ['*aab*', 'aaab', true],
    ['*ababc*', 'abababc', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?', 'abc', false],
    ['?', '', false],
    ['*?', '', false],
    ['*?', 'a', true],
    ['?*?', 'ab', true],
    ['A', 'a', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
    ['a?c', 'a😀c', true],
    ['a??c', 'a😀c', false],
    ['*😀', 'x😀😀', true],
  ])('%j on %j is %j', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })

  it('agrees with a plain recursive matcher', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8, size: 'max' })
    const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10, size: 'max' })
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        expect(matches(pattern.join(''), text.join(''))).toBe(matchSlowly(pattern, text))
      }),
    )
  })

  it('reads nothing into a literal text', () => {
    const glob = createGlob(['a*?'])
    expect(matchesGlob(glob, 'a*?')).toBe(true)
    expect(matchesGlob(glob, 'abc')).toBe(false)
  })

  it('ends on a pattern that makes regular expressions explode', () => {
    expect(matches(`${'a*'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false)
  })
})

function matchSlowly(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '*')
    return matchSlowly(rest, text) || (text.length > 0 && matchSlowly(pattern, text.slice(1)))
  return text.length > 0 && (first === '?' || first === text[0]) && matchSlowly(rest, text.slice(1))
}
