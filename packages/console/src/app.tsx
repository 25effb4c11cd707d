import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { FunctionsView } from './functions/functions-view.tsx'
import { Command } from './parts/command.tsx'
import { Empty } from './parts/empty.tsx'
import { Help } from './parts/help.tsx'
import { RequestsView } from './requests/requests-view.tsx'
import type * as PlotsModule from './plots/plots-view.tsx'
import { useKeys } from './state/keys.ts'
import { useLoaded } from './state/loading.ts'
import { type Connection, connection, side } from './state/side.ts'
import { formatRoute, go, route, type View, views } from './state/route.ts'
import { nextTheme, theme, type Theme } from './state/theme.ts'

const titles: Readonly<Record<View, string>> = {
  requests: 'Requests',
  functions: 'Functions',
  plots: 'Plots',
}

const bodies: Readonly<Record<View, () => JSX.Element>> = {
  requests: RequestsView,
  functions: FunctionsView,
  plots: PlotsWhenLoaded,
}

/** The library that draws is a third of the page, and most who open it look at requests. */
const loadPlots = (): Promise<typeof PlotsModule> => import('./plots/plots-view.tsx')

function PlotsWhenLoaded(): JSX.Element {
  const loading = useLoaded(loadPlots, [])
  if (loading.kind === 'failed') return <Empty title="The plots cannot be shown.">{loading.message}</Empty>
  return loading.kind === 'loaded' ? <loading.value.PlotsView /> : <div class="pane plots" aria-busy="true" />
}

/** The frame around the views. */
export function App(): JSX.Element {
  const [isHelpOpen, setHelpOpen] = useState(false)
  useKeys([
    ...views.map((view) => ({
      keys: `g ${view.charAt(0)}`,
      says: `go to ${titles[view].toLowerCase()}`,
      run: () => go({ view, query: {} }),
    })),
    { keys: 't', says: 'light, dark or as the system', run: nextTheme },
    { keys: '?', says: 'this help', run: () => setHelpOpen(true) },
  ])
  const { view } = route.value
  const Body = bodies[view]
  return (
    <>
      <header class="bar">
        <strong class="brand">
          <span class="brand-mark" aria-hidden="true">
            <i class="gate passed" />
            <i class="gate passed" />
            <i class="gate refused" />
          </span>
          furlong
        </strong>
        <nav aria-label="Views">
          {views.map((name) => (
            <a
              key={name}
              href={formatRoute({ view: name, query: {} })}
              aria-current={name === view ? 'page' : undefined}
            >
              {titles[name]}
            </a>
          ))}
        </nav>
        <SideFacts />
        <button
          type="button"
          class="button quiet icon"
          aria-label={`Theme: ${theme.value}. Change it`}
          title={`Theme: ${theme.value}`}
          onClick={nextTheme}
        >
          {themeSigns[theme.value]}
        </button>
        <button
          type="button"
          class="button quiet icon"
          aria-label="Keys and marks"
          title="Keys and marks (?)"
          onClick={() => setHelpOpen(true)}
        >
          ?
        </button>
      </header>
      <main class="view">{connection.value === 'locked' ? <Locked /> : <Body />}</main>
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  )
}

function Locked(): JSX.Element {
  return (
    <Empty title="This page needs a link of its own.">
      <p>
        A link is good once, so that nobody else can use it, and what it opens ends with the local side. This
        prints a new one and opens it:
      </p>
      <Command text="npx furlong console" />
    </Empty>
  )
}

const themeSigns: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' }

const connectionWords: Readonly<Record<Connection, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'reconnecting',
  locked: 'locked',
}

function SideFacts(): JSX.Element {
  const facts = side.value
  return (
    <p class="side-facts">
      {facts !== undefined && (
        <span class="muted clip side-place">
          {facts.endpoint.replace(/^https?:\/\//, '')} · {facts.region}
        </span>
      )}
      <span class={`connection ${connection.value}`} role="status">
        <i aria-hidden="true" />
        {connectionWords[connection.value]}
      </span>
    </p>
  )
}
