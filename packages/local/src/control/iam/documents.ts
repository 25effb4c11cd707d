import type { PolicyKind } from '@furlong/iam'
import { parsePolicy, PolicyError } from '@furlong/iam'

import { ControlError } from '../control-error.ts'

/**
 * Checks a policy document.
 *
 * @param document its JSON
 * @param kind what it is to be
 * @throws {ControlError} MalformedPolicyDocument that names the place and the rule
 */
export function checkDocument(document: string, kind: PolicyKind): void {
  try {
    parsePolicy(document, kind)
  } catch (error) {
    if (error instanceof PolicyError) throw new ControlError(error.code, error.message)
    throw error
  }
}

/**
 * Counts a document's characters the way IAM's quotas do.
 *
 * @param document its JSON
 * @returns the number of characters that are no blanks
 */
export function countCharacters(document: string): number {
  return document.replace(/\s/g, '').length
}
