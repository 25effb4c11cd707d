import { parseFunctionArn } from './arn.ts'
import type { AccessRequest } from './contexts.ts'
import type { PolicySet } from './decision.ts'
import { resourceKindOf } from './decide.ts'
import type { ExplainOptions } from './explanation.ts'
import type { Principal } from './principal.ts'
import { isUniqueId } from './resemblance.ts'

/**
 * Tells whether a value of a `Principal` element is all that is left of a deleted role or user.
 *
 * @param value the value
 * @param principal who calls, and so is not deleted
 * @param options tells the ARNs of unique ids; without it every id counts as dead, because AWS shows the ids of the living as ARNs
 * @returns whether it is the unique id of somebody deleted
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function isDeadId(
  value: string,
  principal: Principal,
  { resolveUniqueId }: ExplainOptions = {},
): boolean {
  return isUniqueId(value) && !listOwnIds(principal).includes(value) && resolveUniqueId?.(value) === undefined
}

/**
 * Lists the statements because of which Lambda adds nothing to a function's policy: those of deleted roles and users.
 *
 * @param request the request, whose resource the policy belongs to
 * @param policies every policy that counts
 * @param options tells the ARNs of unique ids
 * @returns their ids, in the order of the policy; none for the trust policy of a role
 */
export function listDeadStatements(
  request: AccessRequest,
  { resource }: PolicySet,
  options: ExplainOptions = {},
): string[] {
  if (resourceKindOf(request) === 'trust' || parseFunctionArn(request.resource) === undefined) return []
  const dead = (resource?.policy.statements ?? []).filter(({ principals = [] }) =>
    principals.some(({ type, value }) => type === 'AWS' && isDeadId(value, request.principal, options)),
  )
  // Lambda gives every statement an id; a document without one was never in its store.
  return dead.flatMap(({ sid }) => sid ?? [])
}

function listOwnIds(principal: Principal): readonly (string | undefined)[] {
  if (principal.type === 'user') return [principal.id]
  if (principal.type === 'role-session') return [principal.roleId]
  return principal.type === 'federated-user' ? [principal.userId] : []
}
