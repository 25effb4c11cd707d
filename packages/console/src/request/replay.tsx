import type { Replay, ReplayInput, Step } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call, sayError } from '../api/call.ts'
import { formatRoute, route } from '../state/route.ts'
import { formatMs, nameCaller } from '../words.ts'
import { toneOf } from '../requests/row.ts'
import { Answered } from './sent.tsx'

/** What became of the last try. */
export type ReplayState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly steps: readonly Step[]; readonly replay: Replay | undefined }

/** Sends a request once more, and does its fixes before that where it is asked to. */
export function useReplay(recordId: string): {
  readonly state: ReplayState
  readonly isBusy: boolean
  readonly send: (input: Omit<ReplayInput, 'recordId'>) => Promise<void>
  readonly fix: () => Promise<void>
} {
  const [state, setState] = useState<ReplayState>({ kind: 'idle' })
  const run = async (work: () => Promise<ReplayState>): Promise<void> => {
    setState({ kind: 'busy' })
    try {
      setState(await work())
    } catch (error) {
      setState({ kind: 'failed', message: sayError(error) })
    }
  }
  return {
    state,
    isBusy: state.kind === 'busy',
    send: (input) =>
      run(async () => {
        const replay = await call('POST /replays', { body: { recordId, ...input } })
        return { kind: 'done', steps: [], replay }
      }),
    fix: () =>
      run(async () => {
        const { steps, replay } = await call('POST /fixes', { body: { recordId, replay: true } })
        return { kind: 'done', steps, replay }
      }),
  }
}

/** What became of it: each step, the new status, and the way to the new record. */
export function ReplayResult({ state }: { readonly state: ReplayState }): JSX.Element | null {
  if (state.kind === 'idle') return null
  if (state.kind === 'busy')
    return (
      <p class="outcome muted" role="status">
        Sending…
      </p>
    )
  if (state.kind === 'failed')
    return (
      <p class="outcome failed" role="alert">
        {state.message}
      </p>
    )
  const { steps, replay } = state
  return (
    <div class={`outcome ${replay !== undefined && toneOf(replay) !== '' ? 'failed' : 'fine'}`} role="status">
      <Steps steps={steps} />
      {replay !== undefined && (
        <p>
          Replayed as {replay.as === '*' ? 'nobody, unsigned' : nameCaller(replay.as)}:{' '}
          <strong class={toneOf(replay)}>
            {replay.status === 0 ? 'the connection broke' : replay.status}
          </strong>{' '}
          in {formatMs(replay.durationMs)}.{' '}
          <a href={formatRoute({ view: 'requests', subject: replay.recordId, query: route.value.query })}>
            Open request {replay.recordId}
          </a>
        </p>
      )}
      {replay !== undefined && replay.status !== 0 && (
        <details>
          <summary>The answer</summary>
          <div class="details-body">
            <Answered answer={replay} />
          </div>
        </details>
      )}
    </div>
  )
}

const outcomeWords: Readonly<Record<Step['outcome'], string>> = {
  done: 'done',
  kept: 'was there before',
  failed: 'failed',
}

/** Calls of an API that were made for the page, one a line. */
export function Steps({ steps }: { readonly steps: readonly Step[] }): JSX.Element | null {
  if (steps.length === 0) return null
  return (
    <ul class="steps">
      {steps.map(({ operation, subject, outcome, error }) => (
        <li key={`${operation} ${subject}`} class={outcome === 'failed' ? 'bad' : undefined}>
          <code>{operation}</code> {subject}: {outcomeWords[outcome]}
          {error !== undefined && ` (${error})`}
        </li>
      ))}
    </ul>
  )
}
