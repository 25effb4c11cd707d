import { parseFunctionArn } from './arn.ts'
import type { AccessRequest } from './contexts.ts'
import { endpointKinds } from './endpoint-kinds.ts'
import type { Fix } from './explanation.ts'
import type { Condition, PolicyOrigin, StatementRef } from './policy.ts'
import type { Principal } from './principal.ts'

/**
 * Names a caller as people do.
 *
 * @param principal who calls
 * @returns such as `role app`, without an article
 */
export function describeCaller(principal: Principal): string {
  const describe = callers[principal.type] as (principal: Principal) => string
  return describe(principal)
}

/**
 * Names what is called.
 *
 * @param request the request
 * @returns such as `the function URL of my-fn`
 */
export function describeTarget(request: AccessRequest): string {
  if (request.endpoint === undefined) return request.resource === '*' ? 'this API' : request.resource
  const { noun } = endpointKinds[request.endpoint.kind]
  const called = parseFunctionArn(request.resource)
  if (called === undefined) return `the ${noun} ${request.resource}`
  const { name, qualifier } = called
  return `the ${noun} of ${qualifier === undefined ? name : `${name}:${qualifier}`}`
}

/**
 * Names what an ARN of a function stands for.
 *
 * @param qualifier behind the name, if any
 * @returns such as `alias live`
 */
export function describeQualifier(qualifier: string | undefined): string {
  if (qualifier === undefined) return 'the function itself'
  if (qualifier === '*') return 'its aliases and versions'
  return /^(?:\d+|\$LATEST)$/.test(qualifier) ? `version ${qualifier}` : `alias ${qualifier}`
}

/**
 * Names a policy.
 *
 * @param origin where it came from
 * @returns such as `identity policy "deploy"`; the name alone when it says its kind itself
 */
export function describePolicy(origin: PolicyOrigin): string {
  const name = policyNames[origin.type]
  if (origin.name === '' || origin.name === origin.type) return name
  return origin.name.includes(name) ? origin.name : `${name} "${origin.name}"`
}

/**
 * Names a statement.
 *
 * @param ref which one
 * @returns such as `statement "url" of the function's policy`
 */
export function describeStatement(ref: StatementRef): string {
  const which = ref.sid === undefined || ref.sid === '' ? `${ref.index + 1}` : `"${ref.sid}"`
  const policy = ref.policy.type === 'resource' ? "the function's policy" : describePolicy(ref.policy)
  return `statement ${which} of ${policy}`
}

/**
 * Writes an operator with its set operator and `IfExists`, as a document does.
 *
 * @param condition a condition in normal form
 * @returns such as `ForAnyValue:StringLikeIfExists`
 */
export function describeOperator(condition: Condition): string {
  const prefix = condition.quantifier === undefined ? '' : `${condition.quantifier}:`
  return `${prefix}${condition.operator}${condition.ifExists ? 'IfExists' : ''}`
}

/**
 * Says in a few words what a plan asks for.
 *
 * @param fixes the plan
 * @param request the request it is for
 * @param canExempt whether a statement that denies could list the caller as an exception
 * @returns such as `add two permissions to the function`; empty without a plan
 */
export function describePlan(fixes: readonly Fix[], request: AccessRequest, canExempt: boolean): string {
  const removals = fixes.filter((fix) => fix.kind === 'remove-deny').length
  const dead = fixes.filter((fix) => fix.kind === 'remove-permission').length
  const permissions = fixes.filter((fix) => fix.kind === 'add-permission').length
  const attachments = fixes.length - removals - dead - permissions
  const qualifier = parseFunctionArn(request.resource)?.qualifier
  const where = qualifier === undefined ? 'the function' : describeQualifier(qualifier)
  return [
    removals === 0
      ? ''
      : `remove ${removals === 1 ? 'it' : 'them'}${canExempt ? `, or exempt ${describeCaller(request.principal)}` : ''}`,
    dead === 0
      ? ''
      : `remove ${dead === 1 ? 'the statement of a deleted principal' : `the ${dead} statements of deleted principals`}`,
    permissions === 0 ? '' : `add ${counts[permissions] ?? permissions} to ${where}`,
    attachments === 0 ? '' : `put a policy on ${describeCaller(request.principal)}`,
  ]
    .filter((step) => step !== '')
    .join(', and ')
}

/**
 * Joins words as a sentence does.
 *
 * @param words what to join
 * @param conjunction between the last two
 * @returns such as `a, b and c`
 */
export function joinWords(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1) ?? ''}`
}

/**
 * Makes a text the beginning of a sentence.
 *
 * @param text any text
 * @returns the text with a capital first letter
 */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const counts: Readonly<Record<number, string>> = { 1: 'the missing permission', 2: 'two permissions' }

const callers: {
  readonly [Type in Principal['type']]: (principal: Extract<Principal, { type: Type }>) => string
} = {
  user: ({ name }) => `user ${name}`,
  'role-session': ({ roleArn }) => `role ${roleArn.slice(roleArn.lastIndexOf('/') + 1)}`,
  'federated-user': ({ name }) => `federated user ${name}`,
  root: ({ account }) => `the root user of account ${account}`,
  service: ({ name }) => `service ${name}`,
  anonymous: () => 'an anonymous caller',
}

const policyNames: Readonly<Record<PolicyOrigin['type'], string>> = {
  identity: 'identity policy',
  resource: 'resource policy',
  trust: 'trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  scp: 'service control policy',
}
