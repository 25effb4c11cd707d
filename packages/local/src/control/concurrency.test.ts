import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../start.ts'
import { call } from '../testing/call.ts'
import { cliObstacle, startAwsCli } from '../testing/aws-cli.ts'
import { type Administrator, createAdministrator, deployFunction } from '../testing/deploy-function.ts'
import { createWaitingHandler, type HoldingServer, startHoldingServer } from '../testing/holding-server.ts'

const echo = 'export const handler = async (event) => event'

let local: Local
let administrator: Administrator
let lambda: LambdaClient

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  const [account] = local.accounts
  lambda = new LambdaClient({
    endpoint: local.endpoint,
    region: local.region,
    credentials: { ...account! },
    maxAttempts: 1,
  })
  await deployFunction(administrator, 'books', echo)
})
afterAll(() => local.close())

describe('PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency', () => {
  const named = { FunctionName: 'books' }
  const put = (ReservedConcurrentExecutions: number, FunctionName = 'books') =>
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))

  it('live from Put to Delete, and show in GetFunction and GetAccountSettings', async () => {
    const before = await lambda.send(new GetFunctionConcurrencyCommand(named))
    expect(before.ReservedConcurrentExecutions).toBeUndefined()
    expect((await put(0)).ReservedConcurrentExecutions).toBe(0)
    expect((await put(3)).ReservedConcurrentExecutions).toBe(3)
    expect((await lambda.send(new GetFunctionConcurrencyCommand(named))).ReservedConcurrentExecutions).toBe(3)
    expect((await lambda.send(new GetFunctionCommand(named))).Concurrency).toEqual({
      ReservedConcurrentExecutions: 3,
    })
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
    expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 997 })
    const deleted = await lambda.send(new DeleteFunctionConcurrencyCommand(named))
    expect(deleted.$metadata.httpStatusCode).toBe(204)
    expect((await lambda.send(new GetFunctionCommand(named))).Concurrency).toBeUndefined()
  })

  it('are refused in the words of Lambda', async () => {
    await expect(put(1, 'nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arnOf('nobody')}:$LATEST`,
    })
    await expect(
      lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: 'nobody' })),
    ).rejects.toMatchObject({ message: `Function not found: ${arnOf('nobody')}` })
    await expect(put(1, `${arnOf('books')}:$LATEST`)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    })
    await expect(put(-1)).rejects.toThrow(
      "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0",
    )
  })

  it('leave 100 of the account unreserved, the function’s own reservation not counted twice', async () => {
    const [account] = local.accounts
    const answered = await call({
      url: `${local.endpoint}/2017-10-31/functions/books/concurrency`,
      method: 'PUT',
      body: '{"ReservedConcurrentExecutions":901}',
      credentials: account!,
    })
    expect(answered).toMatchObject({
      status: 400,
      body: '{"message":"Specified ReservedConcurrentExecutions for function decreases account\'s UnreservedConcurrentExecution below its minimum value of [100]."}',
    })
    await put(900)
    await put(899)
    await put(900)
    await lambda.send(new DeleteFunctionConcurrencyCommand(named))
  })

  it('reserve nothing in an account of 10', async () => {
    await using small = await startLocal({ memory: true, accountConcurrency: 10 })
    const { lambda, iam } = createAdministrator(small)
    await deployFunction({ lambda, iam }, 'books', echo)
    const settings = await lambda.getAccountSettings({})
    expect(settings.AccountLimit).toMatchObject({
      ConcurrentExecutions: 10,
      UnreservedConcurrentExecutions: 10,
    })
    await expect(
      lambda.putFunctionConcurrency({ ...named, ReservedConcurrentExecutions: 1 }),
    ).rejects.toThrow('below its minimum value of [10].')
    await lambda.putFunctionConcurrency({ ...named, ReservedConcurrentExecutions: 0 })
  })

  it('go with their function', async () => {
    await deployFunction(administrator, 'brief', echo)
    await put(5, 'brief')
    await administrator.lambda.deleteFunction({ FunctionName: 'brief' })
    await administrator.iam.deleteRole({ RoleName: 'brief-role' })
    await deployFunction(administrator, 'brief', echo)
    const { ReservedConcurrentExecutions } = await administrator.lambda.getFunctionConcurrency({
      FunctionName: 'brief',
    })
    expect(ReservedConcurrentExecutions).toBeUndefined()
  })
})

