import type { Random } from '../../conform/fuzz/random.ts'

/** A case that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/**
 * Says that a promise is broken.
 * @param what is broken, with the input that did it
 */
export function broken(what: string, input: unknown): never {
  const text = typeof input === 'string' ? input : (JSON.stringify(input) ?? String(input))
  throw new Broken(`${what}: ${JSON.stringify(text.slice(0, 2000))}`)
}

/** One way for an input to grow: what is done with it must not take more than linear time. */
export interface Growth {
  readonly name: string
  /** Makes the work with an input of so many bytes. */
  readonly prepare: (bytes: number) => () => unknown
}

/** An input that is open, and fed with cases. */
export interface Open {
  /**
   * Makes one case and checks it.
   * @param random the case's own chance: the same seed and index make the same case
   * @param index which case
   * @returns what the case came to, for the count of each; anything thrown is a finding
   */
  readonly check: (random: Random, index: number) => string | Promise<string>
  readonly growths?: readonly Growth[]
  readonly close?: () => Promise<void>
}

/** Something that takes what anybody sends. */
export interface FuzzInput {
  readonly says: string
  /**
   * @param seed of the run, for what is made once
   */
  readonly open: (seed: number) => Promise<Open>
}
