import type { RequestRow } from '@furlong/local/console'
import { describe, expect, it } from 'vitest'
import { Rows } from './rows.ts'

const orders = 'arn:aws:lambda:us-east-1:111122223333:function:orders'
const refusal = { gate: 'authorize', code: 'AccessDeniedException', cause: 'Nothing grants it.' } as const

const row = (cursor: number, facts: Partial<RequestRow> = {}): RequestRow => ({
  id: `r${cursor}`,
  cursor,
  at: '2026-11-29T12:00:00.000Z',
  kind: 'function-url',
  method: 'GET',
  url: '/',
  host: '127.0.0.1:20000',
  functionArn: orders,
  callerArn: 'arn:aws:iam::111122223333:user/checkout',
  accessKeyId: 'AKIAEXAMPLE',
  marks: 'p-ppppp',
  status: 200,
  durationMs: 1,
  ...facts,
})
const many = (from: number, to: number, facts?: Partial<RequestRow>): RequestRow[] =>
  Array.from({ length: to - from }, (_, at) => row(from + at, facts))
const ids = (rows: Rows): (string | undefined)[] =>
  Array.from({ length: rows.count.value }, (_, at) => rows.at(at)?.id)

describe('Rows', () => {
  it('shows the newest first, whichever way they come in', () => {
    const rows = new Rows()
    rows.unshift(many(3, 5))
    rows.push(many(5, 6))
    rows.unshift(many(1, 3))
    expect(ids(rows)).toEqual(['r5', 'r4', 'r3', 'r2', 'r1'])
    expect(rows.oldest?.id).toBe('r1')
    expect(rows.indexOf('r3')).toBe(2)
    expect(rows.indexOf('r9')).toBeUndefined()
  })

  it('filters what is there, what comes, and what is older', () => {
    const rows = new Rows()
    rows.push([row(10, { status: 403, refusal }), row(11)])
    rows.filter({ gate: 'authorize' })
    rows.push([row(12), row(13, { status: 403, refusal })])
    rows.unshift([row(8, { refusal }), row(9)])
    expect(ids(rows)).toEqual(['r13', 'r10', 'r8'])
    expect([rows.count.value, rows.total.value]).toEqual([3, 6])
    rows.filter({})
    expect(rows.count.value).toBe(6)
  })

  it.each([
    [{ function: 'orders' }, { functionArn: `${orders}:live` }, true],
    [{ function: 'order' }, {}, false],
    [{ caller: 'AKIAEXAMPLE' }, {}, true],
    [{ caller: 'user/checkout' }, {}, true],
    [{ status: '4xx' }, { status: 404 }, true],
    [{ status: '404' }, { status: 403 }, false],
    [{ status: 'refused' }, { status: 502, refusal }, true],
    [{ kind: 'api' }, {}, false],
    [{ text: 'BOOK get' }, { url: '/book?page=1' }, true],
    [{ text: 'book post' }, { url: '/book?page=1' }, false],
    [
      { text: 'expired', status: '4xx' },
      { refusal: { ...refusal, cause: 'The token has expired.' }, status: 403 },
      true,
    ],
  ] as const)('matches %o against %o: %o', (filter, facts, isShown) => {
    const rows = new Rows()
    rows.push([row(1, facts)])
    rows.filter(filter)
    expect(rows.count.value === 1).toBe(isShown)
  })

  it('forgets the oldest, so that a long day does not fill the memory', () => {
    const rows = new Rows()
    rows.filter({ status: '403' })
    for (let from = 0; from < 60_000; from += 500) {
      rows.push(many(from, from + 499))
      rows.push([row(from + 499, { status: 403 })])
    }
    expect(rows.total.value).toBeLessThanOrEqual(22_000)
    expect(rows.total.value).toBeGreaterThanOrEqual(20_000)
    const oldest = rows.oldest?.cursor ?? 0
    expect(rows.at(rows.count.value - 1)?.cursor).toBeGreaterThanOrEqual(oldest)
    expect(rows.count.value).toBe(120 - Math.floor(oldest / 500))
    expect(rows.head.value).toBe(120)
  })

  it('counts values for the filters, the most frequent first', () => {
    const rows = new Rows()
    rows.push([...many(0, 2), ...many(2, 5, { accessKeyId: 'AKIAOTHER' }), row(5, { accessKeyId: '' })])
    expect(rows.tally(({ accessKeyId }) => accessKeyId ?? '')).toEqual([
      ['AKIAOTHER', 3],
      ['AKIAEXAMPLE', 2],
    ])
  })
})
