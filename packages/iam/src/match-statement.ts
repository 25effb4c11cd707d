import { matchesResource } from './arn-match.ts'
import type { CompiledStatement } from './compile.ts'
import type { CompiledCondition } from './conditions.ts'
import { matchesGlob } from './glob.ts'
import type { Principal } from './principal.ts'
import type { GrantClass } from './principal-match.ts'
import { grantClasses, isSparedByNotPrincipal, matchPrincipals } from './principal-match.ts'
import type { RequestContext } from './request-context.ts'

/** One action of one request, as statements see it. */
export interface Subject {
  readonly principal: Principal
  /** Lower-cased. */
  readonly action: string
  readonly resource: string
  readonly context: RequestContext
  /** Whether the caller has a permissions boundary. */
  readonly hasBoundary: boolean
}

/** One element of a statement: as a failure, what did not match. */
export type StatementElement =
  | { readonly element: 'Principal' | 'NotPrincipal' | 'Action' | 'NotAction' | 'Resource' | 'NotResource' }
  | { readonly element: 'Condition'; readonly condition: CompiledCondition }

/**
 * Matches one statement.
 *
 * @param statement a compiled statement
 * @param subject one action of a request
 * @param failures when given, every element that fails is collected; otherwise the first failure ends the walk
 * @returns the class of the grant; 0 when the statement does not apply
 */
export function matchStatement(
  statement: CompiledStatement,
  subject: Subject,
  failures?: StatementElement[],
): GrantClass {
  let matched = true
  if (!coversAction(statement, subject.action)) {
    if (failures === undefined) return grantClasses.none
    failures.push({ element: statement.negatesAction ? 'NotAction' : 'Action' })
    matched = false
  }
  const grant = matchCaller(statement, subject)
  if (grant === grantClasses.none) {
    if (failures === undefined) return grantClasses.none
    failures.push({ element: statement.source.principals === undefined ? 'NotPrincipal' : 'Principal' })
  }
  if (!matchesAnyResource(statement, subject)) {
    if (failures === undefined) return grantClasses.none
    failures.push({ element: statement.negatesResource ? 'NotResource' : 'Resource' })
    matched = false
  }
  for (const condition of statement.conditions) {
    if (condition.holds(subject.context)) continue
    if (failures === undefined) return grantClasses.none
    failures.push({ element: 'Condition', condition })
    matched = false
  }
  return matched ? grant : grantClasses.none
}

/**
 * Tells whether a statement is about an action.
 *
 * @param statement a compiled statement
 * @param action in lower case
 * @returns whether `Action` or `NotAction` lets it apply
 */
export function coversAction(statement: CompiledStatement, action: string): boolean {
  for (const glob of statement.actions) {
    if (matchesGlob(glob, action)) return !statement.negatesAction
  }
  return statement.negatesAction
}

function matchesAnyResource(statement: CompiledStatement, subject: Subject): boolean {
  if (statement.resources === undefined) return true
  for (const matcher of statement.resources) {
    if (matchesResource(matcher, subject.resource, subject.context)) return !statement.negatesResource
  }
  return statement.negatesResource
}

/** Identity policies, boundaries and the like name nobody: they apply to whom they are attached. */
function matchCaller(statement: CompiledStatement, subject: Subject): GrantClass {
  const { principals, notPrincipals } = statement.source
  if (principals !== undefined) return matchPrincipals(principals, subject.principal, statement.effect)
  if (notPrincipals === undefined) return grantClasses.direct
  return isSparedByNotPrincipal(notPrincipals, subject.principal, subject.hasBoundary)
    ? grantClasses.none
    : grantClasses.direct
}
