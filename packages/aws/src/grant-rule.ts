import { createHash } from 'node:crypto'
import type { GrantPrincipal } from './principal.ts'
import type { Permission } from './statements.ts'

interface GrantRow {
  readonly suffix: string
  readonly action: string
  readonly condition: Pick<Permission, 'functionUrlAuthType' | 'invokedViaFunctionUrl'>
}

/**
 * The two statements without which a function URL lets nobody in, each with the condition that keeps it to the URL.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const grantRows: readonly GrantRow[] = [
  { suffix: 'url', action: 'lambda:InvokeFunctionUrl', condition: { functionUrlAuthType: 'AWS_IAM' } },
  { suffix: 'invoke', action: 'lambda:InvokeFunction', condition: { invokedViaFunctionUrl: true } },
]

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
  return grantRows.map(({ suffix, action, condition }) => ({
    statementId: `furlong-${slug}-${hash}-${suffix}`,
    action,
    principal: principal.principal,
    ...condition,
  }))
}

/** The two statements of a URL that is open to everybody; ids as the console and others name them. */
export const publicPermissions: readonly Permission[] = [
  {
    statementId: 'FunctionURLAllowPublicAccess',
    action: 'lambda:InvokeFunctionUrl',
    principal: '*',
    functionUrlAuthType: 'NONE',
  },
  {
    statementId: 'FunctionURLAllowInvokeAction',
    action: 'lambda:InvokeFunction',
    principal: '*',
    // Without it any signed caller of any account could use the Invoke API directly.
    invokedViaFunctionUrl: true,
  },
]

/**
 * Creates the identity policy that a caller of another account needs beside the grant.
 * @param functionArn ARN of the function, with its alias when the URL is an alias's
 * @returns the policy document as indented JSON
 */
export function createIdentityPolicy(functionArn: string): string {
  const Statement = grantRows.map(({ action, condition }) => ({
    Effect: 'Allow',
    Action: action,
    Resource: functionArn,
    ...(condition.invokedViaFunctionUrl === undefined
      ? {}
      : { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } }),
  }))
  return JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2)
}
