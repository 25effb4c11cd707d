/** One figure of a conformance run. */
export interface Row {
  readonly row: string
  readonly value: number
  readonly unit: string
}

/** What a run found: the rows of `--json`, and whether everything held. */
export interface Outcome {
  readonly rows: readonly Row[]
  readonly ok: boolean
}

/**
 * Writes one line of the report.
 * @param line the text, without its end
 */
export function say(line = ''): void {
  process.stdout.write(line + '\n')
}

/**
 * Writes a table, its columns as wide as they must be.
 * @param lines the cells, the first line being the head
 */
export function sayTable(lines: readonly (readonly string[])[]): void {
  const widths: number[] = []
  for (const line of lines) {
    for (const [index, cell] of line.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  for (const line of lines)
    say(
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
