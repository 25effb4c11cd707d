import type { CompiledStatement } from './compile.ts'
import { readValues } from './conditions.ts'
import { describeOperator } from './describe.ts'
import type { ComparedElement, ExplainOptions } from './explanation.ts'
import type { StatementElement, Subject } from './match-statement.ts'
import type { Statement } from './policy.ts'
import type { Principal } from './principal.ts'
import { nameOfPrincipal } from './principal.ts'

/** An action of a request, for comparing elements of statements with it. */
export interface ComparedAction {
  /** As statements see it. */
  readonly subject: Subject
  /** As written. */
  readonly action: string
  /** Tells the ARNs of unique ids. */
  readonly options: ExplainOptions
}

/**
 * Tells one element of a statement as what stands there and what came.
 *
 * @param statement a compiled statement
 * @param element one that it has
 * @param at what came
 * @returns both as text, each of about a thousand characters at most
 */
export function compareElement(
  statement: CompiledStatement,
  element: StatementElement,
  at: ComparedAction,
): ComparedElement {
  const { ref } = statement
  if (element.element !== 'Condition') {
    const { wanted, got } = elementTexts[element.element](statement.source, at)
    return { statement: ref, element: element.element, wanted, got }
  }
  const { source, key } = element.condition
  const values = readValues(at.subject.context, key)
  return {
    statement: ref,
    element: `Condition.${describeOperator(source)}.${source.key}`,
    wanted: listValues(source.values),
    got: values === undefined ? 'no such key' : listValues(values),
  }
}

/**
 * Names a caller with everything a `Principal` element could have named.
 *
 * @param principal who calls
 * @returns the ARN, for a session with the role's or the user's ARN
 */
export function describePrincipal(principal: Principal): string {
  const name = nameOfPrincipal(principal)
  if (principal.type === 'role-session') return `${principal.roleArn} (session ${name})`
  return principal.type === 'federated-user' ? `${name} (of ${principal.userArn})` : name
}

/**
 * Shows a value of a `Principal` element: an ARN for the unique id of somebody who exists, as AWS does.
 *
 * @param value the value
 * @param options tells the ARNs of unique ids
 * @returns the ARN, or the value where it is no id of anybody
 */
export function showPrincipal(value: string, { resolveUniqueId }: ExplainOptions): string {
  return (value.startsWith('A') ? resolveUniqueId?.(value) : undefined) ?? value
}

type ElementText = (source: Statement, at: ComparedAction) => { wanted: string; got: string }

const elementTexts: Readonly<Record<Exclude<StatementElement['element'], 'Condition'>, ElementText>> = {
  Action: ({ actions }, { action }) => ({ wanted: listValues(actions), got: action }),
  NotAction: ({ notActions }, { action }) => ({
    wanted: `anything but ${listValues(notActions)}`,
    got: action,
  }),
  Resource: ({ resources }, { subject }) => ({ wanted: listValues(resources), got: subject.resource }),
  NotResource: ({ notResources }, { subject }) => ({
    wanted: `anything but ${listValues(notResources)}`,
    got: subject.resource,
  }),
  Principal: ({ principals }, { subject, options }) => ({
    wanted: listValues(principals?.map(({ value }) => namePrincipal(value, options))),
    got: describePrincipal(subject.principal),
  }),
  NotPrincipal: ({ notPrincipals }, { subject, options }) => ({
    wanted: `anybody but ${listValues(notPrincipals?.map(({ value }) => namePrincipal(value, options)))}`,
    got: describePrincipal(subject.principal),
  }),
}

function namePrincipal(value: string, options: ExplainOptions): string {
  const shown = showPrincipal(value, options)
  return shown === value ? value : `${shown} (${value})`
}

/** A policy may hold hundreds of values, and a header is as long as a client likes. */
const maxCharacters = 1024

function listValues(values: readonly string[] = []): string {
  const text = values.join(', ')
  if (text.length <= maxCharacters) return text
  const end = text.lastIndexOf(', ', maxCharacters)
  // A value that is too long by itself ends where it must.
  return `${text.slice(0, end === -1 ? maxCharacters : end)}…`
}
