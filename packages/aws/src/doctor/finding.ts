/** Which part of the way a finding is about. */
export type FindingPart =
  | 'url'
  | 'host'
  | 'region'
  | 'policy'
  | 'permissions'
  | 'unsigned'
  | 'signed'
  | 'clock'
  | 'function'
  | 'reading'

/** One thing that was looked at. */
export interface Finding {
  readonly part: FindingPart
  /** `wrong` keeps the caller out, `open` could not be settled from here, `warning` does no harm yet. */
  readonly verdict: 'fine' | 'warning' | 'open' | 'wrong'
  readonly says: string
  /** A command or an action, where one helps. */
  readonly tryThis?: string
}
