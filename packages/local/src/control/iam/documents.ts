import type { PolicyKind, PolicyPlace } from '@furlong/iam'
import { findPolicyExcess, parsePolicy, PolicyError, policyLimits } from '@furlong/iam'

import { ControlError } from '../control-error.ts'

/**
 * Checks a policy document and its length.
 *
 * @param document its JSON
 * @param place where it is to be kept
 * @param owner the name of the user, group or role that it is to belong to
 * @param others the owner's other documents, where they count together
 * @throws {ControlError} MalformedPolicyDocument or LimitExceeded, in AWS's words
 */
export function checkDocument(
  document: string,
  place: PolicyPlace,
  owner = '',
  others: readonly string[] = [],
): void {
  checkSyntax(document, policyLimits[place].kind)
  const excess = findPolicyExcess(place, [document, ...others], { owner })
  if (excess !== undefined) throw new ControlError(excess.code, excess.message)
}

function checkSyntax(document: string, kind: PolicyKind): void {
  try {
    parsePolicy(document, kind)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    // AWS's sentence says little; where the mistake stands is for the record.
    throw new ControlError(error.code, error.awsMessage, {
      recorded: `${error.awsMessage} (${error.message})`,
    })
  }
}
