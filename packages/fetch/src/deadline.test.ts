import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRequestSigner, createSignedFetch, type SignedFetchOptions } from './index.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

let url: FunctionUrl
beforeAll(async () => void (url = await startFunctionUrl()))
afterAll(() => url.close())
afterEach(() => {
  url.arrivals.length = 0
  url.answers.length = 0
})

const create = (more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> =>
  createSignedFetch({ credentials: keys, region: 'us-east-1', sleep: async () => {}, ...more })

const silence = (): void => {}
const headOnly = (response: ServerResponse): void => void response.writeHead(200).write('begun')

describe('timeouts of createSignedFetch()', () => {
  it('ends a call with a TimeoutError that names the option and its value', async () => {
    url.answers.push(silence)
    const failure = await create({ timeoutMs: 40 })(url.base).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TimeoutError', code: 'TimedOut' })
    expect(String(failure)).toContain('40 milliseconds')
    expect(String(failure)).toContain('`timeoutMs`')
  })

  it('covers credentials, pauses and the reading of the body', async () => {
    const never = new Promise<never>(() => {})
    const waiting = (what: string): RegExp => new RegExp(`ended while it waited for ${what}: `)
    await expect(create({ timeoutMs: 20, credentials: () => never })(url.base)).rejects.toMatchObject({
      code: 'TimedOut',
      message: expect.stringMatching(waiting('credentials')),
    })
    const body = new ReadableStream({ pull: () => never })
    await expect(create({ timeoutMs: 20 })(url.base, { method: 'POST', body })).rejects.toMatchObject({
      code: 'TimedOut',
      message: expect.stringMatching(waiting('the body of the request')),
    })
    // Pauses are drawn at random up to the base: a short one always fits into what is left of the time.
    const retry = { baseDelayMs: 1 }
    url.answers.push(answer(503), silence)
    await expect(create({ timeoutMs: 400, retry })(url.base)).rejects.toThrow(
      waiting('the answer to attempt 2'),
    )
    url.answers.push(answer(503))
    const napping = create({ timeoutMs: 400, retry, sleep: () => never })
    await expect(napping(url.base)).rejects.toThrow(waiting('the pause after attempt 1'))
    url.answers.push(headOnly)
    const response = await create({ timeoutMs: 400 })(url.base)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toMatchObject({
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
    url.answers.push(silence)
    expect((await create({ attemptTimeoutMs: 100 })(url.base)).status).toBe(200)
    expect(url.arrivals).toHaveLength(2)
    url.answers.push(silence)
    const failure = await create({ attemptTimeoutMs: 40 })(url.base, { method: 'POST' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ name: 'TimeoutError', code: 'TimedOut' })
    expect(String(failure)).toContain(
      'waited for the answer to attempt 1: raise the option `attemptTimeoutMs`',
    )
  })

  it('lets a body take longer than an attempt', async () => {
    url.answers.push((response) => {
      response.writeHead(200).write('slow ')
      setTimeout(() => response.end('but sure'), 150)
    })
    expect(await (await create({ attemptTimeoutMs: 100 })(url.base)).text()).toBe('slow but sure')
  })

  it.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])('refuses %d', (ms) => {
    expect(() => create({ timeoutMs: ms })).toThrow(TypeError)
    expect(() => create({ attemptTimeoutMs: ms })).toThrow(TypeError)
  })
})

describe('signals of createSignedFetch()', () => {
  const reason = new Error('enough')

  /** Aborts as soon as the server has the request, or after a while. */
  async function abortMidway(
    options: SignedFetchOptions,
    init: Parameters<ReturnType<typeof createSignedFetch>>[1] = {},
  ): Promise<unknown> {
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 60)
    const call = create(options)(url.base, { ...init, signal: controller.signal })
    const failure = await call.then((response) => response.text()).catch((error: unknown) => error)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    return failure
  }

  it('end a call while it waits for credentials, for the body, for the answer, and in a pause', async () => {
    const never = new Promise<never>(() => {})
    expect(await abortMidway({ credentials: () => never })).toBe(reason)
    let cancelledWith: unknown
    const body = new ReadableStream({ pull: () => never, cancel: (why) => void (cancelledWith = why) })
    expect(await abortMidway({}, { method: 'POST', body })).toBe(reason)
    expect(cancelledWith).toBe(reason)
    url.answers.push(silence)
    expect(await abortMidway({})).toBe(reason)
    url.answers.push(answer(503, '', { 'retry-after': '9' }))
    const { sleep: _, ...platform } = { sleep: undefined, credentials: keys, region: 'us-east-1' }
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 60)
    await expect(createSignedFetch(platform)(url.base, { signal: controller.signal })).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('end the reading of a body, and are not taken for a failed connection', async () => {
    url.answers.push(headOnly)
    expect(await abortMidway({})).toBe(reason)
    expect(url.arrivals).toHaveLength(1)
  })

  it('end the work of createRequestSigner(), which never signs half a body', async () => {
    const never = new Promise<never>(() => {})
    const half = (): ReadableStream =>
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)), pull: () => never })
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(5)
      await never
    }
    for (const body of [half(), pieces() as unknown as ReadableStream]) {
      const controller = new AbortController()
      const signing = createRequestSigner({ credentials: keys, region: 'us-east-1' })(url.base, {
        method: 'POST',
        body,
        signal: controller.signal,
      })
      setTimeout(() => controller.abort(reason), 30)
      await expect(signing).rejects.toBe(reason)
    }
    const waiting = createRequestSigner({ credentials: () => never, region: 'us-east-1' })
    await expect(waiting(url.base, { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  it('end a call whose fetch heeds no signal', async () => {
    const deaf = { fetch: (): Promise<Response> => new Promise(() => {}) }
    await expect(create({ ...deaf, timeoutMs: 30 })(url.base)).rejects.toMatchObject({ code: 'TimedOut' })
    await expect(create({ ...deaf, attemptTimeoutMs: 10 })(url.base)).rejects.toMatchObject({
      code: 'TimedOut',
    })
    expect(await abortMidway(deaf)).toBe(reason)
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
