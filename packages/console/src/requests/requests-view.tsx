import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Empty } from '../parts/empty.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { RequestView } from '../request/request-view.tsx'
import { useKeys } from '../state/keys.ts'
import { go, route } from '../state/route.ts'
import { isLoaded, isPaused, loadOlder, pause, rows } from '../state/side.ts'
import { useWidth } from '../state/width.ts'
import { Command } from '../parts/command.tsx'
import { FilterBar } from './filter-bar.tsx'
import { filterNames } from './filter.ts'
import { RequestRowView } from './request-row.tsx'

/** From this width on, list and request stand side by side. */
const splitWidth = 1_080

/** Below this width a row of the list takes two lines. */
const oneLineWidth = 760

const rowHeights = { one: 26, two: 46 } as const

/** The requests as they come, and the one that was opened. */
export function RequestsView(): JSX.Element {
  const { subject, query } = route.value
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const width = useWidth(box, innerWidth)
  const listWidth = useWidth(list, innerWidth)

  const open = (id: string | undefined): void =>
    go(
      { view: 'requests', query, ...(id === undefined ? {} : { subject: id }) },
      route.peek().subject === undefined || id === undefined ? 'push' : 'replace',
    )
  const active = subject === undefined ? undefined : rows.indexOf(subject)
  const move = (step: number): void => {
    const { count } = rows
    if (count.peek() === 0) return
    // Keys may come faster than this is rendered.
    const at = rows.indexOf(route.peek().subject ?? '')
    const to = at === undefined ? 0 : Math.min(count.peek() - 1, Math.max(0, at + step))
    open(rows.at(to)?.id)
  }
  useKeys([
    { keys: 'j', says: 'next request', run: () => move(1) },
    { keys: 'k', says: 'previous request', run: () => move(-1) },
    { keys: 'ArrowDown', says: 'next request', run: () => move(1) },
    { keys: 'ArrowUp', says: 'previous request', run: () => move(-1) },
    { keys: 'Enter', says: 'open the request', run: () => move(0) },
    { keys: 'p', says: 'let new requests wait, or go on', run: () => pause(!isPaused.peek()) },
    { keys: '/', says: 'search', run: () => search.current?.focus() },
    { keys: 'Escape', says: 'close the request, then the filters', run: () => close() },
  ])
  const close = (): void => {
    if (subject !== undefined) open(undefined)
    else go({ view: 'requests', query: {} }, 'replace')
  }

  const isSplit = width >= splitWidth
  const isTwoLine = listWidth < oneLineWidth
  const layout = subject === undefined ? '' : isSplit ? 'split' : 'covered'
  return (
    <div ref={box} class={`requests ${layout}`}>
      {/* Beneath a request it stays as it is: who comes back finds the place where they were. */}
      <section ref={list} class="pane list-pane" aria-label="Requests">
        <h1 class="visually-hidden">Requests</h1>
        <FilterBar search={search} />
        {rows.count.value === 0 ? (
          <NoRows isFiltered={filterNames.some((name) => name in query)} />
        ) : (
          <>
            {!isTwoLine && <Heads />}
            <VirtualList
              label="Requests, the newest first"
              class={isTwoLine ? 'two-line' : 'one-line'}
              count={rows.count.value}
              head={rows.head.value}
              tail={readOldest()}
              rowHeight={isTwoLine ? rowHeights.two : rowHeights.one}
              active={active}
              rowId={(index) => `row-${rows.at(index)?.id ?? ''}`}
              renderRow={(index) => {
                const row = rows.at(index)
                return (
                  row && (
                    <RequestRowView
                      key={row.id}
                      row={row}
                      index={index}
                      isChosen={row.id === subject}
                      isTwoLine={isTwoLine}
                      onOpen={open}
                    />
                  )
                )
              }}
              onEnd={() => void loadOlder()}
            />
          </>
        )}
      </section>
      {subject !== undefined && (
        <RequestView id={subject} isAlone={!isSplit} onClose={() => open(undefined)} />
      )}
    </div>
  )
}

function Heads(): JSX.Element {
  return (
    <div class="row heads" aria-hidden="true">
      <span>Time</span>
      <span>Status</span>
      <span>Method</span>
      <span>URL</span>
      <span>Function</span>
      <span>Caller</span>
      <span>Gates</span>
      <span class="right">Took</span>
    </div>
  )
}

function NoRows({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  if (isFiltered && isLoaded.value) return <NoMatch />
  if (!isLoaded.value) return <Empty title="Reading what the local side has recorded…" />
  return (
    <Empty title="No request yet.">
      <p>Deploy a function and call it; every request shows here the moment it is answered.</p>
      <Command text="npx furlong deploy app.ts" />
      <Command text="npx furlong call app" />
      <p class="muted">
        With the AWS CLI or an SDK instead: <code>eval "$(npx furlong env)"</code> points them at this side.
      </p>
    </Empty>
  )
}

/** Nothing that the page has matches; what is older may, and is asked for until it does. */
function NoMatch(): JSX.Element {
  const [isLooking, setLooking] = useState(true)
  const oldest = readOldest()
  useEffect(() => {
    let isGone = false
    const look = async (): Promise<void> => {
      await loadOlder()
      // Otherwise this is done again, for the rows that came.
      if (!isGone && readOldest() === oldest) setLooking(false)
    }
    void look()
    return () => {
      isGone = true
    }
  }, [oldest])
  if (isLooking) return <Empty title="Looking through older requests…" />
  return (
    <Empty title="No request matches these filters.">
      <p>
        <button type="button" class="button" onClick={() => go({ view: 'requests', query: {} })}>
          Clear the filters
        </button>
      </p>
    </Empty>
  )
}

/** @returns the id of the oldest request that the page has, whether it is shown or not; followed by whoever renders it */
function readOldest(): string | undefined {
  return rows.total.value === 0 ? undefined : rows.oldest?.id
}
