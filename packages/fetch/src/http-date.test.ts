import { describe, expect, it } from 'vitest'
import { readHttpDate } from './http-date.ts'

describe('readHttpDate()', () => {
  it.each([
    ['Sun, 22 Nov 2026 09:45:00 GMT', '2026-11-22T09:45:00.000Z'],
    ['Sat, 01 Jan 2000 00:00:00 GMT', '2000-01-01T00:00:00.000Z'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', '9999-12-31T23:59:59.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(readHttpDate(text) ?? Number.NaN).toISOString()).toBe(expected)
  })

  it.each([
    null,
    '',
    '0',
    '2026',
    '99999999999999',
    'Invalid Date',
    '2026-11-22T09:45:00Z',
    '+275760-09-13T00:00:00.000Z',
    'Sat, 01 Jan 10000 00:00:00 GMT',
    'Fri, 31 Dec 1999 23:59:59 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Mon, 22 Nov 2026 09:45:00 GMT',
    'Sun, 22 Nov 2026 09:45:00 +0000',
    'Sun, 22 Nov 2026 09:45:00 GMT+9',
    'Sun, 22 Nov 2026 09:45:00 EST',
    'Sun, 22 Nov 2026 24:00:00 GMT',
    'Tue, 31 Feb 2026 09:45:00 GMT',
    'Sunday, 22-Nov-26 09:45:00 GMT',
    'Sun Nov 22 09:45:00 2026',
    'Sun, 22 Nov 2026 09:45:00 GMT, Sun, 22 Nov 2026 09:45:00 GMT',
  ])('does not read %j', (text) => {
    expect(readHttpDate(text)).toBeUndefined()
  })
})
