import type { CaseFacts, Cause } from './case-facts.ts'
import { findOnlyMiss, findPrincipalMiss } from './case-facts.ts'
import { describePrincipal } from './compare-element.ts'
import { findConditionNotes } from './condition-notes.ts'
import { readValues } from './conditions.ts'
import type { AccessRequest } from './contexts.ts'
import { isDeadId } from './dead-principals.ts'
import { resourceKindOf } from './decide.ts'
import {
  capitalize,
  describeCaller,
  describeOperator,
  describeStatement,
  describeTarget,
  joinWords,
} from './describe.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import { nameForPermission, sourceOf } from './fixes.ts'
import type { StatementRef } from './policy.ts'
import { isUniqueId, resemblesCaller, sharesName } from './resemblance.ts'
import { createStatementId } from './url-permissions.ts'

/** A statement is for the other `AuthType`. */
export function findAuthType(facts: CaseFacts): Cause | undefined {
  const authType = facts.request.endpoint?.authType
  const found = findOnlyMiss(
    facts,
    ({ failure, context }) =>
      failure.element === 'Condition' &&
      failure.condition.key === authTypeKey &&
      readValues(context, authTypeKey) !== undefined,
  )
  if (authType === undefined || found?.failure.element !== 'Condition') return undefined
  const wanted = joinWords(found.failure.condition.source.values, 'or')
  return {
    says: `${capitalize(describeStatement(found.ref))} is for AuthType ${wanted}, but ${describeTarget(facts.request)} has AuthType ${authType}, so that ${found.action} is not granted`,
    about: found.ref,
  }
}

/** A key of one action stands over the other. */
export function findSharedCondition(facts: CaseFacts): Cause | undefined {
  const { request } = facts
  if (request.endpoint === undefined) return undefined
  const found = findOnlyMiss(
    facts,
    ({ failure, context }) =>
      failure.element === 'Condition' &&
      context[failure.condition.key] === undefined &&
      findActionWithKey(failure.condition.key, request) !== undefined,
  )
  if (found?.failure.element !== 'Condition') return undefined
  const { key, source } = found.failure.condition
  const owner = findActionWithKey(key, request) ?? ''
  return {
    says: `${capitalize(describeStatement(found.ref))} grants ${found.action} under a condition on ${source.key}, but that key exists only for ${owner}, so that ${found.action} is never granted`,
    about: found.ref,
    notes: ['Each of the two actions needs a statement of its own: the conditions that narrow them differ.'],
  }
}

/** A statement holds the unique id of the caller's namesake. */
export function findNamesake(facts: CaseFacts): Cause | undefined {
  const { options, request } = facts
  const { principal } = request
  const found = findPrincipalMiss(
    facts,
    (value) =>
      isUniqueId(value) &&
      !isDeadId(value, principal, options) &&
      resemblesCaller({ type: 'AWS', value }, principal, options),
  )
  if (found === undefined) return undefined
  const owner = options.resolveUniqueId?.(found.value) ?? found.value
  return {
    says: `${capitalize(describeStatement(found.ref))} is for ${owner}, but the caller is ${describePrincipal(principal)}`,
    about: found.ref,
    notes: [wholeArnNote],
  }
}

/** A statement was made for the caller's ARN, which its id tells, and holds the unique id of somebody deleted. */
export function findUniqueId(facts: CaseFacts): Cause | undefined {
  const { options, request } = facts
  const { principal } = request
  const found = findPrincipalMiss(
    facts,
    (value, _type, ref) => isDeadId(value, principal, options) && isMadeFor(ref, request),
  )
  if (found === undefined) return undefined
  const caller = describeCaller(principal)
  const what = nameKind(found.value)
  return {
    says: `${capitalize(describeStatement(found.ref))} names ${found.value}, the unique id of a deleted ${what}, and a ${what} made again under the same name has a new id`,
    about: found.ref,
    notes: [
      `AWS stores the id behind an ARN, so that a new ${what} does not inherit the grants of an old one: grant ${caller} again.`,
    ],
  }
}

