import type { Metrics } from '@furlong/local/console'
import { describe, expect, it } from 'vitest'
import { addSeconds, type Columns, createColumns, cutColumns } from './metrics.ts'

const seconds = (from: number, requests: readonly number[], facts: Partial<Metrics> = {}): Metrics => {
  const none = requests.map(() => 0)
  const empty = requests.map(() => null)
  return {
    from,
    requests,
    p50Ms: empty,
    p90Ms: empty,
    p99Ms: empty,
    refusals: {},
    environments: none,
    coldStarts: none,
    apiCalls: none,
    ...facts,
  }
}
const lengths = ({ time, refusals, ...rest }: Columns): Set<number> =>
  new Set([time, ...Object.values(refusals), ...Object.values(rest)].map((column) => column.length))

describe('addSeconds()', () => {
  it('goes on where the columns end, and leaves out what is known', () => {
    const first = addSeconds(createColumns(), seconds(100, [1, 2, 3]))
    const both = addSeconds(first, seconds(101, [2, 3, 4], { refusals: { authorize: [0, 0, 7] } }))
    expect(both.time).toEqual([100, 101, 102, 103])
    expect(both.requests).toEqual([1, 2, 3, 4])
    expect(both.refusals.authorize).toEqual([0, 0, 0, 7])
    expect(lengths(both)).toEqual(new Set([4]))
    expect(addSeconds(both, seconds(102, [3, 4]))).toBe(both)
  })

  it('begins anew behind a gap: a line through it would be made up', () => {
    const first = addSeconds(createColumns(), seconds(100, [1, 2, 3]))
    const later = addSeconds(first, seconds(200, [9]))
    expect([later.time, later.requests]).toEqual([[200], [9]])
  })

  it('keeps 15 minutes', () => {
    let columns = createColumns()
    for (let at = 0; at < 2_000; at++) columns = addSeconds(columns, seconds(at, [at]))
    expect([columns.time[0], columns.time.at(-1)]).toEqual([1_100, 1_999])
    expect(lengths(columns)).toEqual(new Set([900]))
  })
})

describe('cutColumns()', () => {
  it('leaves the newest seconds', () => {
    const cut = cutColumns(addSeconds(createColumns(), seconds(100, [1, 2, 3])), 2)
    expect([cut.time, cut.requests]).toEqual([
      [101, 102],
      [2, 3],
    ])
    expect(lengths(cut)).toEqual(new Set([2]))
  })
})
