/** One line of a statement as JSON. */
export interface StatementLine {
  /** Indented. */
  readonly text: string
  /** Of blanks before the text, two each. */
  readonly depth: number
  /** Member names from the statement down; a value of a list has those of the list. */
  readonly path: readonly string[]
  /** Stands for so many values that are folded away. */
  readonly folded?: number
}

/** A line, and the place of its note among the notes. */
export interface NotedLine extends StatementLine {
  readonly note?: number
  /** The last line of what the note is about. */
  readonly isLast?: true
}

/** Longer lists are folded, where they may be. */
const foldedLength = 8
const shownOfFolded = 6

/**
 * Writes a statement as lines, each with the note that is about it.
 *
 * @param statement any JSON
 * @param elements what the notes are about, as an explanation names them: `Principal`, `Condition.<operator>.<key>`
 * @param isWhole whether long lists are written to their end
 */
export function writeNotedLines(
  statement: unknown,
  elements: readonly string[],
  isWhole: boolean,
): readonly NotedLine[] {
  const paths = elements.map(readElement)
  const lines = [...writeLines(statement, { path: [], depth: 0, end: '', start: '', isWhole })]
  const notes = lines.map(({ path }) => paths.findIndex((element) => isUnder(path, element)))
  return lines.map((line, at) => {
    const note = notes[at] ?? -1
    if (note === -1) return line
    return { ...line, note, ...(notes[at + 1] === note ? {} : { isLast: true }) }
  })
}

/** A key of a condition may hold points itself. */
function readElement(element: string): readonly string[] {
  const [, operator, key] = /^Condition\.([^.]+)\.(.+)$/s.exec(element) ?? []
  return operator === undefined || key === undefined ? [element] : ['Condition', operator, key]
}

function isUnder(path: readonly string[], element: readonly string[]): boolean {
  return element.every((name, depth) => path[depth] === name)
}

interface Place {
  readonly path: readonly string[]
  readonly depth: number
  /** Behind the value. */
  readonly end: string
  /** Before it. */
  readonly start: string
  readonly isWhole: boolean
}

function* writeLines(value: unknown, place: Place): Generator<StatementLine> {
  const { path, depth, end, start } = place
  const line = (text: string): StatementLine => ({ text: `${'  '.repeat(depth)}${text}`, depth, path })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    yield line(`${start}${JSON.stringify(value)}${end}`)
    return
  }
  yield line(`${start}${open}`)
  yield* Array.isArray(value) ? writeValues(value, place) : writeMembers(Object.entries(value), place)
  yield line(`${close}${end}`)
}

function* writeValues(values: readonly unknown[], place: Place): Generator<StatementLine> {
  const { path, isWhole } = place
  const depth = place.depth + 1
  const isFolded = !isWhole && values.length > foldedLength
  const shown = isFolded ? values.slice(0, shownOfFolded) : values
  for (const [at, value] of shown.entries())
    yield* writeLines(value, { path, depth, end: at === values.length - 1 ? '' : ',', start: '', isWhole })
  if (isFolded) yield { text: '  '.repeat(depth), depth, path, folded: values.length - shown.length }
}

function* writeMembers(
  members: readonly (readonly [string, unknown])[],
  { path, depth, isWhole }: Place,
): Generator<StatementLine> {
  for (const [at, [name, value]] of members.entries())
    yield* writeLines(value, {
      path: [...path, name],
      depth: depth + 1,
      end: at === members.length - 1 ? '' : ',',
      start: `${JSON.stringify(name)}: `,
      isWhole,
    })
}
