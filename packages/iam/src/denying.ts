import { compareElement, type ComparedAction } from './compare-element.ts'
import type { CompiledStatement } from './compile.ts'
import type { PolicySet } from './decision.ts'
import type { ComparedElement } from './explanation.ts'
import type { StatementElement } from './match-statement.ts'
import { listPolicies } from './policy-lists.ts'
import type { StatementRef } from './policy.ts'

/**
 * Finds the statements that a verdict names as denying.
 *
 * @param refs of statements of these policies
 * @param policies every policy that counts
 * @returns the statements, in the order of `refs`
 */
export function findDenies(refs: readonly StatementRef[], policies: PolicySet): CompiledStatement[] {
  const denies = listPolicies(policies).flatMap((policy) => policy.denies)
  return refs.flatMap((ref) => denies.filter((statement) => statement.ref === ref))
}

/**
 * Tells what made a Deny apply, as far as it is not plain to see: everything but `Action`, `Resource` and a `Principal`
 * that is everybody.
 *
 * @param statement a Deny that applied
 * @param at what came
 * @returns one entry for each such element
 */
export function compareDeny(statement: CompiledStatement, at: ComparedAction): ComparedElement[] {
  return listElements(statement).map((element) => compareElement(statement, element, at))
}

function listElements({ source, conditions }: CompiledStatement): StatementElement[] {
  const { principals = [], notPrincipals, notActions, notResources } = source
  return [
    ...(principals.some(({ value }) => value !== '*') ? [{ element: 'Principal' } as const] : []),
    ...(notPrincipals === undefined ? [] : [{ element: 'NotPrincipal' } as const]),
    ...(notActions === undefined ? [] : [{ element: 'NotAction' } as const]),
    ...(notResources === undefined ? [] : [{ element: 'NotResource' } as const]),
    ...conditions.map((condition) => ({ element: 'Condition', condition }) as const),
  ]
}
