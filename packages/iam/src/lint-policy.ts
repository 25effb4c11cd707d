import { compilePolicy } from './compile.ts'
import { conditionRules } from './lint-conditions.ts'
import { grantRules } from './lint-grants.ts'
import type { LintRule } from './lint-rule.ts'
import type { Policy, PolicyKind } from './policy.ts'

/** Something in a policy that decides otherwise than people think. */
export interface LintWarning {
  /** Names the rule, such as `shared-condition`; stable. */
  readonly code: string
  /** Where in the document, such as `Statement[0].Condition.StringEquals.aws:PrincipalOrgPaths`. */
  readonly path: string
  /** What the policy does, and why that may surprise: a sentence. */
  readonly says: string
  /** What to write instead: a sentence. */
  readonly fix: string
}

const rules: readonly LintRule[] = [...grantRules, ...conditionRules]

/**
 * Looks for what decides otherwise than people think; AWS accepts all of it.
 *
 * @param policy from `parsePolicy()`
 * @param kind where the policy stands
 * @returns the warnings, in the order of the document
 */
export function lintPolicy(policy: Policy, kind: PolicyKind): LintWarning[] {
  const { allows, denies } = compilePolicy(policy, { type: kind, name: '' })
  const statements = [...allows, ...denies].sort((a, b) => a.ref.index - b.ref.index)
  return statements.flatMap((statement) => {
    const path = `Statement[${statement.ref.index}]`
    return rules.flatMap(({ code, find }) =>
      find({ kind, policy, statement, statements }).map(({ element, says, fix }) => ({
        code,
        path: element === '' ? path : `${path}.${element}`,
        says,
        fix,
      })),
    )
  })
}
