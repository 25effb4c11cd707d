import { parseArn, parseFunctionArn } from './arn.ts'
import type { CompiledPolicy } from './compile.ts'
import { compilePolicy } from './compile.ts'
import type { AccessRequest } from './contexts.ts'
import type { Decision, PolicySet } from './decision.ts'
import { createSubject, decide, resourceKindOf } from './decide.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import { listDeadStatements } from './dead-principals.ts'
import type { ExplainOptions, Fix } from './explanation.ts'
import { matchStatement } from './match-statement.ts'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind, StatementRef } from './policy.ts'
import type { Principal } from './principal.ts'
import { accountOfPrincipal } from './principal.ts'
import { grantClasses } from './principal-match.ts'
import { createPermissionCondition, createStatementId, createUrlIdentityPolicy } from './url-permissions.ts'

/** A plan and what would still stand in the way after it. */
export interface FixPlan {
  readonly fixes: readonly Fix[]
  /** Kinds of policy that no step of ours can change; empty when the plan leads to Allow. */
  readonly remaining: readonly PolicyKind[]
}

/**
 * Plans the smallest set of steps, and proves it by deciding again.
 *
 * @param request a refused request
 * @param policies every policy that counts
 * @param decision what `decide()` made of them
 * @param options tells the ARNs of unique ids
 * @returns the steps in order; dropping any of them was seen to change the outcome
 */
export function planFixes(
  request: AccessRequest,
  policies: PolicySet,
  decision: Decision,
  options: ExplainOptions = {},
): FixPlan {
  if (decision.stage !== undefined) return { fixes: [], remaining: [] }
  const removals = findDenyingStatements(decision).map((statement): Fix => ({
    kind: 'remove-deny',
    statement,
  }))
  for (const statementId of listDeadStatements(request, policies, options)) {
    removals.push({ kind: 'remove-permission', functionArn: request.resource, statementId })
  }
  const apply = applyFixTo(request, options)
  const cleared = removals.reduce(apply, policies)
  const plan = [...removals, ...planAdditions(request, cleared, decide(request, cleared))]
  const measure = (fixes: readonly Fix[]): Measure => weigh(request, fixes.reduce(apply, policies))
  const after = measure(plan)
  const needed = plan.filter((fix) => {
    const without = measure(plan.filter((other) => other !== fix))
    return without.weight > after.weight
  })
  return { fixes: needed, remaining: after.remaining }
}

/**
 * Applies one step to a set of policies, as the AWS API would: no permission is added beside a deleted principal's.
 *
 * @param policies every policy that counts
 * @param fix one step
 * @param request the request, which tells whose policies they are
 * @param options tells the ARNs of unique ids
 * @returns new policies; the old ones are unchanged
 */
export function applyFix(
  policies: PolicySet,
  fix: Fix,
  request: AccessRequest,
  options: ExplainOptions = {},
): PolicySet {
  if (fix.kind === 'remove-deny') return removeStatement(policies, fix.statement)
  if (fix.kind === 'remove-permission') return removePermission(policies, fix.statementId)
  if (fix.kind === 'add-permission') {
    if (listDeadStatements(request, policies, options).length > 0) return policies
    const added = compileDocument(createPermissionDocument(fix), resourceKindOf(request), fix.functionArn)
    const { resource } = policies
    const merged =
      resource === undefined ? added : { ...resource, allows: [...resource.allows, ...added.allows] }
    return { ...policies, resource: merged }
  }
  const added = compileDocument(fix.document, 'identity', fix.policyName)
  return { ...policies, identity: [...(policies.identity ?? []), added] }
}

function applyFixTo(
  request: AccessRequest,
  options: ExplainOptions,
): (policies: PolicySet, fix: Fix) => PolicySet {
  return (policies, fix) => applyFix(policies, fix, request, options)
}

interface Measure {
  readonly weight: number
  readonly remaining: PolicyKind[]
}

