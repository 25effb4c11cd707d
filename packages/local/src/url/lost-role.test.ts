import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../start.ts'
import { call } from '../testing/call.ts'
import { createAdministrator, deployFunction } from '../testing/deploy-function.ts'

let local: Local

beforeAll(async () => {
  local = await startLocal({ memory: true })
})
afterAll(() => local.close())

describe('a function whose role was deleted', () => {
  it('fails, and the record says which role it was and what mends it', async () => {
    const { lambda, iam } = createAdministrator(local)
    const { roleArn } = await deployFunction({ lambda, iam }, 'books', 'export const handler = () => 1')
    await iam.deleteRole({ RoleName: 'books-role' })
    const { FunctionUrl: url = '' } = await lambda.createFunctionUrlConfig({
      FunctionName: 'books',
      AuthType: 'AWS_IAM',
    })
    expect(await call({ url, credentials: local.accounts[0]! })).toMatchObject({
      status: 502,
      body: 'Internal Server Error',
    })
    expect(local.records.latestRefusal()?.refusal).toMatchObject({
      gate: 'invoke',
      code: 'UnknownRole',
      cause: `No execution environment could be started: Role ${roleArn} does not exist on this local side.`,
      fix: 'Make the role again, or give the function another: aws lambda update-function-configuration --function-name books --role <arn>',
    })
  })
})
