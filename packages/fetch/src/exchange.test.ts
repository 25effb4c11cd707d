import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSignedFetch, type SignedFetchOptions } from './index.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

let url: FunctionUrl
beforeAll(async () => void (url = await startFunctionUrl()))
afterAll(() => url.close())
afterEach(() => {
  url.arrivals.length = 0
  url.answers.length = 0
})

const create = (more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> =>
  createSignedFetch({ credentials: keys, region: 'us-east-1', ...more })

describe('a refusal whose body does not end', () => {
  // Sockets are real, time passes by hand alone.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  const pass = (ms: number): void => void vi.advanceTimersByTime(ms)
  let finish: () => void
  const unfinished = (response: ServerResponse): void => {
    response.writeHead(403, { 'x-amzn-errortype': 'InvalidSignatureException' }).write('{')
    finish = () => void response.end('}')
  }

  /** Fetches, and does something while the body is waited for. */
  const andThen =
    (act: () => void): typeof fetch =>
    async (...args) => {
      const response = await fetch(...args)
      setImmediate(act)
      return response
    }

  it('is handed back after a while, known by its head, and still readable', async () => {
    url.answers.push(unfinished)
    const response = await create({ explain: true, fetch: andThen(() => pass(1500)) })(url.base)
    expect(response).toMatchObject({ status: 403, refusal: { kind: 'signature', reason: 'mismatch' } })
    finish()
    expect(await response.text()).toBe('{}')
  })

  it.each([false, true])('ends with the reason of the signal, explain: %j', async (explain) => {
    url.answers.push(unfinished)
    const reason = new Error('enough')
    const controller = new AbortController()
    const signedFetch = create({ explain, fetch: andThen(() => controller.abort(reason)) })
    await expect(signedFetch(url.base, { signal: controller.signal })).rejects.toBe(reason)
  })

  it('ends with the total timeout, and not with that of an attempt', async () => {
    url.answers.push(unfinished)
    const limited = create({ timeoutMs: 100, fetch: andThen(() => pass(100)) })
    await expect(limited(url.base)).rejects.toMatchObject({
      code: 'TimedOut',
      message: expect.stringContaining('waited for the body of the answer'),
    })
    url.answers.push(unfinished)
    const passing = andThen(() => {
      pass(200)
      finish()
    })
    const response = await create({ attemptTimeoutMs: 100, fetch: passing })(url.base)
    expect([response.status, await response.text()]).toEqual([403, '{}'])
  })
})

describe('credentials that were refused', () => {
  const old = { ...keys, accessKeyId: 'ASIAOLD', sessionToken: 'old' }

  it.each(['ASIAOLD', 'AKIAUNKNOWN'])(
    'of a provider without `expiration` are asked for anew: %s',
    async (id) => {
      let calls = 0
      const credentials = (): typeof keys => ((calls += 1), calls === 1 ? { ...old, accessKeyId: id } : keys)
      const signedFetch = create({ credentials })
      expect((await signedFetch(url.base)).status).toBe(403)
      expect((await signedFetch(url.base)).status).toBe(200)
      expect((await signedFetch(url.base)).status).toBe(200)
      expect(calls).toBe(2)
    },
  )

  it('are asked for every half a minute at most, whatever a server says', async () => {
    let nowMs = Date.now()
    let calls = 0
    const credentials = (): typeof keys => ((calls += 1), { ...old })
    const signedFetch = create({ credentials, now: () => new Date(nowMs) })
    for (let turn = 0; turn < 5; turn++) await signedFetch(url.base)
    expect(calls).toBe(2)
    nowMs += 30_000
    await signedFetch(url.base)
    await signedFetch(url.base)
    expect(calls).toBe(3)
  })

  it('take no newer ones with them', async () => {
    let calls = 0
    const credentials = (): typeof keys => ((calls += 1), calls === 1 ? old : keys)
    const signedFetch = create({ credentials })
    const answers = await Promise.all([1, 2, 3].map(() => signedFetch(url.base)))
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403])
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(calls).toBe(2)
  })

  it('are kept after any other refusal', async () => {
    let calls = 0
    const credentials = (): typeof keys => ((calls += 1), keys)
    const signedFetch = create({ credentials })
    url.answers.push(
      answer(403, '{"Message":"Forbidden"}', { 'x-amzn-errortype': 'AccessDeniedException' }),
      answer(500, '{"__type":"ExpiredTokenException"}'),
    )
    for (let turn = 0; turn < 3; turn++) await signedFetch(url.base)
    expect(calls).toBe(1)
  })
})
