import { describe, expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'
import { broken, type FuzzInput } from './input.ts'
import { inputs } from './inputs/index.ts'
import { mutate, readCorpus } from './mutate.ts'
import { createRandom } from '../../conform/fuzz/random.ts'

/** A few of each; `npm run prove -- fuzz` takes its time. */
const cases: Readonly<Record<string, number>> = { http: 160, signing: 100, decide: 256, zip: 100, argv: 250 }

describe('fuzzing', () => {
  it.each(Object.keys(inputs))('%s: nothing breaks', async (name) => {
    const input = await inputs[name]?.()
    if (input === undefined) throw new TypeError(`There is no input ${name}.`)
    const report = await fuzz(input, { seed: 20_261_129, from: 0, cases: cases[name] ?? 500, ms: 20_000 })
    expect(report.failures).toEqual([])
    expect(report.cases).toBeGreaterThanOrEqual(100)
    expect(report.outcomes.size).toBeGreaterThan(0)
  })

  it('finds what breaks, by a case that is the same each time', async () => {
    const careless: FuzzInput = {
      says: 'no letter x',
      open: () =>
        Promise.resolve({
          check: (random, index) => {
            const text = mutate(random, index, [Buffer.from('abc')], ['x']).toString('latin1')
            if (text.includes('x')) broken('an x', text)
            return 'fine'
          },
        }),
    }
    const options = { seed: 1, from: 0, cases: 5000, ms: 60_000 }
    const { failures } = await fuzz(careless, options)
    expect(failures).toHaveLength(5)
    const [first] = failures
    const again = await fuzz(careless, { ...options, from: first?.index ?? 0, cases: 1 })
    expect(again.failures[0]?.says.split('\n')[0]).toBe(first?.says.split('\n')[0])
  })

  it('sends every example as it is before it changes any', () => {
    const corpus = readCorpus('http')
    for (const [index, bytes] of corpus.entries()) {
      expect(mutate(createRandom(1, index), index, corpus, [])).toEqual(bytes)
    }
  })
})
