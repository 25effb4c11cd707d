import { createHash } from 'node:crypto'
import { endpointKinds } from '@furlong/iam'
import type { GrantPrincipal } from './principal.ts'
import type { Permission } from './statements.ts'

/** The statements without which a function URL lets nobody in; the rule itself is `iam`'s. */
const urlActions = endpointKinds['function-url'].actions

const maxSlugLength = 60

/**
 * Creates the permissions that let a principal call a function's URL.
 * @param principal who may call
 * @returns both statements; the same principal always gets the same statement ids
 */
export function createGrantPermissions(principal: GrantPrincipal): readonly Permission[] {
  const name = principal.principal.split(':').at(-1) ?? ''
  const slug = name.replaceAll(/[^a-zA-Z0-9-_]+/g, '-').slice(0, maxSlugLength)
  // Names may differ only in what the slug loses, or in their account.
  const hash = createHash('sha256').update(principal.principal).digest('hex').slice(0, 8)
  return urlActions.map(({ statementSuffix, action, grant }) => ({
    statementId: `furlong-${slug}-${hash}-${statementSuffix}`,
    action,
    principal: principal.principal,
    ...grant('AWS_IAM'),
  }))
}

/** Ids of public statements, as the console and others name them. */
const publicStatementIds: Readonly<Record<string, string>> = {
  'lambda:InvokeFunctionUrl': 'FunctionURLAllowPublicAccess',
  'lambda:InvokeFunction': 'FunctionURLAllowInvokeAction',
}

/** The statements of a URL that is open to everybody; without their conditions any signed caller could use the Invoke API. */
export const publicPermissions: readonly Permission[] = urlActions.map(
  ({ action, grant, statementSuffix }) => ({
    statementId: publicStatementIds[action] ?? `FunctionURLAllow-${statementSuffix}`,
    action,
    principal: '*',
    ...grant('NONE'),
  }),
)

/**
 * Creates the identity policy that a caller of another account needs beside the grant.
 * @param functionArn ARN of the function, with its alias when the URL is an alias's
 * @returns the policy document as indented JSON
 */
export function createIdentityPolicy(functionArn: string): string {
  const Statement = urlActions.map(({ action, grant }) => ({
    Effect: 'Allow',
    Action: action,
    Resource: functionArn,
    ...(grant('AWS_IAM').invokedViaFunctionUrl === undefined
      ? {}
      : { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } }),
  }))
  return JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2)
}
