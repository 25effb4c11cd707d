import type { PolicySet } from '@furlong/iam'
import type { Store, StoredFunctionPolicy } from '../store/store.ts'
import type { Caller } from './caller.ts'
import type { CompiledPolicies } from './compiled-policies.ts'

/** The policy of a function, when it has one. */
export interface ResourcePolicy {
  /** Shown to people. */
  readonly name: string
  readonly stored: StoredFunctionPolicy
}

const deletedBoundary = {
  document: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
}

/**
 * Finds the document of a permissions boundary. One that has been deleted allows nothing: closed, as a policy without
 * statements is.
 *
 * @param store where it lies
 * @param boundaryArn a managed policy
 * @returns the policy, or what stands for it
 */
export function readBoundary(store: Store, boundaryArn: string): { readonly document: string } {
  return store.managedPolicy(boundaryArn) ?? deletedBoundary
}

/**
 * Everything that has a say when this caller wants something.
 *
 * @param store where the documents lie
 * @param policies the compiled documents
 * @param caller who calls; undefined for an anonymous request
 * @param resource the policy on the resource
 * @returns the policies, compiled
 */
export function collectPolicies(
  store: Store,
  policies: CompiledPolicies,
  caller: Caller | undefined,
  resource?: ResourcePolicy,
): PolicySet {
  const set: { -readonly [K in keyof PolicySet]: PolicySet[K] } = {}
  if (resource !== undefined) {
    const { name, stored } = resource
    const [compiled] = policies.get('resource', stored, () => [{ name, document: stored.document }])
    if (compiled !== undefined) set.resource = compiled
  }
  if (caller === undefined) return set
  const identity = store.identityPolicies(caller.principalId)
  set.identity = policies.get('identity', identity, () => identity)
  const boundaryArn = store.principal(caller.principalId)?.boundaryArn
  if (boundaryArn !== undefined) {
    const boundary = readBoundary(store, boundaryArn)
    const { document } = boundary
    const [compiled] = policies.get('boundary', boundary, () => [{ name: boundaryArn, document }])
    if (compiled !== undefined) set.boundary = compiled
  }
  const { sessionPolicies } = caller
  if (sessionPolicies.length > 0) {
    set.session = policies.get('session', sessionPolicies, () =>
      sessionPolicies.map((document, index) => ({ name: `session policy ${index + 1}`, document })),
    )
  }
  return set
}
