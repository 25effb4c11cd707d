import { styleText } from 'node:util'
import type { Context, Output } from './context.ts'
import { toPrintable } from './printable.ts'

/** How results are printed. */
export type Format = 'human' | 'json'

/** What `Paint` can do. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Makes text coloured where colour is wanted, and leaves it alone elsewhere. */
export type Paint = (style: Style, text: string) => string

/** Leaves text as it is. */
export const plainPaint: Paint = (_style, text) => text

/**
 * Decides whether an output takes colour.
 * @param output the stream
 * @param env its environment: NO_COLOR, FORCE_COLOR and TERM count
 * @returns the paint for it
 * @see https://no-color.org
 */
export function createPaint(output: Output, env: Context['env']): Paint {
  const isForced = (env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0'
  const isWanted = output.isTTY === true && env['TERM'] !== 'dumb'
  if ((env['NO_COLOR'] ?? '') !== '' || !(isForced || isWanted)) return plainPaint
  return (style, text) => styleText(style, text, { validateStream: false })
}

/** What a command tells: results on stdout, everything else on stderr. */
export interface Reporter {
  readonly format: Format
  /** Paint for stdout. */
  readonly paint: Paint
  /** Paint for stderr. */
  readonly errorPaint: Paint
  /** Says something beside the result, on stderr. */
  say(text: string): void
  /** Prints a line of the result, on stdout; for commands whose result grows. */
  print(line: string): void
}

/**
 * Creates the reporter of one call.
 * @param context the streams and the environment
 * @param format human or JSON
 * @returns the reporter
 */
export function createReporter(context: Context, format: Format): Reporter {
  return {
    format,
    paint: createPaint(context.stdout, context.env),
    errorPaint: createPaint(context.stderr, context.env),
    say: (text) => void context.stderr.write(`${toPrintable(text)}\n`),
    print: (line) => void context.stdout.write(`${toPrintable(line)}\n`),
  }
}

/**
 * Sets rows in columns.
 * @param rows cells of each row; the last cell of a row is not padded
 * @param options `indent`, blanks before each row; `gap`, blanks between columns
 * @returns the lines
 */
export function createTable(
  rows: readonly (readonly string[])[],
  options: { readonly indent?: number; readonly gap?: number } = {},
): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  const gap = ' '.repeat(options.gap ?? 2)
  return rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0),
    )
    return `${' '.repeat(options.indent ?? 0)}${cells.join(gap)}`.trimEnd()
  })
}
