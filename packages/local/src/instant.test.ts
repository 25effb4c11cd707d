import { describe, expect, it } from 'vitest'
import { formatInstant } from './instant.ts'

describe('formatInstant', () => {
  it('writes what toISOString() writes, whichever second was written before', () => {
    const times = [
      0, 7, 42, 999, 1000, 1005, 1_700_000_000_000, 1_700_000_000_099, 5, 253_402_300_799_999, -1, -1000,
    ]
    for (const time of times) expect(formatInstant(new Date(time))).toBe(new Date(time).toISOString())
  })

  it('refuses what is no time, and goes on', () => {
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(RangeError)
    expect(formatInstant(new Date(1234))).toBe('1970-01-01T00:00:01.234Z')
  })
})
