import type { PolicySet } from '@furlong/iam'
import type { Store } from '../store/store.ts'
import type { Caller } from './caller.ts'
import type { CompiledPolicies } from './compiled-policies.ts'

const emptyPolicy = '{"Version":"2012-10-17","Statement":[]}'

/**
 * Everything that has a say when this caller wants something.
 *
 * @param store where the documents lie
 * @param policies the cache of compiled documents
 * @param caller who calls; undefined for an anonymous request
 * @param resource the policy on the resource, when it has one: a name for people and the stored document
 * @returns the policies, compiled
 */
export function collectPolicies(
  store: Store,
  policies: CompiledPolicies,
  caller: Caller | undefined,
  resource?: { readonly name: string; readonly document: string },
): PolicySet {
  const set: { -readonly [K in keyof PolicySet]: PolicySet[K] } = {}
  if (resource !== undefined) set.resource = policies.get('resource', resource.name, resource.document)
  if (caller === undefined) return set
  set.identity = store
    .identityPolicies(caller.principalId)
    .map(({ name, document }) => policies.get('identity', name, document))
  const boundaryArn = store.principal(caller.principalId)?.boundaryArn
  if (boundaryArn !== undefined) {
    // A boundary that has been deleted allows nothing: closed, as an empty document is.
    const document = store.managedPolicy(boundaryArn)?.document ?? emptyPolicy
    set.boundary = policies.get('boundary', boundaryArn, document)
  }
  if (caller.sessionPolicies.length > 0) {
    set.session = caller.sessionPolicies.map((document, index) =>
      policies.get('session', `session policy ${index + 1}`, document),
    )
  }
  return set
}
