import { styleText } from 'node:util'
import type { Context, Output } from './context.ts'
import { toPrintable } from './printable.ts'

export const formats = ['human', 'json'] as const

/** How results are printed. */
export type Format = (typeof formats)[number]

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
  /** Whether `progress` is seen. */
  readonly canErase: boolean
  /** Shows what goes on, on a terminal alone: in one line, which whatever is told next takes away. */
  progress(text: string): void
  /** Takes the line of `progress` away. */
  settle(): void
}

const eraseLine = '\r\u001B[2K'

/**
 * Creates the reporter of one call.
 * @param context the streams and the environment
 * @param format human or JSON
 * @returns the reporter
 */
export function createReporter({ stdout, stderr, env }: Context, format: Format): Reporter {
  const errorPaint = createPaint(stderr, env)
  const canErase = stderr.isTTY === true && env['TERM'] !== 'dumb'
  let isShown = false
  const settle = (): void => {
    if (isShown) stderr.write(eraseLine)
    isShown = false
  }
  return {
    format,
    paint: createPaint(stdout, env),
    errorPaint,
    canErase,
    say: (text) => {
      settle()
      stderr.write(`${toPrintable(text)}\n`)
    },
    print: (line) => {
      settle()
      stdout.write(`${toPrintable(line)}\n`)
    },
    progress: (text) => {
      if (!canErase) return
      settle()
      // A line that wraps cannot be taken away as one.
      stderr.write(errorPaint('dim', toPrintable(text).slice(0, (stderr.columns ?? 80) - 1)))
      isShown = true
    },
    settle,
  }
}

/**
 * Sets rows in columns.
 * @param rows cells of each row; the last cell of a row is not padded
 * @param options `indent`, blanks before each row; `gap`, blanks between columns; `width`, beyond which last cells are broken
 * @returns the lines
 */
export function createTable(
  rows: readonly (readonly string[])[],
  options: { readonly indent?: number; readonly gap?: number; readonly width?: number } = {},
): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  const { indent = 0, gap = 2, width } = options
  return rows.flatMap((row) => {
    const before = row.slice(0, -1).map((cell, index) => cell.padEnd(widths[index] ?? 0) + ' '.repeat(gap))
    const start = ' '.repeat(indent) + before.join('')
    const last = row.at(-1) ?? ''
    if (width === undefined) return [`${start}${last}`.trimEnd()]
    // Where the columns leave too little, the last cell begins below them.
    const isNarrow = before.length > 0 && width - start.length < width / 2
    const hang = isNarrow ? indent + 8 : start.length
    const [first = '', ...others] = wrapText(last, width - hang)
    const rest = others.map((line) => ' '.repeat(hang) + line)
    return isNarrow
      ? [start.trimEnd(), ' '.repeat(hang) + first, ...rest]
      : [`${start}${first}`.trimEnd(), ...rest]
  })
}

/**
 * Breaks a text between its words.
 * @param text one paragraph without colours
 * @param width longest line, in characters; a longer word has a line of its own
 * @returns the lines
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
