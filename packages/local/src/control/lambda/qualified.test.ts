/** What belongs to one qualifier alone: policies and URLs. */
import type { AddPermissionRequest, Lambda } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import { type Answered, call } from '../../testing/call.ts'
import { type Administrator, createAdministrator, deployFunction } from '../../testing/deploy-function.ts'

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:shop'
const FunctionName = 'shop'

let local: Local
let administrator: Administrator
let lambda: Lambda

const alias = (Name: string): Promise<unknown> =>
  lambda.createAlias({ FunctionName, Name, FunctionVersion: '1' })

const allow = (Qualifier?: string, input: Partial<AddPermissionRequest> = {}): Promise<unknown> =>
  lambda.addPermission({
    FunctionName,
    Qualifier,
    StatementId: 's',
    Principal: '*',
    Action: 'lambda:InvokeFunction',
    ...input,
  })

async function allowUrl(Qualifier?: string): Promise<void> {
  await allow(Qualifier, { StatementId: 'invoke', InvokedViaFunctionUrl: true })
  await allow(Qualifier, {
    StatementId: 'url',
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  })
}

async function createUrl(Qualifier?: string): Promise<string> {
  const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
    FunctionName,
    Qualifier,
    AuthType: 'NONE',
  })
  return FunctionUrl
}

const forbidden: Partial<Answered> = {
  status: 403,
  body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
}

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  lambda = administrator.lambda
  await deployFunction(
    administrator,
    'shop',
    'export const handler = async (event, context) => context.invokedFunctionArn',
  )
  await lambda.publishVersion({ FunctionName })
})

afterAll(async () => {
  lambda.destroy()
  await local.close()
})

