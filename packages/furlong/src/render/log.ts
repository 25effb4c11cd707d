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

/** Lines of the platform around each invocation; of those a request's own line says enough. */
const platformLine = /^(?:START RequestId|END RequestId|INIT_START|INIT_REPORT|REPORT RequestId)\b/

/** What the bootstraps put before each line of Node's console and of Python's logging. */
const prefix = /^(?:\[(?<level>\w+)\]\t)?\d{4}-\d\d-\d\dT[\d:.]+Z\t[\w-]+\t(?:(?<name>[A-Z]+)\t)?/

/**
 * Renders a line for somebody who looks at one function as it runs: without what is told already.
 * @param line the line
 * @param functionName the function that is looked at; another one is named
 * @param paint paint for the output; default plain
 * @returns time in UTC, level and text; undefined for a line that says nothing new
 */
export function createOwnLine(
  line: LogLine,
  functionName: string,
  paint: Paint = plainPaint,
): string | undefined {
  if (platformLine.test(line.text)) return undefined
  const name = nameFunction(line.functionArn)
  const { level, name: spelled } = prefix.exec(line.text)?.groups ?? {}
  const said = level ?? spelled
  // INFO is what nobody has to be told.
  const mark =
    said === undefined || said === 'INFO' ? '' : `${paint(said === 'ERROR' ? 'red' : 'yellow', said)} `
  const own = name === functionName ? '' : `${paint('cyan', name)} `
  return `${paint('dim', line.at.slice(11, 23))} ${own}${mark}${line.text.replace(prefix, '').trimEnd()}`
}
