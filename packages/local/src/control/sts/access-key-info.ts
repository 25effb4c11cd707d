import { ControlError } from '../control-error.ts'
import type { QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'

interface KeyInput {
  readonly AccessKeyId: string
}

/** guess: the refusal of a key that is nobody's; AWS says that there may be one. */
const unknownKey = (id: string): ControlError =>
  new ControlError('ValidationError', `The access key ${id} does not exist.`)

/** GetAccessKeyInfo, for the keys of every account on this side. */
export const accessKeyInfoOperation: QueryOperation = defineQueryOperation<KeyInput>({
  name: 'GetAccessKeyInfo',
  members: { AccessKeyId: { type: 'string', required: true, min: 16, max: 128, pattern: '[\\w]*' } },
  resource: () => '*',
  handle: ({ input, services: { store } }) => {
    const found = store.accessKey(input.AccessKeyId) ?? store.session(input.AccessKeyId)
    if (found === undefined) throw unknownKey(input.AccessKeyId)
    return { Account: found.accountId }
  },
})
