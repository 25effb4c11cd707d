import * as sigv4 from '@furlong/sigv4'
import { afterAll, describe, expect, it } from 'vitest'
import { createCase } from './cases.ts'
import { fuzzAll } from './fuzz.ts'
import { botocoreIsAbsent } from './oracles/botocore.ts'
import { startOracles } from './oracles/index.ts'

const oracles = await startOracles()
const names = oracles.map(({ name }) => name)

afterAll(async () => {
  for (const { close } of oracles) await close?.()
})

describe('differential fuzz', () => {
  if (!names.includes('botocore')) it.skip(botocoreIsAbsent, () => {})

  it(`agrees with ${names.join(', ')} and the reference, or knows why not`, async () => {
    const report = await fuzzAll(sigv4, { seed: 20_261_122, from: 0, cases: 200, oracles, mostFailures: 3 })
    expect(report.failures).toEqual([])
    expect(report.cases).toBe(200)
    for (const name of names) {
      expect(report.agreed.get(`${name} signs the same request alike`)).toBeGreaterThan(100)
      expect(report.agreed.get(`verify judges what ${name} sends`)).toBeGreaterThan(50)
    }
    expect(report.agreed.get('a changed query is refused')).toBeGreaterThan(50)
  })

  it('makes the same case of the same seed', () => {
    expect(createCase(7, 11)).toEqual(createCase(7, 11))
    expect(createCase(7, 11)).not.toEqual(createCase(8, 11))
  })

  it('finds a signer that is wrong, makes the case small, and says how to see it again', async () => {
    const careless: typeof sigv4 = {
      ...sigv4,
      verify: (request, options) => {
        const result = sigv4.verify({ ...request, target: request.target.replace('%2B', '+') }, options)
        return result
      },
    }
    const report = await fuzzAll(careless, { seed: 1, from: 0, cases: 300, oracles: [], mostFailures: 1 })
    expect(report.failures).toHaveLength(1)
    const [failure] = report.failures
    expect(failure?.what).toBe('verify accepts what sign sends')
    expect(failure?.fuzz.pairs.length).toBeLessThanOrEqual(1)
    expect(failure?.fuzz.headers).toEqual([])
  })
})
