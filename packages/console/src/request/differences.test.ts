import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareLine, compareTexts, type Piece } from './differences.ts'

const marked = (pieces: readonly Piece[] | undefined): string | undefined =>
  pieces?.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('')
const plain = (pieces: readonly Piece[] | undefined): string | undefined =>
  pieces?.map(({ text }) => text).join('')

describe('compareLine()', () => {
  it('marks the characters that differ, and no others', () => {
    const { left, right } = compareLine('page=5&size=20', 'page=6&size=20')
    expect([marked(left), marked(right)]).toEqual(['page=[5]&size=20', 'page=[6]&size=20'])
  })

  it('marks what one side has more', () => {
    const { left, right } = compareLine('/a%2520b', '/a%20b')
    expect([marked(left), marked(right)]).toEqual(['/a%2[52]0b', '/a%20b'])
  })

  it('does not leave out letters that are the same by chance', () => {
    const { left, right } = compareLine('us-east-1/lambda/aws4', 'us-east-1/execute-api/aws4')
    expect([marked(left), marked(right)]).toEqual(['us-east-1/[lambda]/aws4', 'us-east-1/[execute-api]/aws4'])
  })

  it('does not take a character apart', () => {
    const { left } = compareLine('a🙂b', 'a🙃b')
    expect(marked(left)).toBe('a[🙂]b')
  })
})

describe('compareTexts()', () => {
  it('lays the lines of a canonical request beside each other', () => {
    const server = 'GET\n/book\n\nhost:a.example:8080\nx-amz-date:20261129T120000Z\n\nhost;x-amz-date\ne3b0'
    const client = 'GET\n/book\n\nhost:a.example\nx-amz-date:20261129T120000Z\n\nhost;x-amz-date\ne3b0'
    const pairs = compareTexts(server, client)
    expect(pairs).toHaveLength(8)
    expect(marked(pairs[3]?.left)).toBe('host:a.example[:8080]')
    expect(marked(pairs[3]?.right)).toBe('host:a.example')
    expect(pairs.filter(({ left }) => left?.some(({ differs }) => differs))).toHaveLength(1)
  })

  it('lets a header that one side lacks stand alone', () => {
    const pairs = compareTexts('host:a\nx-amz-date:1\nx-amz-security-token:t', 'host:a\nx-amz-date:1')
    expect(pairs.map(({ left, right }) => [marked(left), marked(right)])).toEqual([
      ['host:a', 'host:a'],
      ['x-amz-date:1', 'x-amz-date:1'],
      ['[x-amz-security-token:t]', undefined],
    ])
  })

  it('loses nothing of either side, and marks nothing where they are the same', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'host:a', 'host:b', '/x%20y', '/x y', ''), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(text, text, (left, right) => {
        const pairs = compareTexts(left.join('\n'), right.join('\n'))
        const side = (name: 'left' | 'right'): string =>
          pairs.flatMap((pair) => plain(pair[name]) ?? []).join('\n')
        expect([side('left'), side('right')]).toEqual([left.join('\n'), right.join('\n')])
        const isMarked = pairs.some((pair) =>
          [...(pair.left ?? []), ...(pair.right ?? [])].some(({ differs }) => differs),
        )
        expect(isMarked).toBe(left.join('\n') !== right.join('\n'))
      }),
    )
  })
})
