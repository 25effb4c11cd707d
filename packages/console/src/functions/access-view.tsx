import type { AccessPicture, Step } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { call, sayError } from '../api/call.ts'
import { Empty } from '../parts/empty.tsx'
import { FixCommands } from '../request/fix-list.tsx'
import { Denial } from '../request/denial.tsx'
import { Steps } from '../request/replay.tsx'
import { useLoaded } from '../state/loading.ts'
import { setQuery } from '../state/route.ts'
import { sideChanges } from '../state/side.ts'
import { asSentence } from '../words.ts'
import { AccessDrawing } from './access-drawing.tsx'
import { describeCaller, describeUrl } from './describe.ts'

interface Chosen {
  /** ARN, or `*` for everybody. */
  readonly caller: string | undefined
  readonly urlId: string | undefined
}

/** Who may call what, of the whole side. */
export function AccessView(
  props: Chosen & {
    /** Whether no list stands beside it. */
    readonly isAlone: boolean
    readonly onClose: () => void
  },
): JSX.Element {
  const { isAlone, onClose, ...chosen } = props
  return (
    <section class="pane request-body access-view" aria-label="Who may call what">
      <header class="access-head">
        {isAlone && (
          <button type="button" class="button quiet icon" aria-label="Back" onClick={onClose}>
            ←
          </button>
        )}
        <h1>Who may call what</h1>
      </header>
      <AccessPanel {...chosen} />
    </section>
  )
}

/** The picture, and one pair of it in words, with what can be done about it. */
export function AccessPanel(props: Chosen & { readonly urlIds?: ReadonlySet<string> }): JSX.Element {
  const { caller, urlId, urlIds } = props
  // What was just granted is seen at once, also before the side says that something changed.
  const [done, setDone] = useState(0)
  const loading = useLoaded((signal) => call('GET /access', { signal }), [], [sideChanges.value, done])
  if (loading.kind === 'loading') return <p class="muted">Deciding for every caller and URL…</p>
  if (loading.kind === 'failed') return <p class="bad">{loading.message}</p>
  const picture = narrow(loading.value, urlIds)
  if (picture.urls.length === 0)
    return (
      <Empty title="No function URL yet.">
        <p>
          Give a function one: <code>npx furlong url create &lt;function&gt;</code>
        </p>
      </Empty>
    )
  const only = picture.urls.length === 1 ? picture.urls[0]?.urlId : undefined
  return (
    <>
      <AccessDrawing
        picture={picture}
        chosen={{ caller, urlId }}
        onChoose={(pair) => setQuery({ caller: pair.caller, url: pair.urlId })}
      />
      <Pair
        picture={picture}
        caller={caller}
        urlId={urlId ?? only}
        onDone={() => setDone((before) => before + 1)}
        key={`${caller ?? ''} ${urlId ?? ''}`}
        version={sideChanges.value + done}
      />
    </>
  )
}

function narrow(picture: AccessPicture, urlIds: ReadonlySet<string> | undefined): AccessPicture {
  if (urlIds === undefined) return picture
  return {
    ...picture,
    urls: picture.urls.filter(({ urlId }) => urlIds.has(urlId)),
    edges: picture.edges.filter(({ urlId }) => urlIds.has(urlId)),
  }
}

function Pair(props: {
  readonly picture: AccessPicture
  readonly caller: string | undefined
  readonly urlId: string | undefined
  /** Changes when what is decided may have changed. */
  readonly version: number
  readonly onDone: () => void
}): JSX.Element {
  const { picture, caller = '', urlId = '', version, onDone } = props
  return (
    <div class="pair">
      <form class="pair-form" onSubmit={(event) => event.preventDefault()}>
        <label>
          May{' '}
          <select
            class="field"
            aria-label="Caller"
            value={caller}
            onChange={({ currentTarget }) => setQuery({ caller: currentTarget.value })}
          >
            <option value="">a caller</option>
            {picture.callers.map((one) => (
              <option key={one.arn} value={one.arn}>
                {describeCaller(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          call{' '}
          <select
            class="field"
            aria-label="Function URL"
            value={urlId}
            onChange={({ currentTarget }) => setQuery({ url: currentTarget.value })}
          >
            <option value="">a URL</option>
            {picture.urls.map((one) => (
              <option key={one.urlId} value={one.urlId}>
                {describeUrl(one)}
              </option>
            ))}
          </select>
          ?
        </label>
      </form>
      {caller !== '' && urlId !== '' ? (
        <PairAnswer caller={caller} urlId={urlId} picture={picture} version={version} onDone={onDone} />
      ) : (
        <p class="muted">
          Choose a caller and a URL, or a line of the picture: then it says why, and what grants or revokes
          it.
        </p>
      )}
    </div>
  )
}

function PairAnswer(props: {
  readonly caller: string
  readonly urlId: string
  readonly picture: AccessPicture
  readonly version: number
  readonly onDone: () => void
}): JSX.Element {
  const { caller, urlId, picture, version, onDone } = props
  const pair = { caller, urlId }
  const loading = useLoaded(
    (signal) => call('GET /access/pair', { query: pair, signal }),
    [caller, urlId],
    [version],
  )
  const [outcome, setOutcome] = useState<{ steps: readonly Step[]; problem?: string }>()
  const box = useRef<HTMLDivElement>(null)
  // It may have been asked for from the other end of a long picture.
  useEffect(() => box.current?.closest('.pair')?.scrollIntoView({ block: 'nearest' }), [loading.kind])
  const run = async (name: 'POST /grants' | 'POST /revocations'): Promise<void> => {
    try {
      const { steps } = await call(name, { body: pair })
      setOutcome({ steps })
    } catch (error) {
      setOutcome({ steps: [], problem: sayError(error) })
    }
    onDone()
  }
  if (loading.kind === 'loading') return <p class="muted">Deciding…</p>
  if (loading.kind === 'failed') return <p class="bad">{loading.message}</p>
  const { verdict, explanation, fixes } = loading.value
  const edge = picture.edges.find((one) => one.caller === caller && one.urlId === urlId)
  const canRevoke = (edge?.statementIds.length ?? 0) > 0
  // What is left to the caller's own account is granted by nobody here.
  const isOpen = edge?.unknown !== undefined && fixes?.steps.length === 0
  const canGrant = verdict !== 'granted' && !isOpen
  return (
    <>
      <div
        ref={box}
        class={`outcome pair-verdict ${verdict === 'granted' ? 'fine' : isOpen ? '' : 'failed'}`}
        role="status"
      >
        <p>{asSentence(explanation.says)}</p>
        <span class="pair-buttons">
          {canGrant && (
            <button type="button" class="button small primary" onClick={() => void run('POST /grants')}>
              Grant
            </button>
          )}
          {canRevoke && (
            <button
              type="button"
              class="button small"
              title={`Takes ${edge?.statementIds.join(' and ') ?? ''} out of the function’s policy`}
              onClick={() => void run('POST /revocations')}
            >
              Revoke
            </button>
          )}
        </span>
      </div>
      {outcome !== undefined && (
        <div class="outcome" role="status">
          {outcome.problem !== undefined && <p class="bad">{outcome.problem}</p>}
          <Steps steps={outcome.steps} />
          {outcome.problem === undefined && outcome.steps.length === 0 && <p>There was nothing to change.</p>}
        </div>
      )}
      <Denial explanation={explanation} />
      {fixes !== undefined && <FixCommands fixes={fixes} />}
    </>
  )
}
