import type { CompiledPolicy, CompiledStatement } from './compile.ts'
import type { AccessRequest, RequestedAction } from './contexts.ts'
import type { EndpointGate } from './endpoint-kinds.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import type { Subject } from './match-statement.ts'
import { matchStatement } from './match-statement.ts'
import type { ActionVerdict, Decision, PolicySet } from './decision.ts'
import type { PolicyKind, StatementRef } from './policy.ts'
import { accountOfPrincipal, isUnderServiceControl } from './principal.ts'
import type { GrantClass } from './principal-match.ts'
import { grantClasses } from './principal-match.ts'
import { weighUnknown } from './unknown-policies.ts'

/**
 * Decides a request.
 *
 * @param request from `createFunctionUrlRequest()` or `createApiRequest()`
 * @param policies every policy that counts
 * @returns one verdict per action; the request is allowed when all are
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(request: AccessRequest, policies: PolicySet): Decision {
  if (needsAuthentication(request)) {
    return { allowed: false, actions: request.actions.map(refuseUnsigned), stage: 'authentication' }
  }
  if (gateOf(request)?.asksPolicies === false) {
    return {
      allowed: true,
      actions: request.actions.map(({ action }) => ({ action, allowed: true, by: [] })),
    }
  }
  const { unknown } = policies
  const actions = request.actions.map((requested) => {
    const verdict = decideAction(request, requested, policies)
    return unknown === undefined || unknown.length === 0
      ? verdict
      : weighUnknown(verdict, request, policies, (known) => decideAction(request, requested, known))
  })
  return { allowed: actions.every((verdict) => verdict.allowed), actions }
}

/**
 * Tells whether a request is refused before any policy is read.
 *
 * @param request the request
 * @returns `true` for an anonymous caller of an endpoint whose `AuthType` wants a signature
 */
export function needsAuthentication(request: AccessRequest): boolean {
  return request.principal.type === 'anonymous' && gateOf(request)?.caller === 'signer'
}

/**
 * Names the kind of a request's resource policy, present or not.
 *
 * @param request the request
 * @returns `trust` for the assumption of a role, otherwise `resource`
 */
export function resourceKindOf(request: AccessRequest): 'resource' | 'trust' {
  return request.resourcePolicyMustAllow === true ? 'trust' : 'resource'
}

/**
 * Prepares one action of a request for matching statements.
 *
 * @param request the request
 * @param requested one of its actions
 * @param policies every policy that counts
 * @returns what statements see
 */
export function createSubject(
  request: AccessRequest,
  requested: RequestedAction,
  policies: PolicySet,
): Subject {
  return {
    principal: request.principal,
    action: requested.action.toLowerCase(),
    resource: request.resource,
    context: requested.context,
    hasBoundary: policies.boundary !== undefined && accountOfPrincipal(request.principal) !== undefined,
  }
}

const nothing: readonly CompiledPolicy[] = []

function gateOf({ endpoint }: AccessRequest): EndpointGate | undefined {
  return endpoint && endpointKinds[endpoint.kind].gates[endpoint.authType]
}

function refuseUnsigned({ action }: RequestedAction): ActionVerdict {
  return { action, allowed: false, kind: 'implicit-deny', blame: [], by: [] }
}

function decideAction(
  request: AccessRequest,
  requested: RequestedAction,
  policies: PolicySet,
): ActionVerdict {
  const { action } = requested
  const subject = createSubject(request, requested, policies)
  const isIdentity = accountOfPrincipal(request.principal) !== undefined
  const denied = findDenies(subject, request, policies, isIdentity)
  if (denied !== undefined) return { action, allowed: false, kind: 'explicit-deny', ...denied }

  const blame: PolicyKind[] = []
  const by: StatementRef[] = []
  if (!allowsAtEveryLevel(policies.scps, subject)) blame.push('scp')
  combine(request, policies, subject, blame, by)
  return blame.length === 0
    ? { action, allowed: true, by }
    : { action, allowed: false, kind: 'implicit-deny', blame, by: [] }
}

/**
 * Looks for a Deny everywhere, because a Deny anywhere wins.
 *
 * guess: the order, which decides the kind that AWS's sentence names when several deny.
 */
