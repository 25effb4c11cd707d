/** A mutant that decides everything as the engine does. */
export interface Equivalent {
  readonly file: string
  /** The line as it stands in the file, without its indent. */
  readonly code: string
  readonly original: string
  readonly replacement: string
  /** Why no test can tell. */
  readonly reason: string
}

/** Judged one by one: no test can tell these from the engine, for the reason given. */
export const equivalents: readonly Equivalent[] = []
