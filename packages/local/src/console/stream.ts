import { maskText } from '@furlong/sigv4/mask-text'
import type { LogLine } from '../engine/index.ts'
import type { EventStream, ServerEvent } from '../front/send-events.ts'
import type { RequestRecord } from '../record/record.ts'
import type { Records } from '../record/records.ts'
import type { Ring } from '../record/ring.ts'
import { isOfFunction } from '../record/filter.ts'
import type { StreamEvents } from './contract.ts'
import type { MetricsRecorder } from './metrics.ts'
import { createRow } from './rows.ts'

/** Time between two looks at what is new, in milliseconds: what came meanwhile goes out as one event. */
const beatMs = 100

/** Most requests and most log lines of one event: who is behind by more gets the newest. */
const maxBatch = 1_000

/** What a stream is made of. */
export interface StreamParts {
  readonly records: Records
  readonly logs: Ring<LogLine>
  readonly metrics: MetricsRecorder
}

/** What of it is wanted. */
export interface StreamWish {
  /** Where requests begin. */
  readonly after: number
  readonly metrics: boolean
  /** Name of a function, `*` for all. */
  readonly logs?: string
}

type Name = keyof StreamEvents

/**
 * Streams what happens, in batches. Nothing is kept for a reader: it looks into the rings of records and of log lines, at its
 * own pace, and is told what went by.
 *
 * @param parts where to look
 * @param wish what is wanted
 * @returns events as the page's contract names them, until the signal fires
 */
export function streamEvents(parts: StreamParts, wish: StreamWish): EventStream['events'] {
  return async function* (signal) {
    let requestsAt = wish.after
    let linesAt = parts.logs.cursor
    let nextSecond = parts.metrics.second
    const isWanted = createLineFilter(wish.logs)
    const event = <N extends Name>(name: N, data: StreamEvents[N]): ServerEvent => ({
      id: String(requestsAt),
      event: name,
      data,
    })
    while (!signal.aborted) {
      const { records, missed } = parts.records.since(requestsAt, maxBatch)
      requestsAt = parts.records.cursor
      if (missed > 0) yield event('missed', { requests: missed, cursor: requestsAt - records.length })
      if (records.length > 0)
        yield event('requests', {
          rows: records.map(createRow),
          cursor: requestsAt,
          total: parts.records.total,
        })
      const operations = listChanges(records)
      if (operations.length > 0) yield event('changed', { operations })
      if (wish.logs !== undefined) {
        const { cursor } = parts.logs
        const from = Math.max(linesAt, parts.logs.oldest)
        const lines = [...parts.logs.after(from)].filter(isWanted)
        const passed = from - linesAt + Math.max(0, lines.length - maxBatch)
        linesAt = cursor
        if (lines.length + passed > 0)
          yield event('logs', { lines: lines.slice(-maxBatch).map(maskLine), missed: passed, cursor })
      }
      if (wish.metrics && parts.metrics.second > nextSecond) {
        const { second } = parts.metrics
        yield event('metrics', parts.metrics.read(nextSecond))
        nextSecond = second
      }
      await beat(signal)
    }
  }
}

/** Log lines are the function's own: what they give away is hidden. */
export const maskLine = (line: LogLine): LogLine => ({ ...line, text: maskText(line.text) })

/** @returns tells whether a line is of a function; of any, when none is named */
export function createLineFilter(name: string | undefined): (line: LogLine) => boolean {
  return name === undefined || name === '*'
    ? () => true
    : ({ functionArn }) => isOfFunction(functionArn, name)
}

/** Operations after which what a page shows of functions and policies is old. */
const changing =
  /^(?:Create|Update|Delete|Put|Add|Remove|Attach|Detach|Publish|Set|Tag|Untag|Upload)(?!AccessKeyLastUsed)/

function listChanges(records: readonly RequestRecord[]): string[] {
  const operations = new Set<string>()
  for (const { kind, status, operation } of records) {
    if (kind === 'api' && status < 300 && operation !== undefined && changing.test(operation))
      operations.add(operation)
  }
  return [...operations]
}

const beat = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', settle)
      resolve()
    }
    const timer = setTimeout(settle, beatMs)
    signal.addEventListener('abort', settle, { once: true })
  })
