import type { AccessRequest } from './contexts.ts'
import type { ActionVerdict, Decision, PolicySet } from './decide.ts'
import {
  capitalize,
  describeCaller,
  describePolicy,
  describeStatement,
  describeTarget,
  joinWords,
  readFunctionName,
} from './describe.ts'
import type { ExplainOptions } from './explanation.ts'
import type { ElementFailure } from './match-statement.ts'
import { createSubject, resourceKindOf } from './decide.ts'
import { matchStatement } from './match-statement.ts'
import type { StatementMiss } from './nearest-miss.ts'
import { describePrincipal } from './nearest-miss.ts'
import { accountOfPrincipal } from './principal.ts'
import { grantClasses } from './principal-match.ts'
import type { PolicyKind, StatementRef } from './policy.ts'
import { readValues } from './conditions.ts'
import { nameOfOperator } from './print-policy.ts'

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
  /** What to do next when no fix of ours helps. */
  readonly next?: string
  readonly notes?: readonly string[]
}

/** One row: a mistake people make, and how to see it. */
export interface CauseRow {
  readonly id: string
  /** Whether it is still worth a note when another cause came first. */
  readonly isNote: boolean
  readonly find: (facts: CaseFacts) => Cause | undefined
}

/** The mistakes, the most telling first: the first that is found makes the sentence, and `nothing` always is. The rest may add notes. */
export const causes: readonly CauseRow[] = [
  { id: 'unsigned', isNote: false, find: findUnsigned },
  { id: 'explicit-deny', isNote: false, find: findDeny },
  { id: 'scp', isNote: true, find: findSilentScp },
  { id: 'cap', isNote: true, find: findCap },
  { id: 'auth-type', isNote: true, find: findAuthType },
  { id: 'shared-condition', isNote: true, find: findSharedCondition },
  { id: 'qualifier', isNote: true, find: findQualifier },
  { id: 'unique-id', isNote: true, find: findUniqueId },
  { id: 'service-principal', isNote: true, find: findServicePrincipal },
  { id: 'url-only-grant', isNote: true, find: findUrlOnlyGrant },
  { id: 'condition', isNote: true, find: findCondition },
  { id: 'delegated', isNote: true, find: findDelegated },
  { id: 'own-account', isNote: false, find: findOwnAccount },
  { id: 'other-account', isNote: false, find: findOtherAccount },
  { id: 'second-action', isNote: false, find: findSecondAction },
  { id: 'trust', isNote: false, find: findTrust },
  { id: 'nothing', isNote: false, find: findNothing },
  { id: 'also-capped', isNote: true, find: findFurtherCap },
]

function findUnsigned({ decision, request }: CaseFacts): Cause | undefined {
  if (decision.stage === undefined) return undefined
  return {
    says: `The request is not signed, and ${describeTarget(request)} has AuthType AWS_IAM, so that it was refused before any policy was read`,
    next: 'sign it with Signature Version 4 for the service lambda',
  }
}

function findDeny({ refused, request, policies }: CaseFacts): Cause | undefined {
  const denied = refused.filter(({ verdict }) => verdict.kind === 'explicit-deny')
  const refs = [...new Set(denied.flatMap(({ verdict }) => verdict.by))]
  if (refs.length === 0) return undefined
  const actions = joinWords(denied.map(({ verdict }) => verdict.action))
  const verb = refs.length === 1 ? 'denies' : 'deny'
  return {
    says: `${capitalize(joinWords(refs.map(describeStatement)))} ${verb} ${actions} to ${describeCaller(request.principal)}, and a Deny always wins`,
    notes: refs.flatMap((ref) => explainDeny(ref, request, policies)),
  }
}

/** Two kinds of Deny hit callers that their authors did not have in mind. */
function explainDeny(ref: StatementRef, request: AccessRequest, policies: PolicySet): string[] {
  const everything = [
    ...(policies.identity ?? []),
    ...(policies.session ?? []),
    ...(policies.scps?.flat() ?? []),
    policies.boundary,
    policies.resource,
  ]
  const statement = everything
    .flatMap((policy) => policy?.denies ?? [])
    .find((candidate) => candidate.ref === ref)
  const notes: string[] = []
  if (ref.policy.type === 'scp')
    notes.push(
      'A service control policy is changed by the administrator of the organization, not in this account.',
    )
  if (statement?.source.notPrincipals !== undefined) {
    notes.push(
      policies.boundary === undefined
        ? 'NotPrincipal spares a caller only when the account, for a session also the role, and the caller itself are all listed.'
        : 'NotPrincipal with Deny always hits a caller that has a permissions boundary, listed or not.',
    )
  }
  const context = request.actions[0]?.context ?? {}
  for (const { key, source } of statement?.conditions ?? []) {
    if (readValues(context, key) !== undefined || source.operator === 'Null' || source.ifExists) continue
    notes.push(
      `The request has no ${source.key}, and ${nameOfOperator(source)} holds when the key is absent.`,
    )
  }
  return notes
}

