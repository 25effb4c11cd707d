/** A source of chance that a seed repeats. */
export interface Random {
  /** @returns a whole number from 0 up to, but not including, `limit` */
  below(limit: number): number
  /** @returns whether something of this probability happens */
  chance(probability: number): boolean
  /** @returns one of the values */
  pick<T>(values: readonly [T, ...T[]]): T
  /** @returns up to `most` values */
  list<T>(most: number, make: () => T): T[]
}

/**
 * Creates a source of chance.
 * @param seed any whole number
 * @param stream which of the seed's sequences, so that each case can be made without those before it
 */
export function createRandom(seed: number, stream: number): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) >>> 0
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (values) => values[below(values.length)] ?? values[0],
    list: (most, make) => Array.from({ length: below(most + 1) }, make),
  }
}
