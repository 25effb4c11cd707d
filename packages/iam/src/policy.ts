/**
 * Where a policy stands in an evaluation.
 *
 * `resource` is the policy of a function, `trust` the policy of a role, `scp` a service control policy.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust' | 'boundary' | 'session' | 'scp'

/** Where a compiled policy came from, as shown to people. */
export interface PolicyOrigin {
  readonly type: PolicyKind
  /** The policy's name or ARN. */
  readonly name: string
}

/** One statement of one policy, named so that people can find it. */
export interface StatementRef {
  readonly policy: PolicyOrigin
  readonly sid?: string
  /** Position in the policy, from 0. */
  readonly index: number
}

/** The key under which a principal is written, `*` for the bare string `"Principal": "*"`. */
export type PrincipalElementType = '*' | 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'

/** One value of a `Principal` or `NotPrincipal` element. */
export interface PrincipalElement {
  readonly type: PrincipalElementType
  readonly value: string
}

/** One operator with one key and its values; a statement's conditions must all hold. */
export interface Condition {
  /** The base name, such as `StringEquals`, without set operator and `IfExists`. */
  readonly operator: string
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue'
  readonly ifExists: boolean
  /** As written; comparison ignores case. */
  readonly key: string
  readonly values: readonly string[]
}

/** One statement in normal form: every list is a list, every absent element is absent. */
export interface Statement {
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  readonly principals?: readonly PrincipalElement[]
  readonly notPrincipals?: readonly PrincipalElement[]
  readonly actions?: readonly string[]
  readonly notActions?: readonly string[]
  readonly resources?: readonly string[]
  readonly notResources?: readonly string[]
  readonly conditions: readonly Condition[]
}

/** A policy document in normal form, made by `parsePolicy()`. */
export interface Policy {
  /** Absent means 2008-10-17: variables are literal text. */
  readonly version?: '2008-10-17' | '2012-10-17'
  readonly id?: string
  readonly statements: readonly Statement[]
}
