import type { ManagedPolicyRecord } from '../../store/managed-policies.ts'
import { ControlError } from '../control-error.ts'
import type { QueryCall } from '../query/operation.ts'

/** The input of an operation on one managed policy. */
export interface PolicyInput {
  readonly PolicyArn: string
}

/**
 * Finds the managed policy a call names. Another account's policies are as unknown as those that do not exist.
 *
 * @param call names it
 * @returns AWS's own policy, or one of the caller's account
 * @throws {ControlError} NoSuchEntity
 */
export function findPolicy({ input, request, services }: QueryCall<PolicyInput>): ManagedPolicyRecord {
  const policy = services.store.managedPolicy(input.PolicyArn)
  if (policy === undefined || (policy.accountId ?? request.accountId) !== request.accountId) {
    throw new ControlError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`)
  }
  return policy
}

/** guess: the words for a change of a policy that AWS owns. */
const ownedByAws = 'Policy is outside your own account.'

/**
 * Finds the managed policy that a call wants to change.
 *
 * @param call names it
 * @returns a policy of the caller's account
 * @throws {ControlError} NoSuchEntity, or AccessDenied for a policy of AWS's own
 */
export function findOwnPolicy(call: QueryCall<PolicyInput>): ManagedPolicyRecord {
  const policy = findPolicy(call)
  if (policy.accountId === undefined) throw new ControlError('AccessDenied', ownedByAws)
  return policy
}
