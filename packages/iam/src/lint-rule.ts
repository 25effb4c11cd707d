import type { CompiledStatement } from './compile.ts'
import { coversAction } from './match-statement.ts'
import type { Condition, Policy, PolicyKind } from './policy.ts'

/** One statement of a policy that is looked at. */
export interface LintSubject {
  readonly kind: PolicyKind
  readonly policy: Policy
  readonly statement: CompiledStatement
  /** All of the policy's, this one included. */
  readonly statements: readonly CompiledStatement[]
}

/** What a rule finds in a statement. */
export interface LintFinding {
  /** Of the element, below the statement's; empty for the statement itself. */
  readonly element: string
  /** What the policy does, and why that may surprise. */
  readonly says: string
  /** What to write instead. */
  readonly fix: string
}

/** One row: something that decides otherwise than people think. */
export interface LintRule {
  readonly code: string
  readonly find: (subject: LintSubject) => readonly LintFinding[]
}

/** The two actions of a function URL, in lower case. */
export const urlAction = 'lambda:invokefunctionurl'
export const invokeAction = 'lambda:invokefunction'

/**
 * Tells whether a statement allows an action under some condition or none.
 *
 * @param statement a compiled statement
 * @param action in lower case
 * @returns whether it is an Allow that is about the action
 */
export function allowsAction(statement: CompiledStatement, action: string): boolean {
  return statement.effect === 'Allow' && coversAction(statement, action)
}

/**
 * Tells whether a statement names everybody.
 *
 * @param statement a compiled statement
 * @returns whether `*` is among its principals
 */
export function namesEverybody({ source }: CompiledStatement): boolean {
  return source.principals?.some(({ value }) => value === '*') ?? false
}

/**
 * Finds the conditions over a key.
 *
 * @param statement a compiled statement
 * @param key in lower case
 * @returns the conditions
 */
export function conditionsOver({ source }: CompiledStatement, key: string): readonly Condition[] {
  return source.conditions.filter((condition) => condition.key.toLowerCase() === key)
}