describe('policies', () => {
  it('belong to the function, a version or an alias, with one statement id for each', async () => {
    await alias('policies')
    for (const qualifier of [undefined, '1', 'policies']) {
      await allow(qualifier)
      await expect(allow(qualifier)).rejects.toThrow('The statement id (s) provided already exists.')
      const { Policy = '' } = await lambda.getPolicy({ FunctionName, Qualifier: qualifier })
      expect(JSON.parse(Policy)).toMatchObject({
        Statement: [{ Sid: 's', Resource: qualifier === undefined ? arn : `${arn}:${qualifier}` }],
      })
    }
    await lambda.removePermission({ FunctionName, Qualifier: '1', StatementId: 's' })
    await expect(lambda.getPolicy({ FunctionName: `${FunctionName}:1` })).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    await expect(lambda.getPolicy({ FunctionName })).resolves.toBeDefined()
    await lambda.deleteAlias({ FunctionName, Name: 'policies' })
    await alias('policies')
    await expect(lambda.getPolicy({ FunctionName, Qualifier: 'policies' })).rejects.toThrow(
      'The resource you requested does not exist.',
    )
  })

  it('have a revision of their own, which publishing leaves', async () => {
    const { RevisionId: aliasRevision } = await lambda.createAlias({
      FunctionName,
      Name: 'revisions',
      FunctionVersion: '1',
    })
    const stale = {
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      $metadata: expect.objectContaining({ httpStatusCode: 412 }) as object,
    }
    await expect(allow('revisions', { RevisionId: 'wrong' })).rejects.toMatchObject(stale)
    await allow('revisions', { RevisionId: aliasRevision })
    const policy = { FunctionName, Qualifier: 'revisions' }
    const { RevisionId } = await lambda.getPolicy(policy)
    expect(RevisionId).not.toBe(aliasRevision)
    expect((await lambda.getAlias({ FunctionName, Name: 'revisions' })).RevisionId).toBe(aliasRevision)
    await lambda.updateFunctionConfiguration({ FunctionName, Description: 'changed' })
    await lambda.publishVersion({ FunctionName })
    expect((await lambda.getPolicy(policy)).RevisionId).toBe(RevisionId)
    await expect(allow('revisions', { StatementId: 't', RevisionId: aliasRevision })).rejects.toMatchObject(
      stale,
    )
    await expect(
      lambda.removePermission({ ...policy, StatementId: 's', RevisionId: 'wrong' }),
    ).rejects.toMatchObject(stale)
    await lambda.removePermission({ ...policy, StatementId: 's', RevisionId })
  })

  it('are refused where there is nothing to own them', async () => {
    await expect(allow('none')).rejects.toThrow(`Cannot find alias arn: ${arn}:none`)
    await expect(allow('42')).rejects.toThrow(`Function not found: ${arn}:42`)
    await expect(allow('with-$')).rejects.toThrow(`Function not found: ${arn}:with-$`)
    await expect(
      lambda.removePermission({ FunctionName, Qualifier: 'none', StatementId: 's' }),
    ).rejects.toThrow(`Cannot find alias arn: ${arn}:none`)
    await expect(
      lambda.addPermission({
        FunctionName: `${FunctionName}:1`,
        Qualifier: '2',
        StatementId: 's',
        Principal: '*',
        Action: 'lambda:*',
      }),
    ).rejects.toThrow('The derived qualifier from the function name does not match the specified qualifier.')
  })

  it('of an alias allow what is named with the alias, and nothing else', async () => {
    await alias('shared')
    const [, other] = local.accounts
    if (other === undefined) throw new Error('The side has no second account.')
    const guest = createAdministrator(local, 1)
    await allow('shared', { Principal: other.accountId })
    const invoke = (qualified: string) => guest.lambda.invoke({ FunctionName: qualified })
    expect((await invoke(`${arn}:shared`)).Payload?.transformToString()).toBe(`"${arn}:shared"`)
    await lambda.removePermission({ FunctionName, StatementId: 's' })
    await expect(invoke(arn)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(invoke(`${arn}:1`)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    guest.lambda.destroy()
    guest.iam.destroy()
  })
})

describe('function URLs', () => {
  it('run the version of their alias, by the policy of the alias', async () => {
    await alias('web')
    const url = await createUrl('web')
    await allowUrl()
    expect(await call({ url })).toMatchObject(forbidden)
    await allowUrl('web')
    expect(await call({ url })).toMatchObject({ status: 200, body: `${arn}:web` })
  })

  it('are one for each alias and one for the function', async () => {
    const { FunctionName: name } = await lambda.getFunctionConfiguration({ FunctionName })
    await createUrl()
    await expect(createUrl('web')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: `Failed to create function url config for [functionArn = ${arn}:web]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    })
    const updated = await lambda.updateFunctionUrlConfig({
      FunctionName,
      Qualifier: 'web',
      InvokeMode: 'RESPONSE_STREAM',
    })
    expect(updated).toMatchObject({ FunctionArn: `${arn}:web`, InvokeMode: 'RESPONSE_STREAM' })
    const first = await lambda.listFunctionUrlConfigs({ FunctionName: name, MaxItems: 1 })
    expect(first.FunctionUrlConfigs).toMatchObject([{ FunctionArn: arn, InvokeMode: 'BUFFERED' }])
    const second = await lambda.listFunctionUrlConfigs({ FunctionName, Marker: first.NextMarker })
    expect(second.FunctionUrlConfigs).toMatchObject([{ FunctionArn: `${arn}:web` }])
    expect(second.NextMarker).toBeUndefined()
    await expect(lambda.listFunctionUrlConfigs({ FunctionName, MaxItems: 51 })).rejects.toThrow(
      "Value '51' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 50",
    )
    await alias('Web-2')
    await createUrl('Web-2')
    const { FunctionUrlConfigs: [last] = [] } = await lambda.listFunctionUrlConfigs({
      FunctionName,
      Marker: (await lambda.listFunctionUrlConfigs({ FunctionName, MaxItems: 2 })).NextMarker,
    })
    expect(last).toMatchObject({ FunctionArn: `${arn}:Web-2` })
    await lambda.deleteFunctionUrlConfig({ FunctionName })
    await expect(lambda.getFunctionUrlConfig({ FunctionName })).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    await expect(lambda.getFunctionUrlConfig({ FunctionName, Qualifier: 'web' })).resolves.toMatchObject({
      FunctionArn: `${arn}:web`,
    })
  })

  it.each(['1', '$LATEST'])('are none of the qualifier %s', async (Qualifier) => {
    await expect(lambda.getFunctionUrlConfig({ FunctionName, Qualifier })).rejects.toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${Qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
    })
  })

  it('are unknown in the words of Lambda', async () => {
    const unknown = { FunctionName, Qualifier: 'none' }
    const noFunction = 'Function does not exist'
    const noResource = 'The resource you requested does not exist.'
    await expect(lambda.createFunctionUrlConfig({ ...unknown, AuthType: 'NONE' })).rejects.toThrow(noFunction)
    await expect(lambda.updateFunctionUrlConfig(unknown)).rejects.toThrow(noFunction)
    await expect(lambda.getFunctionUrlConfig(unknown)).rejects.toThrow(noResource)
    await expect(lambda.deleteFunctionUrlConfig(unknown)).rejects.toThrow(noResource)
    await expect(
      lambda.createFunctionUrlConfig({
        FunctionName: `${FunctionName}:web`,
        Qualifier: 'b',
        AuthType: 'NONE',
      }),
    ).rejects.toThrow('The derived qualifier from the function name does not match the specified qualifier.')
  })

  it('of a deleted alias are forbidden, and the alias has none when it is made again', async () => {
    await alias('gone')
    const url = await createUrl('gone')
    await allowUrl('gone')
    expect(await call({ url })).toMatchObject({ status: 200 })
    await lambda.deleteAlias({ FunctionName, Name: 'gone' })
    expect(await call({ url })).toMatchObject(forbidden)
    expect(local.records.list({ limit: 1 })[0]?.refusal).toMatchObject({
      gate: 'route',
      cause: `The alias ${arn}:gone was deleted, and its function URL with it.`,
    })
    await alias('gone')
    expect(await call({ url })).toMatchObject(forbidden)
    await expect(lambda.getFunctionUrlConfig({ FunctionName, Qualifier: 'gone' })).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    expect(await createUrl('gone')).not.toBe(url)
  })

  it('go with their function', async () => {
    await deployFunction(administrator, 'short', 'export const handler = () => 1')
    await lambda.createAlias({ FunctionName: 'short', Name: 'a', FunctionVersion: '$LATEST' })
    await lambda.createAlias({ FunctionName: 'short', Name: 'b', FunctionVersion: '$LATEST' })
    const urls: string[] = []
    for (const Qualifier of [undefined, 'a', 'b']) {
      const made = await lambda.createFunctionUrlConfig({
        FunctionName: 'short',
        Qualifier,
        AuthType: 'NONE',
      })
      urls.push(made.FunctionUrl ?? '')
    }
    await lambda.deleteAlias({ FunctionName: 'short', Name: 'b' })
    await lambda.deleteFunction({ FunctionName: 'short' })
    for (const url of urls)
      expect(await call({ url })).toMatchObject({ status: 403, body: '{"Message":null}' })
  })
})
