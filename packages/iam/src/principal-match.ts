import type { PrincipalElement } from './policy.ts'
import type { Principal } from './principal.ts'

/**
 * What a statement's principal gives a caller of the same account, weakest first.
 *
 * 0 nothing; 1 the account, which only delegates; 2 limited: the boundary and the session policies
 * still cap it; 3 direct: nothing but a Deny caps it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export type GrantClass = 0 | 1 | 2 | 3

/** Names for the grant classes. */
export const grantClasses: Readonly<Record<'none' | 'account' | 'limited' | 'direct', GrantClass>> = {
  none: 0,
  account: 1,
  limited: 2,
  direct: 3,
}

/**
 * guess: whether an Allow for `*` admits a service that calls on its own behalf. AWS does not say;
 * closed until it is seen. A Deny for `*` always hits services.
 */
const everybodyIncludesServices: boolean = false

/**
 * guess: naming the caller's own account grants nothing by itself; identity policies must allow as well.
 * AWS documents it for roles' trust policies; for other resource policies it rests on one answer on AWS re:Post.
 */
const ownAccountGrant: GrantClass = grantClasses.account

/**
 * guess: AWS says that it *may* check the account first, then the role, then the session, and asks to
 * list them all; here a level that is not listed is always hit.
 */
const notPrincipalChecksEveryLevel: boolean = true

/**
 * Finds the strongest grant that a list of principals gives a caller.
 *
 * @param elements the values of a `Principal` element
 * @param principal who calls
 * @param effect a Deny for everybody hits services too
 * @returns the class; 0 when the caller is not named
 */
export function matchPrincipals(
  elements: readonly PrincipalElement[],
  principal: Principal,
  effect: 'Allow' | 'Deny',
): GrantClass {
  let best: GrantClass = grantClasses.none
  for (const element of elements) {
    const found = matchElement(element, principal, effect)
    if (found > best) best = found
  }
  return best
}

/**
 * Tells whether `NotPrincipal` spares a caller.
 *
 * Every level a caller is checked at must be listed: the account, for a session also its role, and the caller.
 *
 * @param elements the values of a `NotPrincipal` element
 * @param principal who calls
 * @param hasBoundary a caller with a permissions boundary is never spared
 * @returns whether the statement does not apply to the caller
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function isSparedByNotPrincipal(
  elements: readonly PrincipalElement[],
  principal: Principal,
  hasBoundary: boolean,
): boolean {
  if (hasBoundary) return false
  if (elements.some(isEverybody)) return true
  if (principal.type === 'anonymous') return false
  if (principal.type === 'service') {
    return elements.some((element) => element.type === 'Service' && element.value === principal.name)
  }
  const lists = (...names: readonly (string | undefined)[]): boolean =>
    elements.some((element) => element.type === 'AWS' && names.includes(element.value))
  if (!notPrincipalChecksEveryLevel) return lists(principal.arn)
  const { account } = principal
  const listsAccount =
    lists(account) ||
    elements.some((element) => element.type === 'AWS' && isAccountRoot(element.value, account))
  if (!listsAccount) return false
  if (principal.type === 'root') return true
  if (principal.type === 'user') return lists(principal.arn, principal.id)
  if (principal.type === 'role-session') {
    return lists(principal.arn) && lists(principal.roleArn, principal.roleId)
  }
  return lists(principal.arn) && lists(principal.userArn, principal.userId)
}

function matchElement(element: PrincipalElement, principal: Principal, effect: 'Allow' | 'Deny'): GrantClass {
  if (isEverybody(element)) {
    const isHit = principal.type !== 'service' || effect === 'Deny' || everybodyIncludesServices
    return isHit ? grantClasses.direct : grantClasses.none
  }
  const { value } = element
  if (element.type === 'Service') {
    return principal.type === 'service' && principal.name === value ? grantClasses.direct : grantClasses.none
  }
  if (element.type !== 'AWS' || principal.type === 'service' || principal.type === 'anonymous') {
    return grantClasses.none
  }
  if (value === principal.arn) return principal.type === 'root' ? grantClasses.account : grantClasses.direct
  if (principal.type === 'user' && value === principal.id) return grantClasses.direct
  if (principal.type === 'role-session' && (value === principal.roleArn || value === principal.roleId)) {
    return grantClasses.limited
  }
  if (principal.type === 'federated-user' && (value === principal.userArn || value === principal.userId)) {
    return grantClasses.limited
  }
  return value === principal.account || isAccountRoot(value, principal.account)
    ? ownAccountGrant
    : grantClasses.none
}

function isEverybody(element: PrincipalElement): boolean {
  return element.value === '*' && (element.type === '*' || element.type === 'AWS')
}

/** `arn:<partition>:iam::<account>:root`, without building a string for each request. */
function isAccountRoot(value: string, account: string): boolean {
  return (
    value.startsWith('arn:') &&
    value.endsWith(':root') &&
    value.startsWith(account, value.length - account.length - ':root'.length) &&
    value.includes(':iam::')
  )
}
