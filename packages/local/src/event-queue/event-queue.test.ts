import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { RequestRecord } from '../record/record.ts'
import { type Local, startLocal, type LocalOptions } from '../start.ts'
import { type Administrator, createAdministrator, deployFunction } from '../testing/deploy-function.ts'
import { createWaitingHandler, type HoldingServer, startHoldingServer } from '../testing/holding-server.ts'
import { pauseAfterFailureMs, pauseAfterThrottleMs } from './retry-schedule.ts'

/** Fails until the clock of the test says otherwise: its attempt is told apart by a variable of the module. */
const failing = `
let attempts = 0
export const handler = async (event) => {
  attempts += 1
  console.log('attempt', attempts)
  if (attempts <= event.failures) throw new TypeError('not yet')
}`

let folder = ''
let local: Local
let administrator: Administrator
let timers: { readonly run: () => void; readonly delayMs: number }[] = []
let records: RequestRecord[] = []
let waiting: { readonly count: number; readonly done: () => void }[] = []
let nowMs = 0

const start = async (options: LocalOptions): Promise<Local> => {
  local = await startLocal({
    now: () => new Date(nowMs),
    schedule: (run, delayMs) => {
      const timer = { run, delayMs }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    onRecord: (record) => {
      if (record.kind !== 'event') return
      records.push(record)
      for (const { count, done } of waiting) if (records.length >= count) done()
    },
    ...options,
  })
  administrator = createAdministrator(local)
  return local
}

/** Settles when so many attempts have ended. */
const ended = (count: number): Promise<void> =>
  records.length >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done }))

/** Lets time pass until the next timer and runs it. */
function elapse(): number {
  const timer = timers.shift()
  if (timer === undefined) throw new Error('Nothing waits.')
  nowMs += timer.delayMs
  timer.run()
  return timer.delayMs
}

const send = async (FunctionName: string, event: object): Promise<string | undefined> => {
  const answer = await administrator.lambda.invoke({
    FunctionName,
    InvocationType: 'Event',
    Payload: JSON.stringify(event),
  })
  expect(answer).toMatchObject({ StatusCode: 202 })
  return answer.$metadata.requestId
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-events-'))
  nowMs = Date.now()
  ;[timers, records, waiting] = [[], [], []]
})
afterEach(async () => {
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

describe('EventQueue', () => {
  it('tries a function that fails twice more, after one and two minutes, under the same request id', async () => {
    await start({ memory: true })
    await deployFunction(administrator, 'failing', failing)
    const requestId = await send('failing', { failures: 2 })
    await ended(1)
    expect(elapse()).toBe(60_000)
    await ended(2)
    expect(elapse()).toBe(120_000)
    await ended(3)
    expect(timers).toEqual([])
    expect(records.map(({ functionRequestId }) => functionRequestId)).toEqual(Array(3).fill(requestId))
    expect(
      records.map(({ gates }) => gates.map(({ gate, outcome }) => `${gate} ${outcome}`).join(', ')),
    ).toEqual([
      'route passed, admit passed, invoke refused',
      'route passed, admit passed, invoke refused',
      'route passed, admit passed, invoke passed',
    ])
    expect(records[0]).toMatchObject({
      operation: 'Invoke',
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:failing',
      refusal: { code: 'TypeError', cause: 'The function failed: not yet' },
    })
    expect(records[0]?.notes).toEqual([expect.stringMatching(/^It is tried again in 60 s, at /)])
    expect(records[2]?.logLines?.join('')).toContain('attempt 3')
  })

  it('gives up after the third failure', async () => {
    await start({ memory: true })
    await deployFunction(administrator, 'failing', failing)
    await send('failing', { failures: 9 })
    await ended(1)
    elapse()
    await ended(2)
    elapse()
    await ended(3)
    expect(timers).toEqual([])
    expect(records[2]?.notes[0]).toBe(
      "It is not tried again: it was the attempt 3. On AWS it would go to the function's failure destination.",
    )
  })

  it('waits longer each time it is throttled, and drops what a reserved concurrency of 0 meets', async () => {
    await start({ memory: true })
    const holding: HoldingServer = await startHoldingServer()
    await deployFunction(administrator, 'slow', createWaitingHandler(holding))
    const reserve = (ReservedConcurrentExecutions: number) =>
      administrator.lambda.putFunctionConcurrency({ FunctionName: 'slow', ReservedConcurrentExecutions })
    await reserve(1)
    await send('slow', {})
    await holding.arrived(1)
    await send('slow', {})
    await ended(1)
    expect(records[0]).toMatchObject({ status: 429, refusal: { gate: 'admit', throttle: { running: 1 } } })
    expect(elapse()).toBe(1000)
    await ended(2)
    expect(elapse()).toBe(2000)
    await ended(3)
    expect(timers[0]?.delayMs).toBe(4000)
    holding.release()
    await ended(4)
    elapse()
    await ended(5)
    expect(records[4]).toMatchObject({ status: 200 })

    await reserve(0)
    await send('slow', {})
    await ended(6)
    expect(timers).toEqual([])
    expect(records[5]?.notes[0]).toContain('the reserved concurrency is 0')
    await holding.close()
  })

  it('goes on with what waits after a restart on the same state', async () => {
    await start({ stateFolder: folder })
    await deployFunction(administrator, 'failing', failing)
    const requestId = await send('failing', { failures: 1 })
    await ended(1)
    await local.close()
    expect(records).toHaveLength(1)
    nowMs += 20_000
    timers = []
    await start({ stateFolder: folder })
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([40_000])
    elapse()
    await ended(2)
    // A new environment counts from 1, so that it fails again: the count of failures came along.
    expect(records[1]).toMatchObject({ functionRequestId: requestId })
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([120_000])
  })

  it('says what is lost when the state lies in memory', async () => {
    await start({ memory: true })
    await deployFunction(administrator, 'failing', failing)
    const requestId = await send('failing', { failures: 1 })
    await ended(1)
    await local.close()
    expect(records[1]).toMatchObject({
      status: 0,
      functionRequestId: requestId,
      refusal: { code: 'EventLost', cause: expect.stringContaining('waited for its attempt 2') as unknown },
    })
  })

  it('forgets events with their function', async () => {
    await start({ memory: true })
    await deployFunction(administrator, 'failing', failing)
    await send('failing', { failures: 1 })
    await ended(1)
    await administrator.lambda.deleteFunction({ FunctionName: 'failing' })
    elapse()
    await local.close()
    expect(records).toHaveLength(1)
  })
})

describe('the pauses', () => {
  it('are one and two minutes after failures, and double from 1 s to 5 min after throttles', () => {
    expect([1, 2, 3].map(pauseAfterFailureMs)).toEqual([60_000, 120_000, undefined])
    expect([1, 2, 9, 10, 50].map(pauseAfterThrottleMs)).toEqual([1000, 2000, 256_000, 300_000, 300_000])
  })
})
