import type { Stage } from './stage.ts'

/** One thing that goes wrong. */
export interface Fault {
  readonly name: string
  readonly who: 'function' | 'runtime' | 'client' | 'environment killed' | 'machine'
  /**
   * Lets it go wrong.
   * @returns how the server took it, in a few words
   * @throws Error when it took it otherwise than it must
   */
  readonly strike: (stage: Stage) => Promise<string>
}

/** Says that the server took it otherwise than it must. */
export function expectThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}
