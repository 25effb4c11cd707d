import type { FunctionSummary } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { call } from '../api/call.ts'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { useKeys } from '../state/keys.ts'
import { useLoaded } from '../state/loading.ts'
import { formatRoute, go, route } from '../state/route.ts'
import { sideChanges } from '../state/side.ts'
import { useTicks } from '../state/ticks.ts'
import { useWidth } from '../state/width.ts'
import { AccessView } from './access-view.tsx'
import { EnvironmentMarks } from './environments.tsx'
import { FunctionPage } from './function-page.tsx'

/** From this width on, list and function stand side by side. */
const splitWidth = 900

/** Environments come and go by themselves: nothing tells it, so it is asked. */
const refreshMs = 2_000

/** The functions with their URLs, the one that was opened, and who may call what. */
export function FunctionsView(): JSX.Element {
  const { subject, query } = route.value
  const box = useRef<HTMLDivElement>(null)
  const isSplit = useWidth(box) >= splitWidth
  const loading = useLoaded(
    (signal) => call('GET /functions', { signal }),
    [sideChanges.value, useTicks(refreshMs)],
  )
  const functions = loading.kind === 'loaded' ? loading.value.functions : []
  const open = (arn: string | undefined): void =>
    go({ view: 'functions', query: {}, ...(arn === undefined ? {} : { subject: arn }) })
  const move = (step: number): void => {
    const at = functions.findIndex(({ arn }) => arn === subject)
    const to = functions[Math.min(functions.length - 1, Math.max(0, at + step))]
    if (to !== undefined) open(to.arn)
  }
  useKeys([
    { keys: 'j', says: 'next function', run: () => move(1) },
    { keys: 'k', says: 'previous function', run: () => move(-1) },
    { keys: 'Escape', says: 'back to who may call what', run: () => open(undefined) },
  ])

  if (loading.kind === 'failed')
    return <Empty title="The functions cannot be shown.">{loading.message}</Empty>
  if (loading.kind === 'loaded' && functions.length === 0)
    return (
      <Empty title="No function yet.">
        <p>Deploy one; it gets a function URL that asks for a signature.</p>
        <Command text="npx furlong deploy app.ts" />
        <p class="muted">
          Or make it with the AWS CLI: <code>aws lambda create-function</code>, then{' '}
          <code>aws lambda create-function-url-config</code>.
        </p>
      </Empty>
    )
  const isListShown = isSplit || subject === undefined
  return (
    <div ref={box} class={isSplit ? 'functions split' : 'functions'}>
      {isListShown && (
        <nav class="pane function-list" aria-label="Functions">
          <a
            class="function-item everything"
            href={formatRoute({ view: 'functions', query: {} })}
            aria-current={subject === undefined ? 'true' : undefined}
          >
            Who may call what
          </a>
          {functions.map((one) => (
            <FunctionItem key={one.arn} summary={one} isChosen={one.arn === subject} />
          ))}
        </nav>
      )}
      {subject === undefined ? (
        <AccessView caller={query['caller']} urlId={query['url']} />
      ) : (
        <FunctionPage key={subject} arn={subject} isAlone={!isSplit} onClose={() => open(undefined)} />
      )}
    </div>
  )
}

function FunctionItem(props: { readonly summary: FunctionSummary; readonly isChosen: boolean }): JSX.Element {
  const { summary, isChosen } = props
  const { arn, name, runtime, region, urls, environments } = summary
  return (
    <a
      class="function-item"
      href={formatRoute({ view: 'functions', subject: arn, query: {} })}
      title={arn}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span class="line">
        <strong class="clip">{name}</strong>
        <EnvironmentMarks counts={environments} />
      </span>
      <span class="line second">
        <span class="clip">
          {runtime} · {region}
        </span>
        <span>{urls.length === 0 ? 'no URL' : urls.map(({ authType }) => authType).join(', ')}</span>
      </span>
    </a>
  )
}