function findSilentScp({ refused, policies }: CaseFacts): Cause | undefined {
  const actions = actionsBlaming(refused, 'scp')
  if (actions.length === 0) return undefined
  return {
    says: `No service control policy at some level of the organization allows ${joinWords(actions)}, and each level has to`,
    next: 'ask the administrator of the organization',
    notes: [
      `${capitalize(joinWords((policies.scps ?? []).flat().map(({ origin }) => describePolicy(origin))))} can only limit: the allow has to come from elsewhere.`,
    ],
  }
}

function findCap(facts: CaseFacts): Cause | undefined {
  return lacksGrant(facts) ? undefined : describeCap(facts)
}

/** A cap matters even when the grant is missing, too: the grant alone would not help. */
function findFurtherCap(facts: CaseFacts): Cause | undefined {
  return lacksGrant(facts) ? describeCap(facts) : undefined
}

function lacksGrant({ refused, request }: CaseFacts): boolean {
  return refused.some(
    ({ verdict }) => blames(verdict, resourceKindOf(request)) || blames(verdict, 'identity'),
  )
}

function describeCap({ refused, request, policies }: CaseFacts): Cause | undefined {
  const boundary = actionsBlaming(refused, 'boundary')
  const caller = describeCaller(request.principal)
  if (boundary.length > 0 && policies.boundary !== undefined) {
    const policy = describePolicy(policies.boundary.origin)
    return {
      says: `${capitalize(policy)} of ${caller} does not allow ${joinWords(boundary, 'or')}, and a boundary caps what ${capText(request)}`,
      next: `allow ${joinWords(boundary)} in the boundary`,
    }
  }
  const session = actionsBlaming(refused, 'session')
  if (session.length === 0) return undefined
  const isWithout = (policies.session ?? []).length === 0
  return {
    says: isWithout
      ? `${capitalize(caller)} has no session policy, and a session of GetFederationToken has no permissions without one`
      : `The session policy of ${caller} does not allow ${joinWords(session, 'or')}, and a session policy caps what the session is granted`,
    next: `ask for credentials with a session policy that allows ${joinWords(session)}`,
  }
}

function capText(request: AccessRequest): string {
  return request.principal.type === 'role-session'
    ? 'a role is granted, by its own policies or by its ARN'
    : 'identity policies grant'
}

function findAuthType({ refused, request }: CaseFacts): Cause | undefined {
  const authType = request.endpoint?.authType
  const found = findOnlyMiss(
    refused,
    (failure, { context }) => {
      if (failure.element !== 'Condition' || failure.condition.key !== authTypeKey) return false
      return readValues(context, authTypeKey) !== undefined
    },
    request,
  )
  if (found === undefined || authType === undefined) return undefined
  const wanted =
    found.failure.element === 'Condition' ? joinWords(found.failure.condition.source.values, 'or') : ''
  return {
    says: `${capitalize(describeStatement(found.ref))} is for AuthType ${wanted}, but ${describeTarget(request)} has AuthType ${authType}, so that ${found.action} is not granted`,
  }
}

const authTypeKey = 'lambda:functionurlauthtype'

/** A key of one action that stands over the other. */
function findSharedCondition({ refused, request }: CaseFacts): Cause | undefined {
  if (request.endpoint === undefined) return undefined
  const found = findOnlyMiss(
    refused,
    (failure, { context }) =>
      failure.element === 'Condition' &&
      context[failure.condition.key] === undefined &&
      findActionWithKey(failure.condition.key, request) !== undefined,
    request,
  )
  if (found === undefined || found.failure.element !== 'Condition') return undefined
  const { key, source } = found.failure.condition
  const owner = findActionWithKey(key, request) ?? ''
  return {
    says: `${capitalize(describeStatement(found.ref))} puts ${found.action} under ${source.key}, a key that exists for ${owner} alone, so that ${found.action} is not granted`,
    notes: ['Each of the two actions needs a statement of its own: the conditions that narrow them differ.'],
  }
}

function findActionWithKey(key: string, request: AccessRequest): string | undefined {
  return request.actions.find(({ context }) => context[key] !== undefined)?.action
}

