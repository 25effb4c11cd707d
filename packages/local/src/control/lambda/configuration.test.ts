import type { CreateFunctionRequest, FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import { createAdministrator, deployFunction, handlerZip } from '../../testing/deploy-function.ts'

let local: Local
let lambda: Lambda
let Role = ''
let count = 0
let FunctionName = ''

const create = (input: Partial<CreateFunctionRequest> = {}): Promise<FunctionConfiguration> =>
  lambda.createFunction({
    FunctionName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role,
    Code: { ZipFile: handlerZip },
    ...input,
  })

const read = (): Promise<FunctionConfiguration> => lambda.getFunctionConfiguration({ FunctionName })

beforeAll(async () => {
  local = await startLocal({ memory: true })
  const administrator = createAdministrator(local)
  lambda = administrator.lambda
  Role = (await deployFunction(administrator, 'fn', '')).roleArn
})

afterAll(async () => {
  lambda.destroy()
  await local.close()
})

beforeEach(() => {
  FunctionName = `configuration-${++count}`
})

describe('a configuration', () => {
  it('has every member that Lambda gives', async () => {
    await create()
    const configuration = await read()
    expect(configuration).toEqual({
      $metadata: expect.any(Object) as object,
      FunctionName,
      FunctionArn: `arn:aws:lambda:us-east-1:111122223333:function:${FunctionName}`,
      Runtime: 'nodejs24.x',
      Role,
      Handler: 'index.handler',
      CodeSize: handlerZip.length,
      CodeSha256: expect.stringMatching(/^[\w+/]{43}=$/) as string,
      Description: '',
      Timeout: 3,
      MemorySize: 128,
      LastModified: expect.any(String) as string,
      Version: '$LATEST',
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      RuntimeVersionConfig: {
        RuntimeVersionArn: expect.stringMatching(
          /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/,
        ) as string,
      },
      LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${FunctionName}` },
    })
  })

  it('is changed in what is given, by an update that is in progress in the answer and done then', async () => {
    await create({
      Environment: { Variables: { AA: '1' } },
      EphemeralStorage: { Size: 1024 },
      TracingConfig: { Mode: 'Active' },
    })
    const before = await read()
    expect(before).toMatchObject({ EphemeralStorage: { Size: 1024 }, TracingConfig: { Mode: 'Active' } })
    const answered = await lambda.updateFunctionConfiguration({
      FunctionName,
      Description: 'changed',
      MemorySize: 256,
      Timeout: 60,
      Handler: 'other.handler',
      Runtime: 'nodejs22.x',
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: before.RevisionId,
    })
    expect(answered).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
    })
    const after = await read()
    expect(after).toMatchObject({
      Description: 'changed',
      MemorySize: 256,
      Timeout: 60,
      Handler: 'other.handler',
      Runtime: 'nodejs22.x',
      TracingConfig: { Mode: 'PassThrough' },
      EphemeralStorage: { Size: 1024 },
      Environment: { Variables: { AA: '1' } },
      LastUpdateStatus: 'Successful',
    })
    expect(new Set([before.RevisionId, answered.RevisionId, after.RevisionId]).size).toBe(3)
    // As on Lambda, the revision of the answer does not last.
    await expect(
      lambda.updateFunctionConfiguration({ FunctionName, RevisionId: answered.RevisionId }),
    ).rejects.toMatchObject({ name: 'PreconditionFailedException' })
    await lambda.updateFunctionConfiguration({ FunctionName, Environment: {} })
    expect((await read()).Environment).toEqual({ Variables: {} })
  })

  it.each([
    [{ LogFormat: 'JSON' }, { ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' }],
    [
      { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
      { ApplicationLogLevel: 'DEBUG', SystemLogLevel: 'INFO' },
    ],
    [
      { LogFormat: 'JSON', SystemLogLevel: 'WARN', LogGroup: 'group' },
      { ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN', LogGroup: 'group' },
    ],
  ] as const)('takes the log %o', async (given, filled) => {
    await create()
    const group = { LogGroup: `/aws/lambda/${FunctionName}` }
    await lambda.updateFunctionConfiguration({ FunctionName, LoggingConfig: given })
    expect((await read()).LoggingConfig).toEqual({ ...group, ...given, ...filled })
    await lambda.updateFunctionConfiguration({ FunctionName, LoggingConfig: { LogGroup: 'other' } })
    expect((await read()).LoggingConfig).toEqual({ ...given, ...filled, LogGroup: 'other' })
    await lambda.updateFunctionConfiguration({ FunctionName, LoggingConfig: { LogFormat: 'Text' } })
    expect((await read()).LoggingConfig).toEqual({ LogFormat: 'Text', LogGroup: 'other' })
    expect(await create({ FunctionName: `${FunctionName}-b`, LoggingConfig: given })).toMatchObject({
      LoggingConfig: { LogGroup: `${group.LogGroup}-b`, ...given, ...filled },
    })
  })

  it.each<[string, Partial<CreateFunctionRequest>, string]>([
    [
      'levels of a text log',
      { LoggingConfig: { LogFormat: 'Text', SystemLogLevel: 'INFO' } },
      'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    ],
    [
      'an unknown level',
      { LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'ERROR' as 'WARN' } },
      "1 validation error detected: Value 'ERROR' at 'loggingConfig.systemLogLevel' failed to satisfy constraint: Member must satisfy enum value set: [DEBUG, INFO, WARN]",
    ],
    [
      'too much storage',
      { EphemeralStorage: { Size: 10_241 } },
      "1 validation error detected: Value '10241' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value less than or equal to 10240",
    ],
    [
      'more memory than a function gets',
      { MemorySize: 10_241 },
      "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240",
    ],
    [
      'several wrong members',
      { Timeout: 0, TracingConfig: { Mode: 'On' as 'Active' }, Architectures: ['arm' as 'arm64'] },
      "3 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; Value 'On' at 'tracingConfig.mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]; Value '[arm]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    ],
    [
      'a runtime of the past',
      { Runtime: 'nodejs14.x' },
      'The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    ],
    [
      'SnapStart',
      { SnapStart: { ApplyOn: 'PublishedVersions' } },
      'furlong does not serve the member SnapStart of CreateFunction.',
    ],
    [
      'too many tags',
      { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) },
      'Number of tags exceeds resource tag limit.',
    ],
  ])('is refused with %s', async (_, input, message) => {
    await expect(create(input)).rejects.toMatchObject({ message })
    await expect(read()).rejects.toThrow('Function not found')
  })

  it('takes what asks for nothing', async () => {
    await create({ SnapStart: { ApplyOn: 'None' }, LoggingConfig: {}, TracingConfig: {} })
    expect(await read()).toMatchObject({
      TracingConfig: { Mode: 'PassThrough' },
      LoggingConfig: { LogFormat: 'Text' },
    })
  })
})
