import type { QueryOperation } from '../query/operation.ts'
import { assumeRoleOperation } from './assume-role.ts'
import { callerIdentityOperation } from './caller-identity.ts'

/** Every operation of STS that is served, by name. */
export const stsOperations: ReadonlyMap<string, QueryOperation> = new Map(
  [callerIdentityOperation, assumeRoleOperation].map((row) => [row.name, row]),
)
