import { describeOperator } from './describe.ts'
import type { Condition, PrincipalElement, Statement } from './policy.ts'

/** A statement as a policy document holds it: members by AWS's names, in AWS's order; a list of one is its value. */
export type WrittenStatement = Readonly<Record<string, unknown>>

/**
 * Writes a statement in normal form as a policy document holds it. Read again, it is the same statement.
 *
 * @param statement from `parsePolicy()`
 * @returns the statement; what it does not have is left out
 */
export function writeStatement(statement: Statement): WrittenStatement {
  const members = {
    Sid: statement.sid,
    Effect: statement.effect,
    Principal: writePrincipals(statement.principals),
    NotPrincipal: writePrincipals(statement.notPrincipals),
    Action: writeList(statement.actions),
    NotAction: writeList(statement.notActions),
    Resource: writeList(statement.resources),
    NotResource: writeList(statement.notResources),
    Condition: writeConditions(statement.conditions),
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function writeList(values: readonly string[] | undefined): string | readonly string[] | undefined {
  return values?.length === 1 ? values[0] : values
}

function writePrincipals(elements: readonly PrincipalElement[] | undefined): unknown {
  if (elements === undefined) return undefined
  if (elements[0]?.type === '*') return '*'
  const byType = Map.groupBy(elements, ({ type }) => type)
  return Object.fromEntries(
    [...byType].map(([type, group]) => [type, writeList(group.map(({ value }) => value))]),
  )
}

function writeConditions(conditions: readonly Condition[]): unknown {
  if (conditions.length === 0) return undefined
  const byOperator = Map.groupBy(conditions, describeOperator)
  return Object.fromEntries(
    [...byOperator].map(([operator, group]) => [
      operator,
      Object.fromEntries(group.map(({ key, values }) => [key, writeList(values)])),
    ]),
  )
}
