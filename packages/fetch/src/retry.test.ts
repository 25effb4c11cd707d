import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createSignedFetch, retryTable, type SignedFetchOptions } from './index.ts'
import { getPauseMs, readRetryAfterMs, readRetryPolicy } from './retry.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

describe('readRetryPolicy()', () => {
  it('repeats what the table says', () => {
    const policy = readRetryPolicy()
    for (const [method, row] of Object.entries(retryTable)) {
      for (const cause of [429, 502, 503, 504, 'connection', 'timeout'] as const) {
        expect(policy.retries(method, cause)).toBe(row[cause])
      }
      for (const status of [200, 302, 400, 401, 403, 404, 409, 413, 500, 501]) {
        expect(policy.retries(method, status)).toBe(false)
      }
    }
    expect(policy.retries('PROPFIND', 503)).toBe(false)
    expect(policy.attempts).toBe(3)
  })

  it('takes methods and statuses instead of the table', () => {
    const policy = readRetryPolicy({ methods: ['post'], statuses: [500] })
    expect(policy.retries('POST', 500)).toBe(true)
    expect(policy.retries('POST', 503)).toBe(false)
    expect(policy.retries('POST', 'connection')).toBe(true)
    expect(policy.retries('GET', 500)).toBe(false)
    expect(readRetryPolicy({ statuses: [500] }).retries('POST', 500)).toBe(false)
    expect(readRetryPolicy(false).attempts).toBe(1)
  })

  it.each([
    { attempts: 0 },
    { attempts: 1.5 },
    { attempts: Number.NaN },
    { baseDelayMs: -1 },
    { maxDelayMs: 1 },
    { maxDelayMs: Number.NaN },
    { maxDelayMs: 2 ** 31 },
    { maxDelayMs: Number.POSITIVE_INFINITY },
    { statuses: [403] },
    { statuses: [503, 401] },
  ])('refuses %j', (retry) => {
    expect(() => createSignedFetch({ retry })).toThrow(TypeError)
  })
})

describe('getPauseMs()', () => {
  const policy = readRetryPolicy({ baseDelayMs: 100, maxDelayMs: 1000 })

  it('jitters over the whole of a pause that doubles up to its limit', () => {
    const longest = [1, 2, 3, 4, 5, 50].map((retry) => getPauseMs(policy, retry, 1, undefined))
    expect(longest).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(getPauseMs(policy, 3, 0, undefined)).toBe(0)
    expect(getPauseMs(policy, 3, 0.25, undefined)).toBe(100)
  })

  it('waits at least what the server asks for, and not at all beyond the limit', () => {
    expect(getPauseMs(policy, 1, 0, 500)).toBe(500)
    expect(getPauseMs(policy, 1, 0.5, 500)).toBe(550)
    expect(getPauseMs(policy, 1, 0.9, 1000)).toBe(1000)
    expect(getPauseMs(policy, 1, 0, 1001)).toBeUndefined()
  })
})

