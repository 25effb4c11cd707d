import type { Store } from '../../store/store.ts'
import { ControlError } from '../control-error.ts'
import type { QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import { policyArn } from './members.ts'
import type { NamedInput } from './principal-kind.ts'
import { contextOfNamed, findNamed, kinds, resourceOfNamed } from './principal-kind.ts'

interface BoundaryInput extends NamedInput {
  readonly PermissionsBoundary: string
}

/**
 * Checks that a permissions boundary is an existing managed policy, AWS's own or the account's.
 *
 * @param boundaryArn undefined for none
 * @param accountId of the user or role
 * @param store knows the policies
 * @throws {ControlError} NoSuchEntity
 */
export function checkBoundary(boundaryArn: string | undefined, accountId: string, store: Store): void {
  if (boundaryArn === undefined) return
  const policy = store.managedPolicy(boundaryArn)
  if (policy === undefined || (policy.accountId ?? accountId) !== accountId) {
    throw new ControlError('NoSuchEntity', `Scope ARN: ${boundaryArn} does not exist or is not attachable.`)
  }
}

function createBoundaryOperations(type: 'user' | 'role'): QueryOperation[] {
  const kind = kinds[type]
  const { named } = kind
  const rights = { resource: resourceOfNamed(kind), context: contextOfNamed(kind) }
  return [
    defineQueryOperation<BoundaryInput>({
      name: `Put${kind.noun}PermissionsBoundary`,
      members: { ...named, PermissionsBoundary: policyArn },
      ...rights,
      handle: (call) => {
        const { store } = call.services
        const principal = findNamed(kind, call)
        checkBoundary(call.input.PermissionsBoundary, call.request.accountId, store)
        store.principals.update(principal, { boundaryArn: call.input.PermissionsBoundary })
        return undefined
      },
    }),
    defineQueryOperation<NamedInput>({
      name: `Delete${kind.noun}PermissionsBoundary`,
      members: named,
      ...rights,
      handle: (call) => {
        const principal = findNamed(kind, call)
        if (principal.boundaryArn === undefined) {
          throw new ControlError(
            'NoSuchEntity',
            `The ${kind.type} with name ${principal.name} does not have a permissions boundary.`,
          )
        }
        call.services.store.principals.update(principal, { boundaryArn: undefined })
        return undefined
      },
    }),
  ]
}

/** Put and Delete, for roles and users. */
export const boundaryOperations: readonly QueryOperation[] = [
  ...createBoundaryOperations('role'),
  ...createBoundaryOperations('user'),
]
