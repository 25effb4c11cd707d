import type { Lambda } from '@aws-sdk/client-lambda'
import { AwsError, isServiceError } from './errors.ts'
import { isUniqueId, readFunctionPolicy, type FunctionRef } from './statements.ts'
import { freshPrincipal } from './wait.ts'

/**
 * Says why Lambda refuses a principal: it is unknown, or another statement of the policy holds the id of a deleted one.
 * @param error what `AddPermission` threw
 * @param lambda the client
 * @param ref function and alias
 * @param principal the principal of the new statement
 * @returns a coded error that names the orphaned statements; the same error when it is another one
 */
export async function describeInvalidPrincipal(
  error: unknown,
  lambda: Lambda,
  ref: FunctionRef,
  principal: string,
): Promise<unknown> {
  const isInvalid = isServiceError(error, freshPrincipal.name) && freshPrincipal.message?.test(error.message)
  if (isInvalid !== true) return error
  const { statements } = await readFunctionPolicy(lambda, ref)
  const orphans = statements.filter(({ Principal }) => isUniqueId(Principal)).flatMap(({ Sid }) => Sid ?? [])
  if (orphans.length === 0) {
    return new AwsError(
      'PrincipalNotFound',
      `Lambda does not know ${principal}: it does not exist, or was deleted.`,
      {
        cause: error,
      },
    )
  }
  return new AwsError(
    'PrincipalNotFound',
    `Lambda refuses ${principal}: it does not exist, or the policy of ${ref.functionName} is in the way, whose statements ${orphans.join(', ')} name principals that were deleted.`,
    {
      cause: error,
      // One that is left is enough for the next refusal.
      tryThis: orphans.map((orphan) => createRemoval(ref, orphan)).join(' && '),
    },
  )
}

function createRemoval({ functionName, qualifier }: FunctionRef, statementId: string): string {
  const alias = qualifier === undefined ? '' : ` --qualifier ${qualifier}`
  return `aws lambda remove-permission --function-name ${functionName}${alias} --statement-id ${statementId}`
}
