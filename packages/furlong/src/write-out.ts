import type { IncomingMessage } from 'node:http'

/** What of a call is known when it is over. */
export interface CallFigures {
  readonly response: IncomingMessage
  readonly url: string
  readonly method: string
  /** From the start of the request to the head of the answer, in seconds. */
  readonly firstByteSeconds: number
  /** To the end of its body, in seconds. */
  readonly totalSeconds: number
  readonly bytes: number
}

/** curl's own variables, those that mean something here. */
const variables: Readonly<Record<string, (figures: CallFigures) => string>> = {
  content_type: ({ response }) => response.headers['content-type'] ?? '',
  http_code: ({ response }) => String(response.statusCode ?? 0).padStart(3, '0'),
  http_version: ({ response }) => response.httpVersion,
  method: ({ method }) => method,
  redirect_url: ({ response }) => response.headers.location ?? '',
  response_code: ({ response }) => String(response.statusCode ?? 0).padStart(3, '0'),
  size_download: ({ bytes }) => String(bytes),
  time_starttransfer: ({ firstByteSeconds }) => firstByteSeconds.toFixed(6),
  time_total: ({ totalSeconds }) => totalSeconds.toFixed(6),
  url: ({ url }) => url,
}

/**
 * Finds what a format of `-w` asks for that is not known.
 * @param format the text
 * @returns the first unknown variable; undefined when all are known
 */
export function findUnknownVariable(format: string): string | undefined {
  for (const [, name = ''] of format.matchAll(/%\{([^}]*)\}/g)) {
    if (!Object.hasOwn(variables, name)) return name
  }
  return undefined
}

/** Names of the variables, for help and errors. */
export const variableNames: readonly string[] = Object.keys(variables)

/**
 * Writes what curl's `-w` writes.
 * @param format a text with `%{variable}`, `\n`, `\r`, `\t` and `%%`
 * @param figures the call
 * @returns the text
 * @see https://curl.se/docs/manpage.html#-w
 */
export function writeOut(format: string, figures: CallFigures): string {
  return format.replaceAll(
    /%\{([^}]*)\}|%%|\\([nrt])/g,
    (whole, name: string | undefined, escape: string | undefined) => {
      if (whole === '%%') return '%'
      if (escape !== undefined) return { n: '\n', r: '\r', t: '\t' }[escape] ?? whole
      return Object.hasOwn(variables, name ?? '') ? (variables[name ?? '']?.(figures) ?? '') : whole
    },
  )
}
