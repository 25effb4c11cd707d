import type { Metrics, Overview, RequestRow, Start, StreamEvents } from '@furlong/local/console'
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { ApiError, call } from '../api/call.ts'
import { askStart } from '../api/session.ts'
import { readStream } from '../api/stream.ts'
import { start } from '../begin.ts'
import { Rows } from '../requests/rows.ts'
import { createBatch } from './frames.ts'
import { route } from './route.ts'

/** How the page and the side stand: `locked` without the right token. */
export type Connection = 'connecting' | 'live' | 'lost' | 'locked'

const facts = signal<Overview | undefined>(undefined)
const connected = signal<Connection>('connecting')
const loaded = signal(false)
const changes = signal(0)
const missedRequests = signal(0)

/** What the side says of itself, once it has. */
export const side: ReadonlySignal<Overview | undefined> = computed(() => facts.value)

/** Whether new requests come in. */
export const connection: ReadonlySignal<Connection> = computed(() => connected.value)

/** Whether the first page of requests has come. */
export const isLoaded: ReadonlySignal<boolean> = computed(() => loaded.value)

/** Counts the times that functions, URLs, policies, users or roles changed. */
export const sideChanges: ReadonlySignal<number> = computed(() => changes.value)

/** Requests that came too fast to be shown, since the page was opened. */
export const missed: ReadonlySignal<number> = computed(() => missedRequests.value)

/** How many requests the side has; undefined until it was said. */
export const keptBySide: ReadonlySignal<number | undefined> = computed(() => kept.value)
const kept = signal<number | undefined>(undefined)

/** The requests of the list. */
export const rows: Rows = new Rows()

/** Whether new requests wait until they are wanted. */
export const isPaused: ReadonlySignal<boolean> = computed(() => paused.value)
const paused = signal(false)
const held = signal<readonly RequestRow[]>([])

/** How many requests wait. */
export const heldCount: ReadonlySignal<number> = computed(() => held.value.length)

/** Most requests that wait; the newest are kept. */
const maxHeld = 20_000

/** Lets new requests wait, or takes them in again. */
export function pause(on: boolean): void {
  paused.value = on
  if (on) return
  rows.push(held.peek())
  held.value = []
}

type Listener<Name extends keyof StreamEvents> = (data: StreamEvents[Name]) => void
const metricsListeners = new Set<(metrics: Metrics) => void>()
const logListeners = new Set<Listener<'logs'>>()

/** Follows the seconds of metrics; returns what ends it. */
export function followMetrics(listener: Listener<'metrics'>): () => void {
  metricsListeners.add(listener)
  return () => void metricsListeners.delete(listener)
}

/** Follows the lines that functions write; returns what ends it. */
export function followLogs(listener: Listener<'logs'>): () => void {
  logListeners.add(listener)
  return () => void logListeners.delete(listener)
}

/** Rows of a page that is loaded when the end of the list is looked at. */
const pageSize = '300'

/** Time after which the first rows, which are few to be there at once, get more behind them: filters offer what rows have. */
const moreAfterMs = 500

/** Waiting time before the side is asked again, doubled each time up to the most. */
const retryMs = { first: 500, most: 5_000 } as const

/** The filters, which stand in the address of the list; undefined where that is of something else. */
const filter = computed(() =>
  route.value.view === 'requests' ? JSON.stringify(route.value.query) : undefined,
)

/** Loads what is there, and follows what comes, for as long as the page lives. */
export function startSide(): void {
  // Before anything is drawn: a row that does not match is never seen.
  effect(() => {
    if (filter.value !== undefined) rows.filter(route.peek().query)
  })
  void run()
}

/** Asks the side about itself again: who can sign, above all. */
export async function refreshOverview(): Promise<void> {
  try {
    facts.value = await call('GET /overview', {})
  } catch {
    // The connection's own state says it.
  }
}

let cursor: number | undefined
let olderThan: number | undefined
let loadingOlder: Promise<void> | undefined

async function run(): Promise<void> {
  for (let wait: number = retryMs.first; ; wait = Math.min(wait * 2, retryMs.most)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- again and again is the point
      if (cursor === undefined) cursor = await begin()
      // oxlint-disable-next-line no-await-in-loop
      await follow(() => {
        wait = retryMs.first
      })
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        connected.value = 'locked'
        return
      }
    }
    connected.value = 'lost'
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((done) => setTimeout(done, wait))
  }
}

let asked: Promise<Start> | undefined = start

async function begin(): Promise<number> {
  const answer = asked ?? askStart()
  // What failed is asked for again.
  asked = undefined
  const { overview, newest } = await answer
  facts.value = overview
  olderThan = newest.next
  rows.unshift(newest.rows.toReversed())
  loaded.value = true
  setTimeout(() => void loadOlder(), moreAfterMs)
  return newest.cursor
}

/** Loads the page before the oldest row; whoever asks while it is on its way waits for the same. */
export function loadOlder(): Promise<void> {
  if (olderThan === undefined || !rows.hasRoom) return Promise.resolve()
  loadingOlder ??= fetchOlder(olderThan).finally(() => {
    loadingOlder = undefined
  })
  return loadingOlder
}

async function fetchOlder(before: number): Promise<void> {
  try {
    const page = await call('GET /requests', { query: { limit: pageSize, before: String(before) } })
    olderThan = page.next
    kept.value = page.total
    rows.unshift(page.rows.toReversed())
  } catch {
    // Asked again when the end comes into view again.
  }
}

const take = createBatch<StreamEvents['requests']>((batches) => {
  const added = batches.flatMap((batch) => batch.rows)
  kept.value = batches.at(-1)?.total
  if (paused.peek()) held.value = [...held.peek(), ...added].slice(-maxHeld)
  else rows.push(added)
})

type Handlers = { readonly [Name in keyof StreamEvents]: Listener<Name> }

const handlers: Handlers = {
  requests: (data) => {
    cursor = data.cursor
    take(data)
  },
  missed: (data) => {
    cursor = data.cursor
    missedRequests.value += data.requests
  },
  metrics: (data) => {
    for (const listener of metricsListeners) listener(data)
  },
  logs: (data) => {
    for (const listener of logListeners) listener(data)
  },
  changed: () => {
    changes.value += 1
    void refreshOverview()
  },
}

async function follow(onOpen: () => void): Promise<void> {
  const query = {
    ...(cursor === undefined ? {} : { after: String(cursor) }),
    metrics: '1',
    logs: '*',
  } as const
  const stream = readStream(query, new AbortController().signal, () => {
    connected.value = 'live'
    onOpen()
  })
  for await (const { name, data } of stream) (handlers[name] as (data: unknown) => void)(data)
}
