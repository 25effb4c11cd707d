import type { RequestRow } from '@furlong/local/console'
import type { JSX } from 'preact'
import { GateMarks } from '../parts/gates.tsx'
import { formatMs, formatTime, nameCaller, nameFunction } from '../words.ts'
import { toneOf } from './row.ts'

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
    <span role="gridcell" class="target mono clip" title={`${row.host}${row.url}`}>
      {row.isFaulty && <span class="tag">fault</span>}
      {row.operation ?? (row.kind === 'proxy' ? row.host : row.url)}
    </span>
  )
  const called = (
    <span role="gridcell" class="clip">
      {row.functionArn === undefined ? <span class="muted">—</span> : nameFunction(row.functionArn)}
    </span>
  )
  const caller = (
    <span role="gridcell" class="clip" title={row.callerArn}>
      {row.callerArn === undefined ? <span class="muted">—</span> : nameCaller(row.callerArn)}
    </span>
  )
  const marks = (
    <span role="gridcell">
      <GateMarks marks={row.marks} refusedBy={row.refusal?.gate} />
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
