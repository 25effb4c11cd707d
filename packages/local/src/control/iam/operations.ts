import type { QueryOperation } from '../query/operation.ts'
import { accessKeyOperations } from './access-keys.ts'
import { attachmentOperations } from './attachments.ts'
import { authorizationDetailsOperations } from './authorization-details.ts'
import { boundaryOperations } from './boundaries.ts'
import { groupOperations } from './groups.ts'
import { inlinePolicyOperations } from './inline-policies.ts'
import { managedPolicyOperations } from './managed-policies.ts'
import { policyEntityOperations } from './policy-entities.ts'
import { policyVersionOperations } from './policy-versions.ts'
import { roleOperations } from './roles.ts'
import { simulationOperations } from './simulation/simulate.ts'
import { tagOperations } from './tagging.ts'
import { userOperations } from './users.ts'

/** Every operation of IAM that is served, by name. */
export const iamOperations: ReadonlyMap<string, QueryOperation> = new Map(
  [
    ...roleOperations,
    ...userOperations,
    ...groupOperations,
    ...inlinePolicyOperations,
    ...managedPolicyOperations,
    ...policyVersionOperations,
    ...policyEntityOperations,
    ...attachmentOperations,
    ...boundaryOperations,
    ...accessKeyOperations,
    ...tagOperations,
    ...simulationOperations,
    ...authorizationDetailsOperations,
  ].map((row) => [row.name, row]),
)
