import type { RequestRow } from '@furlong/local/console'
import { nameFunction } from '../words.ts'

/** The filters of the list, by their names in the address. */
export const filterNames = ['text', 'kind', 'function', 'caller', 'status', 'gate'] as const
export type FilterName = (typeof filterNames)[number]
export type RequestFilter = Readonly<Partial<Record<FilterName, string>>>

const tests: Readonly<Record<FilterName, (row: RequestRow, wanted: string) => boolean>> = {
  text: (row, wanted) => {
    const text = `${row.method} ${row.host}${row.url} ${row.operation ?? ''} ${row.functionArn ?? ''} ${row.callerArn ?? ''} ${row.accessKeyId ?? ''} ${row.status} ${row.refusal?.code ?? ''} ${row.refusal?.cause ?? ''} ${row.id}`
    const lower = text.toLowerCase()
    return wanted
      .toLowerCase()
      .split(/\s+/)
      .every((word) => lower.includes(word))
  },
  kind: ({ kind }, wanted) => kind === wanted,
  function: ({ functionArn = '' }, wanted) => {
    const name = nameFunction(functionArn)
    return name === wanted || name.startsWith(`${wanted}:`)
  },
  caller: ({ callerArn = '', accessKeyId }, wanted) => callerArn.includes(wanted) || accessKeyId === wanted,
  status: ({ status, refusal }, wanted) => {
    if (wanted === 'refused') return refusal !== undefined
    return wanted.endsWith('xx') ? String(status).startsWith(wanted.slice(0, 1)) : String(status) === wanted
  },
  gate: ({ refusal }, wanted) => refusal?.gate === wanted,
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
