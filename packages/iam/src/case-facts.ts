import type { AccessRequest } from './contexts.ts'
import type { ActionVerdict, Decision, PolicySet } from './decision.ts'
import { resourceKindOf } from './decide.ts'
import type { ExplainOptions } from './explanation.ts'
import type { StatementElement } from './match-statement.ts'
import type { StatementMiss } from './nearest-miss.ts'
import type { PolicyKind, StatementRef } from './policy.ts'
import type { RequestContext } from './request-context.ts'

/** A refused action with the Allow statements that came near. */
export interface RefusedAction {
  readonly verdict: ActionVerdict & { readonly allowed: false }
  readonly misses: readonly StatementMiss[]
}

/** What the causes look at. */
export interface CaseFacts {
  readonly request: AccessRequest
  readonly policies: PolicySet
  readonly options: ExplainOptions
  readonly decision: Decision
  readonly refused: readonly RefusedAction[]
}

/** A recognised cause in words. */
export interface Cause {
  /** What happened and why: a sentence without its full stop. */
  readonly says: string
  /** The statement it is about; no second cause speaks of the same one. */
  readonly about?: StatementRef
  /** What to do next when no fix of ours helps. */
  readonly next?: string
  /** What to do instead of the fix. */
  readonly alternative?: string
  readonly notes?: readonly string[]
}

/** A statement that would have allowed a refused action but for one element. */
export interface OnlyMiss {
  readonly ref: StatementRef
  readonly action: string
  readonly failure: StatementElement
  readonly miss: StatementMiss
  readonly context: RequestContext
}

/**
 * Finds a statement that would have allowed a refused action but for one element of a certain sort.
 *
 * @param facts the case
 * @param isSuch tells whether a failure is of that sort
 * @returns the first such statement, nearest first
 */
export function findOnlyMiss(facts: CaseFacts, isSuch: (found: OnlyMiss) => boolean): OnlyMiss | undefined {
  for (const { verdict, misses } of facts.refused) {
    const context = facts.request.actions.find(({ action }) => action === verdict.action)?.context ?? {}
    for (const miss of misses) {
      const [failure, second] = miss.failures
      if (failure === undefined || second !== undefined) continue
      const found = { ref: miss.statement.ref, action: verdict.action, failure, miss, context }
      if (isSuch(found)) return found
    }
  }
  return undefined
}

/**
 * Finds a statement that would have allowed a refused action had it named the caller.
 *
 * @param facts the case
 * @param isSuch tells whether a value of its `Principal` is of the sort that is looked for
 * @returns the statement and the value
 */
export function findPrincipalMiss(
  facts: CaseFacts,
  isSuch: (value: string, type: string, ref: StatementRef) => boolean,
): { ref: StatementRef; value: string } | undefined {
  const pick = ({ miss }: OnlyMiss): string | undefined =>
    miss.statement.source.principals?.find(({ value, type }) => isSuch(value, type, miss.statement.ref))
      ?.value
  const found = findOnlyMiss(
    facts,
    (candidate) => candidate.failure.element === 'Principal' && pick(candidate) !== undefined,
  )
  const value = found && pick(found)
  return found === undefined || value === undefined ? undefined : { ref: found.ref, value }
}

/**
 * Lists the actions that a kind of policy keeps from being allowed, by not allowing them.
 *
 * @param facts the case
 * @param kind the kind of policy
 * @returns the actions
 */
export function listSilenced({ refused }: CaseFacts, kind: PolicyKind): string[] {
  return refused
    .filter(({ verdict }) => verdict.kind === 'implicit-deny' && verdict.blame.includes(kind))
    .map(({ verdict }) => verdict.action)
}

/**
 * Tells whether a grant is missing at all, apart from whatever caps it.
 *
 * @param facts the case
 * @returns whether identity or resource policies are to blame
 */
export function lacksGrant(facts: CaseFacts): boolean {
  return (
    listSilenced(facts, resourceKindOf(facts.request)).length > 0 ||
    listSilenced(facts, 'identity').length > 0
  )
}
