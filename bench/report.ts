/** What a figure has to reach: its ratio to the floor when it has one, else its value. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number }

/** One figure of a benchmark. */
export interface Row {
  readonly row: string
  readonly value: number
  readonly unit: string
  /** Ratio to the floor of the same run. */
  readonly xFloor?: number
  readonly goal?: Goal
}

/** Prints a table, or with `--json` one JSON object as the last line. */
export function report(name: string, rows: readonly Row[], json: boolean): void {
  const width = Math.max(...rows.map(({ row }) => row.length))
  const unitWidth = Math.max(...rows.map(({ unit }) => unit.length))
  for (const row of rows) {
    const { value, unit, xFloor } = row
    const ratio = xFloor === undefined ? '' : `${xFloor.toFixed(2).padStart(8)} x floor`
    const figure = `${row.row.padEnd(width)}  ${formatValue(value).padStart(12)} ${unit.padEnd(unitWidth)}`
    console.log(`${figure} ${ratio.padEnd(16)} ${formatGoal(row)}`.trimEnd())
  }
  if (json) console.log(JSON.stringify({ name, rows }))
}

function formatValue(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3)
}

function formatGoal({ value, xFloor = value, goal }: Row): string {
  if (goal === undefined) return ''
  if ('atMost' in goal) return `goal <= ${goal.atMost}: ${xFloor <= goal.atMost ? 'met' : 'missed'}`
  return `goal >= ${goal.atLeast}: ${xFloor >= goal.atLeast ? 'met' : 'missed'}`
}
