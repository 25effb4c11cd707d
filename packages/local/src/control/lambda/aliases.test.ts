import type { Lambda } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import { call } from '../../testing/call.ts'
import { createAdministrator, createZip, deployFunction } from '../../testing/deploy-function.ts'

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:shop'
const sourceOf = (text: string): string => `export const handler = async (event, context) => ({
  text: '${text}',
  version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  context: context.functionVersion,
  arn: context.invokedFunctionArn,
})`

let local: Local
let lambda: Lambda

async function invoke(Qualifier?: string): Promise<unknown> {
  const { Payload, ExecutedVersion } = await lambda.invoke({ FunctionName: 'shop', Qualifier })
  return { ...JSON.parse(String(Payload?.transformToString())), executed: ExecutedVersion }
}

beforeAll(async () => {
  local = await startLocal({ memory: true })
  const administrator = createAdministrator(local)
  lambda = administrator.lambda
  await deployFunction(administrator, 'shop', sourceOf('one'))
  await lambda.publishVersion({ FunctionName: 'shop' })
  await lambda.updateFunctionCode({
    FunctionName: 'shop',
    ZipFile: createZip({ 'index.mjs': sourceOf('two') }),
  })
  await lambda.publishVersion({ FunctionName: 'shop' })
})

afterAll(async () => {
  lambda.destroy()
  await local.close()
})

describe('versions and aliases', () => {
  it('run what they stand for, and the function is told how it was called', async () => {
    await lambda.createAlias({ FunctionName: 'shop', Name: 'live', FunctionVersion: '1' })
    expect(await invoke()).toEqual({
      text: 'two',
      version: '$LATEST',
      context: '$LATEST',
      arn,
      executed: '$LATEST',
    })
    expect(await invoke('1')).toEqual({
      text: 'one',
      version: '1',
      context: '1',
      arn: `${arn}:1`,
      executed: '1',
    })
    expect(await invoke('live')).toMatchObject({ text: 'one', version: '1', arn: `${arn}:live` })
    await lambda.updateAlias({ FunctionName: 'shop', Name: 'live', FunctionVersion: '2' })
    expect(await invoke('live')).toMatchObject({ text: 'two', version: '2', arn: `${arn}:live` })
  })

  it('share the calls of an alias by weight', async () => {
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } }
    await lambda.createAlias({ FunctionName: 'shop', Name: 'half', FunctionVersion: '1', RoutingConfig })
    const seen = new Set<unknown>()
    // One version alone by chance: once in 2^60.
    for (let count = 0; count < 60 && seen.size < 2; count += 1) {
      seen.add(((await invoke('half')) as { text: string }).text)
    }
    expect(seen).toEqual(new Set(['one', 'two']))
  })

  it('have URLs and policies of their own, gone with the alias', async () => {
    const FunctionName = 'shop'
    await lambda.createAlias({ FunctionName, Name: 'web', FunctionVersion: '1' })
    const { FunctionUrl: url = '', FunctionArn } = await lambda.createFunctionUrlConfig({
      FunctionName,
      Qualifier: 'web',
      AuthType: 'NONE',
    })
    expect(FunctionArn).toBe(`${arn}:web`)
    const open = { FunctionName, Principal: '*', Qualifier: 'web' }
    expect(await call({ url })).toMatchObject({ status: 403 })
    await lambda.addPermission({
      ...open,
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    })
    await lambda.addPermission({
      ...open,
      StatementId: 'fn',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    })
    expect(JSON.parse((await call({ url })).body)).toMatchObject({ text: 'one', arn: `${arn}:web` })
    await lambda.deleteAlias({ FunctionName, Name: 'web' })
    expect(await call({ url })).toMatchObject({
      status: 403,
      body: expect.stringContaining('Forbidden. For troubleshooting Function URL') as string,
    })
    await expect(lambda.getFunctionUrlConfig({ FunctionName, Qualifier: 'web' })).rejects.toThrow(
      'The resource you requested does not exist.',
    )
  })
})
