import type { CompiledStatement } from './compile.ts'
import type { PolicySet } from './decision.ts'
import type { ExplainOptions } from './explanation.ts'
import type { StatementElement, Subject } from './match-statement.ts'
import { matchStatement } from './match-statement.ts'
import type { PolicyKind, Statement } from './policy.ts'
import { listPolicies } from './policy-lists.ts'
import { isForOthers } from './resemblance.ts'

/** An Allow that did not apply, with everything that failed. */
export interface StatementMiss {
  readonly statement: CompiledStatement
  readonly failures: readonly StatementElement[]
}

/**
 * Finds the Allow statements that come nearest to a refused action.
 *
 * A statement about other actions is near only when nothing else about it fails; a grant for another service or to
 * somebody else never is. A cap is worth telling whatever it allows.
 *
 * @param subject the refused action, as statements see it
 * @param policies every policy that counts
 * @param options policies that do not count but were perhaps meant to; tells the ARNs of unique ids
 * @returns the misses, fewest failures first
 */
export function findMisses(
  subject: Subject,
  policies: PolicySet,
  options: ExplainOptions = {},
): StatementMiss[] {
  const misses: StatementMiss[] = []
  for (const statement of listPolicies(policies, options).flatMap(({ allows }) => allows)) {
    if (grants.has(statement.ref.policy.type) && isOfAnotherService(statement.source, subject.action))
      continue
    const failures: StatementElement[] = []
    matchStatement(statement, subject, failures)
    const missesPrincipal = failures.some(({ element }) => element === 'Principal')
    if (missesPrincipal && isGrantToOthers(statement, subject, options)) continue
    const missesAction = failures.some(({ element }) => element === 'Action' || element === 'NotAction')
    if (failures.length > 0 && (!missesAction || failures.length === 1)) misses.push({ statement, failures })
  }
  return misses.sort((a, b) => weigh(a) - weigh(b))
}

/** Where people grant things of every kind. */
const grants: ReadonlySet<PolicyKind> = new Set(['identity', 'resource'])

/** Who is missing in a trust policy is worth telling, whomever it names: it is short, and there is no other. */
function isGrantToOthers(
  { ref, source }: CompiledStatement,
  { principal }: Subject,
  options: ExplainOptions,
): boolean {
  return grants.has(ref.policy.type) && isForOthers(source, principal, options)
}

function isOfAnotherService({ actions }: Statement, action: string): boolean {
  const service = action.slice(0, action.indexOf(':') + 1)
  return (
    actions !== undefined &&
    actions.every((pattern) => pattern.includes(':') && !pattern.toLowerCase().startsWith(service))
  )
}

/** A statement about another action is the weakest hint of those with one failure. */
function weigh({ failures }: StatementMiss): number {
  return (
    failures.length + (failures[0]?.element === 'Action' || failures[0]?.element === 'NotAction' ? 0.5 : 0)
  )
}
