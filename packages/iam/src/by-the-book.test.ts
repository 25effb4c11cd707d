import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, aliasArn, functionArn } from './testing/cases.ts'
import { decideByTheBook } from './testing/by-the-book.ts'
import { callers, callWith, compileSet, extraKeys, rawSets } from './testing/random-cases.ts'
import { decide } from './decide.ts'

const kindNames = {
  'explicit-deny': 'ExplicitDeny',
  'implicit-deny': 'ImplicitDeny',
  unknown: 'Unknown',
} as const

describe('decide(), against the rules as they are told to people', () => {
  it('agrees on every action, for every caller and every policy', () => {
    const seen = { Allow: 0, ExplicitDeny: 0, ImplicitDeny: 0, Unknown: 0 }
    const arns = fc.constantFrom(functionArn, aliasArn)
    const agrees = fc.property(rawSets, callers, arns, extraKeys, (raw, principal, arn, keys) => {
      const request = callWith(principal, arn, keys)
      const { resource: resourcePolicy, ...others } = raw
      for (const [index, verdict] of decide(request, compileSet(raw)).actions.entries()) {
        const context = request.actions[index]?.context ?? {}
        const { action } = verdict
        const expected = decideByTheBook({
          principal,
          action,
          resource: arn,
          resourceAccount: account,
          context,
          ...others,
          ...(resourcePolicy && { resourcePolicy }),
        })
        const got = verdict.allowed ? 'Allow' : kindNames[verdict.kind]
        seen[got]++
        expect(got).toBe(expected)
      }
    })
    fc.assert(agrees, { numRuns: 800 })
    // Cases that never get anywhere would prove nothing.
    expect(Math.min(seen.Allow, seen.ExplicitDeny, seen.ImplicitDeny)).toBeGreaterThan(50)
  })
})
