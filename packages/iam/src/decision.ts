import type { CompiledPolicy } from './compile.ts'
import type { PolicyKind, StatementRef } from './policy.ts'

/** All policies that count for one caller and one resource; what is absent does not exist. */
export interface PolicySet {
  /** All identity policies of the caller: of the user and the groups, or of the role. */
  readonly identity?: readonly CompiledPolicy[]
  readonly boundary?: CompiledPolicy
  /** Session policies; an Allow in any of them counts. An empty list is none. */
  readonly session?: readonly CompiledPolicy[]
  /** The policy of the resource: of the function, or the trust policy of a role. */
  readonly resource?: CompiledPolicy
  /**
   * Service control policies of the caller's account by level, organization root first; absent
   * without an organization and for its management account.
   */
  readonly scps?: readonly (readonly CompiledPolicy[])[]
  /** Kinds of which there may be more than is given here; nobody can read a session policy, and few a foreign account. */
  readonly unknown?: readonly PolicyKind[]
}

/** What becomes of one action. */
export type ActionVerdict =
  | {
      readonly action: string
      readonly allowed: true
      readonly by: readonly StatementRef[]
      /** Kinds that are not all known: any of them may deny. Absent when all is known. */
      readonly unless?: readonly PolicyKind[]
    }
  | {
      readonly action: string
      readonly allowed: false
      /** `unknown`: what is known does not allow, and what is not known may. */
      readonly kind: 'explicit-deny' | 'implicit-deny' | 'unknown'
      /** The kinds of policy that stand in the way; AWS names the first. For `unknown`: those that would have to allow. */
      readonly blame: readonly PolicyKind[]
      /** The statements that deny; empty for an implicit deny. */
      readonly by: readonly StatementRef[]
    }

/** What becomes of a request: it is allowed when every action is. */
export interface Decision {
  readonly allowed: boolean
  readonly actions: readonly ActionVerdict[]
  /** Set when an unsigned request met `AWS_IAM`: it is refused before any policy is read. */
  readonly stage?: 'authentication'
}
