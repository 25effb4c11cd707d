import type { RequestContext } from '@furlong/iam'

import { createIamArn } from '../../store/arns.ts'
import type { PrincipalRecord, PrincipalType } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall } from '../query/operation.ts'

/** What differs between operations on users and the same operations on roles. */
export interface PrincipalKind {
  readonly type: PrincipalType
  /** As operation names spell it. */
  readonly noun: 'User' | 'Role'
  /** The input member that names one. */
  readonly nameMember: 'UserName' | 'RoleName'
  /** The most characters of all inline policies, blanks not counted. */
  readonly maxInlineCharacters: number
}

/** Users and roles. */
export const kinds: Readonly<Record<PrincipalType, PrincipalKind>> = {
  user: { type: 'user', noun: 'User', nameMember: 'UserName', maxInlineCharacters: 2048 },
  role: { type: 'role', noun: 'Role', nameMember: 'RoleName', maxInlineCharacters: 10_240 },
}

/** The input of an operation on one user or role. */
export type NamedInput = Readonly<Partial<Record<'UserName' | 'RoleName', string>>>

/**
 * Finds the user or role a call names, in the caller's account.
 *
 * @param kind user or role
 * @param call names it
 * @returns the record
 * @throws {ControlError} NoSuchEntity
 */
export function findNamed(kind: PrincipalKind, call: QueryCall<NamedInput>): PrincipalRecord {
  const found = lookUp(kind, call)
  if (found !== undefined) return found
  const name = call.input[kind.nameMember] ?? ''
  throw new ControlError('NoSuchEntity', `The ${kind.type} with name ${name} cannot be found.`)
}

function lookUp(
  kind: PrincipalKind,
  { input, request, services }: QueryCall<NamedInput>,
): PrincipalRecord | undefined {
  const name = input[kind.nameMember]
  return name === undefined ? undefined : services.store.principals.byName(request.accountId, kind.type, name)
}

/**
 * Gives the ARN that policies see for an operation on one user or role.
 *
 * @param kind user or role
 * @returns a function of the call; an unknown one is thought to lie at the root path
 */
export function resourceOfNamed(kind: PrincipalKind): (call: QueryCall<NamedInput>) => string {
  return (call) =>
    lookUp(kind, call)?.arn ??
    createIamArn(call.request.accountId, kind.type, '/', call.input[kind.nameMember] ?? '')
}

/** What a call may bring for the condition keys. */
interface KeyInput extends NamedInput {
  readonly PermissionsBoundary?: string
  readonly PolicyArn?: string
}

/**
 * Gives the condition keys of an operation on one user or role.
 *
 * @param kind user or role
 * @returns a function of the call; a boundary that is asked for goes before the one that is there
 */
export function contextOfNamed(kind: PrincipalKind): (call: QueryCall<KeyInput>) => RequestContext {
  return (call) => {
    const found = lookUp(kind, call)
    const boundary = call.input.PermissionsBoundary ?? found?.boundaryArn
    const resourceTags = Object.entries(found?.tags ?? {}).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ])
    return {
      ...(Object.fromEntries(resourceTags) as Record<string, string>),
      ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
      ...(call.input.PolicyArn === undefined ? {} : { 'iam:PolicyARN': call.input.PolicyArn }),
    }
  }
}
