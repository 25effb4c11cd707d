import type { CompiledPolicy } from './compile.ts'
import type { PolicySet } from './decision.ts'
import type { ExplainOptions } from './explanation.ts'

/**
 * Lists every policy in which an explanation looks for statements.
 *
 * @param policies every policy that counts
 * @param options policies that do not count but were perhaps meant to
 * @returns the policies, those of the resource first
 */
export function listPolicies(
  { resource, identity = [], boundary, session = [], scps = [] }: PolicySet,
  { related = [] }: ExplainOptions = {},
): CompiledPolicy[] {
  return [
    ...(resource === undefined ? [] : [resource]),
    ...related,
    ...identity,
    ...(boundary === undefined ? [] : [boundary]),
    ...session,
    ...scps.flat(),
  ]
}
