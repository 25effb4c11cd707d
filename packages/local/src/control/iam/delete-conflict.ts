import type { PrincipalRecord } from '../../store/principals.ts'
import type { Store } from '../../store/store.ts'
import { ControlError } from '../control-error.ts'

/** What must be gone before a user, role or group can be, in the order AWS asks for it. */
const obstacles: readonly (readonly [
  message: string,
  isThere: (principal: PrincipalRecord, store: Store) => boolean,
])[] = [
  [
    'Cannot delete entity, must detach all policies first.',
    ({ id }, store) => store.managedPolicies.attached(id).length > 0,
  ],
  [
    'Cannot delete entity, must delete policies first.',
    ({ id }, store) => store.inlinePolicies.list(id).length > 0,
  ],
  [
    'Cannot delete entity, must remove users from group first.',
    ({ id }, { groupMembers }) => groupMembers.users(id).length > 0 || groupMembers.groups(id).length > 0,
  ],
  [
    'Cannot delete entity, must delete access keys first.',
    ({ id }, store) => store.accessKeys.list(id).length > 0,
  ],
]

/**
 * Refuses to delete what still has policies, keys or memberships.
 *
 * @param principal the user, role or group
 * @param store knows what it has
 * @throws {ControlError} DeleteConflict
 */
export function refuseWhileInUse(principal: PrincipalRecord, store: Store): void {
  for (const [message, isThere] of obstacles) {
    if (isThere(principal, store)) throw new ControlError('DeleteConflict', message)
  }
}
