import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Lambda, type InvokeWithResponseStreamResponseEvent } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../start.ts'
import { cliObstacle, startAwsCli } from '../testing/aws-cli.ts'
import { type Administrator, createAdministrator, deployFunction } from '../testing/deploy-function.ts'
import { type HoldingServer, startHoldingServer } from '../testing/holding-server.ts'
import { allow, readKeys } from '../testing/iam-side.ts'

const streamed = ({ url }: HoldingServer): string => `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  console.log('streaming')
  if (event.early) throw new TypeError('no book')
  stream.write('one')
  if (event.hold) await fetch(${JSON.stringify(url)})
  if (event.late) throw new RangeError('half a book')
  if (event.endless) for (;;) {
    if (!stream.write(Buffer.alloc(65536))) await new Promise((done) => stream.once('drain', done))
  }
  stream.end('two')
})`

const buffered = `export const handler = async (event, context) => {
  if (event.fail) throw new TypeError('as asked')
  return { event, client: context.clientContext ?? null }
}`

let local: Local
let administrator: Administrator
let lambda: Lambda
let holding: HoldingServer

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  ;({ lambda } = administrator)
  holding = await startHoldingServer()
  await deployFunction(administrator, 'streamed', streamed(holding))
  await deployFunction(administrator, 'buffered', buffered)
})
afterAll(async () => {
  await holding.close()
  await local.close()
})

async function invokeStream(
  FunctionName: string,
  event: object,
  input: { LogType?: 'Tail'; InvocationType?: 'DryRun' } = {},
): Promise<{
  status: number | undefined
  type: string | undefined
  events: AsyncIterable<InvokeWithResponseStreamResponseEvent>
}> {
  const answer = await lambda.invokeWithResponseStream({
    FunctionName,
    Payload: JSON.stringify(event),
    ...input,
  })
  expect(answer.ExecutedVersion).toBe(input.InvocationType === undefined ? '$LATEST' : undefined)
  return { status: answer.StatusCode, type: answer.ResponseStreamContentType, events: answer.EventStream! }
}

async function readAll(
  events: AsyncIterable<InvokeWithResponseStreamResponseEvent>,
): Promise<{ body: string; end: InvokeWithResponseStreamResponseEvent['InvokeComplete'] }> {
  let [body, end]: [string, InvokeWithResponseStreamResponseEvent['InvokeComplete']] = ['', undefined]
  for await (const event of events) {
    if (event.PayloadChunk !== undefined) body += Buffer.from(event.PayloadChunk.Payload ?? []).toString()
    end ??= event.InvokeComplete
  }
  return { body, end }
}

describe('InvokeWithResponseStream', () => {
  it('sends each part as the function writes it', async () => {
    const { status, type, events } = await invokeStream('streamed', { hold: true }, { LogType: 'Tail' })
    expect({ status, type }).toEqual({ status: 200, type: 'application/vnd.amazon.eventstream' })
    const reader = events[Symbol.asyncIterator]()
    const first = await reader.next()
    // The function still waits for the server: what it wrote is here already.
    await holding.arrived(1)
    expect(Buffer.from(first.value.PayloadChunk.Payload).toString()).toBe('one')
    holding.release()
    const { body, end } = await readAll({ [Symbol.asyncIterator]: () => reader })
    expect(body).toBe('two')
    expect(end?.ErrorCode).toBeUndefined()
    const log = Buffer.from(end?.LogResult ?? '', 'base64').toString()
    expect(log).toContain('streaming')
    expect(log).toContain('REPORT RequestId: ')
    expect(local.records.list({ limit: 1 })[0]).toMatchObject({
      operation: 'InvokeWithResponseStream',
      status: 200,
      gates: expect.arrayContaining([
        expect.objectContaining({ gate: 'respond', outcome: 'passed' }),
      ]) as unknown,
    })
  })

  it('gives a buffered answer as one part, and an error as the end', async () => {
    const whole = await readAll((await invokeStream('buffered', { a: 1 })).events)
    expect(whole).toEqual({ body: '{"event":{"a":1},"client":null}', end: {} })
    const failed = await readAll((await invokeStream('buffered', { fail: true })).events)
    expect(failed.body).toBe('')
    expect(failed.end?.ErrorCode).toBe('TypeError')
    expect(JSON.parse(failed.end?.ErrorDetails ?? '')).toMatchObject({ errorMessage: 'as asked' })
  })

  it('says at the end that the function failed, before or after its first part', async () => {
    const early = await readAll((await invokeStream('streamed', { early: true })).events)
    expect(early).toMatchObject({ body: '', end: { ErrorCode: 'TypeError' } })
    const late = await readAll((await invokeStream('streamed', { late: true })).events)
    expect(late).toMatchObject({ body: 'one', end: { ErrorCode: 'RangeError' } })
    expect(JSON.parse(late.end?.ErrorDetails ?? '')).toMatchObject({ errorMessage: 'half a book' })
  })

  it('lets go of a function whose reader left', async () => {
    const [account] = local.accounts
    const own = new Lambda({ endpoint: local.endpoint, region: local.region, credentials: { ...account! } })
    const { EventStream } = await own.invokeWithResponseStream({
      FunctionName: 'streamed',
      Payload: '{"endless":true}',
    })
    const reader = EventStream![Symbol.asyncIterator]()
    expect((await reader.next()).done).toBe(false)
    own.destroy()
    // The record is written when the stream has ended: a reader that left is no failure.
    await expect
      .poll(() => local.records.list({ limit: 1 })[0]?.gates.at(-1), { timeout: 10_000 })
      .toMatchObject({ gate: 'respond', outcome: 'answered' })
  })

  it('answers a dry run, and refuses an Event', async () => {
    const { status } = await invokeStream('streamed', {}, { InvocationType: 'DryRun' })
    expect(status).toBe(204)
    await expect(
      lambda.invokeWithResponseStream({
        FunctionName: 'streamed',
        InvocationType: 'Event' as 'DryRun',
      }),
    ).rejects.toThrow(
      "1 validation error detected: Value 'Event' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [RequestResponse, DryRun]",
    )
  })
})

