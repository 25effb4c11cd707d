import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { LocalAccount } from '../side/sides.ts'
import { type Local, startLocal } from '../start.ts'
import { call } from '../testing/call.ts'
import { type Administrator, createAdministrator, deployFunction } from '../testing/deploy-function.ts'

let local: Local
let administrator: Administrator
let url: string
let caller: Pick<LocalAccount, 'accessKeyId' | 'secretAccessKey'>
let aheadMs = 0

beforeAll(async () => {
  local = await startLocal({ memory: true, now: () => new Date(Date.now() + aheadMs) })
  administrator = createAdministrator(local)
  await deployFunction(administrator, 'books', 'export const handler = () => 1')
  const made = await administrator.lambda.createFunctionUrlConfig({
    FunctionName: 'books',
    AuthType: 'AWS_IAM',
  })
  url = made.FunctionUrl ?? ''
  await administrator.iam.createUser({ UserName: 'reader' })
  const { AccessKey } = await administrator.iam.createAccessKey({ UserName: 'reader' })
  caller = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }
})
afterAll(() => local.close())

const allow = async (condition?: object): Promise<void> => {
  const statement = {
    Effect: 'Allow',
    Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
    Resource: '*',
    ...(condition === undefined ? {} : { Condition: condition }),
  }
  await administrator.iam.putUserPolicy({
    UserName: 'reader',
    PolicyName: 'may-read',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  })
}

const statusOf = async (userAgent = 'test'): Promise<number> => {
  const { status } = await call({ url, credentials: caller, headers: [['user-agent', userAgent]] })
  return status
}

describe('what policies say of a caller', () => {
  it('holds until they change, and not a request longer', async () => {
    expect(await statusOf()).toBe(403)
    for (let round = 0; round < 3; round += 1) {
      await allow()
      expect([await statusOf(), await statusOf()]).toEqual([200, 200])
      const [record] = local.records.list({ limit: 1 })
      expect(record?.allowedBy).toEqual([
        'lambda:InvokeFunctionUrl: may-read, statement 1',
        'lambda:InvokeFunction: may-read, statement 1',
      ])
      await administrator.iam.deleteUserPolicy({ UserName: 'reader', PolicyName: 'may-read' })
      expect([await statusOf(), await statusOf()]).toEqual([403, 403])
    }
  })

  it('is asked for every request when it hangs on what the request says', async () => {
    await allow({ StringEquals: { 'aws:UserAgent': 'trusted' } })
    expect(await statusOf('trusted')).toBe(200)
    expect(await statusOf('other')).toBe(403)
    expect(await statusOf('trusted')).toBe(200)
  })

  it('is asked for every request when it hangs on the time', async () => {
    // A signature holds for five minutes on either side.
    const end = new Date(Date.now() + 120_000).toISOString()
    await allow({ DateLessThan: { 'aws:CurrentTime': end } })
    expect([await statusOf(), await statusOf()]).toEqual([200, 200])
    aheadMs = 150_000
    expect(await statusOf()).toBe(403)
    aheadMs = 0
    expect(await statusOf()).toBe(200)
  })

  it('is remembered for each caller alone', async () => {
    await allow({
      StringEquals: { 'aws:PrincipalArn': `arn:aws:iam::${local.accounts[0]?.accountId}:user/reader` },
    })
    expect([await statusOf(), await statusOf()]).toEqual([200, 200])
    await administrator.iam.createUser({ UserName: 'stranger' })
    const { AccessKey } = await administrator.iam.createAccessKey({ UserName: 'stranger' })
    const stranger = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    }
    expect((await call({ url, credentials: stranger })).status).toBe(403)
    expect(await statusOf()).toBe(200)
  })
})

describe('a refusal at the URL of an alias', () => {
  it('names the statement of the function that does not count for it', async () => {
    const { lambda } = administrator
    await administrator.iam.deleteUserPolicy({ UserName: 'reader', PolicyName: 'may-read' })
    await lambda.createAlias({ FunctionName: 'books', Name: 'live', FunctionVersion: '$LATEST' })
    const made = await lambda.createFunctionUrlConfig({
      FunctionName: 'books',
      Qualifier: 'live',
      AuthType: 'AWS_IAM',
    })
    await lambda.addPermission({
      FunctionName: 'books',
      StatementId: 'on-the-function',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: `arn:aws:iam::${local.accounts[0]?.accountId}:user/reader`,
      FunctionUrlAuthType: 'AWS_IAM',
    })
    expect((await call({ url: made.FunctionUrl ?? '', credentials: caller })).status).toBe(403)
    const [record] = local.records.list({ limit: 1, refused: true })
    expect(record?.refusal?.cause).toContain(
      'The URL belongs to alias live, but statement "on-the-function" of the function\'s policy is for the function itself',
    )
  })
})
