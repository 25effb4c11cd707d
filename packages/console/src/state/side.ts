import type { SideStatus } from '@furlong/local/sides'
import type { RequestRecord } from '@furlong/local'
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { api } from '../api/client.ts'
import { createRow, type RequestRow } from '../requests/row.ts'
import { Rows } from '../requests/rows.ts'
import { createBatch } from './frames.ts'

export type Connection = 'connecting' | 'live' | 'lost'

const status = signal<SideStatus | undefined>(undefined)
const connected = signal<Connection>('connecting')
const loaded = signal(false)

/** What the side says of itself, once it has. */
export const side: ReadonlySignal<SideStatus | undefined> = computed(() => status.value)

/** Whether new requests come in. */
export const connection: ReadonlySignal<Connection> = computed(() => connected.value)

/** Whether the first page of requests has come. */
export const isLoaded: ReadonlySignal<boolean> = computed(() => loaded.value)

/** The requests of the list. */
export const rows: Rows = new Rows()

/** Rows of one page: the first shows soon, the rest comes when it is looked for. */
const pageSize = 300

let isFetchingOlder = false
let hasOlder = true

/** Loads what is there, and follows what comes. */
export function startSide(): void {
  void load()
  void refreshStatus()
}

/** Asks the side about itself again. */
export async function refreshStatus(): Promise<void> {
  try {
    status.value = await api.status()
  } catch {
    // The connection's own state says it.
  }
}

async function load(): Promise<void> {
  try {
    const page = await api.records(pageSize)
    hasOlder = page.next !== undefined
    rows.unshift(page.records.map(createRow).reverse())
    loaded.value = true
    follow(page.cursor)
  } catch {
    connected.value = 'lost'
    setTimeout(() => void load(), 1_000)
  }
}

/** Loads the page before the oldest row. */
export async function loadOlder(): Promise<void> {
  const { oldest } = rows
  if (isFetchingOlder || !hasOlder || oldest === undefined || !rows.hasRoom) return
  isFetchingOlder = true
  try {
    const page = await api.records(pageSize, oldest.cursor)
    hasOlder = page.next !== undefined
    rows.unshift(page.records.map(createRow).reverse())
  } catch {
    // Asked again when the end comes into view again.
  } finally {
    isFetchingOlder = false
  }
}

function follow(cursor: number): void {
  const add = createBatch<RequestRow>((items) => rows.push(items))
  const source = new EventSource(api.recordsStreamUrl(cursor))
  source.addEventListener('open', () => {
    connected.value = 'live'
  })
  source.addEventListener('error', () => {
    connected.value = 'lost'
  })
  source.addEventListener('record', (event: MessageEvent<string>) => {
    add(createRow(JSON.parse(event.data) as RequestRecord))
  })
}
