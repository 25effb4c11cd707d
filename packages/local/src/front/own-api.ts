/** The local side's own HTTP API, under `/_furlong`: what the command line talks to. */
import { maskText } from '@furlong/sigv4/mask-text'
import { timingSafeEqual } from 'node:crypto'
import { isAbsolute } from 'node:path'
import type { LogLine, SessionCredentials } from '../engine/index.ts'
import type { RequestRecord } from '../record/record.ts'
import type { Records } from '../record/records.ts'
import { createRecordMatcher } from '../record/filter.ts'
import type { Ring } from '../record/ring.ts'
import type { PortableState } from '../store/portable-state.ts'
import { LocalError } from '../errors.ts'
import type { FaultRule, Faults } from '../faults/index.ts'
import { headerOf, type Exchange } from '../exchange.ts'
import { readRecordFilter, readRecordPage } from './record-query.ts'
import type { Answer } from './send.ts'
import type { EventStream } from './send-events.ts'
import type { SideStatus } from './side-status.ts'

/** What the API reads and does. */
export interface OwnApiServices {
  readonly token: string
  readonly records: Records
  readonly logs: Ring<LogLine>
  status(): SideStatus
  /** Credentials of a user or role of this side. */
  mintSession(principalArn: string): SessionCredentials
  /** Path of the local CA's certificate, which is made when it is not there yet. */
  certificateFile(): Promise<string>
  /** Writes the state into a file; keys leave the process that way, never over HTTP. */
  exportState(file: string, options: { withSecrets: boolean; replace: boolean }): Promise<PortableState>
  readonly faults: Faults
  /** Makes a link that opens the console once; undefined for a side that has none. */
  consoleLink(place?: string): Promise<string | undefined>
  shutdown(): void
}

type Handler = (
  services: OwnApiServices,
  input: { readonly query: URLSearchParams; readonly id: string; readonly body: Buffer },
) => unknown

/** The page and its API; the links to it are the command line's to ask for, with the token of the side. */
export const isConsoleTarget = (target: string): boolean =>
  /^\/_furlong\/console(?:[/?]|$)/.test(target) && target !== '/_furlong/console/links'

/** What is said of the console where nobody gave the side a page. */
const noConsole =
  'This side has no console: it was started by startLocal() without a page. npx furlong up starts one that has it.'

const notFound = Symbol('not found')

/** Operations that answer with events, one after the other, until the client leaves. */
const streams: readonly {
  readonly path: string
  /** Reads the query at once: what is wrong with it is answered, not streamed. */
  follow(services: OwnApiServices, query: URLSearchParams): EventStream['events']
}[] = [
  { path: '/_furlong/logs/stream', follow: followLogs },
  { path: '/_furlong/records/stream', follow: followRecords },
]

const operations: readonly { readonly method: string; readonly path: RegExp; readonly handle: Handler }[] = [
  { method: 'GET', path: /^\/_furlong\/status$/, handle: (services) => services.status() },
  {
    method: 'GET',
    path: /^\/_furlong\/records$/,
    handle: readRecords,
  },
  {
    method: 'GET',
    path: /^\/_furlong\/records\/([a-z0-9]+)$/,
    handle: ({ records }, { id }) => {
      const record = records.get(id)
      return record === undefined ? notFound : mask(record)
    },
  },
  { method: 'GET', path: /^\/_furlong\/logs$/, handle: readLogs },
  {
    method: 'POST',
    path: /^\/_furlong\/sessions$/,
    handle: (services, { body }) => {
      const { principalArn } = JSON.parse(body.toString('utf8')) as { principalArn?: unknown }
      if (typeof principalArn !== 'string')
        throw new LocalError('UnknownRole', 'principalArn must be a string.')
      return services.mintSession(principalArn)
    },
  },
  { method: 'GET', path: /^\/_furlong\/faults$/, handle: ({ faults }) => ({ faults: faults.list() }) },
  {
    method: 'POST',
    path: /^\/_furlong\/faults$/,
    handle: ({ faults }, { body }) => faults.add(JSON.parse(body.toString('utf8')) as FaultRule),
  },
  {
    method: 'DELETE',
    path: /^\/_furlong\/faults(?:\/([^/]+))?$/,
    handle: ({ faults }, { id }) => ({ cleared: faults.clear(id === '' ? undefined : id) }),
  },
  {
    method: 'POST',
    path: /^\/_furlong\/certificate$/,
    handle: async (services) => ({ certificateFile: await services.certificateFile() }),
  },
  {
    method: 'POST',
    path: /^\/_furlong\/console\/links$/,
    handle: async (services, { body }) => {
      const { place } = JSON.parse(body.toString('utf8')) as { place?: unknown }
      const link = await services.consoleLink(typeof place === 'string' ? place : undefined)
      if (link === undefined) throw new TypeError(noConsole)
      return { link }
    },
  },
  {
    method: 'POST',
    path: /^\/_furlong\/state\/export$/,
    handle: (services, { body }) => {
      const { file, withSecrets, replace } = JSON.parse(body.toString('utf8')) as Record<string, unknown>
      if (typeof file !== 'string' || !isAbsolute(file)) throw new TypeError('file must be an absolute path.')
      return services.exportState(file, { withSecrets: withSecrets === true, replace: replace === true })
    },
  },
  {
    method: 'POST',
    path: /^\/_furlong\/shutdown$/,
    handle: (services) => {
      services.shutdown()
      return { stopping: true }
    },
  },
]

