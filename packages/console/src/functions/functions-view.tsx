import type { FunctionSummary } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { call } from '../api/call.ts'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { useKeys } from '../state/keys.ts'
import { useLoaded } from '../state/loading.ts'
import { formatRoute, go, route, setQuery } from '../state/route.ts'
import { side, sideChanges } from '../state/side.ts'
import { useTicks } from '../state/ticks.ts'
import { useWidth } from '../state/width.ts'
import { AccessView } from './access-view.tsx'
import { EnvironmentMarks } from './environments.tsx'
import { FunctionPage } from './function-page.tsx'

/** From this width on, list and function stand side by side. */
const splitWidth = 900

/** In the place of an ARN: the picture of who may call what, where that is not beside the list. */
const accessSubject = 'access'

/** With more functions than these one searches. */
const fewFunctions = 10

/** Environments come and go by themselves: nothing tells it, so it is asked. */
const refreshMs = 2_000

/** The functions with their URLs, the one that was opened, and who may call what. */
export function FunctionsView(): JSX.Element {
  const { subject, query } = route.value
  const box = useRef<HTMLDivElement>(null)
  const isSplit = useWidth(box) >= splitWidth
  const loading = useLoaded(
    (signal) => call('GET /functions', { signal }),
    [],
    [sideChanges.value, useTicks(refreshMs)],
  )
  const all = loading.kind === 'loaded' ? loading.value.functions : []
  const { text = '' } = query
  const functions = all.filter((one) => isFound(one, text))
  const search = useRef<HTMLInputElement>(null)
  const kept = text === '' ? {} : { text }
  const open = (arn: string | undefined): void =>
    go(
      { view: 'functions', query: kept, ...(arn === undefined ? {} : { subject: arn }) },
      route.peek().subject === undefined || arn === undefined ? 'push' : 'replace',
    )
  const move = (step: number): void => {
    // Keys may come faster than this is rendered.
    const at = functions.findIndex(({ arn }) => arn === route.peek().subject)
    const to = functions[Math.min(functions.length - 1, Math.max(0, at + step))]
    if (to !== undefined) open(to.arn)
  }
  useKeys([
    { keys: 'j', says: 'next function', run: () => move(1) },
    { keys: 'k', says: 'previous function', run: () => move(-1) },
    { keys: '/', says: 'search', run: () => search.current?.focus() },
    { keys: 'Escape', says: 'back to who may call what, then the search', run: () => close() },
  ])
  const close = (): void => {
    if (subject !== undefined || 'caller' in query || 'url' in query) open(undefined)
    else go({ view: 'functions', query: {} }, 'replace')
  }
  // By keys one may choose what is out of sight.
  useEffect(
    () => box.current?.querySelector('.function-item[aria-current]')?.scrollIntoView({ block: 'nearest' }),
    [subject],
  )

  if (loading.kind === 'failed')
    return <Empty title="The functions cannot be shown.">{loading.message}</Empty>
  if (loading.kind === 'loaded' && all.length === 0)
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
  const isOfAccess = subject === accessSubject || 'caller' in query || 'url' in query
  const shown = subject !== undefined && subject !== accessSubject ? 'function' : 'access'
  const isCovered = !isSplit && (shown === 'function' || isOfAccess)
  const home = side.value?.accounts[0]?.accountId
  return (
    <div ref={box} class={`functions ${isSplit ? 'split' : isCovered ? 'covered' : ''}`}>
      <nav class="pane function-list" aria-label="Functions">
        {(all.length > fewFunctions || text !== '') && (
          <form class="function-search" role="search" onSubmit={(event) => event.preventDefault()}>
            <input
              ref={search}
              class={`field ${text === '' ? '' : 'set'}`}
              type="search"
              placeholder={`Search ${all.length} functions  /`}
              aria-label="Search in names, runtimes and regions"
              spellcheck={false}
              value={text}
              onInput={(event) => setQuery({ text: event.currentTarget.value })}
            />
          </form>
        )}
        <a
          class="function-item everything"
          href={formatRoute({ view: 'functions', subject: accessSubject, query: kept })}
          aria-current={shown === 'access' && (isSplit || isCovered) ? 'true' : undefined}
        >
          Who may call what
        </a>
        {functions.map((one) => (
          <FunctionItem key={one.arn} summary={one} isChosen={one.arn === subject} home={home} query={kept} />
        ))}
        {functions.length === 0 && all.length > 0 && <p class="function-item muted">None of that name.</p>}
      </nav>
      {shown === 'function' ? (
        <FunctionPage key={subject} arn={subject ?? ''} isAlone={!isSplit} onClose={() => open(undefined)} />
      ) : (
        (isSplit || isCovered) && (
          <AccessView
            caller={query['caller']}
            urlId={query['url']}
            isAlone={!isSplit}
            onClose={() => open(undefined)}
          />
        )
      )}
    </div>
  )
}

function isFound({ name, runtime, region }: FunctionSummary, text: string): boolean {
  const all = `${name} ${runtime} ${region}`.toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

function FunctionItem(props: {
  readonly summary: FunctionSummary
  readonly isChosen: boolean
  /** The account that goes without saying. */
  readonly home: string | undefined
  readonly query: Readonly<Record<string, string>>
}): JSX.Element {
  const { summary, isChosen, home, query } = props
  const { arn, name, runtime, region, accountId, urls, environments } = summary
  return (
    <a
      class="function-item"
      href={formatRoute({ view: 'functions', subject: arn, query })}
      title={arn}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span class="line">
        <strong class="clip">{name}</strong>
        <EnvironmentMarks counts={environments} />
      </span>
      <span class="line second">
        <span class="clip">
          {(accountId === home ? [runtime, region] : [accountId, region, runtime]).join(' · ')}
        </span>
        <span>{urls.length === 0 ? 'no URL' : urls.map(({ authType }) => authType).join(', ')}</span>
      </span>
    </a>
  )
}