/** A statement holds the unique id of somebody deleted, and nothing tells who that was. */
export function findDeadId(facts: CaseFacts): Cause | undefined {
  const { options, request } = facts
  const { principal } = request
  const found = findPrincipalMiss(
    facts,
    (value, _type, ref) => isDeadId(value, principal, options) && !isMadeFor(ref, request),
  )
  if (found === undefined) return undefined
  const what = nameKind(found.value)
  const isOfKind = principal.type === (what === 'user' ? 'user' : 'role-session')
  const perhaps = isOfKind ? `, perhaps an earlier ${describeCaller(principal).slice(what.length + 1)}` : ''
  return {
    says: `${capitalize(describeStatement(found.ref))} names ${found.value}, the unique id of a deleted ${what}${perhaps}`,
    about: found.ref,
    notes: [
      `AWS stores the id behind an ARN, so that a new ${what} does not inherit the grants of an old one.`,
    ],
  }
}

/** A statement names a role or a session that looks like the caller and is not. */
export function findSimilarPrincipal(facts: CaseFacts): Cause | undefined {
  const { principal } = facts.request
  const found = findPrincipalMiss(facts, (value) => sharesName(value, principal))
  if (found === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(found.ref))} names ${found.value}, but the caller is ${describePrincipal(principal)}`,
    about: found.ref,
    notes: [wholeArnNote],
  }
}

/** A statement admits a service, and the caller is none. */
export function findServicePrincipal(facts: CaseFacts): Cause | undefined {
  const { principal } = facts.request
  if (principal.type === 'service' || resourceKindOf(facts.request) === 'trust') return undefined
  const found = findPrincipalMiss(facts, (_value, type) => type === 'Service')
  if (found === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(found.ref))} lets the service ${found.value} in, but the caller is ${describeCaller(principal)}`,
    about: found.ref,
    notes: [
      'A service principal stands for AWS itself. A function that calls a URL does so as its execution role, never as lambda.amazonaws.com.',
    ],
  }
}

/** A grant for the URL does not open the API. */
export function findUrlOnlyGrant(facts: CaseFacts): Cause | undefined {
  if (facts.request.endpoint !== undefined) return undefined
  const found = findOnlyMiss(
    facts,
    ({ failure }) =>
      failure.element === 'Condition' && failure.condition.key === 'lambda:invokedviafunctionurl',
  )
  if (found === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(found.ref))} allows ${found.action} through the function URL only (lambda:InvokedViaFunctionUrl), and this is a direct call of the API`,
    about: found.ref,
    alternative: 'call the URL',
  }
}

/** A condition of any other sort does not hold. */
export function findCondition(facts: CaseFacts): Cause | undefined {
  const found = findOnlyMiss(facts, ({ failure }) => failure.element === 'Condition')
  if (found?.failure.element !== 'Condition') return undefined
  const { key, source } = found.failure.condition
  const values = readValues(found.context, key)
  const got = values === undefined ? `has no ${source.key}` : `has ${joinWords(values)}`
  return {
    says: `${capitalize(describeStatement(found.ref))} would allow ${found.action}, but its condition ${describeOperator(source)} ${source.key} wants ${joinWords(source.values, 'or')}, and the request ${got}`,
    about: found.ref,
    alternative: 'meet the condition',
    notes: findConditionNotes(found.ref, source, facts),
  }
}

const authTypeKey = 'lambda:functionurlauthtype'

const wholeArnNote =
  'ARNs are compared as a whole: account, path, and for a session its name must be the same.'

/** Its id holds a hash of the ARN it was made for; a number may follow. */
function isMadeFor({ sid = '' }: StatementRef, { endpoint, principal }: AccessRequest): boolean {
  if (endpoint === undefined) return false
  const made = endpointKinds[endpoint.kind].actions.map(({ statementSuffix }) =>
    createStatementId(sourceOf(principal) ?? nameForPermission(principal), statementSuffix),
  )
  return made.includes(sid) || made.includes(sid.replace(/-\d+$/, ''))
}

function nameKind(id: string): 'user' | 'role' {
  return id.startsWith('AIDA') ? 'user' : 'role'
}

function findActionWithKey(key: string, request: AccessRequest): string | undefined {
  return request.actions.find(({ context }) => context[key] !== undefined)?.action
}