/**
 * Answers one call of the side's own API.
 *
 * The console's own requests do not come here; where there is no console, they are told so.
 *
 * @param exchange the request; it must carry `Authorization: Bearer <token>`, which also keeps other web pages out
 * @param services the side's parts
 * @returns JSON: the result, or `{"error": …}` with 400, 403 or 404; or a stream of events
 */
export async function serveOwnApi(
  exchange: Exchange,
  services: OwnApiServices,
): Promise<Answer | EventStream> {
  const { raw } = exchange
  if (isConsoleTarget(raw.target)) return json(404, { error: noConsole })
  if (!isToken(headerOf(raw.rawHeaders, 'authorization'), services.token)) {
    return json(403, { error: 'This needs the token of the side’s 0600 file; the furlong command reads it.' })
  }
  const [path = '', search = ''] = raw.target.split('?', 2)
  const stream = raw.method === 'GET' ? streams.find((row) => row.path === path) : undefined
  const query = new URLSearchParams(search)
  try {
    if (stream !== undefined) return { events: stream.follow(services, query) }
    for (const operation of operations) {
      const match = operation.path.exec(path)
      if (match === null || operation.method !== raw.method) continue
      const input = { query, id: match[1] ?? '', body: raw.body }
      const result = await operation.handle(services, input)
      return result === notFound
        ? json(404, { error: 'No such record, or it is too old.' })
        : json(200, result)
    }
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : 'The request is malformed.' })
  }
  return json(404, { error: `The local side has no ${raw.method} ${path}.` })
}

function readRecords({ records }: OwnApiServices, { query }: { query: URLSearchParams }): unknown {
  const { cursor, dropped } = records
  const page = readRecordPage(query)
  const found = records.list(page)
  // A page that is not full is the last one.
  const next = found.length < page.limit ? undefined : found.at(-1)?.cursor
  return { records: found.map(mask), cursor, dropped, ...(next === undefined ? {} : { next }) }
}

function followRecords({ records }: OwnApiServices, query: URLSearchParams): EventStream['events'] {
  const matches = createRecordMatcher(readRecordFilter(query))
  const from = query.get('after') === 'now' ? records.cursor : afterOf(query)
  return async function* (signal) {
    for await (const step of records.follow(from, signal)) {
      const id = String(step.cursor)
      if (step.kind === 'missed') yield { id, event: 'missed', data: { records: step.count } }
      else if (matches(step.entry)) yield { id, event: 'record', data: mask(step.entry) }
    }
  }
}

/** Log lines and payloads are the function's own: what they give away is hidden here, as it is before it is written. */
const mask = (record: RequestRecord): RequestRecord =>
  JSON.parse(maskText(JSON.stringify(record))) as RequestRecord

function readLogs({ logs }: OwnApiServices, { query }: { query: URLSearchParams }): unknown {
  const isWanted = createLogFilter(query)
  const lines = [...logs.after(afterOf(query))].filter(isWanted)
  return { lines, cursor: logs.cursor }
}

function followLogs({ logs }: OwnApiServices, query: URLSearchParams): EventStream['events'] {
  const isWanted = createLogFilter(query)
  return async function* (signal) {
    for await (const step of logs.follow(afterOf(query), signal)) {
      const id = String(step.cursor)
      if (step.kind === 'missed') yield { id, event: 'missed', data: { lines: step.count } }
      else if (isWanted(step.entry)) yield { id, event: 'line', data: step.entry }
    }
  }
}

function createLogFilter(query: URLSearchParams): (line: LogLine) => boolean {
  const wanted = query.get('function')
  return ({ functionArn }) => wanted === null || functionArn.endsWith(`:function:${wanted}`)
}

const afterOf = (query: URLSearchParams): number => {
  const after = Number(query.get('after') ?? 0)
  return Number.isInteger(after) && after > 0 ? after : 0
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const json = (status: number, value: unknown): Answer => ({
  status,
  headers: [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'no-store'],
  ],
  body: JSON.stringify(value),
})
