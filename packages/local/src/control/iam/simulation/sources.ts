import type { CompiledPolicy, Policy, PolicyKind, Statement } from '@furlong/iam'
import { compilePolicy, parsePolicy, PolicyError } from '@furlong/iam'

import { readBoundary } from '../../../auth/policy-sets.ts'
import type { PrincipalRecord } from '../../../store/principals.ts'
import type { Store } from '../../../store/store.ts'
import { ControlError } from '../../control-error.ts'
import { keysOfStatement } from './context-keys.ts'
import type { StatementSpan } from './statement-positions.ts'
import { locateStatements } from './statement-positions.ts'

/** A statement of a simulated policy, ready to be asked alone. */
export interface SimulatedStatement {
  readonly kind: PolicyKind
  readonly sourceId: string
  readonly effect: Statement['effect']
  readonly span: StatementSpan | undefined
  /** A policy of this statement alone. */
  readonly alone: CompiledPolicy
  /** The same without conditions and variables: what it is about. */
  readonly unconditioned: CompiledPolicy
  /** The condition keys it asks for. */
  readonly keys: readonly string[]
}

/** A policy of a simulation. */
export interface SimulatedPolicy {
  readonly compiled: CompiledPolicy
  readonly statements: readonly SimulatedStatement[]
}

/**
 * Reads a policy that came with the call.
 *
 * @param document its JSON
 * @param sourceId as the answer is to name it
 * @param kinds what it may be, the likeliest first
 * @returns the policy
 * @throws {ControlError} InvalidInput in the words of MalformedPolicyDocument
 */
export function readPolicy(
  document: string,
  sourceId: string,
  ...kinds: readonly [PolicyKind, ...PolicyKind[]]
): SimulatedPolicy {
  let refusal: PolicyError | undefined
  for (const kind of kinds) {
    try {
      return preparePolicy(document, sourceId, kind)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      refusal ??= error
    }
  }
  // guess: the simulator names what is malformed as the other operations do, under the code its model has.
  const { awsMessage = '', message = '' } = refusal ?? {}
  throw new ControlError('InvalidInput', awsMessage, { recorded: `${sourceId}: ${awsMessage} (${message})` })
}

/**
 * Collects the policies that are attached to a user, role or group, those of a user's groups included.
 *
 * @param principal the user, role or group
 * @param store has them
 * @returns identity policies, named as the simulator names them: `user_ann_p` for an inline one
 */
export function collectIdentityPolicies(principal: PrincipalRecord, store: Store): SimulatedPolicy[] {
  return store
    .holders(principal.id)
    .flatMap((holder) => [
      ...store.inlinePolicies
        .list(holder.id)
        .map(({ name, document }) =>
          preparePolicy(document, `${holder.type}_${holder.name}_${name}`, 'identity'),
        ),
      ...store.managedPolicies
        .attached(holder.id)
        .map(({ name, document }) => preparePolicy(document, name, 'identity')),
    ])
}

/**
 * Finds the permissions boundary of a user or role.
 *
 * @param principal the user or role
 * @param store has the policy
 * @returns undefined when there is none
 */
export function findBoundary(principal: PrincipalRecord, store: Store): SimulatedPolicy | undefined {
  const { boundaryArn } = principal
  if (boundaryArn === undefined) return undefined
  const name = store.managedPolicy(boundaryArn)?.name ?? boundaryArn
  return preparePolicy(readBoundary(store, boundaryArn).document, name, 'boundary')
}

function preparePolicy(document: string, sourceId: string, kind: PolicyKind): SimulatedPolicy {
  const policy = parsePolicy(document, kind)
  const compile = (part: Policy): CompiledPolicy => compilePolicy(part, { type: kind, name: sourceId })
  const spans = locateStatements(document)
  const statements = policy.statements.map((statement, index) => ({
    kind,
    sourceId,
    effect: statement.effect,
    span: spans[index],
    alone: compile({ ...policy, statements: [statement] }),
    unconditioned: compile({ ...policy, statements: [removeConditions(statement)] }),
    keys: keysOfStatement(statement, policy.version),
  }))
  return { compiled: compile(policy), statements }
}

function removeConditions(statement: Statement): Statement {
  const { resources, notResources } = statement
  const isVariable = (text: string): boolean => text.includes('${')
  return {
    ...statement,
    conditions: [],
    ...(resources && { resources: resources.map((text) => (isVariable(text) ? '*' : text)) }),
    ...(notResources && { notResources: notResources.filter((text) => !isVariable(text)) }),
  }
}
