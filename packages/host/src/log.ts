/**
 * Writes one line to the function's log.
 *
 * @param line A sentence for the developer.
 * @param cause The error behind it, if any.
 */
export function logError(line: string, cause?: unknown): void {
  const details = cause === undefined ? [] : [cause]
  globalThis.console.error(line, ...details)
}
