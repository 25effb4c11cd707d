import type { CompiledStatement } from './compile.ts'
import { readValues } from './conditions.ts'
import type { PolicySet } from './decision.ts'
import { describeOperator } from './describe.ts'
import type { ExplainOptions, NearMiss } from './explanation.ts'
import type { ElementFailure, Subject } from './match-statement.ts'
import { matchStatement } from './match-statement.ts'
import type { PolicyKind, Statement } from './policy.ts'
import type { Principal } from './principal.ts'
import { nameOfPrincipal } from './principal.ts'
import { isForOthers } from './resemblance.ts'

/** An Allow that did not apply, with everything that failed. */
export interface StatementMiss {
  readonly statement: CompiledStatement
  readonly failures: readonly ElementFailure[]
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
  const candidates = [
    ...(policies.resource === undefined ? [] : [policies.resource]),
    ...(options.related ?? []),
    ...(policies.identity ?? []),
    ...(policies.boundary === undefined ? [] : [policies.boundary]),
    ...(policies.session ?? []),
    ...(policies.scps?.flat() ?? []),
  ]
  const misses: StatementMiss[] = []
  for (const statement of candidates.flatMap((policy) => policy.allows)) {
    if (grants.has(statement.ref.policy.type) && isOfAnotherService(statement.source, subject.action))
      continue
    const failures: ElementFailure[] = []
    matchStatement(statement, subject, failures)
    const missesPrincipal = failures.some(({ element }) => element === 'Principal')
    if (missesPrincipal && isGrantToOthers(statement, subject, options)) continue
    const missesAction = failures.some(({ element }) => element === 'Action' || element === 'NotAction')
    if (failures.length > 0 && (!missesAction || failures.length === 1)) misses.push({ statement, failures })
  }
  return misses.sort((a, b) => weigh(a) - weigh(b))
}

/**
 * Tells each failure of a few misses as what was wanted and what came.
 *
 * @param misses from `findMisses()`
 * @param subject the refused action, as statements see it
 * @param action its name as written
 * @param options tells the ARNs of unique ids
 * @returns at most three statements' failures, best first
 */
export function createNearMisses(
  misses: readonly StatementMiss[],
  subject: Subject,
  action: string,
  options: ExplainOptions,
): NearMiss[] {
  return misses.slice(0, maxStatements).flatMap(({ statement, failures }) =>
    failures.map((failure) => ({
      statement: statement.ref,
      ...describeFailure(statement, failure, { subject, action, options }),
    })),
  )
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

const maxStatements = 3

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

function describeFailure(
  statement: CompiledStatement,
  failure: ElementFailure,
  at: RefusedAt,
): Omit<NearMiss, 'statement'> {
  if (failure.element === 'Condition') {
    const { source, key } = failure.condition
    const values = readValues(at.subject.context, key)
    return {
      element: `Condition.${describeOperator(source)}.${source.key}`,
      wanted: source.values.join(', '),
      got: values === undefined ? 'no such key' : values.join(', '),
    }
  }
  const { wanted, got } = elementTexts[failure.element](statement.source, at)
  return { element: failure.element, wanted, got }
}

interface RefusedAt {
  readonly subject: Subject
  readonly action: string
  readonly options: ExplainOptions
}

type ElementText = (source: Statement, at: RefusedAt) => { wanted: string; got: string }

const elementTexts: Readonly<Record<Exclude<ElementFailure['element'], 'Condition'>, ElementText>> = {
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
    wanted: listValues(principals?.map(({ value }) => resolveId(value, options))),
    got: describePrincipal(subject.principal),
  }),
  NotPrincipal: ({ notPrincipals }, { subject, options }) => ({
    wanted: `anybody but ${listValues(notPrincipals?.map(({ value }) => resolveId(value, options)))}`,
    got: describePrincipal(subject.principal),
  }),
}

function listValues(values: readonly string[] | undefined): string {
  return values?.join(', ') ?? ''
}

function resolveId(value: string, { resolveUniqueId }: ExplainOptions): string {
  const arn = value.startsWith('A') ? resolveUniqueId?.(value) : undefined
  return arn === undefined ? value : `${arn} (${value})`
}
