import type { ResourceMatcher } from './arn-match.ts'
import { createResourceMatcher } from './arn-match.ts'
import type { CompiledCondition } from './conditions.ts'
import { compileCondition } from './conditions.ts'
import type { Glob } from './glob.ts'
import { createGlob, readWildcards } from './glob.ts'
import type { Policy, PolicyOrigin, Statement, StatementRef } from './policy.ts'

/** A statement with everything prepared that does not depend on the request. */
export interface CompiledStatement {
  readonly ref: StatementRef
  readonly source: Statement
  readonly effect: 'Allow' | 'Deny'
  /** Lower-cased patterns of `Action` or `NotAction`. */
  readonly actions: readonly Glob[]
  readonly negatesAction: boolean
  /** Absent in a trust policy, whose resource is the role itself. */
  readonly resources?: readonly ResourceMatcher[]
  readonly negatesResource: boolean
  readonly conditions: readonly CompiledCondition[]
}

/** A policy ready for `decide()` and `explain()`; made once, used for any number of requests. */
export interface CompiledPolicy {
  readonly origin: PolicyOrigin
  readonly policy: Policy
  readonly denies: readonly CompiledStatement[]
  readonly allows: readonly CompiledStatement[]
}

/**
 * Prepares a policy for deciding: patterns are split, condition values read, statements sorted by effect.
 *
 * @param policy from `parsePolicy()`
 * @param origin where it came from, for people; its type must be the kind it was parsed as
 * @returns the compiled policy
 */
export function compilePolicy(policy: Policy, origin: PolicyOrigin): CompiledPolicy {
  const expand = policy.version === '2012-10-17'
  const statements = policy.statements.map((source, index) => compileStatement(source, index, origin, expand))
  return {
    origin,
    policy,
    denies: statements.filter((statement) => statement.effect === 'Deny'),
    allows: statements.filter((statement) => statement.effect === 'Allow'),
  }
}

function compileStatement(
  source: Statement,
  index: number,
  origin: PolicyOrigin,
  expand: boolean,
): CompiledStatement {
  const resources = source.resources ?? source.notResources
  return {
    ref: source.sid === undefined ? { policy: origin, index } : { policy: origin, sid: source.sid, index },
    source,
    effect: source.effect,
    actions: (source.actions ?? source.notActions ?? []).map(compileAction),
    negatesAction: source.notActions !== undefined,
    ...(resources && { resources: resources.map((text) => createResourceMatcher(text, expand)) }),
    negatesResource: source.notResources !== undefined,
    conditions: source.conditions.map((condition) => compileCondition(condition, expand)),
  }
}

function compileAction(action: string): Glob {
  return createGlob(readWildcards(action.toLowerCase()))
}
