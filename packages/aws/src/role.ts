import { parseArn } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import type { Clients } from './target.ts'

/** Who may take a function's role: the Lambda service alone. */
const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** Lets a function write its log, and nothing else. */
const basicExecutionPolicyName = 'service-role/AWSLambdaBasicExecutionRole'
const maxRoleNameLength = 64

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
  const RoleName = `${functionName.slice(0, maxRoleNameLength - '-role'.length)}-role`
  const existing = await readRoleArn(clients, RoleName)
  const roleArn = existing ?? (await createRole(clients, RoleName, functionName))
  // Attaching is idempotent; it is done again because a first run may have stopped between the two.
  await iam.attachRolePolicy({
    RoleName,
    PolicyArn: createPolicyArn(roleArn),
  })
  return { roleArn, isNew: existing === undefined }
}

/**
 * Takes back a role that `ensureRole` has just made, when the function it was for could not be.
 * @param clients the clients
 * @param roleArn ARN of the role
 */
export async function removeRole(clients: Clients, roleArn: string): Promise<void> {
  const iam = await clients.iam()
  const RoleName = roleArn.split('/').at(-1) ?? ''
  await iam.detachRolePolicy({ RoleName, PolicyArn: createPolicyArn(roleArn) })
  await iam.deleteRole({ RoleName })
}

/** In the role's own partition. */
function createPolicyArn(roleArn: string): string {
  const partition = parseArn(roleArn)?.partition ?? 'aws'
  return `arn:${partition}:iam::aws:policy/${basicExecutionPolicyName}`
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
  try {
    return (await (await clients.iam()).getRole({ RoleName })).Role?.Arn
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
    Description: `Role of the function ${functionName}, made by furlong deploy`,
  })
  return Role?.Arn ?? ''
}
