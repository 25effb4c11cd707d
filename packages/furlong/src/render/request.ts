import type { RequestRecord } from '@furlong/local'
import { plainPaint, type Paint } from '../reporter.ts'
import { nameFunction } from './name.ts'

/**
 * Renders a request that was answered as one line.
 * @param record its record
 * @param paint paint for the output; default plain
 * @returns time in UTC, status, method and target, time it took, function
 */
export function renderRequestLine(record: RequestRecord, paint: Paint = plainPaint): string {
  const { at, status, method, url, durationMs, functionArn, refusal } = record
  const style = status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green'
  const took = durationMs < 10 ? durationMs.toFixed(1) : String(Math.round(durationMs))
  return [
    paint('dim', at.slice(11, 23)),
    paint(style, String(status)),
    `${method} ${url}`,
    paint('dim', `${took} ms`),
    functionArn === undefined ? record.host : nameFunction(functionArn),
    ...(refusal === undefined ? [] : [paint('dim', `(${refusal.code})`)]),
  ].join(' ')
}