function findQualifier({ refused, request }: CaseFacts): Cause | undefined {
  const called = readFunctionName(request.resource)
  const covers = (resource: string): boolean =>
    resource !== request.resource && readFunctionName(resource).unqualifiedArn === called.unqualifiedArn
  const found = findOnlyMiss(
    refused,
    (failure, { miss }) =>
      failure.element === 'Resource' && (miss.statement.source.resources?.some(covers) ?? false),
    request,
  )
  if (found === undefined) return undefined
  const resource = found.miss.statement.source.resources?.find(covers) ?? ''
  const belongs =
    called.qualifier === undefined ? 'the function itself' : `the alias or version ${called.qualifier}`
  return {
    says: `The URL belongs to ${belongs} (${request.resource}), but ${describeStatement(found.ref)} is for ${resource}, which is another resource`,
    notes: ['A function, each of its aliases and each of its versions have policies of their own.'],
  }
}

function findUniqueId({ refused, request, options }: CaseFacts): Cause | undefined {
  const found = findPrincipalMiss(refused, request, (value) => /^A[\dA-Z]{15,}$/.test(value))
  if (found === undefined) return undefined
  const owner = options.resolveUniqueId?.(found.value)
  const what = found.value.startsWith('AIDA') ? 'user' : 'role'
  if (owner !== undefined) {
    return {
      says: `${capitalize(describeStatement(found.ref))} is for ${owner} (${found.value}), but the caller is ${describePrincipal(request.principal)}`,
    }
  }
  const state =
    options.resolveUniqueId === undefined ? `a ${what} that is deleted or not this one` : `a deleted ${what}`
  return {
    says: `${capitalize(describeStatement(found.ref))} names ${found.value}, the unique id of ${state}, and a ${what} made again under the same name has another id`,
    notes: [
      `AWS stores the id behind an ARN. Grant ${describeCaller(request.principal)} again after every re-creation, and remove ${describeStatement(found.ref)}: it admits nobody.`,
    ],
  }
}

function findServicePrincipal({ refused, request }: CaseFacts): Cause | undefined {
  if (request.principal.type === 'service') return undefined
  const found = findPrincipalMiss(refused, request, (_value, type) => type === 'Service')
  if (found === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(found.ref))} lets the service ${found.value} in, but the caller is ${describeCaller(request.principal)}`,
    notes: [
      `A service principal stands for AWS itself. A function that calls a URL does so as its execution role, never as lambda.amazonaws.com.`,
    ],
  }
}

function findUrlOnlyGrant({ refused, request }: CaseFacts): Cause | undefined {
  if (request.endpoint !== undefined) return undefined
  const found = findOnlyMiss(
    refused,
    (failure) => failure.element === 'Condition' && failure.condition.key === 'lambda:invokedviafunctionurl',
    request,
  )
  if (found === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(found.ref))} allows ${found.action} through the function URL only (lambda:InvokedViaFunctionUrl), and this is a direct call of the API`,
  }
}

function findCondition({ refused, request }: CaseFacts): Cause | undefined {
  const found = findOnlyMiss(refused, (failure) => failure.element === 'Condition', request)
  if (found === undefined || found.failure.element !== 'Condition') return undefined
  const { key, source } = found.failure.condition
  const values = readValues(found.context, key)
  const isUnquantifiedList = typeof found.context[key] === 'object' && source.quantifier === undefined
  const got =
    values === undefined ? `the request has no ${source.key}` : `the request has ${joinWords(values)}`
  return {
    says: `${capitalize(describeStatement(found.ref))} would allow ${found.action}, but its condition ${nameOfOperator(source)} ${source.key} wants ${joinWords(source.values, 'or')}, and ${got}`,
    ...(isUnquantifiedList && {
      notes: [`${source.key} is a list: its operator needs ForAnyValue: or ForAllValues: in front.`],
    }),
  }
}

function findDelegated({ refused, request, policies }: CaseFacts): Cause | undefined {
  const { resource } = policies
  const account = accountOfPrincipal(request.principal)
  const identity = refused.filter(
    ({ verdict }) => blames(verdict, 'identity') && !blames(verdict, resourceKindOf(request)),
  )
  if (resource === undefined || account === undefined || identity.length === 0) return undefined
  const delegating = identity.flatMap(({ verdict }) => {
    const requested = request.actions.find(({ action }) => action === verdict.action)
    if (requested === undefined) return []
    const subject = createSubject(request, requested, policies)
    return resource.allows.filter((statement) => matchStatement(statement, subject) === grantClasses.account)
  })
  const [statement] = delegating
  if (statement === undefined) return undefined
  const actions = joinWords(
    identity.map(({ verdict }) => verdict.action),
    'or',
  )
  return {
    says: `${capitalize(describeStatement(statement.ref))} names account ${account}, which only delegates to that account's own policies, and no identity policy of ${describeCaller(request.principal)} allows ${actions}`,
  }
}

