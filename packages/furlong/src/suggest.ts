/**
 * Counts the letters to add, drop, replace or swap to make one word another.
 * @param a one word
 * @param b the other
 * @returns the distance, 0 for equal words
 */
export function countEdits(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const replaced = (previous[j - 1] ?? 0) + cost
      const moved = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(replaced, moved, swapped))
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

/**
 * Finds the word that was probably meant.
 * @param typed what was typed
 * @param words what there is
 * @returns the nearest word, or undefined when none is near
 */
export function suggest(typed: string, words: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(typed.length / 3))
  const ranked = words
    .map((word) => ({
      word,
      edits: word.startsWith(typed) && typed.length > 1 ? 0 : countEdits(typed, word),
    }))
    .toSorted((a, b) => a.edits - b.edits)
  const [best] = ranked
  return best !== undefined && best.edits <= limit ? best.word : undefined
}
