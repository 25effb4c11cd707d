import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCanonicalQuery, plusIsBlank, readQuery } from './canonical-query.ts'
import { readUrl as readQuickly } from './url.node.ts'
import { readUrl } from './url.ts'

const authority = fc.constantFrom(
  'https://example.com',
  'https://EXAMPLE.com:443',
  'http://127.0.0.1:9400',
  'http://[::1]:80',
  'https://u@example.com',
  'https://bücher.example',
  'https://a_b',
  'https:/example.com',
)
const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '/.',
    '/..',
    '/%2e',
    '/a',
    '//',
    '?',
    '#',
    '&',
    '=',
    '%',
    '%zz',
    '^',
    '|',
    '\\',
    ' ',
    "'",
    '"',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
)

describe('readUrl()', () => {
  it('is the same with and without new URL', () => {
    const attempt = (read: typeof readUrl, text: string) => {
      try {
        const { query, isCanonicalQuery, ...parts } = read(text)
        if (isCanonicalQuery) expect(createCanonicalQuery(readQuery(query, plusIsBlank))).toBe(query)
        // Whatever a parser encodes in a query is encoded in any case.
        return { ...parts, pairs: readQuery(query, plusIsBlank) }
      } catch (error) {
        return String(error)
      }
    }
    fc.assert(
      fc.property(authority, fc.array(piece, { maxLength: 8 }), (start, pieces) => {
        const text = start + '/' + pieces.join('')
        const expected = attempt(readUrl, text)
        // Twice: the second time the authority is known.
        expect(attempt(readQuickly, text)).toEqual(expected)
        expect(attempt(readQuickly, text)).toEqual(expected)
        expect(attempt(readQuickly, start + pieces.join(''))).toEqual(
          attempt(readUrl, start + pieces.join('')),
        )
      }),
      { numRuns: 2000 },
    )
  })
})