function weigh(request: AccessRequest, policies: PolicySet): Measure {
  const decision = decide(request, policies)
  const refused = decision.actions.filter((verdict) => !verdict.allowed)
  const blame = refused.flatMap((verdict) => verdict.blame)
  const open = refused.flatMap((verdict) => (verdict.kind === 'unknown' ? verdict.blame : []))
  const denies = findDenyingStatements(decision).length
  // A Deny hides what else is missing, so that one Deny weighs more than all of that.
  const weight = denies * denyWeight + (blame.length - open.length) * closedWeight + open.length
  return { weight, remaining: [...new Set(blame)] }
}

const denyWeight = 1000
/** To leave it to what could not be read is better than a refusal. */
const closedWeight = 10

function findDenyingStatements(decision: Decision): StatementRef[] {
  return [...new Set(decision.actions.flatMap((verdict) => (verdict.allowed ? [] : verdict.by)))]
}

/** What has to be added once no Deny is left. */
function planAdditions(request: AccessRequest, policies: PolicySet, decision: Decision): Fix[] {
  const additions: Fix[] = []
  const forIdentity: string[] = []
  const isForeign = accountOfPrincipal(request.principal) !== request.resourceAccount
  for (const verdict of decision.actions) {
    if (verdict.allowed) continue
    const grantsOnFunction =
      request.endpoint !== undefined && !isForeign && !isDelegated(request, verdict.action, policies)
    const lacksIdentity = verdict.blame.includes('identity')
    if (verdict.blame.includes('resource') || (lacksIdentity && grantsOnFunction)) {
      const permission = createPermission(request, verdict.action, policies, additions)
      if (permission !== undefined) additions.push(permission)
    }
    // What could not be read may allow already: nobody needs a second policy for that.
    const isOpen = policies.unknown?.includes('identity') === true
    if (lacksIdentity && !grantsOnFunction && !isOpen) forIdentity.push(verdict.action)
  }
  if (forIdentity.length === 0) return additions
  const policy = createIdentityPolicy(request, forIdentity, policies)
  return policy === undefined ? additions : [...additions, policy]
}

/** Whether the function's policy already hands the decision to the caller's account. */
function isDelegated(request: AccessRequest, action: string, policies: PolicySet): boolean {
  const requested = request.actions.find((candidate) => candidate.action === action)
  if (requested === undefined || policies.resource === undefined) return false
  const subject = createSubject(request, requested, policies)
  return policies.resource.allows.some(
    (statement) => matchStatement(statement, subject) === grantClasses.account,
  )
}

function createPermission(
  request: AccessRequest,
  action: string,
  policies: PolicySet,
  planned: readonly Fix[],
): Fix | undefined {
  if (resourceKindOf(request) === 'trust' || parseFunctionArn(request.resource) === undefined)
    return undefined
  const { endpoint, principal } = request
  const row =
    endpoint && endpointKinds[endpoint.kind].actions.find((candidate) => candidate.action === action)
  const suffix = row?.statementSuffix ?? action.slice(action.indexOf(':') + 1).toLowerCase()
  const [named, sourceArn] = [nameForPermission(principal), sourceOf(principal)]
  const taken = new Set(policies.resource?.policy.statements.map(({ sid }) => sid))
  for (const fix of planned) if (fix.kind === 'add-permission') taken.add(fix.statementId)
  return {
    kind: 'add-permission',
    functionArn: request.resource,
    statementId: createFreeName(createStatementId(sourceArn ?? named, suffix), taken, maxStatementIdLength),
    action,
    principal: named,
    ...(endpoint && row?.grant(endpoint.authType)),
    ...(sourceArn !== undefined && { sourceArn }),
  }
}

/**
 * Names whom a permission for a caller is given to: the role rather than its session, whose ARN is good for one
 * session name only.
 *
 * @param principal who calls
 * @returns an ARN, a service name, or `*`
 */
