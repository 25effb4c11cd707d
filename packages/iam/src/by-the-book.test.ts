import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareWithTheBook } from './testing/against-the-book.ts'
import { callers, extraKeys, functionArns, rawSets } from './testing/random-cases.ts'

describe('decide(), against the rules as they are told to people', () => {
  it('agrees on every action, for every caller and every policy', () => {
    const seen = { Allow: 0, ExplicitDeny: 0, ImplicitDeny: 0, Unknown: 0 }
    const agrees = fc.property(rawSets, callers, functionArns, extraKeys, (raw, principal, arn, keys) => {
      for (const { got, expected } of compareWithTheBook(raw, principal, arn, keys)) {
        seen[got]++
        expect(got).toBe(expected)
      }
    })
    fc.assert(agrees, { numRuns: 800 })
    // Cases that never get anywhere would prove nothing.
    expect(Math.min(seen.Allow, seen.ExplicitDeny, seen.ImplicitDeny)).toBeGreaterThan(50)
  })
})
