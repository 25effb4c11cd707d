import type { RecordFilter } from '../record/filter.ts'
import { gates } from '../record/gates.ts'
import type { RecordPage } from '../record/records.ts'

/** Most records of one page. */
const maxPage = 1000

/**
 * Reads which records are wanted.
 *
 * @param query `refused=1`, `function`, `status` (`403`, `4xx`), `gate`, `caller`, `text`, `since` (ISO 8601); others are left alone
 * @returns the filter
 * @throws {TypeError} for a value that is none
 */
export function readRecordFilter(query: URLSearchParams): RecordFilter {
  const status = query.get('status')
  if (status !== null && !/^[1-5](?:\d\d|xx)$/.test(status))
    throw new TypeError(`status must be a status such as 403 or a class such as 4xx, not ${status}.`)
  const gate = query.get('gate')
  if (gate !== null && !gates.some((one) => one === gate))
    throw new TypeError(`gate must be one of ${gates.join(', ')}, not ${gate}.`)
  const since = query.get('since')
  if (since !== null && Number.isNaN(Date.parse(since)))
    throw new TypeError(`since must be a time such as 2026-11-29T12:00:00Z, not ${since}.`)
  const texts = ['function', 'status', 'gate', 'caller', 'text'].flatMap((name) => {
    const value = query.get(name)
    return value === null || value === '' ? [] : [[name, value] as const]
  })
  return {
    ...(Object.fromEntries(texts) as RecordFilter),
    ...(query.get('refused') === '1' ? { refused: true } : {}),
    ...(since === null ? {} : { since: new Date(since) }),
  }
}

/**
 * Reads which page of records is wanted.
 *
 * @param query a filter, `limit` (1 to 1000, default 100) and `before` (the `next` of the page before)
 * @returns the page
 * @throws {TypeError} for a value that is none
 */
export function readRecordPage(query: URLSearchParams): RecordPage & { readonly limit: number } {
  const before = readWhole(query, 'before')
  return {
    ...readRecordFilter(query),
    limit: Math.min(readWhole(query, 'limit') ?? 100, maxPage),
    ...(before === undefined ? {} : { before }),
  }
}

function readWhole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new TypeError(`${name} must be a whole number from 1, not ${text}.`)
  return Number(text)
}
