/**
 * Makes a source of numbers that repeats: a 32-bit counter, mixed.
 *
 * @param seed a whole number from 0 to 4294967295
 * @returns draws a number from 0 up to 1
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md for the mixing, called mulberry32, in the public domain
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
