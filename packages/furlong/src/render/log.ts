import type { LogLine } from '@furlong/local'
import { plainPaint, type Paint } from '../reporter.ts'
import { nameFunction } from './name.ts'

/**
 * Renders a line that a function wrote.
 * @param line the line
 * @param options `withName`: whether the function is named
 * @param paint paint for the output; default plain
 * @returns time in UTC, function and text
 */
export function renderLogLine(
  line: LogLine,
  options: { readonly withName: boolean },
  paint: Paint = plainPaint,
): string {
  const name = options.withName ? `${paint('cyan', nameFunction(line.functionArn))} ` : ''
  return `${paint('dim', line.at.slice(11, 23))} ${name}${line.text.trimEnd()}`
}
