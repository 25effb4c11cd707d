import type { Deviation } from './deviations.ts'
import type { FuzzCase } from './cases.ts'

/** What came of one comparison. */
export type Finding =
  | { readonly kind: 'agrees'; readonly what: string }
  | {
      readonly kind: 'explained'
      readonly what: string
      readonly oracle: string
      readonly by: Pick<Deviation, 'id' | 'says' | 'link'>
    }
  | { readonly kind: 'unexplained'; readonly what: string; readonly detail: string }

/** A finding that fails the run. */
export interface Failure {
  readonly fuzz: FuzzCase
  readonly what: string
  readonly detail: string
}
