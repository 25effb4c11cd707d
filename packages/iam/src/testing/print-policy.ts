import { describeOperator } from '../describe.ts'
import type { Condition, Policy, PrincipalElement, Statement } from '../policy.ts'

/**
 * Writes a policy as a document, to see that `parsePolicy()` loses nothing.
 *
 * @param policy a policy in normal form
 * @returns the document as JSON, without blanks
 */
export function printPolicy(policy: Policy): string {
  return JSON.stringify({
    Version: policy.version,
    Id: policy.id,
    Statement: policy.statements.map(printStatement),
  })
}

function printStatement(statement: Statement): object {
  return {
    Sid: statement.sid,
    Effect: statement.effect,
    Principal: printPrincipals(statement.principals),
    NotPrincipal: printPrincipals(statement.notPrincipals),
    Action: printList(statement.actions),
    NotAction: printList(statement.notActions),
    Resource: printList(statement.resources),
    NotResource: printList(statement.notResources),
    Condition: printConditions(statement.conditions),
  }
}

function printList(values: readonly string[] | undefined): string | readonly string[] | undefined {
  return values?.length === 1 ? values[0] : values
}

function printPrincipals(elements: readonly PrincipalElement[] | undefined): unknown {
  if (elements === undefined) return undefined
  if (elements[0]?.type === '*') return '*'
  const byType: Record<string, string[]> = {}
  for (const { type, value } of elements) (byType[type] ??= []).push(value)
  return Object.fromEntries(Object.entries(byType).map(([type, values]) => [type, printList(values)]))
}

function printConditions(conditions: readonly Condition[]): unknown {
  if (conditions.length === 0) return undefined
  const byOperator: Record<string, Record<string, unknown>> = {}
  for (const condition of conditions) {
    const operator = describeOperator(condition)
    byOperator[operator] = { ...byOperator[operator], [condition.key]: printList(condition.values) }
  }
  return byOperator
}
