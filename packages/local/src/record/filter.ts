import { parseArn } from '@furlong/iam'
import type { RequestRecord } from './record.ts'

/** Which records are wanted; a record must match everything that is given. */
export interface RecordFilter {
  /** Refusals only. */
  readonly refused?: boolean
  /** Name of a function, or its ARN, with an alias or without. */
  readonly function?: string
  /** A status such as `403`, or a class of them such as `4xx`. */
  readonly status?: string
  /** The gate that refused. */
  readonly gate?: string
  /** Part of the caller's ARN, or the whole access key id. */
  readonly caller?: string
  /** Any part of the record, in any case. */
  readonly text?: string
  /** The earliest arrival. */
  readonly since?: Date
}

type Tests = {
  readonly [K in keyof Required<RecordFilter>]: (
    record: RequestRecord,
    wanted: Required<RecordFilter>[K],
  ) => boolean
}

const tests: Tests = {
  refused: ({ refusal }, wanted) => !wanted || refusal !== undefined,
  function: ({ functionArn = '' }, wanted) => isOfFunction(functionArn, wanted),
  status: ({ status }, wanted) =>
    wanted.endsWith('xx') ? String(status).startsWith(wanted.slice(0, 1)) : String(status) === wanted,
  gate: ({ refusal }, wanted) => refusal?.gate === wanted,
  caller: ({ caller }, wanted) =>
    caller !== undefined && (caller.arn.includes(wanted) || caller.accessKeyId === wanted),
  text: (record, wanted) => JSON.stringify(record).toLowerCase().includes(wanted.toLowerCase()),
  since: ({ at }, wanted) => Date.parse(at) >= wanted.getTime(),
}

/** @returns whether an ARN is of a function, named or by its ARN, with an alias or without */
export function isOfFunction(functionArn: string, wanted: string): boolean {
  if (wanted.startsWith('arn:')) return functionArn === wanted || functionArn.startsWith(`${wanted}:`)
  const resource = parseArn(functionArn)?.resource ?? ''
  return resource === `function:${wanted}` || resource.startsWith(`function:${wanted}:`)
}

/**
 * Compiles a filter.
 *
 * @param filter what is wanted; empty for everything
 * @returns tells whether a record matches
 */
export function createRecordMatcher(filter: RecordFilter): (record: RequestRecord) => boolean {
  const wanted = Object.entries(filter).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(tests, name),
  )
  const checks = wanted.map(([name, value]) => {
    const test = tests[name as keyof RecordFilter] as (record: RequestRecord, wanted: unknown) => boolean
    return (record: RequestRecord) => test(record, value)
  })
  return (record) => checks.every((check) => check(record))
}
