import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCanonicalHeaderValue } from './canonical-headers.ts'
import { createCanonicalPath, getPathRules } from './canonical-path.ts'
import { createCanonicalQuery, plusIsBlank, readQuery } from './canonical-query.ts'
import * as shortcuts from './shortcuts.node.ts'

const joined = (...pieces: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''))

const queries = fc.oneof(
  joined('a', 'ab', 'b', 'a-', 'a.', 'Z', '~', '=', '&', '%20', '%2d', '+', 'ü', '1'),
  fc
    .array(fc.tuple(fc.constantFrom('a', 'a-b', 'ab', 'b', ''), fc.constantFrom('', '1', '12', '2')), {
      maxLength: 5,
    })
    .map((pairs) => pairs.map(([name, value]) => name + '=' + value).join('&')),
)

describe('isCanonicalQuery()', () => {
  it('is true of canonical queries alone', () => {
    fc.assert(
      fc.property(queries, (query) => {
        if (!shortcuts.isCanonicalQuery(query)) return
        expect(createCanonicalQuery(readQuery(query, plusIsBlank))).toBe(query)
      }),
      { numRuns: 20_000 },
    )
  })

  it('is true of every canonical query in unreserved characters', () => {
    fc.assert(
      fc.property(queries, (given) => {
        const query = createCanonicalQuery(readQuery(given, plusIsBlank))
        if (!query.includes('%')) expect(shortcuts.isCanonicalQuery(query)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['a-b=1&a=1', false],
    ['a=1&a-b=1', true],
    ['a=2&a=1', false],
    ['a=1&a=1', true],
    ['a=1&a=12', true],
    ['a=12&a=1', false],
    ['=1&a=', true],
    ['a', false],
    ['a=&', false],
    ['a=b=c', false],
    ['', true],
  ])('of %j is %j', (query, expected) => {
    expect(shortcuts.isCanonicalQuery(query)).toBe(expected)
  })
})

describe('isCanonicalPath()', () => {
  it('is true of canonical paths alone, whatever the service', () => {
    fc.assert(
      fc.property(joined('/', 'a', '.', '..', '~', '%2F', '%', ' ', '//', 'ü'), (path) => {
        if (!shortcuts.isCanonicalPath(path)) return
        for (const normalize of [true, false]) {
          for (const encodeTwice of [true, false]) {
            // Read in full, since a path that is plain would not be looked at again.
            expect(path).toMatch(/^(\/|(\/[\w~-][\w.~-]*)+\/?)$/)
            expect(createCanonicalPath(path, { normalize, encodeTwice })).toBe(path)
          }
        }
      }),
      { numRuns: 5000 },
    )
    expect(getPathRules('s3')).toEqual({ normalize: false, encodeTwice: false })
  })
})

describe('isCanonicalValue()', () => {
  it('is true of canonical values alone, short and long', () => {
    const pieces = joined('a', ' ', '  ', '\t', '\n', '\r', '\u00a0', 'x'.repeat(70), '')
    const canonical = (value: string): string => value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
    fc.assert(
      fc.property(pieces, (value) => {
        if (shortcuts.isCanonicalValue(value)) expect(canonical(value)).toBe(value)
        expect(createCanonicalHeaderValue(value)).toBe(canonical(value))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('readPlainAuthorization()', () => {
  const plain = 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;x, Signature=00'

  it('reads the usual form', () => {
    expect(shortcuts.readPlainAuthorization(plain)).toEqual({
      algorithm: 'AWS4-HMAC-SHA256',
      Credential: 'a/b',
      SignedHeaders: 'host;x',
      Signature: '00',
    })
  })

  it.each([
    plain.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
    plain.replace('a/b', ''),
    plain.replace('a/b', 'a b'),
    plain.replace('00', '00, Signature=11'),
    plain.replace('00', ''),
    plain.replace(', Signed', ',Signed'),
    'AWS4-HMAC-SHA256 Credential=a/b, Signature=00, SignedHeaders=host',
    plain + ', Other=1',
    '',
  ])('leaves %j to be read in full', (value) => {
    expect(shortcuts.readPlainAuthorization(value)).toBeUndefined()
  })
})

describe('readHeaderName()', () => {
  it('gives the same for a name that is remembered, and forgets a flood of names', () => {
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 600; index++) {
        expect(shortcuts.readHeaderName(`X-Name-${index}`).lower).toBe(`x-name-${index}`)
        expect(shortcuts.lowerCase(`X-Name-${index}`)).toBe(`x-name-${index}`)
      }
    }
    expect(() => shortcuts.readHeaderName('a b')).toThrow(TypeError)
    expect(() => shortcuts.readHeaderName('a b')).toThrow(TypeError)
  })
})
