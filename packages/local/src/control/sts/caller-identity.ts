import { ControlError } from '../control-error.ts'
import type { QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'

/** GetCallerIdentity, which anybody with valid keys may call, whatever policies say. */
export const callerIdentityOperation: QueryOperation = defineQueryOperation({
  name: 'GetCallerIdentity',
  members: {},
  handle: ({ request }) => {
    const { caller } = request
    if (caller.type === 'anonymous' || caller.type === 'service') {
      throw new ControlError('MissingAuthenticationToken', 'Request is missing Authentication Token')
    }
    return { UserId: caller.id, Account: caller.account, Arn: caller.arn }
  },
})
