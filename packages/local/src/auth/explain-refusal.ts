import {
  type AccessRequest,
  type CompiledPolicy,
  compilePolicy,
  explain,
  type Explanation,
  parseFunctionArn,
  parsePolicy,
  type PolicySet,
} from '@furlong/iam'
import type { Store } from '../store/store.ts'

/**
 * Explains a refusal with what this side knows beyond the documents that count: whose the unique ids in stored policies are, and
 * what the policy of an alias's function says, which does not count for the alias and may have been meant to.
 *
 * @param store users, roles and functions
 * @param request what was decided
 * @param policies what had a say
 * @returns the cause, what came nearest, and the fixes
 */
export function explainRefusal(store: Store, request: AccessRequest, policies: PolicySet): Explanation {
  return explain(request, policies, {
    related: readRelated(store, request),
    resolveUniqueId: (id) => store.principal(id)?.arn,
  })
}

function readRelated(store: Store, { resource, endpoint }: AccessRequest): CompiledPolicy[] {
  const called = endpoint && parseFunctionArn(resource)
  if (called?.qualifier === undefined) return []
  const stored = store.functionPolicy(called.unqualifiedArn, undefined)
  if (stored === undefined) return []
  const origin = { type: 'resource', name: `the policy of function ${called.name} itself` } as const
  return [compilePolicy(parsePolicy(stored.document, 'resource'), origin)]
}
