import type { Gate } from '@furlong/local/console'
import type { JSX } from 'preact'
import { readMarks } from '../requests/row.ts'
import { gates } from '../words.ts'

/** The seven gates of a request as a row of small marks; they differ in shape as well as in colour. */
export function GateMarks(props: {
  /** One letter for each gate, as a row has them. */
  readonly marks: string
  readonly refusedBy: Gate | undefined
}): JSX.Element {
  const says = describe(props.marks, props.refusedBy)
  return (
    <span class="gates" role="img" aria-label={says} title={says}>
      {readMarks(props.marks).map((mark, at) => (
        <i key={gates[at]} class={`gate ${mark}`} />
      ))}
    </span>
  )
}

function describe(marks: string, refusedBy: Gate | undefined): string {
  if (refusedBy !== undefined) return `refused at ${refusedBy}`
  const answered = gates[marks.indexOf('a')]
  return answered === undefined ? 'passed every gate that was asked' : `answered by ${answered}`
}
