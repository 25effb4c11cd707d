import type { Gate, RequestRecord } from '@furlong/local'
import { nameCaller, nameFunction } from '../words.ts'

/** What became of one gate: it let through, answered, refused, or was not asked. */
export type GateMark = 'passed' | 'answered' | 'refused' | 'unasked'

/** What a list shows of a request: the rest of its record is fetched when it is opened. */
export interface RequestRow {
  readonly id: string
  readonly cursor: number
  readonly at: string
  readonly kind: RequestRecord['kind']
  readonly method: string
  /** With its query; of an operation of an API, its name. */
  readonly target: string
  readonly host: string
  /** Name, with the alias where there is one. */
  readonly functionName: string
  readonly callerArn: string
  /** Without partition and account. */
  readonly caller: string
  readonly accessKeyId: string
  /** What became of the gates that were asked. */
  readonly gates: Readonly<Partial<Record<Gate, GateMark>>>
  readonly refusedBy: Gate | undefined
  readonly code: string
  readonly cause: string
  readonly status: number
  readonly durationMs: number
}

/** Sums a record up for the list. */
export function createRow(record: RequestRecord): RequestRow {
  const { id, cursor, at, kind, method, host, status, durationMs, refusal } = record
  const callerArn = record.caller?.arn ?? ''
  return {
    id,
    cursor,
    at,
    kind,
    method,
    target: record.operation ?? record.url,
    host,
    functionName: record.functionArn === undefined ? '' : nameFunction(record.functionArn),
    callerArn,
    caller: nameCaller(callerArn),
    accessKeyId: record.caller?.accessKeyId ?? '',
    gates: Object.fromEntries(record.gates.map(({ gate, outcome }) => [gate, outcome])),
    refusedBy: refusal?.gate,
    code: refusal?.code ?? '',
    cause: refusal?.cause ?? '',
    status,
    durationMs,
  }
}