describe.skipIf(cliObstacle !== '')(`the AWS CLI ${cliObstacle}`, () => {
  it('reserves, shows and deletes, and shows the 429 with its reason', { timeout: 120_000 }, async () => {
    const cli = startAwsCli({ ...local.environment(), AWS_MAX_ATTEMPTS: '1' })
    const aws = (command: string): Promise<string> => cli.run(...command.split(' '))
    try {
      const put = 'lambda put-function-concurrency --function-name books --reserved-concurrent-executions'
      expect(JSON.parse(await aws(`${put} 0`))).toEqual({ ReservedConcurrentExecutions: 0 })
      expect(JSON.parse(await aws('lambda get-function-concurrency --function-name books'))).toEqual({
        ReservedConcurrentExecutions: 0,
      })
      await expect(aws('lambda invoke --function-name books /dev/null')).rejects.toThrow(
        /TooManyRequestsException.*Rate Exceeded\./s,
      )
      await expect(aws(`${put} 950`)).rejects.toThrow('below its minimum value of [100]')
      expect(JSON.parse(await aws('lambda get-account-settings'))).toMatchObject({
        AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
      })
      await aws('lambda delete-function-concurrency --function-name books')
      expect(JSON.parse(await aws('lambda invoke --function-name books /dev/null'))).toMatchObject({
        StatusCode: 200,
      })
    } finally {
      cli.close()
    }
  })
})

describe('the admit gate', () => {
  let holding: HoldingServer
  let url: string

  beforeAll(async () => {
    holding = await startHoldingServer()
    await deployFunction(administrator, 'slow', createWaitingHandler(holding))
    const config = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'slow',
      AuthType: 'AWS_IAM',
    })
    url = config.FunctionUrl ?? ''
  })
  afterAll(() => holding.close())

  it('counts callers of the URL and of Invoke together, and answers each in its own way', async () => {
    const [account] = local.accounts
    await administrator.lambda.putFunctionConcurrency({
      FunctionName: 'slow',
      ReservedConcurrentExecutions: 2,
    })
    const first = call({ url, credentials: account! })
    const second = lambda.send(new InvokeCommand({ FunctionName: 'slow' }))
    await holding.arrived(2)

    const refused = await call({ url, credentials: account! })
    expect(refused).toMatchObject({
      status: 429,
      body: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    })
    expect(refused.headers).toMatchObject({
      'x-amzn-errortype': 'TooManyRequestsException',
      'content-type': 'application/json',
    })
    const record = local.records.get(String(refused.headers['x-furlong-why']).split(' ').at(-1) ?? '')
    expect(record).toMatchObject({
      status: 429,
      refusal: {
        gate: 'admit',
        cause:
          "The function's reserved concurrency is 2 simultaneous executions, and 2 are running, over all its versions and aliases.",
        throttle: { limit: 2, running: 2 },
      },
    })
    expect(record?.gates.map(({ gate, outcome }) => `${gate} ${outcome}`)).toEqual([
      'route passed',
      'authenticate passed',
      'authorize passed',
      'admit refused',
    ])
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'slow' }))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      retryAfterSeconds: '1',
    })
    expect(local.records.list({ limit: 1 })[0]).toMatchObject({
      operation: 'Invoke',
      functionArn: arnOf('slow'),
      status: 429,
      refusal: { gate: 'admit', throttle: { running: 2 } },
    })

    holding.release()
    expect((await first).status).toBe(200)
    expect((await second).StatusCode).toBe(200)
    expect((await call({ url, credentials: account! })).status).toBe(200)
  })

  it('lets a caller of a stream back in as soon as it has the whole of it', async () => {
    await deployFunction(
      administrator,
      'streamed',
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('one')
        stream.end('two')
      })`,
    )
    const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'streamed',
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
    })
    await administrator.lambda.putFunctionConcurrency({
      FunctionName: 'streamed',
      ReservedConcurrentExecutions: 1,
    })
    const [account] = local.accounts
    const statuses: number[] = []
    for (let count = 0; count < 8; count += 1) {
      const { status, body } = await call({ url: FunctionUrl, credentials: account! })
      statuses.push(status)
      expect(body).toBe('onetwo')
    }
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 200))
  })
})
