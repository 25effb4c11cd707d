import type { PolicyPlace, RequestContext } from '@furlong/iam'

import { createIamArn } from '../../store/arns.ts'
import type { PrincipalRecord, PrincipalType } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall, QueryMember } from '../query/operation.ts'
import { longName, shortName } from './members.ts'

/** What differs between operations on users and the same operations on roles and groups. */
export interface PrincipalKind {
  readonly type: PrincipalType
  /** As operation names spell it. */
  readonly noun: 'User' | 'Role' | 'Group'
  /** The input member that names one. */
  readonly nameMember: 'UserName' | 'RoleName' | 'GroupName'
  /** That member, for one that exists. */
  readonly named: Readonly<Record<string, QueryMember>>
  /** Where its inline policies are kept. */
  readonly inlinePlace: PolicyPlace
}

/** Users, roles and groups. */
export const kinds: Readonly<Record<PrincipalType, PrincipalKind>> = {
  user: {
    type: 'user',
    noun: 'User',
    nameMember: 'UserName',
    named: { UserName: longName },
    inlinePlace: 'inline-user',
  },
  role: {
    type: 'role',
    noun: 'Role',
    nameMember: 'RoleName',
    named: { RoleName: shortName },
    inlinePlace: 'inline-role',
  },
  group: {
    type: 'group',
    noun: 'Group',
    nameMember: 'GroupName',
    named: { GroupName: longName },
    inlinePlace: 'inline-group',
  },
}

/** The input of an operation on one user, role or group. */
export type NamedInput = Readonly<Partial<Record<'UserName' | 'RoleName' | 'GroupName', string>>>

/**
 * Finds the user, role or group a call names, in the caller's account.
 *
 * @param kind user, role or group
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
 * Gives the ARN that policies see for an operation on one user, role or group.
 *
 * @param kind user, role or group
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
 * Gives the condition keys of an operation on one user, role or group.
 *
 * @param kind user, role or group
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
