import type { AccessRequest, ActionVerdict, CompiledPolicy, PolicySet, RequestContext } from '@furlong/iam'
import { compilePolicy, decide } from '@furlong/iam'

import { distinctKeys } from './context-keys.ts'
import type { SimulatedCaller } from './simulated-caller.ts'
import type { SimulatedPolicy, SimulatedStatement } from './sources.ts'

/** As the simulator spells a decision. */
export type SimulatedDecision = 'allowed' | 'explicitDeny' | 'implicitDeny'

/** Everything of a simulation but actions and resources. */
export interface Simulation {
  readonly caller: SimulatedCaller
  readonly identity: readonly SimulatedPolicy[]
  readonly boundary?: SimulatedPolicy
  readonly resource?: SimulatedPolicy
  /** The caller's keys and those of ContextEntries, in lower case. */
  readonly context: RequestContext
}

/** What becomes of one action on one resource. */
export interface SimulatedResult {
  readonly decision: SimulatedDecision
  readonly matched: readonly SimulatedStatement[]
  /** Condition keys that statements about this action and resource ask for, and nobody gave. */
  readonly missingKeys: readonly string[]
  /** Absent without a boundary. */
  readonly allowedByBoundary?: boolean
  /** Absent within one account. */
  readonly sides?: { readonly identity: SimulatedDecision; readonly resource: SimulatedDecision }
}

/**
 * The simulator reads the policy of a resource for these actions and then forgets it.
 *
 * @see https://github.com/aws/aws-cli/issues/10314
 */
const resourcePolicyIgnored = /^sts:assume/i

/** An account that is nobody's, for asking a policy of a resource alone. */
const elsewhere = ''

const allowAll: CompiledPolicy = compilePolicy(
  {
    version: '2012-10-17',
    statements: [{ effect: 'Allow', actions: ['*'], resources: ['*'], conditions: [] }],
  },
  { type: 'identity', name: 'supposed' },
)

/**
 * Decides one action on one resource.
 *
 * @param simulation the policies and the caller
 * @param action such as `lambda:InvokeFunction`
 * @param resource an ARN or `*`
 * @param ownerId the account of the resource
 * @returns the decision and what made it
 */
export function evaluate(
  simulation: Simulation,
  action: string,
  resource: string,
  ownerId: string,
): SimulatedResult {
  const { caller, identity, boundary, context } = simulation
  const policy = resourcePolicyIgnored.test(action) ? undefined : simulation.resource
  const { account } = caller.principal
  const access: AccessRequest = {
    principal: caller.principal,
    resource,
    // guess: only a named user's account is compared with the resource's; a role's policies are asked as if it were its own.
    resourceAccount: caller.isNamed ? ownerId : account,
    actions: [{ action, context }],
  }
  const own: PolicySet = {
    identity: identity.map(({ compiled }) => compiled),
    ...(boundary && { boundary: boundary.compiled }),
  }
  const decision = spell(ask(access, policy === undefined ? own : { ...own, resource: policy.compiled }))
  const statements = [...identity, boundary, policy].flatMap((one) => one?.statements ?? [])
  const about = statements.filter((statement) => applies(statement, statement.unconditioned, access))
  return {
    decision,
    matched: about.filter((statement) => isDecisive(statement, decision, access)),
    missingKeys: distinctKeys(about.flatMap(({ keys }) => keys)).filter(
      (key) => context[key.toLowerCase()] === undefined,
    ),
    ...(boundary && { allowedByBoundary: allowsAlone(boundary, access) }),
    ...(access.resourceAccount !== account && { sides: decideSides(access, own, policy) }),
  }
}

function ask(access: AccessRequest, policies: PolicySet): ActionVerdict | undefined {
  return decide(access, policies).actions[0]
}

function spell(verdict: ActionVerdict | undefined): SimulatedDecision {
  if (verdict?.allowed === true) return 'allowed'
  return verdict?.kind === 'explicit-deny' ? 'explicitDeny' : 'implicitDeny'
}

/** A Deny is told when anything denies; otherwise every Allow, but those of the boundary, which grants nothing. */
function isDecisive(
  statement: SimulatedStatement,
  decision: SimulatedDecision,
  access: AccessRequest,
): boolean {
  if (decision === 'implicitDeny') return false
  const isTold =
    decision === 'explicitDeny'
      ? statement.effect === 'Deny'
      : statement.effect === 'Allow' && statement.kind !== 'boundary'
  return isTold && applies(statement, statement.alone, access)
}

/** Asks one statement alone; a policy of a resource beside a caller who may do everything. */
function applies(
  { kind, effect }: SimulatedStatement,
  alone: CompiledPolicy,
  access: AccessRequest,
): boolean {
  const isOnCaller = kind === 'identity' || kind === 'boundary'
  const verdict = isOnCaller
    ? ask({ ...access, resourceAccount: accountOf(access) }, { identity: [alone] })
    : ask({ ...access, resourceAccount: elsewhere }, { identity: [allowAll], resource: alone })
  return spell(verdict) === (effect === 'Deny' ? 'explicitDeny' : 'allowed')
}

function accountOf({ principal }: AccessRequest): string {
  return 'account' in principal ? principal.account : elsewhere
}

function allowsAlone(boundary: SimulatedPolicy, access: AccessRequest): boolean {
  const verdict = ask({ ...access, resourceAccount: accountOf(access) }, { identity: [boundary.compiled] })
  return verdict?.allowed === true
}

function decideSides(
  access: AccessRequest,
  own: PolicySet,
  policy: SimulatedPolicy | undefined,
): { identity: SimulatedDecision; resource: SimulatedDecision } {
  const inOwnAccount = { ...access, resourceAccount: accountOf(access) }
  return {
    identity: spell(ask(inOwnAccount, own)),
    resource: spell(
      ask(access, { identity: [allowAll], ...(policy === undefined ? {} : { resource: policy.compiled }) }),
    ),
  }
}
