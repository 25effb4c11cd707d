import { createStatementId, type Fix, type Policy, type Statement } from '@furlong/iam'

/** A caller that has the first of the two permissions of a function URL and not the second, as grants before October 2025 were. */
export interface HalfGrant {
  /** Of the statement that is there. */
  readonly statementId: string | undefined
  /** An ARN, a service's name, or `*`. */
  readonly principal: string
  /** What adds the second permission. */
  readonly fix: Fix & { readonly kind: 'add-permission' }
}

/**
 * Finds the half grants of a function's policy. Within one account the second permission may also come from the caller's own
 * policy; the statement that is missing does no harm then.
 * @param functionArn of the function, with its alias when the policy is the alias's
 * @param policy its policy
 * @returns one for each caller and source, in the order of the policy
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function findHalfGrants(functionArn: string, policy: Policy): HalfGrant[] {
  const allows = policy.statements.filter(({ effect }) => effect === 'Allow')
  const granted = (
    action: string,
  ): { statement: Statement; principal: string; sourceArn: string | undefined }[] =>
    allows
      .filter((statement) => statement.actions?.some((pattern) => covers(pattern, action)))
      .flatMap((statement) =>
        (statement.principals ?? []).map(({ value }) => ({
          statement,
          principal: value,
          sourceArn: readSourceArn(statement),
        })),
      )
  const invokes = granted('lambda:InvokeFunction')
  return granted('lambda:InvokeFunctionUrl')
    .filter(({ principal }) => !isDead(principal))
    .filter(
      ({ principal, sourceArn }) =>
        !invokes.some(
          (other) =>
            other.principal === principal && (other.sourceArn === undefined || other.sourceArn === sourceArn),
        ),
    )
    .map(({ statement, principal, sourceArn }) => ({
      statementId: statement.sid,
      principal,
      fix: {
        kind: 'add-permission',
        functionArn,
        statementId: createStatementId(sourceArn ?? principal, 'invoke'),
        action: 'lambda:InvokeFunction',
        principal,
        invokedViaFunctionUrl: true,
        ...(sourceArn === undefined ? {} : { sourceArn }),
      },
    }))
}

/**
 * Finds the statements whose principal was deleted: AWS shows its unique id in place of the ARN, and refuses every further
 * AddPermission until the statement is gone.
 * @param policy a function's policy
 * @returns ids of the statements, and the unique id each names
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function findOrphans(policy: Policy): { readonly statementId: string; readonly principal: string }[] {
  return policy.statements.flatMap(({ sid, principals = [] }) =>
    principals
      .filter(({ value }) => isDead(value))
      .map(({ value }) => ({ statementId: sid ?? '', principal: value })),
  )
}

const isDead = (principal: string): boolean => /^A(?:ROA|IDA)[A-Z0-9]+$/.test(principal)

function covers(pattern: string, action: string): boolean {
  const [, start = pattern, isOpen] = /^(.*?)(\*?)$/.exec(pattern) ?? []
  const [wanted, given] = [action.toLowerCase(), start.toLowerCase()]
  return isOpen === '*' ? wanted.startsWith(given) : wanted === given
}

function readSourceArn({ conditions }: Statement): string | undefined {
  return conditions.find(({ key }) => key.toLowerCase() === 'aws:sourcearn')?.values[0]
}
