import type { FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import {
  createAdministrator,
  createZip,
  deployFunction,
  type Administrator,
} from '../../testing/deploy-function.ts'

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`
const zipOf = (result: number): Uint8Array =>
  createZip({ 'index.mjs': `export const handler = () => ${result}` })

let local: Local
let administrator: Administrator
let lambda: Lambda
let roleArn = ''
let count = 0
let FunctionName = ''

function create(input: object = {}): Promise<FunctionConfiguration> {
  return lambda.createFunction({
    FunctionName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: roleArn,
    Code: { ZipFile: zipOf(0) },
    ...input,
  })
}

const update = (result: number, input: object = {}): Promise<FunctionConfiguration> =>
  lambda.updateFunctionCode({ FunctionName, ZipFile: zipOf(result), ...input })

const read = (Qualifier?: string): Promise<FunctionConfiguration> =>
  lambda.getFunctionConfiguration({ FunctionName, Qualifier })

async function listVersions(): Promise<(string | undefined)[]> {
  const { Versions = [] } = await lambda.listVersionsByFunction({ FunctionName })
  return Versions.map(({ Version }) => Version)
}

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  lambda = administrator.lambda
  roleArn = (await deployFunction(administrator, 'fn', '')).roleArn
})

afterAll(async () => {
  lambda.destroy()
  await local.close()
})

beforeEach(() => {
  FunctionName = `versions-${++count}`
})

describe('PublishVersion', () => {
  it('keeps code and configuration as they are', async () => {
    await create({ Description: 'none yet' })
    await lambda.updateFunctionConfiguration({ FunctionName, Description: 'first' })
    const published = await lambda.publishVersion({ FunctionName, Description: 'its own' })
    expect(published).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      FunctionArn: `${arnOf(FunctionName)}:1`,
      Version: '1',
      Description: 'its own',
      State: 'Active',
      LastUpdateStatus: 'Successful',
    })
    await update(1)
    await lambda.updateFunctionConfiguration({ FunctionName, Timeout: 9, Description: 'second' })
    const { $metadata: _, ...version } = published
    expect(await read('1')).toMatchObject(version)
    expect(await lambda.publishVersion({ FunctionName })).toMatchObject({
      Version: '2',
      Timeout: 9,
      Description: 'second',
    })
    expect(await listVersions()).toEqual(['$LATEST', '1', '2'])
  })

  it('gives the last version back when nothing has changed, whatever description is asked for', async () => {
    await create()
    const { RevisionId: unpublished } = await read()
    const first = await lambda.publishVersion({ FunctionName, Description: 'one' })
    const { RevisionId: published } = await read()
    expect(published).not.toBe(unpublished)
    expect(await lambda.publishVersion({ FunctionName, Description: 'two' })).toMatchObject({
      Version: '1',
      Description: 'one',
      RevisionId: first.RevisionId,
    })
    expect((await read()).RevisionId).toBe(published)
    // The same again is no change.
    await update(0)
    expect(await lambda.publishVersion({ FunctionName })).toMatchObject({ Version: '1' })
    await lambda.updateFunctionConfiguration({ FunctionName, Environment: { Variables: { AA: '1' } } })
    expect(await lambda.publishVersion({ FunctionName })).toMatchObject({ Version: '2' })
  })

  it('checks the hash and the revision it is given', async () => {
    await create()
    const { CodeSha256, RevisionId } = await read()
    await expect(lambda.publishVersion({ FunctionName, CodeSha256: 'other' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    })
    await expect(lambda.publishVersion({ FunctionName, RevisionId: 'wrong' })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      $metadata: { httpStatusCode: 412 },
    })
    expect(await lambda.publishVersion({ FunctionName, CodeSha256, RevisionId })).toMatchObject({
      Version: '1',
    })
    await expect(lambda.publishVersion({ FunctionName: `${FunctionName}-none` })).rejects.toThrow(
      `Function not found: ${arnOf(FunctionName)}-none`,
    )
    await expect(lambda.publishVersion({ FunctionName, PublishTo: 'LATEST_PUBLISHED' })).rejects.toThrow(
      'furlong does not serve the member PublishTo of PublishVersion.',
    )
  })

  it('is done by Publish of CreateFunction and UpdateFunctionCode', async () => {
    expect(await create({ Publish: true })).toMatchObject({
      FunctionArn: arnOf(FunctionName),
      Version: '1',
      State: 'Pending',
    })
    expect(await read()).toMatchObject({ Version: '$LATEST', State: 'Active' })
    const updated = await update(1, { Publish: true })
    expect(updated).toMatchObject({
      FunctionArn: `${arnOf(FunctionName)}:2`,
      Version: '2',
      State: 'Pending',
      StateReasonCode: 'Creating',
    })
    expect(updated.LastUpdateStatus).toBeUndefined()
    expect(await read('2')).toMatchObject({ State: 'Active', RevisionId: updated.RevisionId })
    expect(await update(1, { Publish: true })).toMatchObject({ Version: '2', State: 'Active' })
    expect(await listVersions()).toEqual(['$LATEST', '1', '2'])
  })
})

describe('versions', () => {
  it('are read by their number or $LATEST, with the ARN that was asked for', async () => {
    await create({ Publish: true, Tags: { team: 'a' } })
    for (const [Qualifier, Version] of [
      ['1', '1'],
      ['$LATEST', '$LATEST'],
    ] as const) {
      const { Configuration, Code, Tags } = await lambda.getFunction({ FunctionName, Qualifier })
      expect(Configuration).toMatchObject({ FunctionArn: `${arnOf(FunctionName)}:${Qualifier}`, Version })
      expect(Code?.Location).toMatch(/\.zip$/)
      expect(Tags).toEqual({ team: 'a' })
    }
    expect(await lambda.getFunctionConfiguration({ FunctionName: `${FunctionName}:1` })).toMatchObject({
      FunctionArn: `${arnOf(FunctionName)}:1`,
    })
    for (const unknown of ['7', 'live', '$latest']) {
      await expect(read(unknown)).rejects.toThrow(`Function not found: ${arnOf(FunctionName)}:${unknown}`)
    }
  })

  it('are deleted one by one, unless an alias refers to them, and their numbers are never given again', async () => {
    await create({ Publish: true })
    await update(1, { Publish: true })
    await update(2, { Publish: true })
    await lambda.createAlias({
      FunctionName,
      Name: 'live',
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } },
    })
    await lambda.createAlias({ FunctionName, Name: 'old', FunctionVersion: '1' })
    const remove = (Qualifier: string) => lambda.deleteFunction({ FunctionName, Qualifier })
    await expect(remove('1')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: 'Unable to delete version because the following aliases reference it: [live, old]',
    })
    await expect(remove('2')).rejects.toThrow('reference it: [live]')
    expect((await remove('01')).$metadata.httpStatusCode).toBe(204)
    expect((await remove('3')).$metadata.httpStatusCode).toBe(204)
    // One that is not there is no error on Lambda.
    expect((await remove('3')).$metadata.httpStatusCode).toBe(204)
    await expect(remove('live')).rejects.toThrow('Deletion of aliases is not currently supported.')
    await expect(remove('$LATEST')).rejects.toThrow(
      '$LATEST version cannot be deleted without deleting the function.',
    )
    expect(await lambda.publishVersion({ FunctionName })).toMatchObject({ Version: '4' })
    expect(await listVersions()).toEqual(['$LATEST', '1', '2', '4'])
    await lambda.deleteFunction({ FunctionName })
    await expect(remove('1')).rejects.toThrow(`Function not found: ${arnOf(FunctionName)}`)
    await create()
    expect(await listVersions()).toEqual(['$LATEST'])
    await expect(lambda.getAlias({ FunctionName, Name: 'live' })).rejects.toThrow('Cannot find alias arn')
  })

  it('are listed by page in the order of their numbers', async () => {
    await create({ Publish: true })
    for (let version = 2; version <= 11; version += 1) await update(version, { Publish: true })
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await lambda.listVersionsByFunction({ FunctionName, MaxItems: 5, Marker })
      expect(page.Versions?.every(({ State, RuntimeVersionConfig }) => !State && !RuntimeVersionConfig)).toBe(
        true,
      )
      seen.push(...(page.Versions ?? []).map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(seen).toEqual(['$LATEST', ...Array.from({ length: 11 }, (_, index) => String(index + 1))])
    await expect(lambda.listVersionsByFunction({ FunctionName, Marker: 'x' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    })
    await expect(lambda.listVersionsByFunction({ FunctionName, MaxItems: 0 })).rejects.toThrow(
      "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    )
  })

  it('are listed with all functions, behind their function', async () => {
    await using other = await startLocal({ memory: true })
    const clients = createAdministrator(other)
    const source = 'export const handler = () => 1'
    for (const name of ['b', 'b-1', 'a']) await deployFunction(clients, name, source)
    // Names of functions that differ in case alone are two, names of roles are not.
    const { Role, Runtime, Handler } = await clients.lambda.getFunctionConfiguration({ FunctionName: 'b' })
    const ZipFile = createZip({ 'index.mjs': source })
    await clients.lambda.createFunction({ FunctionName: 'B', Role, Runtime, Handler, Code: { ZipFile } })
    await clients.lambda.publishVersion({ FunctionName: 'b' })
    await clients.lambda.publishVersion({ FunctionName: 'B' })
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await clients.lambda.listFunctions({ FunctionVersion: 'ALL', MaxItems: 1, Marker })
      seen.push(...(page.Functions ?? []).map(({ FunctionArn }) => FunctionArn?.split(':function:')[1]))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(seen).toEqual(['a:$LATEST', 'B:$LATEST', 'B:1', 'b:$LATEST', 'b:1', 'b-1:$LATEST'])
    const { Functions = [] } = await clients.lambda.listFunctions({})
    expect(Functions.map(({ FunctionArn }) => FunctionArn)).toEqual(['a', 'B', 'b', 'b-1'].map(arnOf))
    const { AccountUsage } = await clients.lambda.getAccountSettings({})
    expect(AccountUsage).toEqual({
      FunctionCount: 4,
      // The functions and their two versions have the same code.
      TotalCodeSize: 6 * (Functions[0]?.CodeSize ?? 0),
    })
    clients.lambda.destroy()
    clients.iam.destroy()
  })
})
