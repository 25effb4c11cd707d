import type { RawRequest } from '@furlong/sigv4'

import { readFunctionTarget } from './lambda/function-target.ts'
import { invokeOperation } from './lambda/invoke.ts'
import { invokeWithResponseStreamOperation } from './lambda/invoke-stream.ts'
import { findRoute } from './lambda/router.ts'
import { ControlError } from './control-error.ts'

const invocations = [invokeOperation, invokeWithResponseStreamOperation]

/**
 * Tells which function a call of the Lambda API invokes, before anything of it is checked.
 *
 * @param request method and target
 * @param where the account and the region of a bare name
 * @returns the ARN as it is called, with alias or version; undefined for any other call
 */
export function findInvokedArn(
  { method, target }: Pick<RawRequest, 'method' | 'target'>,
  where: { readonly accountId: string; readonly region: string },
): string | undefined {
  const [pathname = '', search] = target.split('?', 2)
  const name = findRoute(invocations, method, pathname)?.uri['FunctionName']
  if (name === undefined) return undefined
  const qualifier = new URLSearchParams(search).get('Qualifier') ?? undefined
  try {
    return readFunctionTarget(name, qualifier, where).qualifiedArn
  } catch (error) {
    // A name that contradicts itself is refused later, in Lambda's words.
    if (error instanceof ControlError) return undefined
    throw error
  }
}
