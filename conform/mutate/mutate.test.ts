import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { applyChange, createMutants, engine, engineFiles, listStale, type Mutant } from './mutants.ts'
import { findChanges } from './mutators.ts'
import { tryMutants } from './pool.ts'

const mutate = (text: string): string[] =>
  findChanges('a.ts', text).map((change) => applyChange(text, change))

describe('findChanges()', () => {
  it.each([
    ['x = a === b', ['x = a !== b']],
    ['x = a < 1', ['x = a <= 1', 'x = a >= 1', 'x = a < (1 + 1)']],
    ['x = a && !b', ['x = a || !b', 'x = a && b']],
    ['x = a ?? true', ['x = a && true', 'x = a ?? false']],
    ["x = a.slice(b) + ''", ["x = a + ''", "x = a.slice(b) - ''", "x = a.slice(b) + 'mutant'"]],
    ['x = a?.some(b)', ['x = a.some(b)', 'x = a?.every(b)']],
    ['x = /^a$/i', ['x = /a$/i', 'x = /^a/i', 'x = /^a$/']],
    ['x = [a]', ['x = []']],
  ])('makes of %s every small change', (text, expected) => {
    const withoutStatement = mutate(text).filter((mutant) => mutant !== ';')
    expect(withoutStatement.toSorted()).toEqual(expected.toSorted())
  })

  it('holds conditions both ways, and only never enters a loop', () => {
    expect(mutate('if (a) b()')).toEqual(['if (true) b()', 'if (false) b()', 'if (a) ;'])
    expect(mutate('while (a) b()')).toEqual(['while (false) b()', 'while (a) ;'])
  })

  it('leaves types, imports and what is thrown alone', () => {
    const text = "import a from 'b'\ntype C = 'd' | 1\nthrow new Error('e' + 1)\nexport { a }"
    expect(mutate(text)).toEqual([])
  })
})

describe('the list of equivalent mutants', () => {
  it('holds nothing that no mutant needs', () => {
    expect(listStale(createMutants(engineFiles))).toEqual([])
  })
})

describe('tryMutants()', () => {
  it('tells a mutant that tests find, one that never ends, and one that they let live', async () => {
    const [of] = createMutants(['substring-search.ts'])
    if (of === undefined) throw new Error('There is no mutant.')
    const text = 'length === codes.length) return'
    const make = (replacement: string): Mutant => ({ ...of, ...findPlace(of.file, text), replacement })
    const mutants = ['length !== codes.length) return', 'at-- < 0) return', `${text} `].map(make)
    const files = [{ file: 'substring-search.test.ts', ms: 100 }]
    const verdicts = await tryMutants(mutants, files, { threads: 1, onVerdict: () => undefined })
    expect(verdicts.map(({ how }) => how)).toEqual(['failed', 'timed out', 'survived'])
  })
})

function findPlace(file: string, text: string): Pick<Mutant, 'start' | 'end' | 'original'> {
  const start = readFileSync(new URL(file, engine), 'utf8').indexOf(text)
  return { start, end: start + text.length, original: text }
}
