import type { CaseFacts } from './case-facts.ts'
import { describeOperator } from './describe.ts'
import { lintPolicy } from './lint-policy.ts'
import type { Condition, StatementRef } from './policy.ts'

/** Warnings about a condition that tell why it decides otherwise than it reads. */
const tellingCodes: ReadonlySet<string> = new Set([
  'multivalued-key',
  'never-present',
  'literal-wildcard',
  'value-never-matches',
  'address-as-text',
])
/** The same about all values of a statement. */
const versionCode = 'version-2008-variable'

/**
 * Finds what a condition's author may not have known.
 *
 * @param ref the statement
 * @param condition one of its conditions
 * @param facts the case, which holds the statement's policy
 * @returns what the condition does, and what to write instead, a note each
 */
export function findConditionNotes(
  ref: StatementRef,
  condition: Condition,
  { policies, options }: CaseFacts,
): string[] {
  const { identity = [], session = [], scps = [], boundary, resource } = policies
  const all = [...identity, ...session, ...scps.flat(), ...(options.related ?? []), boundary, resource]
  const found = all.find((policy) => policy?.origin === ref.policy)
  if (found === undefined) return []
  const statement = `Statement[${ref.index}]`
  const path = `${statement}.Condition.${describeOperator(condition)}.${condition.key}`
  const hasVariable = condition.values.some((value) => value.includes('${'))
  return lintPolicy(found.policy, ref.policy.type)
    .filter(
      (warning) =>
        (warning.path === path && tellingCodes.has(warning.code)) ||
        (warning.path === statement && warning.code === versionCode && hasVariable),
    )
    .map(({ says, fix }) => `${says} ${fix}`)
}
