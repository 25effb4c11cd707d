import { gates } from '../record/gates.ts'
import type { RequestRecord } from '../record/record.ts'
import type { RequestRow } from './contract.ts'

const maxUrl = 500
const maxCause = 300

const letters = { passed: 'p', answered: 'a', refused: 'r' } as const

/** Sums a record up for a list. */
export function createRow(record: RequestRecord): RequestRow {
  const { id, cursor, at, kind, method, url, host, operation, functionArn, status, durationMs } = record
  const { caller, refusal, faults } = record
  return {
    id,
    cursor,
    at,
    kind,
    method,
    url: cut(url, maxUrl),
    host: cut(host, maxUrl),
    status,
    durationMs,
    marks: createMarks(record),
    ...(operation === undefined ? {} : { operation }),
    ...(functionArn === undefined ? {} : { functionArn }),
    ...(caller === undefined ? {} : { callerArn: caller.arn, accessKeyId: caller.accessKeyId }),
    ...(refusal === undefined
      ? {}
      : { refusal: { gate: refusal.gate, code: refusal.code, cause: cut(refusal.cause, maxCause) } }),
    ...(faults === undefined ? {} : { isFaulty: true as const }),
  }
}

/** A gate that is passed more than once, as an API's authorization is, shows what became of it in the end. */
function createMarks({ gates: outcomes }: RequestRecord): string {
  const marks = gates.map(() => '-')
  for (const { gate, outcome } of outcomes) marks[gates.indexOf(gate)] = letters[outcome]
  return marks.join('')
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
