import type { Credentials } from '@furlong/sigv4'

/** The function URLs the suite calls. What they must be like is said in README.md beside this file. */
export const urlNames = [
  'iam',
  'public',
  'halfPublic',
  'cors',
  'stream',
  'streamOfBuffered',
  'bufferedOfStream',
  'alias',
] as const

/** One of the suite's URLs. */
export type UrlName = (typeof urlNames)[number]

/** Callers the suite signs as. */
export const callerNames = ['granted', 'denied'] as const

/** One of the suite's callers. */
export type CallerName = (typeof callerNames)[number]

/** Where the suite runs: the local side or AWS. */
export interface UrlTarget {
  readonly kind: 'local' | 'aws'
  readonly region: string
  readonly urls: Readonly<Record<UrlName, string>>
  readonly callers: Readonly<Record<CallerName, Credentials>>
  /** An address at which `Host: <unknown id>.lambda-url.<region>.on.aws` can be asked for. */
  readonly anyHost: string
  /** A folder that the suite and its functions see, where they run on one machine. */
  readonly sharedFolder?: string
}
