import type { QueryOperation } from '../query/operation.ts'
import { accessKeyOperations } from './access-keys.ts'
import { attachmentOperations } from './attachments.ts'
import { boundaryOperations } from './boundaries.ts'
import { inlinePolicyOperations } from './inline-policies.ts'
import { managedPolicyOperations } from './managed-policies.ts'
import { roleOperations } from './roles.ts'
import { userOperations } from './users.ts'

/** Every operation of IAM that is served, by name. */
export const iamOperations: ReadonlyMap<string, QueryOperation> = new Map(
  [
    ...roleOperations,
    ...userOperations,
    ...inlinePolicyOperations,
    ...managedPolicyOperations,
    ...attachmentOperations,
    ...boundaryOperations,
    ...accessKeyOperations,
  ].map((row) => [row.name, row]),
)
