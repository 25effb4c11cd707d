import { compilePolicy, type CompiledPolicy, parsePolicy } from '@furlong/iam'

/**
 * Compiles the trust policy of a role: it is asked rarely, so nothing keeps the result.
 *
 * @param roleName shown to people
 * @param document the stored document
 * @returns the compiled policy
 */
export function compileTrustPolicy(roleName: string, document: string): CompiledPolicy {
  const origin = { type: 'trust', name: `the trust policy of role ${roleName}` } as const
  return compilePolicy(parsePolicy(document, 'trust'), origin)
}