function findDenies(
  subject: Subject,
  request: AccessRequest,
  policies: PolicySet,
  isIdentity: boolean,
): { blame: PolicyKind[]; by: StatementRef[] } | undefined {
  let found: { blame: PolicyKind[]; by: StatementRef[] } | undefined
  const look = (policy: CompiledPolicy, kind: PolicyKind): void => {
    for (const statement of policy.denies) {
      if (matchStatement(statement, subject) === grantClasses.none) continue
      found ??= { blame: [], by: [] }
      if (!found.blame.includes(kind)) found.blame.push(kind)
      found.by.push(statement.ref)
    }
  }
  if (policies.scps !== undefined && isUnderServiceControl(subject.principal)) {
    for (const scp of policies.scps.flat()) look(scp, 'scp')
  }
  if (policies.resource !== undefined) look(policies.resource, resourceKindOf(request))
  if (!isIdentity) return found
  for (const policy of policies.identity ?? nothing) look(policy, 'identity')
  if (policies.boundary !== undefined) look(policies.boundary, 'boundary')
  for (const policy of policies.session ?? nothing) look(policy, 'session')
  return found
}

/** Weighs the policies that allow; whatever is missing is put into `blame`, in the order AWS names it. */
function combine(
  request: AccessRequest,
  policies: PolicySet,
  subject: Subject,
  blame: PolicyKind[],
  by: StatementRef[],
): void {
  const { principal } = request
  const callerAccount = accountOfPrincipal(principal)
  const grant = findGrant(policies.resource, subject, by)
  const resourceKind = resourceKindOf(request)
  if (callerAccount === undefined) {
    if (grant === grantClasses.none) blame.push(resourceKind)
    return
  }
  const isSameAccount = callerAccount === request.resourceAccount
  const mustAllow = request.resourcePolicyMustAllow === true || !isSameAccount
  if (mustAllow && grant === grantClasses.none) blame.push(resourceKind)
  // Naming the own account is no grant: the identity policy would have done without it.
  if (!mustAllow && grant === grantClasses.account) by.length = 0
  if (isSameAccount && grant === grantClasses.direct) return
  if (principal.type === 'root') return
  // In the same account a role's ARN stands in for the identity policy, but not for what caps it;
  // and while a trust policy names nobody, whether identity policies matter is open.
  const isIdentityMoot = grant === grantClasses.limited || (mustAllow && grant === grantClasses.none)
  const needsIdentity = !(isSameAccount && isIdentityMoot)
  if (needsIdentity && !allowsInAny(policies.identity ?? nothing, subject, by)) blame.push('identity')
  if (policies.boundary !== undefined && !allowsInOne(policies.boundary, subject, by)) blame.push('boundary')
  if (!allowsSession(policies.session, principal.type === 'federated-user', subject, by))
    blame.push('session')
}

/** A GetFederationToken session without a session policy has no permissions of its own. */
function allowsSession(
  session: readonly CompiledPolicy[] | undefined,
  needsOne: boolean,
  subject: Subject,
  by: StatementRef[],
): boolean {
  if (session === undefined || session.length === 0) return !needsOne
  return allowsInAny(session, subject, by)
}

function findGrant(policy: CompiledPolicy | undefined, subject: Subject, by: StatementRef[]): GrantClass {
  if (policy === undefined) return grantClasses.none
  let best: GrantClass = grantClasses.none
  let statement: CompiledStatement | undefined
  for (const candidate of policy.allows) {
    const grant = matchStatement(candidate, subject)
    if (grant <= best) continue
    best = grant
    statement = candidate
    if (grant === grantClasses.direct) break
  }
  if (statement !== undefined) by.push(statement.ref)
  return best
}

function allowsInAny(policies: readonly CompiledPolicy[], subject: Subject, by: StatementRef[]): boolean {
  for (const policy of policies) if (allowsInOne(policy, subject, by)) return true
  return false
}

function allowsInOne(policy: CompiledPolicy, subject: Subject, by?: StatementRef[]): boolean {
  for (const statement of policy.allows) {
    if (matchStatement(statement, subject) === grantClasses.none) continue
    by?.push(statement.ref)
    return true
  }
  return false
}

function allowsAtEveryLevel(scps: PolicySet['scps'], subject: Subject): boolean {
  if (scps === undefined || !isUnderServiceControl(subject.principal)) return true
  return scps.every((level) => level.some((policy) => allowsInOne(policy, subject)))
}
