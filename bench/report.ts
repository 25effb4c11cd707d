/** One figure of a benchmark. */
export interface Row {
  readonly row: string
  readonly value: number
  readonly unit: string
  /** Ratio to the floor of the same run. */
  readonly xFloor?: number
}

/** Prints a table, or with `--json` one JSON object as the last line. */
export function report(name: string, rows: readonly Row[], json: boolean): void {
  const width = Math.max(...rows.map(({ row }) => row.length))
  for (const { row, value, unit, xFloor } of rows) {
    const ratio = xFloor === undefined ? '' : `   ${xFloor.toFixed(2)} x floor`
    console.log(`${row.padEnd(width)}  ${value.toFixed(3).padStart(10)} ${unit}${ratio}`)
  }
  if (json) console.log(JSON.stringify({ name, rows }))
}
