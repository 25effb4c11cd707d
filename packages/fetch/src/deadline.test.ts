import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRequestSigner, createSignedFetch, type SignedFetchOptions } from './index.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

let url: FunctionUrl
beforeAll(async () => void (url = await startFunctionUrl()))
afterAll(() => url.close())
// Sockets are real, time passes by hand alone: no machine is too slow for these limits.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => {
  vi.useRealTimers()
  url.arrivals.length = 0
  url.answers.length = 0
})

const create = (more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> =>
  createSignedFetch({ credentials: keys, region: 'us-east-1', sleep: async () => {}, ...more })

const headOnly = (response: ServerResponse): void => void response.writeHead(200).write('begun')

/** Lets time pass, in milliseconds. */
const pass = (ms: number): void => void vi.advanceTimersByTime(ms)

/** Answers nothing; the request has come by then. */
const silenceFor = (ms: number) => (): void => pass(ms)

const never = new Promise<never>(() => {})

describe('timeouts of createSignedFetch()', () => {
  it('ends a call with a TimeoutError that names the option and its value', async () => {
    url.answers.push(silenceFor(40))
    const failure = await create({ timeoutMs: 40 })(url.base).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TimeoutError', code: 'TimedOut' })
    expect(String(failure)).toContain('40 milliseconds')
    expect(String(failure)).toContain('`timeoutMs`')
  })

  it('covers credentials, pauses and the reading of the body', async () => {
    const waiting = (what: string): RegExp => new RegExp(`ended while it waited for ${what}: `)
    const waitForKeys = (): Promise<never> => (queueMicrotask(() => pass(20)), never)
    await expect(create({ timeoutMs: 20, credentials: waitForKeys })(url.base)).rejects.toMatchObject({
      code: 'TimedOut',
      message: expect.stringMatching(waiting('credentials')),
    })
    const pull = (): Promise<never> => (queueMicrotask(() => pass(20)), never)
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    await expect(create({ timeoutMs: 20 })(url.base, { method: 'POST', body })).rejects.toMatchObject({
      code: 'TimedOut',
      message: expect.stringMatching(waiting('the body of the request')),
    })
    url.answers.push(answer(503), silenceFor(400))
    await expect(create({ timeoutMs: 400 })(url.base)).rejects.toThrow(waiting('the answer to attempt 2'))
    url.answers.push(answer(503))
    const nap = (): Promise<never> => (queueMicrotask(() => pass(400)), never)
    await expect(create({ timeoutMs: 400, sleep: nap })(url.base)).rejects.toThrow(
      waiting('the pause after attempt 1'),
    )
    url.answers.push(headOnly)
    const response = await create({ timeoutMs: 400 })(url.base)
    expect(response.status).toBe(200)
    const text = response.text()
    pass(400)
    await expect(text).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'TimedOut',
      message: expect.stringMatching(waiting('the body of the answer')),
    })
  })

  it('hands an answer back rather than pause beyond the end', async () => {
    url.answers.push(answer(503, '', { 'retry-after': '5' }))
    expect((await create({ timeoutMs: 4000 })(url.base)).status).toBe(503)
    expect(url.arrivals).toHaveLength(1)
  })

  it('ends an attempt and sends again, where the method allows it', async () => {
    url.answers.push(silenceFor(100))
    expect((await create({ attemptTimeoutMs: 100 })(url.base)).status).toBe(200)
    expect(url.arrivals).toHaveLength(2)
    url.answers.push(silenceFor(40))
    const failure = await create({ attemptTimeoutMs: 40 })(url.base, { method: 'POST' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ name: 'TimeoutError', code: 'TimedOut' })
    expect(String(failure)).toContain(
      'waited for the answer to attempt 1: raise the option `attemptTimeoutMs`',
    )
  })

  it('lets a body take longer than an attempt', async () => {
    let finish = (): void => {}
    url.answers.push((response) => {
      response.writeHead(200).write('slow ')
      finish = () => void response.end('but sure')
    })
    const response = await create({ attemptTimeoutMs: 100 })(url.base)
    pass(150)
    finish()
    expect(await response.text()).toBe('slow but sure')
  })

  it.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])('refuses %d', (ms) => {
    expect(() => create({ timeoutMs: ms })).toThrow(TypeError)
    expect(() => create({ attemptTimeoutMs: ms })).toThrow(TypeError)
  })
})

