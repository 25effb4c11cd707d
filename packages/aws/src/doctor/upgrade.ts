import { parsePolicy, type Fix } from '@furlong/iam'
import { isServiceError, withAwsErrors } from '../errors.ts'
import { findFunction } from '../functions.ts'
import { createRefInput, type FunctionRef } from '../statements.ts'
import { createClients, type Clients, type Target } from '../target.ts'
import { listUrls } from '../urls.ts'
import { applyFix } from './apply-fix.ts'
import { findHalfGrants, type HalfGrant } from './half-grants.ts'

/** A function URL with callers that have the first of two permissions only. */
export interface HalfGrantedUrl {
  readonly url: string
  /** With the alias when the URL is an alias's. */
  readonly functionArn: string
  readonly halfGrants: readonly HalfGrant[]
}

/**
 * Finds the URLs of an account and region whose callers were granted by the rule before October 2025.
 * @param target the account
 * @returns the URLs that have such callers
 * @throws {AwsError} when functions, URLs or policies may not be read
 */
export async function findHalfGrantedUrls(target: Target): Promise<HalfGrantedUrl[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found: HalfGrantedUrl[] = []
    for (const { url, functionArn } of await listUrls(target)) {
      const { ref } = await findFunction(clients, functionArn, target)
      const halfGrants = await readHalfGrants(clients, ref, functionArn)
      if (halfGrants.length > 0) found.push({ url, functionArn, halfGrants })
    }
    return found
  })
}

/** The second permission of a caller, as it was added. */
export type UpgradedGrant = Fix & { readonly kind: 'add-permission' }

/**
 * Adds the second permission for each caller of a function's URL that has the first one only.
 * @param target the account
 * @param options the function, or its alias
 * @returns the permissions that were added
 * @throws {AwsError} `FunctionNotFound`, or what AddPermission is refused for
 */
export async function upgradeGrants(
  target: Target,
  options: { readonly functionName: string },
): Promise<readonly UpgradedGrant[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const { ref, functionArn } = await findFunction(clients, options.functionName, target)
    const added = (await readHalfGrants(clients, ref, functionArn)).map(({ fix }) => fix)
    // One after the other: Lambda answers 409 to two at once.
    for (const fix of added) await applyFix(target, fix)
    return added
  })
}

async function readHalfGrants(clients: Clients, ref: FunctionRef, functionArn: string): Promise<HalfGrant[]> {
  const lambda = await clients.lambda()
  try {
    const { Policy } = await lambda.getPolicy(createRefInput(ref))
    return Policy === undefined ? [] : findHalfGrants(functionArn, parsePolicy(Policy, 'resource'))
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return []
    throw error
  }
}
