import type { Lambda } from '@aws-sdk/client-lambda'
import { AwsError, isServiceError } from './errors.ts'
import { readFunctionPolicy, refuseOrphans, type FunctionRef } from './statements.ts'
import { freshPrincipal } from './wait.ts'

/**
 * Says why Lambda refuses a principal: it is unknown, or a principal of another statement was deleted a moment ago.
 * @param lambda the client
 * @param ref function and alias
 * @param principal the principal of the new statement
 * @returns throws a coded error for what `AddPermission` threw; the same error when it is another one
 */
export function rethrowPrincipal(
  lambda: Lambda,
  ref: FunctionRef,
  principal: string,
): (error: unknown) => Promise<never> {
  return async (error) => {
    const isInvalid =
      isServiceError(error, freshPrincipal.name) && freshPrincipal.message?.test(error.message)
    if (isInvalid !== true) throw error
    const { statements } = await readFunctionPolicy(lambda, ref)
    refuseOrphans(ref, statements, [])
    throw new AwsError(
      'PrincipalNotFound',
      `Lambda does not know ${principal}: it does not exist, or was deleted.`,
      { cause: error },
    )
  }
}
