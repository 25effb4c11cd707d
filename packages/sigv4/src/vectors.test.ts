/** The conformance suite, here on the sources; `npm run conform -- sigv4` runs it on the package, everywhere. */
import { describe, expect, it } from 'vitest'
import { loadVectors, officialIsAbsent } from '../../../conform/sigv4/load-vectors.ts'
import { runSuite } from '../../../conform/sigv4/suite.ts'
import * as sigv4 from './index.ts'

const vectors = loadVectors()
const rows = await runSuite(sigv4, vectors)

describe('conformance suite', () => {
  if (!vectors.official) it.skip(officialIsAbsent, () => {})

  it.each(rows.map((row) => [row.name, row.passed + row.failed.length, row] as const))(
    '%s: all of %i',
    (_, checks, row) => {
      expect(row.failed).toEqual([])
      expect(checks).toBeGreaterThan(0)
    },
  )

  it('covers all cases', () => {
    const checks = new Map(rows.map((row) => [row.name, row.passed + row.failed.length]))
    if (vectors.official) {
      expect(checks.get('official suite: canonicalised')).toBe(43)
      expect(checks.get('official suite: verified')).toBe(43)
    }
    for (const reading of ['raw', 'strict', 'plus']) {
      expect(checks.get(`function URLs: right under the ${reading} reading`)).toBe(63)
    }
    expect(checks.get('function URLs: presigned, verified, all readings')).toBe(3)
    expect(checks.get('Python signers: verified as expected')).toBe(144)
    expect(checks.get('forgeries refused')).toBe(7)
  })
})
