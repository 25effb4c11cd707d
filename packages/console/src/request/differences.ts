/** A piece of a text: whether the other side has it, too. */
export interface Piece {
  readonly text: string
  readonly differs: boolean
}

/** A line of both sides beside each other; undefined where a side has none. */
export interface LinePair {
  readonly left: readonly Piece[] | undefined
  readonly right: readonly Piece[] | undefined
}

/** Beyond this many comparisons of characters only the beginning and the end of a line are matched. */
const mostCells = 250_000

/**
 * Lays two texts beside each other, line by line, and marks the characters that differ.
 *
 * @param left the one text
 * @param right the other one
 * @returns the lines in order; lines without a counterpart stand alone
 */
export function compareTexts(left: string, right: string): LinePair[] {
  const pairs: LinePair[] = []
  for (const { left: ours, right: theirs } of alignLines(left.split('\n'), right.split('\n'))) {
    if (ours === undefined || theirs === undefined) {
      const alone = [{ text: ours ?? theirs ?? '', differs: true }]
      pairs.push(ours === undefined ? { left: undefined, right: alone } : { left: alone, right: undefined })
    } else pairs.push(compareLine(ours, theirs))
  }
  return pairs
}

/**
 * Marks the characters of two lines that differ.
 *
 * @returns the pieces of both
 */
export function compareLine(
  left: string,
  right: string,
): { left: readonly Piece[]; right: readonly Piece[] } {
  if (left === right)
    return { left: [{ text: left, differs: false }], right: [{ text: right, differs: false }] }
  const [ours, theirs] = [Array.from(left), Array.from(right)]
  const start = countSame(ours, theirs, (at) => [at, at])
  const longestEnd = Math.min(ours.length, theirs.length) - start
  const end = Math.min(
    longestEnd,
    countSame(ours, theirs, (at) => [ours.length - 1 - at, theirs.length - 1 - at]),
  )
  const middle = (text: readonly string[]): readonly string[] => text.slice(start, text.length - end)
  const common = dropShortRuns(findCommon(middle(ours), middle(theirs)))
  const mark = (text: readonly string[], side: 0 | 1): readonly Piece[] => {
    const kept = new Set(common.map((pair) => pair[side] + start))
    return join(
      text.map((character, at) => ({
        text: character,
        differs: at >= start && at < text.length - end && !kept.has(at),
      })),
    )
  }
  return { left: mark(ours, 0), right: mark(theirs, 1) }
}

/** Fewer characters than these in a row are the same by chance. */
const shortestRun = 3

function dropShortRuns(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const runs: (readonly [number, number])[][] = []
  for (const pair of pairs) {
    const last = runs.at(-1)?.at(-1)
    if (last !== undefined && pair[0] === last[0] + 1 && pair[1] === last[1] + 1) runs.at(-1)?.push(pair)
    else runs.push([pair])
  }
  return runs.filter((run) => run.length >= shortestRun).flat()
}

function countSame(
  left: readonly string[],
  right: readonly string[],
  places: (at: number) => readonly [left: number, right: number],
): number {
  let count = 0
  const most = Math.min(left.length, right.length)
  while (count < most) {
    const [ours, theirs] = places(count)
    if (left[ours] !== right[theirs]) break
    count++
  }
  return count
}

function join(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last?.differs === piece.differs) joined[joined.length - 1] = { ...last, text: last.text + piece.text }
    else joined.push(piece)
  }
  return joined
}

/** The longest common subsequence, as pairs of places. */
function findCommon<Item>(left: readonly Item[], right: readonly Item[]): (readonly [number, number])[] {
  if (left.length * right.length > mostCells) return []
  const width = right.length + 1
  const lengths = new Uint16Array((left.length + 1) * width)
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0)
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (left[row] === right[column]) pairs.push([row++, column++])
    else if ((lengths[(row + 1) * width + column] ?? 0) >= (lengths[row * width + column + 1] ?? 0)) row++
    else column++
  }
  return pairs
}

/** Lines that are the same stand beside each other; between them, lines of the same kind do. */
function* alignLines(
  left: readonly string[],
  right: readonly string[],
): Generator<{ left: string | undefined; right: string | undefined }> {
  let [ours, theirs] = [0, 0]
  for (const [row, column] of [...findCommon(left, right), [left.length, right.length] as const]) {
    yield* alignChanged(left.slice(ours, row), right.slice(theirs, column))
    if (row < left.length) yield { left: left[row], right: right[column] }
    ours = row + 1
    theirs = column + 1
  }
}

function* alignChanged(
  left: readonly string[],
  right: readonly string[],
): Generator<{ left: string | undefined; right: string | undefined }> {
  let at = 0
  for (const line of left) {
    const found = right.findIndex((other, index) => index >= at && isOfOneKind(line, other))
    if (found === -1) yield { left: line, right: undefined }
    else {
      for (; at < found; at++) yield { left: undefined, right: right[at] }
      yield { left: line, right: right[at++] }
    }
  }
  for (; at < right.length; at++) yield { left: undefined, right: right[at] }
}

/** Two values of one header, or two lines that are none. */
function isOfOneKind(left: string, right: string): boolean {
  const name = (line: string): string | undefined => /^[a-z0-9-]+(?=:)/.exec(line)?.[0]
  return name(left) === name(right)
}
