import type { QueryOperation } from '../query/operation.ts'
import { accessKeyInfoOperation } from './access-key-info.ts'
import { assumeRoleOperation } from './assume-role.ts'
import { callerIdentityOperation } from './caller-identity.ts'
import { federationTokenOperation } from './federation-token.ts'
import { sessionTokenOperation } from './session-token.ts'

/**
 * Every operation of STS that is served, by name. AssumeRoleWithWebIdentity and AssumeRoleWithSAML are not: nobody here
 * could verify the tokens they take.
 */
export const stsOperations: ReadonlyMap<string, QueryOperation> = new Map(
  [
    callerIdentityOperation,
    assumeRoleOperation,
    sessionTokenOperation,
    federationTokenOperation,
    accessKeyInfoOperation,
  ].map((row) => [row.name, row]),
)
