import { createMap } from './headers.ts'
import { decodePercent } from './text.ts'

/** Path and query of a request target, both as sent. */
export interface Target {
  readonly rawPath: string
  readonly rawQueryString: string
}

/**
 * Splits a request target.
 *
 * @param target As on the request line: `/path?query`, or the absolute form that proxies receive.
 * @returns Path and query, byte for byte; the path is `/` when the target has none.
 */
export function splitTarget(target: string): Target {
  const origin = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '')
  const mark = origin.indexOf('?')
  const rawPath = mark === -1 ? origin : origin.slice(0, mark)
  return {
    rawPath: rawPath === '' ? '/' : rawPath,
    rawQueryString: mark === -1 ? '' : origin.slice(mark + 1),
  }
}

const decodeQueryPart = (part: string): string =>
  decodePercent(part.includes('+') ? part.replaceAll('+', ' ') : part)

/**
 * Creates the `queryStringParameters` member of an event.
 *
 * @param rawQueryString Query as sent, without the question mark.
 * @returns Decoded values, repeated names joined by a comma; undefined when there are none. The map has no prototype.
 */
export function createQueryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined
  const parameters = createMap()
  let found = false
  for (const pair of rawQueryString.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodeQueryPart(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decodeQueryPart(pair.slice(equals + 1))
    const before = parameters[name]
    parameters[name] = before === undefined ? value : `${before},${value}`
    found = true
  }
  return found ? parameters : undefined
}
