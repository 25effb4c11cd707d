import type { RequestRecord } from '@furlong/local'
import type { ComponentChildren, JSX } from 'preact'
import { createRow } from '../requests/row.ts'
import { toneOf } from '../requests/request-row.tsx'
import { formatRoute } from '../state/route.ts'
import { formatMs, formatTime, nameFunction } from '../words.ts'
import { Denial } from './denial.tsx'
import { Payload } from './payload.tsx'
import { Verdict } from './verdict.tsx'
import { Waterfall } from './waterfall.tsx'

/** Everything that is known of one request. */
export function RequestDetail(props: {
  readonly record: RequestRecord
  readonly isAlone: boolean
  readonly onClose: () => void
}): JSX.Element {
  const { record, isAlone, onClose } = props
  const { refusal, logLines = [] } = record
  const notes = [...(refusal?.explanation?.notes ?? []), ...record.notes]
  return (
    <>
      <header class="request-head">
        <button
          type="button"
          class="button quiet icon"
          aria-label="Close"
          title="Close (esc)"
          onClick={onClose}
        >
          {isAlone ? '←' : '✕'}
        </button>
        <h1 class="request-title">
          <span class={`status number ${toneOf(createRow(record))}`}>
            {record.status === 0 ? '—' : record.status}
          </span>
          <span class="mono muted">{record.method}</span>
          <span class="mono request-url">{record.operation ?? record.url}</span>
        </h1>
      </header>
      <div class="request-body" tabIndex={0} role="region" aria-label="The request">
        <Verdict record={record} />
        <Facts record={record} />
        <Section title="Gates">
          <Waterfall record={record} />
        </Section>
        {refusal?.explanation !== undefined && (
          <Section title="Policies">
            <Denial explanation={refusal.explanation} />
          </Section>
        )}
        {notes.length > 0 && (
          <Section title="Notes">
            <ul class="notes">
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </Section>
        )}
        {logLines.length > 0 && (
          <Section title="Log of the function">
            <pre class="block log">{logLines.map((line) => `${line.trimEnd()}\n`)}</pre>
          </Section>
        )}
        <Section title="Event, as the function got it">
          <Payload payload={record.event} />
        </Section>
        <Section title="Result, as the function gave it">
          <Payload payload={record.result} />
        </Section>
      </div>
    </>
  )
}

/** A part of a page with its title. */
export function Section(props: {
  readonly title: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <section class="section">
      <h2>{props.title}</h2>
      {props.children}
    </section>
  )
}

function Facts({ record }: { readonly record: RequestRecord }): JSX.Element {
  const { caller, functionArn } = record
  return (
    <dl class="facts">
      <Fact name="Time">
        <time dateTime={record.at}>
          {formatTime(record.at)} <span class="muted">· {record.at.slice(0, 10)}</span>
        </time>
      </Fact>
      <Fact name="Took">{formatMs(record.durationMs)}</Fact>
      <Fact name="Host">
        <span class="mono">{record.host}</span>
      </Fact>
      {functionArn !== undefined && (
        <Fact name="Function">
          <a href={formatRoute({ view: 'functions', subject: functionArn, query: {} })}>
            {nameFunction(functionArn)}
          </a>
        </Fact>
      )}
      <Fact name="Caller">
        {caller === undefined ? (
          <span class="muted">not known</span>
        ) : (
          <span class="mono">
            {caller.arn} <span class="muted">({caller.accessKeyId})</span>
          </span>
        )}
      </Fact>
      {(record.allowedBy ?? []).map((by) => (
        <Fact key={by} name="Allowed by">
          {by}
        </Fact>
      ))}
      {record.functionRequestId !== undefined && (
        <Fact name="Request id">
          <span class="mono">{record.functionRequestId}</span>
        </Fact>
      )}
      <Fact name="Record">
        <span class="mono">{record.id}</span>
      </Fact>
    </dl>
  )
}

function Fact(props: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  )
}
