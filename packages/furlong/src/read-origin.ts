import type { Values } from './values.ts'

/**
 * Reads the origin of a web page.
 * @param text what was given
 * @param values the call's options, for the error
 * @returns the same text
 * @throws {CliError} `wrong-usage` for anything but scheme, host and port as a browser writes them
 */
export function readOrigin(text: string, values: Values): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  throw values.wrong(`'${text}' is no origin: scheme and host, as in http://localhost:5173, and no path.`)
}
