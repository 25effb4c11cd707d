import assert from 'node:assert/strict'
import {
  compilePolicy,
  createUrlIdentityPolicy,
  parseFunctionArn,
  parsePolicy,
  PolicyError,
} from '@furlong/iam'

const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:books'
assert.equal(parseFunctionArn(functionArn)?.accountId, '111122223333')
const policy = parsePolicy(JSON.stringify(createUrlIdentityPolicy(functionArn)), 'identity')
compilePolicy(policy, { type: 'identity', name: 'reader' })
assert.throws(() => parsePolicy('{}', 'identity'), PolicyError)

// @ts-expect-error there is no such kind
export const wrong = (): unknown => parsePolicy('{}', 'other')
