import type { GateOutcome, RequestRow } from '@furlong/local/console'
import { gates } from '../words.ts'

/** What became of one gate: it let through, answered, refused, or was not asked. */
export type GateMark = GateOutcome['outcome'] | 'unasked'

const letters: Readonly<Record<string, GateMark>> = { p: 'passed', a: 'answered', r: 'refused' }

/** What became of each gate, in their order. */
export function readMarks(marks: string): readonly GateMark[] {
  return gates.map((_, at) => letters[marks.charAt(at)] ?? 'unasked')
}

/** How much a status should draw the eye: `bad`, `warn` or nothing. */
export function toneOf(row: Pick<RequestRow, 'status'> & { readonly refusal?: unknown }): string {
  if (row.status >= 500 || row.refusal !== undefined) return 'bad'
  return row.status >= 400 ? 'warn' : ''
}
