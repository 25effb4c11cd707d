import { type AccessRequest, explain, type Explanation, type PolicySet } from '@furlong/iam'
import type { Store } from '../store/store.ts'

/**
 * Explains a refusal with what this side knows beyond the documents: whose the unique ids in stored policies are.
 *
 * @param store users and roles
 * @param request what was decided
 * @param policies what had a say
 * @returns the cause, what came nearest, and the fixes
 */
export function explainRefusal(store: Store, request: AccessRequest, policies: PolicySet): Explanation {
  return explain(request, policies, { resolveUniqueId: (id) => store.principal(id)?.arn })
}
