import { describe, expect, it } from 'vitest'
import type { PolicyPlace } from './policy-limits.ts'
import { findPolicyExcess, maxTrustQuota, policyLimits } from './policy-limits.ts'

const places: [PolicyPlace, number, string, string][] = [
  ['managed', 6144, 'LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'],
  ['inline-user', 2048, 'LimitExceeded', 'Maximum policy size of 2048 bytes exceeded for user app'],
  ['inline-group', 5120, 'LimitExceeded', 'Maximum policy size of 5120 bytes exceeded for group app'],
  ['inline-role', 10_240, 'LimitExceeded', 'Maximum policy size of 10240 bytes exceeded for role app'],
  ['trust', 2048, 'LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048'],
  [
    'session',
    2048,
    'ValidationError',
    "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
  ],
  [
    'function',
    20_480,
    'PolicyLengthExceededException',
    'The final policy size (20481) is bigger than the limit (20480).',
  ],
]

describe('findPolicyExcess()', () => {
  it.each(places)('lets a policy in %s be %d long', (place, max, code, message) => {
    expect(findPolicyExcess(place, ['x'.repeat(max)], { owner: 'app' })).toBeUndefined()
    expect(findPolicyExcess(place, ['x'.repeat(max + 1)], { owner: 'app' })).toEqual({
      code,
      message,
      size: max + 1,
      max,
      unit: policyLimits[place].unit,
    })
  })

  it('knows every place', () => {
    expect(places.map(([place]) => place).sort()).toEqual(Object.keys(policyLimits).sort())
  })

  it('counts white space where AWS does', () => {
    const spread = `${'x'.repeat(2048)}\n\t `
    expect(findPolicyExcess('trust', [spread])).toBeUndefined()
    expect(findPolicyExcess('session', [spread])?.size).toBe(2051)
  })

  it('counts bytes of a function policy', () => {
    expect(findPolicyExcess('function', ['é'.repeat(10_241)])?.size).toBe(20_482)
  })

  it('adds up what one owner has inline, and nothing else', () => {
    const half = 'x'.repeat(1025)
    expect(findPolicyExcess('inline-user', [half, half])?.size).toBe(2050)
    expect(findPolicyExcess('managed', ['x'.repeat(6000), 'x'.repeat(6000)])).toBeUndefined()
  })

  it('takes a raised quota', () => {
    const long = 'x'.repeat(maxTrustQuota)
    expect(findPolicyExcess('trust', [long], { max: maxTrustQuota })).toBeUndefined()
    expect(findPolicyExcess('trust', [`${long}x`], { max: maxTrustQuota })?.message).toBe(
      'Cannot exceed quota for ACLSizePerRole: 8192',
    )
  })
})
