import { parseArn, readAccountId } from './arn.ts'
import type { ExplainOptions } from './explanation.ts'
import type { PrincipalElement, Statement } from './policy.ts'
import type { Principal } from './principal.ts'

/**
 * Tells whether a value of a `Principal` element may have been meant for a caller whom it does not name.
 *
 * So it is with the caller's name in another account, under another path or in a session's ARN, with a unique id that
 * nobody has any more, with an account, and with a service. A role or user of another name is somebody else.
 *
 * @param element one value of a `Principal` element
 * @param principal who calls
 * @param options tells the ARNs of unique ids; without it an id may be anybody's
 * @returns whether the caller's grant may have been meant
 */
export function resemblesCaller(
  element: PrincipalElement,
  principal: Principal,
  { resolveUniqueId }: ExplainOptions,
): boolean {
  if (element.type !== 'AWS' || element.value === '*') return true
  if (!isUniqueId(element.value)) return isSimilar(element.value, principal)
  const owner = resolveUniqueId?.(element.value)
  return owner === undefined || isSimilar(owner, principal)
}

/**
 * Tells whether a statement is a grant to somebody else.
 *
 * @param statement a statement that does not name the caller
 * @param principal who calls
 * @param options tells the ARNs of unique ids
 * @returns whether none of its principals resembles the caller
 */
export function isForOthers(statement: Statement, principal: Principal, options: ExplainOptions): boolean {
  const { principals } = statement
  return (
    principals !== undefined && !principals.some((element) => resemblesCaller(element, principal, options))
  )
}

/**
 * Tells whether a value of a `Principal` element is a unique id.
 *
 * @param value the value
 * @returns whether it has the form of one
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function isUniqueId(value: string): boolean {
  return /^A[\dA-Z]{15,}$/.test(value)
}

/**
 * Tells whether an ARN has the name of a caller, whatever its account, path and session.
 *
 * @param arn the ARN of a role, a user or a session, or any other text
 * @param principal who calls
 * @returns whether the names are the same
 */
export function sharesName(arn: string, principal: Principal): boolean {
  const name = readName(arn)
  return name !== undefined && listNames(principal).includes(name)
}

/** An account is always worth telling: that it only delegates, or that it is the wrong one, people rarely see. */
function isSimilar(value: string, principal: Principal): boolean {
  return readAccountId(value) !== undefined || sharesName(value, principal)
}

/** A session's name is chosen anew each time: the role's counts. */
function readName(arn: string): string | undefined {
  const resource = parseArn(arn)?.resource
  const [type, ...path] = resource?.split('/') ?? []
  return type === 'assumed-role' ? path[0] : path.at(-1)
}

function listNames(principal: Principal): readonly (string | undefined)[] {
  if (principal.type === 'user') return [principal.name]
  if (principal.type === 'role-session') return [readName(principal.roleArn)]
  return principal.type === 'federated-user' ? [principal.name, readName(principal.userArn)] : []
}
