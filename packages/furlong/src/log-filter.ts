import type { LogLine } from '@furlong/local'
import type { Values } from './values.ts'

/** Tells whether a line of the log is wanted. */
export type LogFilter = (line: Pick<LogLine, 'at' | 'text'>) => boolean

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Reads which lines of the log are wanted.
 * @param values the call's options: `since` and `grep`
 * @param now the time that a duration counts back from
 * @returns the filter
 * @throws {CliError} `wrong-usage` for a time or a pattern that is none
 */
export function createLogFilter(values: Values, now: Date): LogFilter {
  const sinceMs = readSince(values, now)
  const pattern = readPattern(values)
  return ({ at, text }) =>
    (sinceMs === undefined || Date.parse(at) >= sinceMs) && (pattern === undefined || pattern.test(text))
}

function readSince(values: Values, now: Date): number | undefined {
  const text = values.text('since')
  if (text === undefined) return undefined
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  const sinceMs = count === undefined ? Date.parse(text) : now.getTime() - Number(count) * (unitMs[unit] ?? 0)
  // Date.parse takes a bare number for a year: 5 would be the year 2001.
  if (Number.isNaN(sinceMs) || /^\d+$/.test(text)) {
    throw values.wrong(`--since ${text}: 30s, 5m, 2h, 1d or a time such as 2026-11-29T12:00:00Z is wanted.`)
  }
  return sinceMs
}

function readPattern(values: Values): RegExp | undefined {
  const text = values.text('grep')
  if (text === undefined) return undefined
  try {
    return new RegExp(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw values.wrong(`--grep ${text}: no regular expression (${reason}).`)
  }
}
