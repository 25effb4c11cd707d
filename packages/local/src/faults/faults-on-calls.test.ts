import { Lambda } from '@aws-sdk/client-lambda'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import type { RequestRecord } from '../record/record.ts'
import { type Local, startLocal } from '../start.ts'
import { type Answered, call } from '../testing/call.ts'
import { type Administrator, createAdministrator, deployFunction } from '../testing/deploy-function.ts'

const counting = `
let runs = 0
export const handler = async () => ({ statusCode: 200, body: String(runs += 1) })`

let local: Local
let administrator: Administrator
let lambda: Lambda
let url: string

const visit = (): Promise<Answered> => call({ url, credentials: local.accounts[0]! })
const latest = (): RequestRecord | undefined => local.records.list({ limit: 1 })[0]

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  const [account] = local.accounts
  lambda = new Lambda({
    endpoint: local.endpoint,
    region: local.region,
    credentials: { ...account! },
    maxAttempts: 1,
  })
  for (const name of ['books', 'other']) await deployFunction(administrator, name, counting)
  const config = await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
  url = config.FunctionUrl ?? ''
})
afterEach(() => local.faults.clear())
afterAll(() => local.close())

describe('faults on calls', () => {
  it('throttle both ways in, with the reason that was chosen, and no other function', async () => {
    const { id } = local.faults.add({
      kind: 'throttle',
      reason: 'CallerRateLimitExceeded',
      function: 'books',
    })
    expect(await visit()).toMatchObject({
      status: 429,
      body: '{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    })
    expect(latest()).toMatchObject({
      faults: [id],
      refusal: {
        gate: 'admit',
        code: 'TooManyRequestsException',
        fix: 'This fault was set on purpose; npx furlong fault --list shows it.',
      },
      notes: [`Fault ${id} answers 429 CallerRateLimitExceeded: npx furlong fault --clear ${id}`],
    })
    await expect(lambda.invoke({ FunctionName: 'books' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'CallerRateLimitExceeded',
    })
    expect((await lambda.invoke({ FunctionName: 'other' })).StatusCode).toBe(200)
    expect(latest()?.faults).toBeUndefined()
  })

  it('fail in the place of the function, which does not run', async () => {
    const before = Number((await visit()).body)
    local.faults.add({ kind: 'function-error', count: 2 })
    expect(await visit()).toMatchObject({ status: 502, body: 'Internal Server Error' })
    const { FunctionError, Payload } = await lambda.invoke({ FunctionName: 'books' })
    expect(FunctionError).toBe('Unhandled')
    expect(JSON.parse(Payload?.transformToString() ?? '')).toMatchObject({ errorType: 'Runtime.ExitError' })
    expect((await visit()).body).toBe(String(before + 1))
  })

  it('tear the connection before the function runs, or after', async () => {
    const before = Number((await visit()).body)
    local.faults.add({ kind: 'reset', before: 'function', count: 1 })
    await expect(visit()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(latest()).toMatchObject({ status: 0, refusal: { gate: 'invoke', code: 'ConnectionReset' } })
    local.faults.add({ kind: 'reset', before: 'answer', count: 2 })
    await expect(visit()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(latest()).toMatchObject({ refusal: { gate: 'respond', code: 'ConnectionReset' } })
    await expect(lambda.invoke({ FunctionName: 'books' })).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await visit()).body).toBe(String(before + 3))
  })

  it('answer a signed call as expired, and keep the order of AWS’s checks', async () => {
    local.faults.add({ kind: 'expired-token' })
    expect(await visit()).toMatchObject({
      status: 403,
      body: '{"message":"The security token included in the request is expired"}',
      headers: expect.objectContaining({ 'x-amzn-errortype': 'ExpiredTokenException' }) as unknown,
    })
    await expect(lambda.invoke({ FunctionName: 'books' })).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    })
    expect((await call({ url })).headers).toMatchObject({ 'x-amzn-errortype': 'AccessDeniedException' })
    // What sets functions up is left alone.
    expect((await lambda.getFunction({ FunctionName: 'books' })).Configuration?.FunctionName).toBe('books')
  })

  it('set the clock off, also in the Date that a client learns it from', async () => {
    local.faults.add({ kind: 'clock-skew', skewSeconds: 3600 })
    const { status, body, headers } = await visit()
    expect({ status, body }).toEqual({
      status: 403,
      body: expect.stringContaining('Signature expired: ') as unknown,
    })
    const aheadSeconds = (Date.parse(String(headers['date'])) - Date.now()) / 1000
    expect(aheadSeconds).toBeGreaterThan(3590)
    expect(aheadSeconds).toBeLessThan(3610)
    local.faults.clear()
    local.faults.add({ kind: 'clock-skew', skewSeconds: -3600 })
    expect((await visit()).body).toContain('Signature not yet current: ')
  })

  it('answer as a service that failed', async () => {
    local.faults.add({ kind: 'service-error', status: 503 })
    expect(await visit()).toMatchObject({
      status: 503,
      headers: expect.objectContaining({ 'x-amzn-errortype': 'ServiceException' }) as unknown,
    })
    await expect(lambda.invoke({ FunctionName: 'books' })).rejects.toMatchObject({
      name: 'ServiceException',
      $metadata: expect.objectContaining({ httpStatusCode: 503 }) as unknown,
    })
  })

  it('wait where they are asked to', async () => {
    local.faults.add({ kind: 'delay', delayMs: 40, before: 'function', count: 1 })
    local.faults.add({ kind: 'delay', delayMs: 30, before: 'answer', count: 1 })
    expect((await visit()).status).toBe(200)
    expect(latest()?.faults).toHaveLength(2)
    expect(latest()?.durationMs).toBeGreaterThanOrEqual(69)
  })

  it('are set, listed and cleared by the side’s own API', async () => {
    const ask = async (method: string, path = '', body?: object): Promise<[number, unknown]> => {
      const answered = await call({
        url: `${local.endpoint}/_furlong/faults${path}`,
        method,
        headers: [
          ['authorization', `Bearer ${local.side.token}`],
          ...(body === undefined ? [] : [['content-length', String(JSON.stringify(body).length)] as const]),
        ],
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return [answered.status, JSON.parse(answered.body)]
    }
    const [status, fault] = await ask('POST', '', { kind: 'function-error', count: 3 })
    expect(status).toBe(200)
    expect(await ask('GET')).toEqual([200, { faults: [fault] }])
    expect(await ask('POST', '', { kind: 'flood' })).toMatchObject([
      400,
      { error: expect.stringContaining("A fault's kind must be one of") as unknown },
    ])
    expect(await ask('DELETE', `/${(fault as { id: string }).id}`)).toEqual([200, { cleared: 1 }])
    expect(await ask('DELETE')).toEqual([200, { cleared: 0 }])
  })
})
