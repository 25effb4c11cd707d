/** A run of characters and gaps to look for; a gap is any one character. */
export interface GapNeedle {
  /** Characters and gaps. */
  readonly length: number
  /** For each character: the places it fits, one bit a place, 32 places a word. */
  readonly masks: ReadonlyMap<number, Int32Array>
  /** The places of the gaps, which every character fits. */
  readonly gaps: Int32Array
}

/** Stands for a gap among code points, none of which is negative. */
export const gap = -2

/**
 * Prepares a run of characters and gaps to look for.
 *
 * @param points code points, and `gap`; not empty
 * @returns the needle
 */
export function createGapNeedle(points: readonly number[]): GapNeedle {
  const words = Math.ceil(points.length / 32)
  const gaps = new Int32Array(words)
  for (const [place, point] of points.entries()) if (point === gap) fit(gaps, place)
  const masks = new Map<number, Int32Array>()
  for (const [place, point] of points.entries()) {
    if (point === gap) continue
    const known = masks.get(point)
    const mask = known ?? gaps.slice()
    if (known === undefined) masks.set(point, mask)
    fit(mask, place)
  }
  return { length: points.length, masks, gaps }
}

/**
 * Finds the first place of a run of characters and gaps.
 *
 * All beginnings are tried at once, one bit each: one step for every 32 places of the needle and every character,
 * whatever stands there.
 *
 * @param needle from `createGapNeedle()`
 * @param points where to look, as code points
 * @param from first one to look at
 * @param end the one behind the last to look at
 * @returns where the run begins; -1 when it does not occur
 * @see https://doi.org/10.1145/135239.135243 (Baeza-Yates, Gonnet)
 */
export function findGapNeedle(
  needle: GapNeedle,
  points: ArrayLike<number>,
  from: number,
  end: number,
): number {
  const { length, masks, gaps } = needle
  const state = new Int32Array(gaps.length)
  const last = gaps.length - 1
  const done = 1 << ((length - 1) % 32)
  for (let at = from; at < end; at++) {
    const mask = masks.get(points[at] ?? gap) ?? gaps
    let carry = 1
    for (let word = 0; word <= last; word++) {
      const before = state[word] ?? 0
      state[word] = ((before << 1) | carry) & (mask[word] ?? 0)
      carry = before >>> 31
    }
    if (((state[last] ?? 0) & done) !== 0) return at - length + 1
  }
  return -1
}

function fit(mask: Int32Array, place: number): void {
  const word = Math.floor(place / 32)
  mask[word] = (mask[word] ?? 0) | (1 << (place % 32))
}