describe('Invoke', () => {
  it('refuses a dry run in IAM’s full sentence', async () => {
    const { iam } = administrator
    await iam.createUser({ UserName: 'ann' })
    const keys = readKeys((await iam.createAccessKey({ UserName: 'ann' })).AccessKey)
    const asAnn = new Lambda({ endpoint: local.endpoint, region: local.region, credentials: { ...keys } })
    const dryRun = () => asAnn.invoke({ FunctionName: 'buffered', InvocationType: 'DryRun' })
    await expect(dryRun()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::111122223333:user/ann is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:buffered because no identity-based policy allows the lambda:InvokeFunction action',
    })
    await iam.putUserPolicy({
      UserName: 'ann',
      PolicyName: 'p',
      PolicyDocument: allow('lambda:InvokeFunction'),
    })
    const allowed = await dryRun()
    expect(allowed).toMatchObject({ StatusCode: 204 })
    expect(allowed.ExecutedVersion).toBeUndefined()
  })

  it('takes 1 MB of an event that runs later, and 6 MB of one that runs now', async () => {
    const Payload = JSON.stringify('x'.repeat(1_048_576 - 2))
    const asked = { FunctionName: 'buffered', InvocationType: 'Event' } as const
    expect((await lambda.invoke({ ...asked, Payload })).StatusCode).toBe(202)
    await expect(lambda.invoke({ ...asked, Payload: `${Payload} ` })).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 1048576 bytes for the InvokeFunction operation',
    })
    expect((await lambda.invoke({ FunctionName: 'buffered', Payload: `${Payload} ` })).StatusCode).toBe(200)
  })

  it('passes the client context on', async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"1"}}').toString('base64')
    const { Payload } = await lambda.invoke({ FunctionName: 'buffered', ClientContext })
    expect(JSON.parse(Payload?.transformToString() ?? '')).toMatchObject({ client: { custom: { a: '1' } } })
  })
})

const botoObstacle =
  spawnSync('python3', ['-c', 'import boto3']).status === 0 ? '' : 'skipped: python3 has no module boto3'

describe.skipIf(botoObstacle !== '')(`boto3 ${botoObstacle}`, () => {
  it('reads the event stream', { timeout: 60_000 }, async () => {
    const program = `
import boto3, json
events = boto3.client('lambda').invoke_with_response_stream(
    FunctionName='streamed', Payload=json.dumps({'late': True}), LogType='Tail')['EventStream']
out = []
for event in events:
    if 'PayloadChunk' in event: out.append(event['PayloadChunk']['Payload'].decode())
    else: out.append([event['InvokeComplete']['ErrorCode'], 'LogResult' in event['InvokeComplete']])
accepted = boto3.client('lambda').invoke(FunctionName='buffered', InvocationType='Event', Payload='{}')
print(json.dumps([out, accepted['StatusCode'], accepted['Payload'].read().decode()]))
`
    const { stdout } = await promisify(execFile)('python3', ['-c', program], {
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...local.environment() },
    })
    expect(JSON.parse(stdout)).toEqual([['one', ['RangeError', true]], 202, ''])
  })
})

describe.skipIf(cliObstacle !== '')(`the AWS CLI ${cliObstacle}`, () => {
  it('invokes now, later and not at all', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-invoke-'))
    const cli = startAwsCli(local.environment())
    const invoke = async (...words: string[]): Promise<unknown> =>
      JSON.parse(
        await cli.run('lambda', 'invoke', '--function-name', 'buffered', ...words, join(folder, 'out')),
      )
    try {
      const now = await invoke('--payload', '{"fail":true}', '--log-type', 'Tail')
      expect(now).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST' })
      expect(JSON.parse(await readFile(join(folder, 'out'), 'utf8'))).toMatchObject({
        errorMessage: 'as asked',
      })
      expect(await invoke('--invocation-type', 'Event')).toEqual({ StatusCode: 202 })
      expect(await invoke('--invocation-type', 'DryRun')).toEqual({ StatusCode: 204 })
    } finally {
      cli.close()
      await rm(folder, { recursive: true })
    }
  })
})
