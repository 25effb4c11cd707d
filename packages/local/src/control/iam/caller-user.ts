import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall } from '../query/operation.ts'
import type { NamedInput } from './principal-kind.ts'
import { findNamed, kinds, resourceOfNamed } from './principal-kind.ts'

/**
 * Finds the user a call names, or the user who calls when it names none.
 *
 * @param call may name a user
 * @returns the user
 * @throws {ControlError} NoSuchEntity, or ValidationError when a caller that is no user names none
 */
export function findUserOrCaller(call: QueryCall<NamedInput>): PrincipalRecord {
  const { input, request, services } = call
  if (input.UserName !== undefined) return findNamed(kinds.user, call)
  const user = request.caller.type === 'user' ? services.store.principal(request.caller.id) : undefined
  if (user !== undefined) return user
  throw new ControlError('ValidationError', 'Must specify userName when calling with non-User credentials')
}

/**
 * Gives the ARN that policies see for such a call.
 *
 * @param call may name a user
 * @returns the ARN of the user it is about
 */
export function resourceOfUserOrCaller(call: QueryCall<NamedInput>): string {
  return call.input.UserName === undefined ? findUserOrCaller(call).arn : resourceOfNamed(kinds.user)(call)
}
