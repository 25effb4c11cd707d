import type { XmlStructure, XmlValue } from '../../query/xml.ts'
import type { SimulatedDecision, SimulatedResult } from './evaluate.ts'
import type { SimulatedStatement } from './sources.ts'

/** One action on each of its resources. */
export interface RenderedCase {
  /** Rises along the list of cases. */
  readonly key: string
  readonly action: string
  readonly results: readonly { readonly arn: string; readonly result: SimulatedResult }[]
}

/** What AWS's answers say for both of the types that its model would tell apart; guess: the second. */
const sourceTypes = { caller: 'IAM Policy', resource: 'Resource Policy' } as const

/**
 * Renders what became of one action. Where resources were named, each has a result of its own, and that of the action
 * sums them up.
 *
 * guess: AWS names the form of such resources (`arn:aws:s3:::${BucketName}`) where there are several; here it is `*`.
 *
 * @param simulated the action with its results
 * @returns the members of an EvaluationResult
 */
export function renderResults({ action, results }: RenderedCase): XmlStructure {
  const all = results.map(({ result }) => result)
  const [first] = results
  const isSpecific = results.some(({ arn }) => arn !== '*')
  const statements = [...new Set(all.flatMap(({ matched }) => matched))]
  const decision = sumUp(all)
  return {
    EvalActionName: action,
    EvalResourceName: results.length === 1 ? first?.arn : '*',
    EvalDecision: decision,
    MatchedStatements: statements.filter(({ effect }) => isTold(effect, decision)).map(renderStatement),
    MissingContextValues: isSpecific ? [] : all.flatMap(({ missingKeys }) => missingKeys),
    PermissionsBoundaryDecisionDetail: renderBoundary(all),
    EvalDecisionDetails: isSpecific
      ? renderSides(results.length === 1 ? first?.result : undefined)
      : undefined,
    ResourceSpecificResults: isSpecific ? results.map(renderResource) : undefined,
  }
}

function renderResource({ arn, result }: RenderedCase['results'][number]): XmlStructure {
  return {
    EvalResourceName: arn,
    EvalResourceDecision: result.decision,
    MatchedStatements: result.matched.map(renderStatement),
    MissingContextValues: [...result.missingKeys],
    EvalDecisionDetails: result.sides && renderSides(result),
    PermissionsBoundaryDecisionDetail: renderBoundary([result]),
  }
}

/** An action is allowed when it is on every resource. */
function sumUp(results: readonly SimulatedResult[]): SimulatedDecision {
  if (results.some(({ decision }) => decision === 'explicitDeny')) return 'explicitDeny'
  return results.every(({ decision }) => decision === 'allowed') ? 'allowed' : 'implicitDeny'
}

function isTold(effect: SimulatedStatement['effect'], decision: SimulatedDecision): boolean {
  if (decision === 'implicitDeny') return false
  return (effect === 'Deny') === (decision === 'explicitDeny')
}

function renderStatement({ sourceId, kind, span }: SimulatedStatement): XmlStructure {
  const isOfResource = kind === 'resource' || kind === 'trust'
  return {
    SourcePolicyId: sourceId,
    SourcePolicyType: isOfResource ? sourceTypes.resource : sourceTypes.caller,
    StartPosition: span && { ...span.start },
    EndPosition: span && { ...span.end },
  }
}

function renderBoundary(results: readonly SimulatedResult[]): XmlValue {
  if (results.every(({ allowedByBoundary }) => allowedByBoundary === undefined)) return undefined
  return {
    AllowedByPermissionsBoundary: results.every(({ allowedByBoundary }) => allowedByBoundary === true),
  }
}

/** guess: the keys are those that name the types of statements. Within one account the map is there, and empty. */
function renderSides(result: SimulatedResult | undefined): ReadonlyMap<string, XmlValue> {
  const sides = result?.sides
  return new Map(
    sides === undefined
      ? []
      : [
          [sourceTypes.caller, sides.identity],
          [sourceTypes.resource, sides.resource],
        ],
  )
}
