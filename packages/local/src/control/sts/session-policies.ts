import { ControlError } from '../control-error.ts'
import { checkDocument } from '../iam/documents.ts'
import { optionalDocument } from '../iam/members.ts'
import type { QueryCall, QueryMember } from '../query/operation.ts'

/** The members that limit a session. */
export interface SessionPolicyInput {
  readonly Policy?: string
  readonly PolicyArns?: readonly { readonly arn: string }[]
}

/** Those members, as operations take them. The packed size of policies and tags, which AWS limits too, is not known. */
export const sessionPolicyMembers: Readonly<Record<'Policy' | 'PolicyArns', QueryMember>> = {
  Policy: optionalDocument,
  PolicyArns: {
    type: 'list',
    max: 10,
    fields: { arn: { type: 'string', required: true, min: 20, max: 2048 } },
  },
}

/**
 * Reads the policies that limit a session.
 *
 * @param call may bring a document and ARNs of managed policies
 * @param accountId of the role or user: only its managed policies, and AWS's own, may limit a session
 * @returns the documents
 * @throws {ControlError} MalformedPolicyDocument or ValidationError
 */
export function readSessionPolicies(
  { input, services }: QueryCall<SessionPolicyInput>,
  accountId: string,
): string[] {
  const policies: string[] = []
  if (input.Policy !== undefined) {
    checkDocument(input.Policy, 'session')
    policies.push(input.Policy)
  }
  for (const { arn } of input.PolicyArns ?? []) {
    const policy = services.store.managedPolicy(arn)
    if (policy === undefined || (policy.accountId ?? accountId) !== accountId) {
      throw new ControlError('MalformedPolicyDocument', `Policy ${arn} does not exist or is not attachable.`)
    }
    policies.push(policy.document)
  }
  return policies
}
