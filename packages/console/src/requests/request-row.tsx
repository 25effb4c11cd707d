import type { JSX } from 'preact'
import { GateMarks } from '../parts/gates.tsx'
import { formatMs, formatTime } from '../words.ts'
import type { RequestRow } from './row.ts'

/** One request of the list, in one line or in two. */
export function RequestRowView(props: {
  readonly row: RequestRow
  /** From 0, the newest. */
  readonly index: number
  readonly isChosen: boolean
  readonly isTwoLine: boolean
  readonly onOpen: (id: string) => void
}): JSX.Element {
  const { row, index, isChosen, isTwoLine, onOpen } = props
  const time = (
    <span role="gridcell" class="time number muted">
      {formatTime(row.at)}
    </span>
  )
  const status = (
    <span role="gridcell" class={`status number ${toneOf(row)}`}>
      {row.status === 0 ? '—' : row.status}
    </span>
  )
  const method = (
    <span role="gridcell" class="method mono clip">
      {row.method}
    </span>
  )
  const target = (
    <span role="gridcell" class="target mono clip" title={`${row.host}${row.target}`}>
      {row.target}
    </span>
  )
  const called = (
    <span role="gridcell" class="clip">
      {row.functionName === '' ? <span class="muted">{nameOfKind(row)}</span> : row.functionName}
    </span>
  )
  const caller = (
    <span role="gridcell" class="clip" title={row.callerArn}>
      {row.caller === '' ? <span class="muted">—</span> : row.caller}
    </span>
  )
  const marks = (
    <span role="gridcell">
      <GateMarks row={row} />
    </span>
  )
  const took = (
    <span role="gridcell" class="number right">
      {formatMs(row.durationMs)}
    </span>
  )
  return (
    <div
      id={`row-${row.id}`}
      role="row"
      class="row"
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      onClick={() => onOpen(row.id)}
    >
      {isTwoLine ? (
        <>
          <span class="line" role="presentation">
            {status}
            {method}
            {target}
            {took}
          </span>
          <span class="line second" role="presentation">
            {time}
            {called}
            {caller}
            {marks}
          </span>
        </>
      ) : (
        <>
          {time}
          {status}
          {method}
          {target}
          {called}
          {caller}
          {marks}
          {took}
        </>
      )}
    </div>
  )
}

/** How much a status should draw the eye. */
export function toneOf({ status, refusedBy }: Pick<RequestRow, 'status' | 'refusedBy'>): string {
  if (status >= 500 || refusedBy !== undefined) return 'bad'
  return status >= 400 ? 'warn' : ''
}

const nameOfKind = ({ kind, host }: RequestRow): string => (kind === 'proxy' ? host : '—')