export function nameForPermission(principal: Principal): string {
  if (principal.type === 'service') return principal.name
  if (principal.type === 'anonymous') return '*'
  return principal.type === 'role-session' ? principal.roleArn : principal.arn
}

/**
 * Says what a service acts for.
 *
 * @param principal who calls
 * @returns the resource's ARN; `undefined` for a service without one, and for everybody else
 */
export function sourceOf(principal: Principal): string | undefined {
  return principal.type === 'service' ? principal.sourceArn : undefined
}

/** Numbers a name that is taken, so that nothing is written over. */
function createFreeName(wished: string, taken: ReadonlySet<string | undefined>, maxLength: number): string {
  const base = wished.replaceAll(/[^\w-]+/g, '-').slice(0, maxLength - 4)
  let id = base
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`
  return id
}

const maxStatementIdLength = 100

function createIdentityPolicy(
  request: AccessRequest,
  actions: readonly string[],
  policies: PolicySet,
): Fix | undefined {
  const { principal, resource, resourceAccount } = request
  if (principal.type !== 'role-session' && principal.type !== 'user') return undefined
  const isUrl = request.endpoint?.kind === 'function-url'
  const Action = actions.length === 1 ? actions[0] : actions
  // For an endpoint always all of its actions: half a policy under this name would be written over the other half.
  const document = isUrl
    ? createUrlIdentityPolicy(resource)
    : { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: resource }] }
  const name = parseFunctionArn(resource)?.name ?? ''
  const subject = isUrl ? `call-${name}` : (actions[0]?.replaceAll(':', '-') ?? '')
  const taken = new Set(policies.identity?.map(({ origin }) => origin.name))
  return {
    kind: principal.type === 'user' ? 'put-user-policy' : 'put-role-policy',
    principalArn: principal.type === 'user' ? principal.arn : principal.roleArn,
    ...(principal.account !== resourceAccount && { callerAccount: principal.account }),
    policyName: createFreeName(`furlong-${subject}`, taken, maxPolicyNameLength),
    document: JSON.stringify(document),
  }
}

const maxPolicyNameLength = 128

/** The statement that `AddPermission` would write. */
function createPermissionDocument(fix: Fix & { kind: 'add-permission' }): string {
  const isArn = parseArn(fix.principal) !== undefined
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Sid: fix.statementId,
      Effect: 'Allow',
      Principal: fix.principal === '*' ? '*' : { [isArn ? 'AWS' : 'Service']: fix.principal },
      Action: fix.action,
      Resource: fix.functionArn,
      Condition: createPermissionCondition(fix),
    },
  })
}

function compileDocument(document: string, type: PolicyKind, name: string): CompiledPolicy {
  return compilePolicy(parsePolicy(document, type), { type, name })
}

function removePermission(policies: PolicySet, statementId: string): PolicySet {
  const { resource } = policies
  if (resource === undefined) return policies
  const isOther = ({ sid }: { readonly sid?: string }): boolean => sid !== statementId
  return {
    ...policies,
    resource: {
      ...resource,
      policy: { ...resource.policy, statements: resource.policy.statements.filter(isOther) },
      allows: resource.allows.filter(({ ref }) => isOther(ref)),
      denies: resource.denies.filter(({ ref }) => isOther(ref)),
    },
  }
}

function removeStatement(policies: PolicySet, removed: StatementRef): PolicySet {
  const strip = (policy: CompiledPolicy): CompiledPolicy => ({
    ...policy,
    denies: policy.denies.filter((statement) => statement.ref !== removed),
  })
  return {
    ...policies,
    ...(policies.identity && { identity: policies.identity.map(strip) }),
    ...(policies.boundary && { boundary: strip(policies.boundary) }),
    ...(policies.session && { session: policies.session.map(strip) }),
    ...(policies.resource && { resource: strip(policies.resource) }),
    ...(policies.scps && { scps: policies.scps.map((level) => level.map(strip)) }),
  }
}