describe('signals of createSignedFetch()', () => {
  const reason = new Error('enough')

  let tell: () => void
  /** Says that it is waited for, and never gives anything. */
  const wait = (): Promise<never> => (tell(), never)

  /** What a call comes to that is given up once it waits. */
  async function giveUp(start: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
    const waits = Promise.withResolvers<void>()
    tell = waits.resolve
    const { signal, abort } = createAbort()
    const call = start(signal)
    await waits.promise
    await new Promise((done) => setImmediate(done))
    abort()
    const failure = await call.catch((error: unknown) => error)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    return failure
  }

  function createAbort(): { signal: AbortSignal; abort: () => void } {
    const controller = new AbortController()
    return { signal: controller.signal, abort: () => controller.abort(reason) }
  }

  it('end a call while it waits for credentials', async () => {
    const call = create({ credentials: wait })
    expect(await giveUp((signal) => call(url.base, { signal }))).toBe(reason)
  })

  it('end a call while it waits for the body, which is cancelled', async () => {
    let cancelledWith: unknown
    const cancel = (why: unknown): void => void (cancelledWith = why)
    const body = new ReadableStream({ pull: wait, cancel }, { highWaterMark: 0 })
    expect(await giveUp((signal) => create()(url.base, { method: 'POST', body, signal }))).toBe(reason)
    expect(cancelledWith).toBe(reason)
  })

  it('end a call while it waits for the answer', async () => {
    url.answers.push(() => tell())
    expect(await giveUp((signal) => create()(url.base, { signal }))).toBe(reason)
  })

  it('end a call in a pause', async () => {
    url.answers.push(answer(503))
    // Asked for when a pause begins, which is that of the platform here.
    const random = (): number => (tell(), 1)
    const call = createSignedFetch({ credentials: keys, region: 'us-east-1', random })
    expect(await giveUp((signal) => call(url.base, { signal }))).toBe(reason)
    expect(url.arrivals).toHaveLength(1)
  })

  it('end the reading of a body, and are not taken for a failed connection', async () => {
    url.answers.push(headOnly)
    const { signal, abort } = createAbort()
    const text = (await create()(url.base, { signal })).text()
    abort()
    await expect(text).rejects.toBe(reason)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(url.arrivals).toHaveLength(1)
  })

  it('end the work of createRequestSigner(), which never signs half a body', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(5)
      await wait()
    }
    const half = new ReadableStream(
      { start: (controller) => controller.enqueue(new Uint8Array(5)), pull: wait },
      { highWaterMark: 0 },
    )
    const sign = createRequestSigner({ credentials: keys, region: 'us-east-1' })
    for (const body of [half, pieces() as unknown as ReadableStream]) {
      expect(await giveUp((signal) => sign(url.base, { method: 'POST', body, signal }))).toBe(reason)
    }
    const waiting = createRequestSigner({ credentials: wait, region: 'us-east-1' })
    expect(await giveUp((signal) => waiting(url.base, { signal }))).toBe(reason)
  })

  it('end a call whose fetch heeds no signal', async () => {
    const passing = (): Promise<never> => (pass(30), never)
    for (const limit of [{ timeoutMs: 30 }, { attemptTimeoutMs: 10 }]) {
      await expect(create({ fetch: passing, ...limit })(url.base)).rejects.toMatchObject({
        code: 'TimedOut',
      })
    }
    expect(await giveUp((signal) => create({ fetch: wait })(url.base, { signal }))).toBe(reason)
  })

  it('of a Request count too, and null switches them off', async () => {
    const request = new Request(url.base, { signal: AbortSignal.abort(reason) })
    await expect(create()(request)).rejects.toBe(reason)
    expect((await create()(request, { signal: null })).status).toBe(200)
  })

  it('gather no listeners over 10,000 requests', async () => {
    const { signal } = new AbortController()
    const signedFetch = create({
      timeoutMs: 60_000,
      attemptTimeoutMs: 60_000,
      fetch: async (...args) => {
        const init = args[1]
        // As the platform's fetch does, which listens for as long as it likes.
        init?.signal?.addEventListener('abort', () => {})
        return new Response(null, { status: 204 })
      },
    })
    for (let turn = 0; turn < 10_000; turn++) await signedFetch(url.base, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    for (let turn = 0; turn < 50; turn++) await (await create()(url.base, { signal })).text()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
