import type { Role } from '@aws-sdk/client-iam'
import { parseArn } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import {
  basicExecutionPolicy,
  createManagedPolicyArn,
  describeOwnRole,
  nameOwnRole,
  trustPolicy,
} from './setup/own-role.ts'
import type { Clients } from './target.ts'

/** A function's role. */
export interface EnsuredRole {
  readonly roleArn: string
  readonly isNew: boolean
}

/**
 * Sees to it that a function has a role of its own.
 * @param clients the clients
 * @param functionName bare name of the function; the role is named after it
 * @returns the role
 */
export async function ensureRole(clients: Clients, functionName: string): Promise<EnsuredRole> {
  const iam = await clients.iam()
  const RoleName = nameOwnRole(functionName)
  const existing = await readRoleArn(clients, RoleName)
  const roleArn = existing ?? (await createRole(clients, RoleName, functionName))
  // Attaching is idempotent; it is done again because a first run may have stopped between the two.
  await iam.attachRolePolicy({
    RoleName,
    PolicyArn: createPolicyArn(roleArn),
  })
  return { roleArn, isNew: existing === undefined }
}

/** A role that `ensureRole` made. */
export interface OwnRole {
  readonly roleArn: string
  /** Why it must stay; absent when nothing else hangs on it. */
  readonly kept?: string
}

/**
 * Looks at the role that was made for a function.
 * @param clients the clients
 * @param functionName bare name of the function
 * @returns the role; undefined when there is none, or one of that name that somebody else made
 */
export async function inspectOwnRole(clients: Clients, functionName: string): Promise<OwnRole | undefined> {
  const iam = await clients.iam()
  const RoleName = nameOwnRole(functionName)
  const role = await readRole(clients, RoleName)
  if (role?.Arn === undefined || role.Description !== describeOwnRole(functionName)) return undefined
  const roleArn = role.Arn
  const keep = (kept: string): OwnRole => ({ roleArn, kept })
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName })
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName })
  const foreign = [
    ...PolicyNames,
    ...AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []).filter(
      (arn) => arn !== createPolicyArn(roleArn),
    ),
  ]
  if (foreign.length > 0)
    return keep(`it has policies that furlong deploy did not give it: ${foreign.join(', ')}`)
  const { paginateListFunctions } = await import('@aws-sdk/client-lambda')
  for await (const { Functions = [] } of paginateListFunctions({ client: await clients.lambda() }, {})) {
    const other = Functions.find(
      ({ Role, FunctionName }) => Role === roleArn && FunctionName !== functionName,
    )
    if (other !== undefined) return keep(`the function ${other.FunctionName} has it, too`)
  }
  return { roleArn }
}

/**
 * Takes back a role that `ensureRole` made.
 * @param clients the clients
 * @param roleArn ARN of the role, which has no policies but the one it was given
 */
export async function removeRole(clients: Clients, roleArn: string): Promise<void> {
  const iam = await clients.iam()
  const RoleName = roleArn.split('/').at(-1) ?? ''
  try {
    await iam.detachRolePolicy({ RoleName, PolicyArn: createPolicyArn(roleArn) })
  } catch (error) {
    // An earlier run may have stopped between the two.
    if (!isServiceError(error, 'NoSuchEntityException', 'NoSuchEntity')) throw error
  }
  await iam.deleteRole({ RoleName })
}

/** In the role's own partition. */
function createPolicyArn(roleArn: string): string {
  return createManagedPolicyArn(basicExecutionPolicy, parseArn(roleArn)?.partition ?? 'aws')
}

/**
 * Finds a role that the user names.
 * @param clients the clients
 * @param role name or ARN
 * @returns its ARN
 * @throws {AwsError} `RoleNotFound`
 */
export async function findRoleArn(clients: Clients, role: string): Promise<string> {
  const name = role.split('/').at(-1) ?? role
  const arn = await readRoleArn(clients, name)
  if (arn !== undefined && (!role.startsWith('arn:') || arn === role)) return arn
  throw new AwsError('RoleNotFound', `There is no role '${role}' in this account.`, {
    tryThis: 'leave --role out: furlong deploy makes a role for the function',
  })
}

async function readRoleArn(clients: Clients, RoleName: string): Promise<string | undefined> {
  return (await readRole(clients, RoleName))?.Arn
}

async function readRole(clients: Clients, RoleName: string): Promise<Role | undefined> {
  try {
    return (await (await clients.iam()).getRole({ RoleName })).Role
  } catch (error) {
    if (isServiceError(error, 'NoSuchEntityException', 'NoSuchEntity')) return undefined
    throw error
  }
}

async function createRole(clients: Clients, RoleName: string, functionName: string): Promise<string> {
  const { Role } = await (
    await clients.iam()
  ).createRole({
    RoleName,
    AssumeRolePolicyDocument: trustPolicy,
    Description: describeOwnRole(functionName),
  })
  return Role?.Arn ?? ''
}
