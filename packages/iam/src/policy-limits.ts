import type { PolicyKind } from './policy.ts'

/** Where AWS keeps a policy, which decides how long it may be. */
export type PolicyPlace =
  | 'managed'
  | 'inline-user'
  | 'inline-group'
  | 'inline-role'
  | 'trust'
  | 'session'
  | 'function'

/** How AWS measures policies. */
export type PolicyUnit = 'characters without white space' | 'characters' | 'bytes'

/** How long the policies of one place may be, and what AWS says of longer ones. */
export interface PolicyLimit {
  readonly kind: PolicyKind
  /** In `unit`, this many are still allowed. */
  readonly max: number
  readonly unit: PolicyUnit
  /** Whether all policies of one owner count together. */
  readonly isTotal: boolean
  /** AWS's error code. */
  readonly code: string
  /** AWS's sentence. */
  readonly says: (excess: { readonly max: number; readonly size: number; readonly owner: string }) => string
}

/** What is too long, in AWS's words. */
export interface PolicyExcess {
  readonly code: string
  readonly message: string
  /** In `unit`. */
  readonly size: number
  /** In `unit`. */
  readonly max: number
  readonly unit: PolicyUnit
}

const inline = (noun: string, max: number): PolicyLimit => ({
  kind: 'identity',
  max,
  unit: 'characters without white space',
  isTotal: true,
  code: 'LimitExceeded',
  says: ({ owner }) => `Maximum policy size of ${max} bytes exceeded for ${noun} ${owner}`,
})

/**
 * The quotas by place; the one of trust policies can be raised up to `maxTrustQuota`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const policyLimits: Readonly<Record<PolicyPlace, PolicyLimit>> = {
  managed: {
    kind: 'identity',
    max: 6144,
    unit: 'characters without white space',
    isTotal: false,
    code: 'LimitExceeded',
    says: ({ max }) => `Cannot exceed quota for PolicySize: ${max}`,
  },
  'inline-user': inline('user', 2048),
  'inline-group': inline('group', 5120),
  'inline-role': inline('role', 10_240),
  trust: {
    kind: 'trust',
    max: 2048,
    unit: 'characters without white space',
    isTotal: false,
    code: 'LimitExceeded',
    says: ({ max }) => `Cannot exceed quota for ACLSizePerRole: ${max}`,
  },
  session: {
    kind: 'session',
    max: 2048,
    unit: 'characters',
    isTotal: false,
    code: 'ValidationError',
    says: ({ max }) =>
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
  },
  function: {
    kind: 'resource',
    max: 20_480,
    unit: 'bytes',
    isTotal: true,
    code: 'PolicyLengthExceededException',
    says: ({ max, size }) => `The final policy size (${size}) is bigger than the limit (${max}).`,
  },
}

/** The highest quota for trust policies that AWS grants, in characters without white space. */
export const maxTrustQuota: number = 8192

/**
 * Finds out whether policies are too long for their place.
 *
 * @param place where they are kept
 * @param documents their JSON; all of the owner's where they count together
 * @param options `owner`: the name of the user, group or role that AWS's sentence tells; `max`: a quota that was raised
 * @returns what AWS answers; `undefined` when they fit
 */
export function findPolicyExcess(
  place: PolicyPlace,
  documents: readonly string[],
  options: { readonly owner?: string; readonly max?: number } = {},
): PolicyExcess | undefined {
  const limit = policyLimits[place]
  const { code, unit } = limit
  const { owner = '', max = limit.max } = options
  const sizes = documents.map((document) => measures[unit](document))
  const size = limit.isTotal ? sizes.reduce((sum, one) => sum + one, 0) : Math.max(0, ...sizes)
  return size > max ? { code, message: limit.says({ max, size, owner }), size, max, unit } : undefined
}

/** guess: what counts as white space is what JSON lets stand between its tokens, wherever it stands. */
const whiteSpace = /[\t\n\r ]/g

const measures: Readonly<Record<PolicyUnit, (document: string) => number>> = {
  'characters without white space': (document) => document.replaceAll(whiteSpace, '').length,
  characters: ({ length }) => length,
  bytes: (document) => new TextEncoder().encode(document).length,
}