function findOwnAccount({ refused, request }: CaseFacts): Cause | undefined {
  const account = accountOfPrincipal(request.principal)
  if (account === undefined || account === request.resourceAccount) return undefined
  const actions = actionsBlaming(refused, 'identity')
  if (actions.length === 0 || actionsBlaming(refused, resourceKindOf(request)).length > 0) return undefined
  const owner = resourceKindOf(request) === 'trust' ? 'The trust policy of the role' : "The function's policy"
  return {
    says: `${owner} allows the call, but no identity policy of ${describeCaller(request.principal)} allows ${joinWords(actions, 'or')}, and a caller from another account (${account}) needs both`,
  }
}

function findOtherAccount({ refused, request }: CaseFacts): Cause | undefined {
  const account = accountOfPrincipal(request.principal)
  if (account === undefined || account === request.resourceAccount) return undefined
  if (resourceKindOf(request) === 'trust') return undefined
  const actions = actionsBlaming(refused, 'resource')
  if (actions.length === 0 || actionsBlaming(refused, 'identity').length > 0) return undefined
  return {
    says: `The identity policies of ${describeCaller(request.principal)} allow the call, but the function's policy in account ${request.resourceAccount} does not allow ${joinWords(actions, 'or')}, and a caller from another account (${account}) needs both`,
  }
}

function findSecondAction({ decision, request, refused }: CaseFacts): Cause | undefined {
  if (request.endpoint === undefined) return undefined
  const granted = decision.actions.filter((verdict) => verdict.allowed).map(({ action }) => action)
  if (granted.length === 0) return undefined
  const missing = joinWords(refused.map(({ verdict }) => verdict.action))
  return {
    says: `${capitalize(describeCaller(request.principal))} is allowed ${joinWords(granted)}, but ${missing} is missing, and since October 2025 a function URL needs both`,
  }
}

function findTrust({ refused, request }: CaseFacts): Cause | undefined {
  if (resourceKindOf(request) !== 'trust' || actionsBlaming(refused, 'trust').length === 0) return undefined
  return {
    says: `The trust policy of ${request.resource} does not allow sts:AssumeRole to ${describePrincipal(request.principal)}`,
    next: 'name the caller in the trust policy',
  }
}

function findNothing({ refused, request }: CaseFacts): Cause {
  const actions = joinWords(
    refused.map(({ verdict }) => verdict.action),
    'or',
  )
  const isTwo = request.endpoint !== undefined && refused.length > 1
  const caller = capitalize(describeCaller(request.principal))
  return {
    says:
      request.endpoint === undefined
        ? `${caller} may not ${actions} on ${request.resource}, because no policy allows it`
        : `${caller} may not call ${describeTarget(request)}, because no policy allows ${actions}`,
    ...(isTwo && {
      notes: ['A function URL needs both actions since October 2025; one alone still ends in a 403.'],
    }),
  }
}

interface OnlyMiss {
  readonly ref: StatementRef
  readonly action: string
  readonly failure: ElementFailure
  readonly miss: StatementMiss
  readonly context: AccessRequest['actions'][number]['context']
}

/** Finds a statement that would have allowed a refused action but for one element of a certain sort. */
function findOnlyMiss(
  refused: readonly RefusedAction[],
  isSuch: (failure: ElementFailure, at: { miss: StatementMiss; context: OnlyMiss['context'] }) => boolean,
  request: AccessRequest,
): OnlyMiss | undefined {
  for (const { verdict, misses } of refused) {
    const context = request.actions.find(({ action }) => action === verdict.action)?.context ?? {}
    for (const miss of misses) {
      const [failure, second] = miss.failures
      if (failure === undefined || second !== undefined || !isSuch(failure, { miss, context })) continue
      return { ref: miss.statement.ref, action: verdict.action, failure, miss, context }
    }
  }
  return undefined
}

function findPrincipalMiss(
  refused: readonly RefusedAction[],
  request: AccessRequest,
  isSuch: (value: string, type: string) => boolean,
): { ref: StatementRef; value: string } | undefined {
  const pick = (miss: StatementMiss): string | undefined =>
    miss.statement.source.principals?.find(({ value, type }) => isSuch(value, type))?.value
  const found = findOnlyMiss(
    refused,
    (failure, { miss }) => failure.element === 'Principal' && pick(miss) !== undefined,
    request,
  )
  const value = found && pick(found.miss)
  return found === undefined || value === undefined ? undefined : { ref: found.ref, value }
}

function blames(verdict: RefusedAction['verdict'], kind: PolicyKind): boolean {
  return verdict.kind === 'implicit-deny' && verdict.blame.includes(kind)
}

function actionsBlaming(refused: readonly RefusedAction[], kind: PolicyKind): string[] {
  return refused.filter(({ verdict }) => blames(verdict, kind)).map(({ verdict }) => verdict.action)
}
