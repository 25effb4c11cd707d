import type { Gate } from '@furlong/local'
import type { JSX } from 'preact'
import type { RequestRow } from '../requests/row.ts'
import { gates } from '../words.ts'

/** The seven gates of a request as a row of small marks; they differ in shape as well as in colour. */
export function GateMarks({ row }: { readonly row: Pick<RequestRow, 'gates' | 'refusedBy'> }): JSX.Element {
  return (
    <span class="gates" role="img" aria-label={describe(row)} title={describe(row)}>
      {gates.map((gate) => (
        <i key={gate} class={`gate ${row.gates[gate] ?? 'unasked'}`} />
      ))}
    </span>
  )
}

function describe({ gates: marks, refusedBy }: Pick<RequestRow, 'gates' | 'refusedBy'>): string {
  if (refusedBy !== undefined) return `refused at ${refusedBy}`
  const answered = (Object.keys(marks) as Gate[]).find((gate) => marks[gate] === 'answered')
  return answered === undefined ? 'passed every gate' : `answered by ${answered}`
}