describe('readRetryAfterMs()', () => {
  const now = Date.parse('2026-11-22T09:45:00Z')
  it.each([
    ['0', 0],
    ['7', 7000],
    ['Sun, 22 Nov 2026 09:45:10 GMT', 10_000],
    ['Sun, 22 Nov 2026 09:44:00 GMT', 0],
    [null, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['Xyz, never', undefined],
    ['2026-11-22T09:45:10Z', undefined],
    ['Mon, 22 Nov 2026 09:45:10 GMT', undefined],
    ['99999999999999', undefined],
  ])('reads %s', (value, expected) => {
    expect(readRetryAfterMs(value, now)).toBe(expected)
  })
})

describe('retries of createSignedFetch()', () => {
  let url: FunctionUrl
  let pauses: number[]
  beforeAll(async () => void (url = await startFunctionUrl()))
  afterAll(() => url.close())
  afterEach(() => {
    url.arrivals.length = 0
    url.answers.length = 0
  })

  function create(more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> {
    pauses = []
    return createSignedFetch({
      credentials: keys,
      region: 'us-east-1',
      random: () => 0.5,
      sleep: async (ms) => void pauses.push(ms),
      ...more,
    })
  }

  it.each([429, 502, 503, 504])('sends GET again after %d, signed each time', async (status) => {
    url.answers.push(answer(status, 'x'.repeat(100)), answer(status))
    expect((await create()(url.base)).status).toBe(200)
    expect(url.arrivals.map(({ verification }) => verification.ok)).toEqual([true, true, true])
    expect(pauses).toEqual([100, 200])
  })

  it('signs after the pause, not before it', async () => {
    let now = new Date()
    url.answers.push(answer(503))
    const sleep = async (): Promise<void> => void (now = new Date(now.getTime() + 60_000))
    await create({ now: () => now, sleep })(url.base)
    const dates = url.arrivals.map(({ headers }) => headers['x-amz-date'])
    expect(dates[0]).not.toBe(dates[1])
  })

  it('hands the last answer back, readable, when attempts are used up', async () => {
    url.answers.push(answer(503), answer(503), answer(503, 'last'))
    const response = await create()(url.base)
    expect([response.status, await response.text()]).toEqual([503, 'last'])
    expect(url.arrivals).toHaveLength(3)
  })

  it.each(['POST', 'PATCH'])('sends %s once, unless told otherwise', async (method) => {
    url.answers.push(answer(503))
    expect((await create()(url.base, { method, body: 'x' })).status).toBe(503)
    url.answers.push(answer(503))
    const response = await create({ retry: { methods: [method] } })(url.base, { method, body: 'again' })
    expect(response.status).toBe(200)
    expect(url.arrivals.slice(1).map(({ body }) => body.toString())).toEqual(['again', 'again'])
  })

  it('sends once with retry: false', async () => {
    url.answers.push(answer(503))
    expect((await create({ retry: false })(url.base)).status).toBe(503)
    expect(url.arrivals).toHaveLength(1)
  })

  it('sends a body again byte for byte, and a stream that was held in memory too', async () => {
    url.answers.push(answer(503))
    const body = new Blob(['streamed']).stream()
    expect((await create()(url.base, { method: 'PUT', body })).status).toBe(200)
    expect(url.arrivals.map((arrival) => arrival.body.toString())).toEqual(['streamed', 'streamed'])
  })

  it.each([400, 401, 403, 404, 413, 500])('hands %d back at once', async (status) => {
    url.answers.push(
      answer(status, '{"Message":"Forbidden"}', { 'x-amzn-errortype': 'AccessDeniedException' }),
    )
    expect((await create()(url.base)).status).toBe(status)
    expect(url.arrivals).toHaveLength(1)
  })

  it('obeys Retry-After in seconds and as a date of the server, up to maxDelayMs', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T09:45:00Z') })
    onTestFinished(() => void vi.useRealTimers())
    url.answers.push(answer(429, '', { 'retry-after': '3' }))
    await create()(url.base)
    expect(pauses).toEqual([3100])
    url.skewMs = 3_600_000
    const later = new Date(Date.now() + 3_600_000 + 5000).toUTCString()
    url.answers.push(answer(503, '', { 'retry-after': later }))
    await create({ now: () => new Date(Date.now() + 3_600_000) })(url.base)
    url.skewMs = 0
    // A date tells whole seconds: the server is taken to be in the middle of one.
    expect(pauses).toEqual([4600])
    url.arrivals.length = 0
    url.answers.push(answer(503, 'busy', { 'retry-after': '11' }))
    expect((await create()(url.base)).status).toBe(503)
    expect(url.arrivals).toHaveLength(1)
  })

  it('cancels the bodies of answers it does not hand back', async () => {
    const bodies: (ReadableStream | null)[] = []
    url.answers.push(answer(503, 'x'.repeat(50_000)))
    await create({
      fetch: async (...args) => {
        const response = await fetch(...args)
        bodies.push(response.body)
        return response
      },
    })(url.base)
    const [first] = bodies
    expect(await first?.getReader().read()).toMatchObject({ done: true })
  })

  it('sends again when the connection breaks, and rejects as fetch does in the end', async () => {
    url.answers.push(
      (response) => response.destroy(),
      (response) => response.destroy(),
    )
    expect((await create()(url.base)).status).toBe(200)
    expect(url.arrivals).toHaveLength(3)
    const closed = await closedPort()
    let sent = 0
    const counting = create({ fetch: (...args) => ((sent += 1), fetch(...args)) })
    await expect(counting(closed)).rejects.toThrow(TypeError)
    expect(sent).toBe(3)
    await expect(counting(closed, { method: 'POST' })).rejects.toThrow(TypeError)
    expect(sent).toBe(4)
  })

  it('does not repeat what fails for another reason than the connection', async () => {
    let sent = 0
    const broken = create({
      fetch: () => {
        sent += 1
        throw new RangeError('misuse')
      },
    })
    await expect(broken(url.base)).rejects.toThrow(RangeError)
    const invalid = create({
      fetch: (...args) => ((sent += 1), fetch(args[0], { ...args[1], cache: 'wrong' as never })),
    })
    await expect(invalid(url.base)).rejects.toThrow(TypeError)
    const nested = create({ credentials: () => Promise.reject(new Error('none')), retry: false })
    await expect(create({ fetch: nested })(url.base)).rejects.toMatchObject({ code: 'CredentialsFailed' })
    url.answers.push(answer(302, '', { location: '/elsewhere' }))
    const redirected = create({ fetch: (...args) => ((sent += 1), fetch(...args)) })
    await expect(redirected(url.base, { redirect: 'error' })).rejects.toThrow(TypeError)
    expect(pauses).toEqual([])
  })
})

async function closedPort(): Promise<string> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/`
}
