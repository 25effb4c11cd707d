import type { Payload as PayloadFacts, RequestDetail, RequestRecord } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Block } from '../parts/block.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Fact, Section } from '../parts/section.tsx'
import { toneOf } from '../requests/row.ts'
import { useKeys } from '../state/keys.ts'
import { formatRoute } from '../state/route.ts'
import { formatMs, formatTime, nameFunction, stripColours, unqualify } from '../words.ts'
import { Denial } from './denial.tsx'
import { FixList } from './fix-list.tsx'
import { Payload } from './payload.tsx'
import { ReplayDialog } from './replay-dialog.tsx'
import { ReplayResult, useReplay } from './replay.tsx'
import { Answered, Sent } from './sent.tsx'
import { Signature } from './signature.tsx'
import { Verdict } from './verdict.tsx'
import { Waterfall } from './waterfall.tsx'

/** Everything that is known of one request, and what can be done with it. */
export function RequestPage(props: {
  readonly detail: RequestDetail
  readonly isAlone: boolean
  readonly onClose: () => void
}): JSX.Element {
  const { detail, isAlone, onClose } = props
  const { record, replay } = detail
  const [isEditing, setEditing] = useState(false)
  const replaying = useReplay(record.id)
  const again = (): void => void replaying.send({})
  const edit = (): void => setEditing(true)
  useKeys(
    replay.possible
      ? [
          { keys: 'r', says: 'replay the request', run: again },
          { keys: 'e', says: 'edit and replay it', run: edit },
        ]
      : [],
  )
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
          <span class={`status number ${toneOf(record)}`}>{record.status === 0 ? '—' : record.status}</span>
          <span class="mono muted">{record.method}</span>
          <span class="mono request-url">{record.operation ?? record.url}</span>
        </h1>
        <div class="request-actions">
          {record.kind === 'function-url' && (
            <>
              <button
                type="button"
                class="button small"
                disabled={!replay.possible || replaying.isBusy}
                title={replay.possible ? 'Replay (r)' : replay.says}
                onClick={again}
              >
                Replay
              </button>
              <button
                type="button"
                class="button small"
                disabled={!replay.possible || replaying.isBusy}
                title={replay.possible ? 'Edit and replay (e)' : replay.says}
                onClick={edit}
              >
                Edit…
              </button>
            </>
          )}
          {detail.code !== undefined && (
            <span class="copy-as">
              <span class="muted">Copy as</span>
              <CopyButton text={detail.code.curl} label="curl" what="the request as a curl command" />
              <CopyButton text={detail.code.fetch} label="fetch" what="the request as code with fetch" />
              <CopyButton
                text={detail.code.furlong}
                label="furlong"
                what="the request as a furlong command"
              />
            </span>
          )}
        </div>
      </header>
      <div class="request-body" tabIndex={0} role="region" aria-label="The request">
        <ReplayResult state={replaying.state} />
        <Verdict record={record} />
        <FixList detail={detail} replaying={replaying} />
        <Facts detail={detail} />
        <Section title="Gates">
          <Waterfall record={record} />
        </Section>
        {detail.signature !== undefined && <Signature comparison={detail.signature} />}
        {record.refusal?.explanation !== undefined && (
          <Section title="Policies">
            <Denial explanation={record.refusal.explanation} />
          </Section>
        )}
        <Notes record={record} />
        {detail.errorDocument !== undefined && (
          <Section title="Error of the function">
            <Payload name="error of the function" payload={detail.errorDocument} />
          </Section>
        )}
        <Log lines={record.logLines ?? []} />
        {detail.sent !== undefined && <Sent sent={detail.sent} />}
        <Kept
          title={`Event, as the function ${isInvoked(record) ? 'got' : 'would have got'} it`}
          name="event"
          payload={detail.event}
        />
        <Kept title="Result, as the function gave it" name="result" payload={detail.result} />
        {detail.answer !== undefined && (
          <Section title="Answer, as the client got it">
            <Answered answer={detail.answer} />
          </Section>
        )}
      </div>
      {isEditing && (
        <ReplayDialog
          detail={detail}
          onClose={() => setEditing(false)}
          onSend={(input) => {
            setEditing(false)
            void replaying.send(input)
          }}
        />
      )}
    </>
  )
}

const isInvoked = ({ gates }: RequestRecord): boolean => gates.some(({ gate }) => gate === 'invoke')

function Facts({ detail }: { readonly detail: RequestDetail }): JSX.Element {
  const { record, replay } = detail
  const { caller, functionArn } = record
  return (
    <dl class="facts">
      <Fact name="Time">
        <time dateTime={record.at}>
          {formatTime(record.at)} <span class="muted">· {record.at.slice(0, 10)}</span>
        </time>
        , took {formatMs(record.durationMs)}
      </Fact>
      <Fact name="Host">
        <span class="mono">{record.host}</span>
      </Fact>
      {functionArn !== undefined && (
        <Fact name="Function">
          <a href={formatRoute({ view: 'functions', subject: unqualify(functionArn), query: {} })}>
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
      {!replay.possible && record.kind === 'function-url' && <Fact name="Replay">{replay.says}</Fact>}
    </dl>
  )
}

function Notes({ record }: { readonly record: RequestRecord }): JSX.Element | null {
  const notes = [...(record.refusal?.explanation?.notes ?? []), ...record.notes]
  if (notes.length === 0) return null
  return (
    <Section title="Notes">
      <ul class="notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </Section>
  )
}

function Log({ lines }: { readonly lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null
  const text = lines.map((line) => `${stripColours(line).trimEnd()}\n`).join('')
  return (
    <Section title="Log of the function" aside={<CopyButton text={text} what="the log lines" />}>
      <Block label="Log lines">{text}</Block>
    </Section>
  )
}

function Kept(props: {
  readonly title: string
  readonly name: string
  readonly payload: PayloadFacts | undefined
}): JSX.Element | null {
  const { title, name, payload } = props
  if (payload === undefined) return null
  return (
    <Section title={title}>
      <Payload name={name} payload={payload} />
    </Section>
  )
}
