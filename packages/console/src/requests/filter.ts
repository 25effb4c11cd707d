import type { RequestRow } from './row.ts'

/** The filters of the list, by their names in the address. */
export const filterNames = ['text', 'kind', 'function', 'caller', 'status', 'gate'] as const
export type FilterName = (typeof filterNames)[number]
export type RequestFilter = Readonly<Partial<Record<FilterName, string>>>

const tests: Readonly<Record<FilterName, (row: RequestRow, wanted: string) => boolean>> = {
  text: (row, wanted) => {
    const words = wanted.toLowerCase().split(/\s+/)
    const text = `${row.method} ${row.host}${row.target} ${row.functionName} ${row.callerArn} ${row.accessKeyId} ${row.status} ${row.code} ${row.cause} ${row.id}`
    const lower = text.toLowerCase()
    return words.every((word) => lower.includes(word))
  },
  kind: ({ kind }, wanted) => kind === wanted,
  function: ({ functionName }, wanted) => functionName === wanted || functionName.startsWith(`${wanted}:`),
  caller: ({ callerArn, accessKeyId }, wanted) => callerArn.includes(wanted) || accessKeyId === wanted,
  status: ({ status, refusedBy }, wanted) => {
    if (wanted === 'refused') return refusedBy !== undefined
    return wanted.endsWith('xx') ? String(status).startsWith(wanted.slice(0, 1)) : String(status) === wanted
  },
  gate: ({ refusedBy }, wanted) => refusedBy === wanted,
}

/**
 * Compiles a filter.
 *
 * @param filter what is wanted; everything that is given must match
 * @returns tells whether a row matches; undefined when every row does
 */
export function createMatcher(filter: RequestFilter): ((row: RequestRow) => boolean) | undefined {
  const wanted = filterNames.flatMap((name) => {
    const value = filter[name]?.trim() ?? ''
    return value === '' ? [] : [[tests[name], value] as const]
  })
  return wanted.length === 0 ? undefined : (row) => wanted.every(([test, value]) => test(row, value))
}
