import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  GetRuntimeManagementConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  ListTagsCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionUrlConfigCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda'
import type { IAM } from '@aws-sdk/client-iam'
import type { Credentials } from '@furlong/sigv4'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { SideStatus } from '../front/side-status.ts'
import type { RequestRecord } from '../record/record.ts'
import { type Local, startLocal } from '../start.ts'
import { type Answered, call } from '../testing/call.ts'
import {
  createAdministrator,
  createZip,
  deployFunction,
  handlerZip,
  lambdaTrust,
} from '../testing/deploy-function.ts'

const accountId = '111122223333'
const roleArn = `arn:aws:iam::${accountId}:role/fn`
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:${accountId}:function:${name}`

let local: Local
let iam: IAM
let lambda: LambdaClient
let count = 0
let name = ''

/** @returns its unique id */
async function createRole(RoleName: string, AssumeRolePolicyDocument = lambdaTrust): Promise<string> {
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument })
  return Role?.RoleId ?? ''
}

function createFunction(input: Partial<CreateFunctionCommandInput> = {}): Promise<unknown> {
  return lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: roleArn,
      Code: { ZipFile: handlerZip },
      ...input,
    }),
  )
}

function clientFor(credentials: Credentials): LambdaClient {
  return new LambdaClient({
    endpoint: local.endpoint,
    region: local.region,
    credentials: { ...credentials },
    maxAttempts: 1,
  })
}

/** Sends a call as it is, for answers to the byte and for what the SDK would not send. */
async function send(
  method: string,
  path: string,
  body?: string,
  credentials: Credentials = administrator(),
): Promise<Answered & { type: unknown }> {
  const answered = await call({
    url: local.endpoint + path,
    method,
    credentials,
    ...(body === undefined ? {} : { body }),
  })
  return { ...answered, type: answered.headers['x-amzn-errortype'] }
}

function administrator(): Credentials {
  const [account] = local.accounts
  if (account === undefined) throw new Error('The side has no account.')
  return account
}

function latestRecord(): RequestRecord | undefined {
  return local.records.list({ limit: 1 })[0]
}

async function listUrls(): Promise<SideStatus['urls']> {
  const { body } = await call({
    url: `${local.endpoint}/_furlong/status`,
    headers: [['authorization', `Bearer ${local.side.token}`]],
  })
  return (JSON.parse(body) as SideStatus).urls
}

/** Whether a URL is there, if only to refuse; of one that is gone the port is closed, another side's, or knows nothing. */
async function isServed(url = '', side = local): Promise<boolean> {
  try {
    const { headers, body } = await call({ url })
    const id = String(headers['x-furlong-why']).split(' ').at(-1) ?? ''
    return side.records.get(id) !== undefined && body !== '{"Message":null}'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false
    throw error
  }
}

beforeAll(async () => {
  local = await startLocal({ memory: true })
  lambda = clientFor(administrator())
  iam = createAdministrator(local).iam
  await createRole('fn')
})

afterAll(async () => {
  lambda.destroy()
  iam.destroy()
  await local.close()
})

beforeEach(() => {
  name = `fn-${++count}`
})

describe('CreateFunction', () => {
  it('makes a function that is pending in the answer, and active then', async () => {
    const created = await createFunction({ Environment: { Variables: { NAME: 'x' } }, Tags: { team: 'a' } })
    expect(created).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      FunctionName: name,
      FunctionArn: arnOf(name),
      Runtime: 'nodejs22.x',
      Role: roleArn,
      Handler: 'index.handler',
      CodeSize: handlerZip.length,
      Timeout: 3,
      MemorySize: 128,
      Version: '$LATEST',
      Environment: { Variables: { NAME: 'x' } },
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
    })
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 5 }, { FunctionName: name })
    const got = await lambda.send(new GetFunctionCommand({ FunctionName: `${accountId}:function:${name}` }))
    expect(got.Tags).toEqual({ team: 'a' })
    expect(got.Code?.Location).toMatch(/^file:.*\.zip$/)
    const configuration = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: arnOf(name) }),
    )
    expect(configuration.LastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  })

  it.each<[string, Partial<CreateFunctionCommandInput>, string, string]>([
    [
      'an unknown runtime',
      { Runtime: 'nodejs99.x' as 'nodejs22.x' },
      'InvalidParameterValueException',
      "Value nodejs99.x at 'runtime' failed to satisfy constraint: Member must satisfy enum value set",
    ],
    [
      'a runtime that is not run here',
      { Runtime: 'java21' },
      'InvalidParameterValueException',
      'furlong does not run the runtime java21; it runs nodejs',
    ],
    [
      'no handler',
      { Handler: undefined },
      'InvalidParameterValueException',
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    ],
    [
      'a role that does not exist',
      { Role: `arn:aws:iam::${accountId}:role/none` },
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
    ],
    [
      'a role of another account',
      { Role: 'arn:aws:iam::444455556666:role/fn' },
      'AccessDeniedException',
      'Cross-account pass role is not allowed.',
    ],
    [
      'a damaged zip',
      { Code: { ZipFile: Buffer.from('no zip') } },
      'InvalidParameterValueException',
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [
      'a long name',
      { FunctionName: 'x'.repeat(65) },
      'ValidationException',
      `1 validation error detected: Value '${'x'.repeat(65)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      'a long timeout and much memory',
      { Timeout: 901, MemorySize: 32_769 },
      'ValidationException',
      "2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900; Value '32769' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 32768",
    ],
    [
      'a reserved variable',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'InvalidParameterValueException',
      'Reserved keys used in this request: AWS_REGION',
    ],
    [
      'a malformed variable',
      { Environment: { Variables: { '1A': 'x' } } },
      'ValidationException',
      "Value '{1A}' at 'environment.variables'",
    ],
    [
      'too many variables',
      { Environment: { Variables: { AA: 'x'.repeat(4096) } } },
      'InvalidParameterValueException',
      'exceeded the 4KB limit',
    ],
    [
      'a member that is not served',
      { Layers: [`arn:aws:lambda:us-east-1:${accountId}:layer:x:1`] },
      'InvalidParameterValueException',
      'furlong does not serve the member Layers of CreateFunction.',
    ],
    [
      'a nested member that is not served',
      { Code: { ImageUri: 'x' } },
      'InvalidParameterValueException',
      'furlong does not serve the member Code.ImageUri of CreateFunction.',
    ],
    [
      'a URL id that none can have',
      { Tags: { 'furlong:url-id': 'Nope' } },
      'ValidationException',
      '32 lower-case alphanumerics',
    ],
  ])('refuses %s', async (_, input, code, message) => {
    await expect(createFunction(input)).rejects.toMatchObject({
      name: code,
      message: expect.stringContaining(message) as string,
    })
    expect(latestRecord()).toMatchObject({ operation: 'CreateFunction' })
    expect(latestRecord()?.gates.at(-1)?.says).toContain(`${code}: `)
    const named = { FunctionName: arnOf(name) }
    await expect(lambda.send(new GetFunctionCommand(named))).rejects.toThrow('Function not found')
  })

  it('takes members that ask for what is done anyway', async () => {
    await createFunction({
      PackageType: 'Zip',
      Publish: false,
      Layers: [],
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      TracingConfig: { Mode: 'PassThrough' },
      EphemeralStorage: { Size: 512 },
    })
    await expect(lambda.send(new GetFunctionCommand({ FunctionName: name }))).resolves.toBeDefined()
  })

  it('refuses a second one of the name, and a role that trusts somebody else', async () => {
    await createFunction()
    await expect(createFunction()).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: `Function already exist: ${name}`,
      $metadata: { httpStatusCode: 409 },
    })
    await createRole(`other-${name}`, lambdaTrust.replace('lambda.', 'ec2.'))
    name = `${name}-b`
    await expect(
      createFunction({ Role: `arn:aws:iam::${accountId}:role/other-${name.slice(0, -2)}` }),
    ).rejects.toThrow('The role defined for the function cannot be assumed by Lambda.')
  })

  it('demands the action and iam:PassRole, in the sentence of AWS', async () => {
    const UserName = `limited-${name}`
    await iam.createUser({ UserName })
    const { AccessKey } = await iam.createAccessKey({ UserName })
    const key = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    }
    const arn = `arn:aws:iam::${accountId}:user/${UserName}`
    const limited = clientFor(key)
    const input = {
      FunctionName: name,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: roleArn,
      Code: { ZipFile: handlerZip },
    } as const
    await expect(limited.send(new CreateFunctionCommand(input))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${arn} is not authorized to perform: lambda:CreateFunction on resource: ${arnOf(name)} because no identity-based policy allows the lambda:CreateFunction action`,
      $metadata: { httpStatusCode: 403 },
    })
    expect(latestRecord()?.refusal).toMatchObject({ gate: 'authorize', code: 'AccessDeniedException' })
    await iam.attachUserPolicy({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' })
    await expect(limited.send(new CreateFunctionCommand(input))).rejects.toThrow(
      `is not authorized to perform: iam:PassRole on resource: ${roleArn} because no identity-based policy allows the iam:PassRole action`,
    )
    limited.destroy()
    await iam.detachUserPolicy({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' })
    const { status, body } = await send('GET', `/2015-03-31/functions/${name}`, undefined, key)
    expect(status).toBe(403)
    expect(JSON.parse(body)).toEqual({ Message: expect.stringContaining('lambda:GetFunction') as string })
  })
})

describe('functions', () => {
  it('are listed by page, in order, without their state', async () => {
    await createFunction()
    name = `${name}-second`
    await createFunction()
    const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 1 }))
    expect(first.Functions).toHaveLength(1)
    expect(first.Functions?.[0]?.State).toBeUndefined()
    const names: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await lambda.send(new ListFunctionsCommand({ MaxItems: 2, ...(Marker ? { Marker } : {}) }))
      names.push(...(page.Functions ?? []).map(({ FunctionName }) => FunctionName))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(names).toContain(name)
    expect(new Set(names).size).toBe(names.length)
    await expect(lambda.send(new ListFunctionsCommand({ Marker: 'x' }))).rejects.toThrow('Invalid Marker.')
    const settings = await lambda.send(new GetAccountSettingsCommand({}))
    expect(settings.AccountUsage?.FunctionCount).toBe(names.length)
  })

  it('are unknown in the words of Lambda', async () => {
    const unknown = { FunctionName: name }
    const message = `Function not found: ${arnOf(name)}`
    await expect(lambda.send(new GetFunctionCommand(unknown))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      Type: 'User',
    })
    expect((await send('GET', `/2015-03-31/functions/${name}`)).body).toBe(
      JSON.stringify({ Type: 'User', Message: message }),
    )
    await expect(lambda.send(new DeleteFunctionCommand(unknown))).rejects.toThrow(message)
    await expect(lambda.send(new InvokeCommand(unknown))).rejects.toThrow(message)
    await expect(
      lambda.send(new GetFunctionCommand({ FunctionName: arnOf(name).replace('us-east-1', 'eu-west-1') })),
    ).rejects.toThrow("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')")
    await expect(
      lambda.send(new GetFunctionCommand({ FunctionName: `${name}:live`, Qualifier: 'prod' })),
    ).rejects.toThrow('The derived qualifier from the function name does not match the specified qualifier.')
    await createFunction()
    await expect(lambda.send(new GetFunctionCommand({ ...unknown, Qualifier: 'live' }))).rejects.toThrow(
      `${message}:live`,
    )
  })

  it('are deleted with their URL and policy', async () => {
    await createFunction()
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'AWS_IAM' }),
    )
    expect(await isServed(FunctionUrl)).toBe(true)
    const permission = { FunctionName: name, StatementId: 's', Action: 'lambda:*', Principal: '*' }
    await lambda.send(new AddPermissionCommand(permission))
    await expect(
      lambda.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: '$LATEST' })),
    ).rejects.toThrow('$LATEST version cannot be deleted without deleting the function.')
    const deleted = await lambda.send(new DeleteFunctionCommand({ FunctionName: name }))
    expect(deleted.$metadata.httpStatusCode).toBe(204)
    // The port goes on answering, as a deleted URL does on AWS.
    expect(await (await fetch(FunctionUrl ?? '')).text()).toBe('{"Message":null}')
    await createFunction()
    const { FunctionUrlConfigs } = await lambda.send(
      new ListFunctionUrlConfigsCommand({ FunctionName: name }),
    )
    expect(FunctionUrlConfigs).toEqual([])
    await expect(lambda.send(new GetPolicyCommand({ FunctionName: name }))).rejects.toThrow(
      'The resource you requested does not exist.',
    )
  })
})

describe('UpdateFunctionCode and UpdateFunctionConfiguration', () => {
  it('change what they are given, and the revision', async () => {
    await createFunction({ Environment: { Variables: { NAME: 'x' } } })
    const read = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
    const run = async (): Promise<unknown> => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name }))
      return JSON.parse(Payload?.transformToString() ?? '')
    }
    const { $metadata: _, ...before } = await read()
    expect(await run()).toEqual({ event: {}, name: 'x' })
    const zip = createZip({ 'index.mjs': 'export const handler = async () => 42' })
    const dry = await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip, DryRun: true }),
    )
    expect(dry.CodeSize).toBe(zip.length)
    expect(await read()).toMatchObject(before)
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }))
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 5 }, { FunctionName: name })
    const updated = await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 9, Description: 'nine' }),
    )
    expect(updated).toMatchObject({ Timeout: 9, Description: 'nine', MemorySize: 128, CodeSize: zip.length })
    expect(updated.Environment?.Variables).toEqual({ NAME: 'x' })
    expect(updated.RevisionId).not.toBe(before.RevisionId)
    expect(await run()).toBe(42)
    await expect(
      lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: name,
          Timeout: 5,
          RevisionId: before.RevisionId,
        }),
      ),
    ).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    })
    const Variables = { A1: 'x'.repeat(5120) }
    await expect(
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables } })),
    ).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 5120 bytes for the UpdateFunctionConfiguration operation',
      $metadata: expect.objectContaining({ httpStatusCode: 413 }) as object,
    })
    await expect(
      lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket: 'b-b', S3Key: 'k' })),
    ).rejects.toThrow('furlong does not serve the member S3Bucket of UpdateFunctionCode.')
  })
})

describe('Invoke', () => {
  it('runs the function and gives the tail of its log', async () => {
    await createFunction({ Environment: { Variables: { NAME: 'x' } } })
    const result = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: '{"a":1}', LogType: 'Tail' }),
    )
    expect(JSON.parse(result.Payload?.transformToString() ?? '')).toEqual({ event: { a: 1 }, name: 'x' })
    expect(result).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
    expect(result.FunctionError).toBeUndefined()
    const log = Buffer.from(result.LogResult ?? '', 'base64').toString()
    expect(log).toContain(`hello from ${name}`)
    expect(log).toContain('REPORT RequestId: ')
    const failed = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: '{"fail":true}' }))
    expect(failed.FunctionError).toBe('Unhandled')
    expect(JSON.parse(failed.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'as asked',
    })
  })

  it('answers a dry run, and refuses what it does not do', async () => {
    await createFunction()
    const dry = await lambda.send(new InvokeCommand({ FunctionName: name, InvocationType: 'DryRun' }))
    expect(dry.StatusCode).toBe(204)
    await expect(
      lambda.send(new InvokeCommand({ FunctionName: name, Payload: 'no json' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' })
    await expect(
      lambda.send(new InvokeCommand({ FunctionName: name, Payload: `"${'x'.repeat(6_291_456)}"` })),
    ).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    })
  })
})

describe('function URL configurations', () => {
  it('live from Create to Delete as on AWS', async () => {
    await createFunction()
    const named = { FunctionName: name }
    const created = await lambda.send(new CreateFunctionUrlConfigCommand({ ...named, AuthType: 'AWS_IAM' }))
    expect(created).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      FunctionArn: arnOf(name),
      AuthType: 'AWS_IAM',
    })
    expect(created.FunctionUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect(created.CreationTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    expect(created.InvokeMode).toBeUndefined()
    const got = await lambda.send(new GetFunctionUrlConfigCommand(named))
    expect(got).toMatchObject({ InvokeMode: 'BUFFERED', LastModifiedTime: created.CreationTime })
    const Cors = { AllowOrigins: ['https://a.example'], AllowMethods: ['GET', 'DELETE'], MaxAge: 60 }
    const updated = await lambda.send(new UpdateFunctionUrlConfigCommand({ ...named, Cors }))
    expect(updated).toMatchObject({ AuthType: 'AWS_IAM', Cors, FunctionUrl: created.FunctionUrl })
    expect(updated.InvokeMode).toBeUndefined()
    await lambda.send(new UpdateFunctionUrlConfigCommand({ ...named, InvokeMode: 'RESPONSE_STREAM' }))
    const listed = await lambda.send(new ListFunctionUrlConfigsCommand(named))
    expect(listed.FunctionUrlConfigs).toMatchObject([{ Cors, InvokeMode: 'RESPONSE_STREAM' }])
    await lambda.send(new UpdateFunctionUrlConfigCommand({ ...named, Cors: {} }))
    expect((await lambda.send(new GetFunctionUrlConfigCommand(named))).Cors).toBeUndefined()
    await expect(
      lambda.send(new CreateFunctionUrlConfigCommand({ ...named, AuthType: 'NONE' })),
    ).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: `Failed to create function url config for [functionArn = ${arnOf(name)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    })
    const deleted = await lambda.send(new DeleteFunctionUrlConfigCommand(named))
    expect(deleted.$metadata.httpStatusCode).toBe(204)
    await expect(lambda.send(new GetFunctionUrlConfigCommand(named))).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    await expect(lambda.send(new UpdateFunctionUrlConfigCommand(named))).rejects.toThrow(
      'The resource you requested does not exist.',
    )
  })

  it('refuse in the words of Lambda', async () => {
    const named = { FunctionName: name }
    const create = (input: object): Promise<unknown> =>
      lambda.send(new CreateFunctionUrlConfigCommand({ ...named, AuthType: 'AWS_IAM', ...input }))
    await expect(create({})).rejects.toThrow('Function does not exist')
    await expect(lambda.send(new ListFunctionUrlConfigsCommand(named))).rejects.toThrow(
      'Function does not exist',
    )
    await expect(lambda.send(new DeleteFunctionUrlConfigCommand(named))).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    await createFunction()
    for (const Qualifier of ['1', '$LATEST']) {
      await expect(create({ Qualifier })).rejects.toMatchObject({
        name: 'ValidationException',
        message: `1 validation error detected: Value '${Qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
      })
    }
    await expect(create({ Qualifier: 'live' })).rejects.toThrow('Function does not exist')
    await expect(create({ InvokeMode: 'UNKNOWN' })).rejects.toThrow(
      "Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]",
    )
    await expect(create({ Cors: { AllowMethods: ['GET', 'OPTIONS'] } })).rejects.toThrow(
      "Value '[GET, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*]",
    )
    await expect(create({ Cors: { MaxAge: 86_401 } })).rejects.toThrow(
      "Value '86401' at 'cors.maxAge' failed to satisfy constraint: Member must have value less than or equal to 86400",
    )
    await expect(create({ FunctionName: `${name}:a`, Qualifier: 'b' })).rejects.toThrow(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  })

  it('take the id that the tag furlong:url-id chooses', async () => {
    const urlId = 'abcdefghijklmnopqrstuvwxyz012345'
    await createFunction({ Tags: { 'furlong:url-id': urlId } })
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE' }),
    )
    expect(await listUrls()).toContainEqual(expect.objectContaining({ urlId, functionArn: arnOf(name) }))
    const holder = arnOf(name)
    name = `${name}-b`
    await createFunction({ Tags: { 'furlong:url-id': urlId } })
    await expect(
      lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE' })),
    ).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: `The tag furlong:url-id asks for the function URL id ${urlId}, which belongs to ${holder}.`,
    })
    expect(await isServed(FunctionUrl)).toBe(true)
  })
})

describe('function policies', () => {
  async function add(input: object): Promise<unknown> {
    const { Statement = '' } = await lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 's',
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        ...input,
      }),
    )
    return Statement
  }

  it.each<[string, object, object, object?]>([
    ['everybody', { Principal: '*' }, { Principal: '*' }],
    ['an account', { Principal: '444455556666' }, { Principal: { AWS: 'arn:aws:iam::444455556666:root' } }],
    [
      'a service with its source',
      {
        Principal: 'cloudfront.amazonaws.com',
        SourceArn: 'arn:aws:cloudfront::111122223333:distribution/E1',
        SourceAccount: accountId,
      },
      { Principal: { Service: 'cloudfront.amazonaws.com' } },
      {
        StringEquals: { 'AWS:SourceAccount': accountId },
        ArnLike: { 'AWS:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/E1' },
      },
    ],
    [
      'an auth type',
      { FunctionUrlAuthType: 'AWS_IAM' },
      {},
      { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    ],
    [
      'calls through the URL only',
      { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
      { Action: 'lambda:InvokeFunction' },
      { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    ],
    [
      'any call',
      { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: false },
      { Action: 'lambda:InvokeFunction' },
    ],
    [
      'an organization and a token',
      { PrincipalOrgID: 'o-1234567890', EventSourceToken: 't.1' },
      {},
      { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890', 'lambda:EventSourceToken': 't.1' } },
    ],
  ])('render %s as Lambda does', async (_, input, expected, Condition) => {
    await createFunction()
    const statement = {
      Sid: 's',
      Effect: 'Allow',
      Principal: '*',
      Action: 'lambda:InvokeFunctionUrl',
      Resource: arnOf(name),
      ...expected,
      ...(Condition ? { Condition } : {}),
    }
    expect(await add(input)).toBe(JSON.stringify(statement))
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: name }))
    expect(Policy).toBe(JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [statement] }))
  })

  it('store the unique id of a user or role, show its ARN, and stop at a dead one', async () => {
    await createFunction()
    const id = await createRole(`caller-${name}`)
    const arn = `arn:aws:iam::${accountId}:role/caller-${name}`
    expect(await add({ Principal: arn })).toContain(`"Principal":{"AWS":"${arn}"}`)
    await iam.deleteRole({ RoleName: `caller-${name}` })
    await createRole(`caller-${name}`)
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: name }))
    expect(Policy).toContain(`{"AWS":"${id}"}`)
    const refusal = {
      name: 'InvalidParameterValueException',
      message: 'The provided principal was invalid. Please check the principal and try again.',
    }
    await expect(add({ StatementId: 't' })).rejects.toMatchObject(refusal)
    await lambda.send(new RemovePermissionCommand({ FunctionName: name, StatementId: 's' }))
    await expect(add({ Principal: `${arn}-none` })).rejects.toMatchObject(refusal)
    await expect(add({ Principal: 'nobody' })).rejects.toMatchObject(refusal)
    await expect(add({ Principal: `arn:aws:iam::${accountId}:role/a*b` })).rejects.toThrow(
      `The provided input'arn:aws:iam::${accountId}:role/a*b'was invalid. Member must satisfy expression: [\\w+=,.@-]* Please check your input and try again.`,
    )
  })

  it('refuse in the words of Lambda', async () => {
    await expect(add({})).rejects.toThrow(`Function not found: ${arnOf(name)}`)
    const remove = (StatementId: string): Promise<unknown> =>
      lambda.send(new RemovePermissionCommand({ FunctionName: name, StatementId }))
    await expect(remove('s')).rejects.toThrow(`No policy found for: ${arnOf(name)}`)
    await createFunction()
    await expect(remove('s')).rejects.toThrow('No policy is associated with the given resource.')
    await expect(lambda.send(new GetPolicyCommand({ FunctionName: name }))).rejects.toThrow(
      'The resource you requested does not exist.',
    )
    await expect(add({ Qualifier: '$LATEST' })).rejects.toThrow(
      'We currently do not support adding policies for $LATEST.',
    )
    await expect(add({ Qualifier: 'live' })).rejects.toThrow(`Cannot find alias arn: ${arnOf(name)}:live`)
    await expect(add({ Qualifier: '1' })).rejects.toThrow(`Function not found: ${arnOf(name)}:1`)
    await add({})
    await expect(add({})).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message:
        'The statement id (s) provided already exists. Please provide a new statement id, or remove the existing statement.',
    })
    await expect(remove('t')).rejects.toThrow('Statement t is not found in resource policy.')
    await expect(
      add({ StatementId: 't', Action: 'lambda:InvokeFunction', FunctionUrlAuthType: 'NONE' }),
    ).rejects.toThrow('FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action')
    await expect(add({ StatementId: 't', InvokedViaFunctionUrl: true })).rejects.toThrow(
      'InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action',
    )
    await expect(add({ StatementId: 't', RevisionId: 'stale' })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    })
    const { RevisionId } = await lambda.send(new GetPolicyCommand({ FunctionName: name }))
    await add({ StatementId: 't', RevisionId })
    const stale = { StatementId: 'u', Action: 'lambda:*', Principal: '*', RevisionId: 'stale' }
    expect((await send('POST', `/2015-03-31/functions/${name}/policy`, JSON.stringify(stale))).body).toMatch(
      /^\{"Type":"User","message":"The Revision Id/,
    )
  })

  it('end at 20 KB', async () => {
    await createFunction()
    const SourceArn = `arn:aws:s3:::${'x'.repeat(3800)}`
    for (const StatementId of ['a', 'b', 'c', 'd', 'e']) await add({ StatementId, SourceArn })
    await expect(add({ StatementId: 'f', SourceArn })).rejects.toMatchObject({
      name: 'PolicyLengthExceededException',
    })
  })
})

describe('tags', () => {
  it('are set, listed and removed', async () => {
    await createFunction({ Tags: { a: '1' } })
    const Resource = arnOf(name)
    await lambda.send(new TagResourceCommand({ Resource, Tags: { b: '2', c: '3' } }))
    await lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['a', 'c'] }))
    expect((await lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ b: '2' })
    await expect(
      lambda.send(new TagResourceCommand({ Resource, Tags: { 'furlong:url-id': 'SHORT' } })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('32 lower-case alphanumerics') as string,
    })
    await expect(lambda.send(new TagResourceCommand({ Resource, Tags: { 'aws:x': 'y' } }))).rejects.toThrow(
      'reserved',
    )
    await expect(lambda.send(new ListTagsCommand({ Resource: `${Resource}:1` }))).rejects.toThrow(
      'Tags on function aliases and versions are not supported.',
    )
  })
})

describe('calls that are no operation', () => {
  it('are refused by name', async () => {
    await expect(
      lambda.send(new GetRuntimeManagementConfigCommand({ FunctionName: name })),
    ).rejects.toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 404 },
    })
    expect(latestRecord()?.gates.at(-1)?.says).toBe(
      'UnknownOperationException: furlong does not serve the Lambda operation GetRuntimeManagementConfig.',
    )
    expect(await send('GET', '/2015-03-31/nothing')).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    })
  })

  it('or are no JSON', async () => {
    for (const body of ['{', '[]', 'null', '"x"']) {
      expect(await send('POST', '/2015-03-31/functions', body)).toMatchObject({
        status: 400,
        type: 'SerializationException',
      })
    }
    expect(await send('POST', '/2015-03-31/functions', '{"Timeout":"3"}')).toMatchObject({
      type: 'SerializationException',
    })
    expect(await send('POST', '/2015-03-31/functions', '{"__proto__":{}}')).toMatchObject({
      type: 'InvalidParameterValueException',
    })
    expect((await send('POST', '/2015-03-31/functions', '{}')).body).toContain(
      "Value null at 'functionName' failed to satisfy constraint: Member must not be null",
    )
  })
})

describe('calls at once', () => {
  /** Sends the same call five times and tells how the losers were refused. */
  async function race(send: () => Promise<unknown>): Promise<unknown[]> {
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(() => send()))
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  }

  const conflicts = (message: string): unknown[] =>
    Array.from({ length: 4 }, () =>
      expect.objectContaining({
        name: 'ResourceConflictException',
        message,
        $metadata: expect.objectContaining({ httpStatusCode: 409 }) as object,
      }),
    )

  it('make one function', async () => {
    const lost = await race(() => createFunction())
    expect(lost).toEqual(conflicts(`Function already exist: ${name}`))
    const invoked = await lambda.send(new InvokeCommand({ FunctionName: name }))
    expect(invoked.FunctionError).toBeUndefined()
  })

  it('make one URL, and the losers leave no port behind', async () => {
    // Five ports that no other test process uses.
    const from = 31_000 + (process.pid % 300) * 5
    await using small = await startLocal({ memory: true, urlPorts: [from, from + 4] })
    const clients = createAdministrator(small)
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const one of names) await deployFunction(clients, one, 'export const handler = async () => 1')
    const create = (FunctionName: string) =>
      clients.lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'AWS_IAM' })
    const lost = await race(() => create('a'))
    expect(lost).toEqual(
      conflicts(
        `Failed to create function url config for [functionArn = ${arnOf('a')}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
      ),
    )
    const { FunctionUrlConfigs = [] } = await clients.lambda.listFunctionUrlConfigs({ FunctionName: 'a' })
    expect(FunctionUrlConfigs).toHaveLength(1)
    expect(await isServed(FunctionUrlConfigs[0]?.FunctionUrl, small)).toBe(true)
    // Every other port of the range must be free again.
    for (const one of names.slice(1)) await expect(create(one)).resolves.toBeDefined()
  })

  it('add one statement', async () => {
    await createFunction()
    const permission = {
      FunctionName: name,
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
    }
    const lost = await race(() => lambda.send(new AddPermissionCommand(permission)))
    expect(lost).toEqual(
      conflicts(
        'The statement id (s) provided already exists. Please provide a new statement id, or remove the existing statement.',
      ),
    )
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: name }))
    expect((JSON.parse(Policy) as { Statement: unknown[] }).Statement).toHaveLength(1)
  })

  it('add every statement of different ids', async () => {
    await createFunction()
    const ids = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(
      ids.map((StatementId) =>
        lambda.send(
          new AddPermissionCommand({
            FunctionName: name,
            StatementId,
            Action: 'lambda:InvokeFunction',
            Principal: '*',
          }),
        ),
      ),
    )
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: name }))
    const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] }
    expect(Statement.map(({ Sid }) => Sid).sort()).toEqual(ids)
  })
})
