import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { createGlob, matchesGlob, readWildcards } from './glob.ts'
import type { Needle } from './substring-search.ts'
import { createNeedle, findNeedle } from './substring-search.ts'

/** Counts every character that is looked at, of the text and of the needle. */
function countSteps(pattern: string, text: string): number {
  let steps = 0
  const watch = (list: ArrayLike<number>): ArrayLike<number> =>
    new Proxy(list, {
      get: (target, name) => {
        if (name !== 'length') steps++
        return Reflect.get(target, name) as unknown
      },
    })
  class WatchedText extends String {
    override charCodeAt(at: number): number {
      steps++
      return super.charCodeAt(at)
    }
    override startsWith(start: string): boolean {
      steps += start.length
      return super.startsWith(start)
    }
    override endsWith(end: string): boolean {
      steps += end.length
      return super.endsWith(end)
    }
  }
  const glob = createGlob(readWildcards(pattern))
  const needles: Needle[] = glob.needles.map(({ codes, borders }) => ({
    codes: watch(codes),
    borders: watch(borders),
  }))
  matchesGlob({ ...glob, needles }, new WatchedText(text) as unknown as string)
  return steps
}

const hostile: [string, (size: number) => [pattern: string, text: string]][] = [
  ['nested runs of one letter', (size) => [`${'*a'.repeat(size)}*b`, 'a'.repeat(size)]],
  ['runs of one letter and another at the end', (size) => ['*a*a*a*a*b', 'a'.repeat(size)]],
  ['one long text that nearly fits everywhere', (size) => [`*${'a'.repeat(size / 2)}b*`, 'a'.repeat(size)]],
  ['a text with long borders', (size) => [`*${'ab'.repeat(size / 8)}c*`, 'ab'.repeat(size / 2)]],
  ['many texts that nearly fit', (size) => [`*${'aab*'.repeat(size / 8)}c`, 'aa'.repeat(size / 2)]],
]

describe('matchesGlob(), counted', () => {
  it.each(hostile)('is linear for %s', (_name, create) => {
    for (const size of [512, 4096, 32_768]) {
      const [pattern, text] = create(size)
      // Read once, compared twice at most, and one look at a border for each step back.
      expect(countSteps(pattern, text)).toBeLessThanOrEqual(6 * (pattern.length + text.length))
    }
  })

  it.each(hostile)('doubles its steps with the text for %s', (_name, create) => {
    const steps = (size: number): number => countSteps(...create(size))
    expect(steps(16_384)).toBeLessThanOrEqual(2.1 * steps(8192) + 64)
  })
})

describe('findNeedle()', () => {
  it('finds the first place, as indexOf() does', () => {
    const word = fc.array(fc.constantFrom('a', 'a', 'b'), { minLength: 1, maxLength: 6, size: 'max' })
    const text = fc.array(fc.constantFrom('a', 'a', 'b'), { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(word, text, fc.nat(8), (needle, letters, from) => {
        const within = letters.join('')
        const found = findNeedle(createNeedle(needle.join('')), within, from, within.length)
        expect(found).toBe(within.indexOf(needle.join(''), from))
      }),
      { numRuns: 1000 },
    )
  })

  it('falls back to the longest border that still fits', () => {
    const text = 'aabaaabaaaa'
    expect(findNeedle(createNeedle('aabaaaa'), text, 0, text.length)).toBe(4)
  })

  it('ends where it is told', () => {
    expect(findNeedle(createNeedle('b'), 'aab', 0, 2)).toBe(-1)
  })
})
