import { maxRoleNameLength } from './limits.ts'

/** Who may take a function's role: the Lambda service alone. */
export const trustPolicy: string = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** AWS's own policy that lets a function write its log, and nothing else. */
export const basicExecutionPolicy = 'service-role/AWSLambdaBasicExecutionRole'

/**
 * Names the role that a function gets for itself.
 * @param functionName bare name of the function
 * @returns the name, within the limit of IAM
 */
export function nameOwnRole(functionName: string): string {
  return `${functionName.slice(0, maxRoleNameLength - '-role'.length)}-role`
}

/**
 * Describes the role that a function gets for itself; by this text it is known as furlong's own.
 * @param functionName bare name of the function
 * @returns the role's description
 */
export function describeOwnRole(functionName: string): string {
  return `Role of the function ${functionName}, made by furlong deploy`
}

/**
 * Names a managed policy in full.
 * @param policy its ARN, or the name of one of AWS's own
 * @param partition of the account, such as `aws`
 * @returns its ARN
 */
export function createManagedPolicyArn(policy: string, partition: string): string {
  return policy.startsWith('arn:') ? policy : `arn:${partition}:iam::aws:policy/${policy}`
}
