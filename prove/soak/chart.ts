/** Pictures of a run: small multiples over the same time, readable on light and dark ground. */

/** One line of a plot. */
export interface Line {
  readonly name: string
  readonly values: readonly number[]
}

/** One plot; its lines have one unit. */
export interface Plot {
  readonly title: string
  readonly unit: string
  readonly lines: readonly Line[]
}

const width = 720
const plotHeight = 150
const left = 56
const right = 120
const top = 44
const bottom = 22
const inner = { width: width - left - right, height: plotHeight - top - bottom }

/** Colours keep 3:1 against their ground, and lines differ by their dashes as well. */
const style = `
    svg { --ground: #ffffff; --text: #24292f; --faint: #d0d7de; --a: #0550ae; --b: #953800; --c: #6639ba }
    @media (prefers-color-scheme: dark) { svg { --ground: #1b1f24; --text: #e6edf3; --faint: #444c56; --a: #79c0ff; --b: #ffa657; --c: #d2a8ff } }
    text { fill: var(--text); font: 12px system-ui, sans-serif }
    .title { font-weight: 600 }
    .grid { stroke: var(--faint); stroke-width: 1 }
    path { fill: none; stroke-width: 1.75; stroke-linejoin: round }
    .a { stroke: var(--a) } .b { stroke: var(--b); stroke-dasharray: 7 3 } .c { stroke: var(--c); stroke-dasharray: 2 3 }`
const classes = ['a', 'b', 'c'] as const

/**
 * Draws plots below one another.
 *
 * @param title what they are of, in a sentence
 * @param seconds how long it took
 * @param plots each from zero, with at most three lines
 * @returns an SVG file, which refers to nothing outside
 */
export function drawPlots(title: string, seconds: number, plots: readonly Plot[]): string {
  const height = plots.length * plotHeight + 8
  const parts = plots.map((plot, index) => drawPlot(plot, index * plotHeight, seconds))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
  <title>${escape(title)}</title>
  <style>${style}
  </style>
  <rect width="${width}" height="${height}" rx="6" fill="var(--ground)" />
${parts.join('\n')}
</svg>
`
}

function drawPlot({ title, unit, lines }: Plot, y: number, seconds: number): string {
  const most = roundUp(Math.max(...lines.flatMap(({ values }) => values), 0))
  const toY = (value: number): number => y + top + inner.height * (1 - value / most)
  const grid = [0, 0.5, 1].map((part) => {
    const at = toY(most * part)
    return `  <line class="grid" x1="${left}" x2="${left + inner.width}" y1="${at}" y2="${at}" /><text x="${left - 8}" y="${at + 4}" text-anchor="end">${format(most * part)}</text>`
  })
  const keys = placeKeys(lines.map(({ values }) => toY(values.at(-1) ?? 0)))
  const drawn = lines.map(({ name, values }, index) => {
    const points = values.map((value, at) => {
      const x = left + (inner.width * at) / Math.max(1, values.length - 1)
      return `${x.toFixed(1)} ${toY(value).toFixed(1)}`
    })
    const path =
      points.length === 0 ? '' : `<path class="${classes[index] ?? 'a'}" d="M${points.join('L')}" />`
    return `  ${path}<text x="${left + inner.width + 8}" y="${((keys[index] ?? 0) + 4).toFixed(1)}" fill="var(--${classes[index] ?? 'a'})" style="fill: var(--${classes[index] ?? 'a'})">${escape(name)}</text>`
  })
  const axis = `  <text x="${left}" y="${y + plotHeight - 4}">0</text><text x="${left + inner.width}" y="${y + plotHeight - 4}" text-anchor="end">${describeTime(seconds)}</text>`
  return [
    `  <text class="title" x="${left}" y="${y + 26}">${escape(title)}, ${escape(unit)}</text>`,
    ...grid,
    ...drawn,
    axis,
  ].join('\n')
}

/** Names beside the ends of their lines, far enough from one another to be read. */
function placeKeys(ends: readonly number[]): number[] {
  const apart = 14
  const order = ends.map((end, index) => ({ end, index })).toSorted((a, b) => a.end - b.end)
  const placed: number[] = []
  let last = Number.NEGATIVE_INFINITY
  for (const { end, index } of order) {
    last = Math.max(end, last + apart)
    placed[index] = last
  }
  return placed
}

/** The next number of one digit and zeros, or one and a half of them. */
function roundUp(value: number): number {
  if (value <= 0) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= value) ?? 10) * unit
}

const format = (value: number): string =>
  value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(value < 1 ? 2 : 1)

const describeTime = (seconds: number): string =>
  seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
