import type { AccessRequest } from './contexts.ts'
import type { ActionVerdict, Decision } from './decision.ts'
import type { PolicyKind } from './policy.ts'
import { nameOfPrincipal } from './principal.ts'

/**
 * Writes AWS's sentence for a refused API call, as `AccessDeniedException` carries it.
 *
 * A function URL never shows it: its 403 has one body for every reason.
 *
 * @param request the request
 * @param decision what `decide()` made of it
 * @returns the sentence for the first refused action
 * @throws {TypeError} when the decision allows the request
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function createAccessDeniedMessage(request: AccessRequest, decision: Decision): string {
  const refused = decision.actions.find((verdict) => !verdict.allowed)
  if (refused === undefined || refused.allowed) throw new TypeError('The decision allows every action')
  const who = `User: ${nameOfPrincipal(request.principal)}`
  return `${who} is not authorized to perform: ${refused.action} on resource: ${request.resource}${createReason(refused)}`
}

/** How AWS's sentences name the kinds of policy. */
export const policyKindNames: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  scp: 'service control policy',
}

/** AWS names one kind of policy even when several stand in the way. */
function createReason(refused: ActionVerdict & { allowed: false }): string {
  const [kind] = refused.blame
  if (kind === undefined) return ''
  // AWS calls a service control policy's missing Allow an explicit deny, too.
  if (refused.kind !== 'explicit-deny' && kind !== 'scp') {
    return ` because no ${policyKindNames[kind]} allows the ${refused.action} action`
  }
  const article = kind === 'identity' ? 'an' : 'a'
  return ` with an explicit deny in ${article} ${policyKindNames[kind]}`
}
