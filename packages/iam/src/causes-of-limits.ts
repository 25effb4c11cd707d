import type { CaseFacts, Cause } from './case-facts.ts'
import { lacksGrant, listSilenced } from './case-facts.ts'
import { findConditionNotes } from './condition-notes.ts'
import { readValues } from './conditions.ts'
import type { AccessRequest } from './contexts.ts'
import { createSubject } from './decide.ts'
import { findDenies } from './denying.ts'
import {
  capitalize,
  describeCaller,
  describeOperator,
  describePolicy,
  describeStatement,
  describeTarget,
  joinWords,
} from './describe.ts'
import { matchStatement } from './match-statement.ts'
import type { StatementRef } from './policy.ts'
import { grantClasses } from './principal-match.ts'
import { createUrlIdentityPolicy } from './url-permissions.ts'

/** The caller did not sign, and the URL asks for it. */
export function findUnsigned({ decision, request }: CaseFacts): Cause | undefined {
  if (decision.stage === undefined) return undefined
  return {
    says: `The request is not signed, and ${describeTarget(request)} has AuthType ${request.endpoint?.authType ?? ''}, so that it was refused before any policy was read`,
    next: 'sign it with Signature Version 4 for the service lambda',
  }
}

/** A statement denies. */
export function findDeny(facts: CaseFacts): Cause | undefined {
  const denied = facts.refused.filter(({ verdict }) => verdict.kind === 'explicit-deny')
  const refs = [...new Set(denied.flatMap(({ verdict }) => verdict.by))]
  if (refs.length === 0) return undefined
  const actions = joinWords(denied.map(({ verdict }) => verdict.action))
  const verb = refs.length === 1 ? 'denies' : 'deny'
  return {
    says: `${capitalize(joinWords(refs.map(describeStatement)))} ${verb} ${actions} to ${describeCaller(facts.request.principal)}, and a Deny always wins`,
    notes: refs.flatMap((ref) => explainDeny(ref, facts)),
  }
}

/** No service control policy of some level allows. */
export function findSilentScp(facts: CaseFacts): Cause | undefined {
  const { policies, request } = facts
  const actions = listSilenced(facts, 'scp')
  const requested = request.actions.find(({ action }) => action === actions[0])
  if (requested === undefined) return undefined
  const subject = createSubject(request, requested, policies)
  const silent = policies.scps?.find(
    (level) =>
      !level.some(({ allows }) =>
        allows.some((statement) => matchStatement(statement, subject) !== grantClasses.none),
      ),
  )
  const names = (silent ?? []).map(({ origin }) => describePolicy(origin))
  const subjectText =
    names.length === 0
      ? 'A level of the organization without service control policies does not allow'
      : `${capitalize(joinWords(names))} ${names.length === 1 ? 'does' : 'do'} not allow`
  return {
    says: `${subjectText} ${joinWords(actions, 'or')}, and every level of the organization has to`,
    next: 'ask the administrator of the organization',
    notes: ['A service control policy never grants anything; it only limits.'],
  }
}

/** The call is granted, but a boundary or a session policy caps the grant. */
export function findCap(facts: CaseFacts): Cause | undefined {
  return lacksGrant(facts) ? undefined : describeCap(facts)
}

/** A cap matters when the grant is missing, too: the grant alone would not help. */
export function findFurtherCap(facts: CaseFacts): Cause | undefined {
  return lacksGrant(facts) ? describeCap(facts) : undefined
}

/** Two kinds of Deny hit callers whom their authors did not have in mind. */
function explainDeny(ref: StatementRef, facts: CaseFacts): string[] {
  const { policies, request } = facts
  const [statement] = findDenies([ref], policies)
  const notes: string[] = []
  if (ref.policy.type === 'scp') {
    notes.push('A service control policy is changed by the administrator of the organization.')
  }
  if (statement?.source.notPrincipals !== undefined) {
    notes.push(
      policies.boundary === undefined
        ? 'NotPrincipal spares a caller only when the account, for a session also the role, and the caller itself are all listed.'
        : 'NotPrincipal with Deny always hits a caller that has a permissions boundary, listed or not.',
    )
  }
  const context = request.actions[0]?.context ?? {}
  for (const { key, source } of statement?.conditions ?? []) {
    const known = findConditionNotes(ref, source, facts)
    notes.push(...known)
    const isAbsent = readValues(context, key) === undefined && source.operator !== 'Null' && !source.ifExists
    if (known.length > 0 || !isAbsent) continue
    notes.push(
      `The request has no ${source.key}, and ${describeOperator(source)} holds when the key is absent.`,
    )
  }
  return notes
}

function describeCap(facts: CaseFacts): Cause | undefined {
  const { policies, request } = facts
  const boundary = listSilenced(facts, 'boundary')
  const caller = describeCaller(request.principal)
  if (boundary.length > 0 && policies.boundary !== undefined) {
    const policy = describePolicy(policies.boundary.origin)
    const capped =
      request.principal.type === 'role-session' ? 'every grant to a role' : 'what identity policies grant'
    return {
      says: `${capitalize(policy)} of ${caller} does not allow ${joinWords(boundary, 'or')}, and it caps ${capped}`,
      next: `allow ${joinWords(boundary)} in it`,
      notes: [
        `Statements to add to ${policy}: ${createStatements(request, boundary)}`,
        ...noteOnSessionArn(request),
      ],
    }
  }
  const session = listSilenced(facts, 'session')
  if (session.length === 0) return undefined
  return {
    says:
      (policies.session ?? []).length === 0
        ? `${capitalize(caller)} has no session policy, and a session of GetFederationToken has no permissions without one`
        : `The session policy of ${caller} does not allow ${joinWords(session, 'or')}, and a session policy caps what the session is granted`,
    next: `ask for credentials with a session policy that allows ${joinWords(session)}`,
    notes: noteOnSessionArn(request),
  }
}

/** As JSON; for a URL with the conditions that keep them to it. */
function createStatements({ endpoint, resource }: AccessRequest, actions: readonly string[]): string {
  const plain = actions.map((Action) => ({ Effect: 'Allow', Action, Resource: resource }))
  const isUrl = endpoint?.kind === 'function-url'
  const forUrl = isUrl ? createUrlIdentityPolicy(resource).Statement : []
  return JSON.stringify(
    plain.map((statement) => forUrl.find(({ Action }) => Action === statement.Action) ?? statement),
  )
}

/** In the same account a grant to the session itself goes around what caps its role. */
function noteOnSessionArn({ principal, resourceAccount }: AccessRequest): string[] {
  if (principal.type !== 'role-session' || principal.account !== resourceAccount) return []
  return [
    `A grant to the ARN of the session itself, ${principal.arn}, is not capped, but it is good for that one session name only.`,
  ]
}
