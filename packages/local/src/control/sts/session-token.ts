import { ControlError } from '../control-error.ts'
import type { QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import { issueCredentials } from './credentials.ts'

interface SessionTokenInput {
  readonly DurationSeconds?: number
}

const defaultSeconds = 43_200

/** GetSessionToken, which every user may call: it gives them nothing they have not. Second factors are not served. */
export const sessionTokenOperation: QueryOperation = defineQueryOperation<SessionTokenInput>({
  name: 'GetSessionToken',
  members: { DurationSeconds: { type: 'integer', min: 900, max: 129_600 } },
  handle: (call) => {
    const { caller } = call.request
    if (caller.type !== 'user') {
      throw new ControlError('AccessDenied', 'Cannot call GetSessionToken with session credentials')
    }
    return {
      Credentials: issueCredentials(call, call.input.DurationSeconds ?? defaultSeconds, {
        kind: 'user',
        principalId: caller.id,
        sessionName: '',
        policies: [],
        tags: {},
      }),
    }
  },
})
