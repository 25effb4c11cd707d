import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSignedFetch, type SignedFetchOptions, type SignedRequestInit } from './index.ts'
import { classifyAnswer } from './refusal.ts'
import { createServerClock } from './server-clock.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

describe('the clock of createSignedFetch()', () => {
  let url: FunctionUrl
  beforeAll(async () => void (url = await startFunctionUrl()))
  afterAll(() => url.close())
  afterEach(() => {
    url.arrivals.length = 0
    url.answers.length = 0
    url.skewMs = 0
    url.headers = {}
  })

  const create = (more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> =>
    createSignedFetch({ credentials: keys, region: 'us-east-1', retry: false, ...more })

  const verdicts = (): boolean[] => url.arrivals.map(({ verification }) => verification.ok)

  it.each([3_600_000, -3_600_000, 400 * 86_400_000])(
    'learns that the server is %d ms ahead, sends again once, and keeps it',
    async (skewMs) => {
      url.skewMs = skewMs
      const signedFetch = create()
      const response = await signedFetch(url.base, { method: 'POST', body: 'x' })
      expect([response.status, await response.text()]).toEqual([200, '{"ok":true}'])
      expect(verdicts()).toEqual([false, true])
      expect((await signedFetch(url.base)).status).toBe(200)
      expect(verdicts()).toEqual([false, true, true])
    },
  )

  it('learns again when a clock is set right', async () => {
    const signedFetch = create()
    url.skewMs = 3_600_000
    await signedFetch(url.base)
    url.skewMs = 0
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(verdicts()).toEqual([false, true, false, true])
  })

  it('keeps the time of each origin apart', async () => {
    const other = await startFunctionUrl()
    url.skewMs = 3_600_000
    const signedFetch = create()
    await signedFetch(url.base)
    await signedFetch(other.base)
    expect(other.arrivals.map(({ verification }) => verification.ok)).toEqual([true])
    await other.close()
  })

  it('sends again after a refusal about time that the dates do not show', async () => {
    // As when a machine sleeps between signing and sending.
    let lateMs = 3_600_000
    const signedFetch = create({
      now: () => new Date(Date.now() - lateMs),
      fetch: (...args) => {
        lateMs = 0
        return fetch(...args)
      },
    })
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(verdicts()).toEqual([false, true])
  })

  it('sends again once, and no more', async () => {
    const refused = answer(403, '{"message":"Signature expired: 20260101T000000Z is now earlier than …"}', {
      'x-amzn-errortype': 'InvalidSignatureException',
    })
    url.answers.push(refused, refused, refused)
    expect((await create({ retry: { attempts: 5 } })(url.base)).status).toBe(403)
    expect(url.arrivals).toHaveLength(2)
  })

  it.each([
    ['a policy', 'AccessDeniedException', '{"Message":"Forbidden"}'],
    [
      'a wrong secret',
      'InvalidSignatureException',
      '{"message":"The request signature we calculated does not match the signature you provided."}',
    ],
    [
      'an unknown key',
      'UnrecognizedClientException',
      '{"message":"The security token included in the request is invalid."}',
    ],
  ])('does not repeat a refusal by %s', async (_, type, body) => {
    url.answers.push(answer(403, body, { 'x-amzn-errortype': type }))
    const response = await create()(url.base)
    expect([response.status, await response.text()]).toEqual([403, body])
    expect(url.arrivals).toHaveLength(1)
  })

  it('does not trust the date of an answer from a cache', async () => {
    url.skewMs = -3_600_000
    url.headers = { age: '3600' }
    const signedFetch = create()
    expect((await signedFetch(url.base)).status).toBe(403)
    expect(verdicts()).toEqual([false])
    url.skewMs = 0
    await signedFetch(url.base)
    expect(verdicts()).toEqual([false, true])
  })

  it("takes no time from a refusal of the application, nor from AWS's other answers", async () => {
    const date = new Date(Date.now() + 86_400_000).toUTCString()
    url.answers.push(answer(403, '{"error":"not yours"}', { date }), answer(200, '', { date }))
    const signedFetch = create()
    expect((await signedFetch(url.base)).status).toBe(403)
    await signedFetch(url.base)
    await signedFetch(url.base)
    expect(verdicts()).toEqual([true, true, true])
  })

  it('learns from a request that cannot be sent again, for the next one', async () => {
    url.skewMs = 3_600_000
    const signedFetch = create()
    const payloadHash = hash('sha256', 'streamed')
    const body = new Blob(['streamed']).stream()
    expect((await signedFetch(url.base, { method: 'POST', body, payloadHash })).status).toBe(403)
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(verdicts()).toEqual([false, true])
  })

  const expired = '{"message":"Signature expired: 20260101T000000Z is now earlier than …"}'
  const refuseWith = (date: string): ReturnType<typeof answer> =>
    answer(403, expired, { 'x-amzn-errortype': 'InvalidSignatureException', date })

  it.each([
    '+275760-09-13T00:00:00.000Z',
    'Sat, 01 Jan 10000 00:00:00 GMT',
    'Mon, 01 Jan 0000 00:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    '0',
    '99999999999999',
    'soon',
  ])('does not learn from the date %s', async (date) => {
    const refuse = refuseWith(date)
    url.answers.push(refuse)
    const signedFetch = create()
    expect((await signedFetch(url.base)).status).toBe(403)
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(verdicts()).toEqual([true, true])
  })

  it('is healed of a false date by the next refusal', async () => {
    url.answers.push(refuseWith('Tue, 01 Jan 2030 00:00:00 GMT'))
    const signedFetch = create()
    expect((await signedFetch(url.base)).status).toBe(403)
    expect((await signedFetch(url.base)).status).toBe(200)
    expect(verdicts()).toEqual([true, false, true])
  })

  it('is healed of a false date by a request that cannot be sent again', async () => {
    const init = (): SignedRequestInit => ({
      method: 'POST',
      body: new Blob(['streamed']).stream(),
      payloadHash: hash('sha256', 'streamed'),
    })
    url.answers.push(refuseWith('Tue, 01 Jan 2030 00:00:00 GMT'))
    const signedFetch = create()
    for (const status of [403, 403, 200]) expect((await signedFetch(url.base, init())).status).toBe(status)
    expect(verdicts()).toEqual([true, false, true])
  })

  const refused = classifyAnswer({
    status: 403,
    errorType: 'InvalidSignatureException',
    body: expired,
    why: undefined,
  })
  const dated = (headers: Record<string, string>): Response => new Response(null, { headers })

  it.each([[{}], [{ date: 'soon' }], [{ date: 'Tue, 01 Jan 2030 00:00:00 GMT', age: '0' }]])(
    'goes back to our own time when a refusal about time teaches no other: %j',
    (headers) => {
      const own = new Date('2026-11-22T09:45:00Z')
      const clock = createServerClock(() => own)
      const far = dated({ date: 'Tue, 01 Jan 2030 00:00:00 GMT' })
      expect(clock.learn(url.base, far, refused)).toBe('certain')
      expect(clock.now(url.base).getUTCFullYear()).toBe(2030)
      expect(clock.learn(url.base, dated(headers), undefined)).toBeUndefined()
      expect(clock.now(url.base).getUTCFullYear()).toBe(2030)
      expect(clock.learn(url.base, dated(headers), refused)).toBe('certain')
      expect(clock.now(url.base)).toBe(own)
      expect(clock.learn(url.base, dated(headers), refused)).toBeUndefined()
    },
  )

  it('signs with our own time where the corrected one could not be written', () => {
    let nowMs = Date.parse('9980-01-01T00:00:00Z')
    const clock = createServerClock(() => new Date(nowMs))
    const response = dated({ date: 'Fri, 31 Dec 9999 23:59:58 GMT' })
    expect(clock.learn(url.base, response, refused)).toBe('certain')
    expect(clock.now(url.base).getUTCFullYear()).toBe(9999)
    nowMs += 60_000
    expect(clock.now(url.base)).toEqual(new Date(nowMs))
  })

  it.each([
    ["a policy's refusal", 403, 'AccessDeniedException', '{"Message":"Forbidden. For troubleshooting …"}'],
    ['a throttle', 400, 'ThrottlingException', '{}'],
    ['an unknown key', 403, 'UnrecognizedClientException', '{}'],
    ['an expired token', 403, 'ExpiredTokenException', '{}'],
  ])('takes no time from %s, however far its date', async (_, status, type, body) => {
    const date = 'Tue, 01 Jan 2030 00:00:00 GMT'
    url.answers.push(answer(status, body, { 'x-amzn-errortype': type, date }))
    const signedFetch = create()
    expect((await signedFetch(url.base)).status).toBe(status)
    await signedFetch(url.base)
    expect(verdicts()).toEqual([true, true])
  })

  it.each([
    [403, 'InvalidSignatureException', '{"message":"The request signature we calculated does not match."}'],
    [403, 'AccessDeniedException', '{"Message":"Forbidden"}'],
    [400, 'IncompleteSignatureException', '{}'],
  ])('repeats GET for a far date alone, and never POST or PATCH: %d %s', async (status, type, body) => {
    const far = (): ReturnType<typeof answer> =>
      answer(status, body, { 'x-amzn-errortype': type, date: 'Tue, 01 Jan 2030 00:00:00 GMT' })
    url.answers.push(far(), far())
    expect((await create()(url.base)).status).toBe(403)
    expect(verdicts()).toEqual([true, false])
    for (const method of ['POST', 'PATCH', 'PROPFIND']) {
      url.arrivals.length = 0
      url.answers.splice(0, 9, far())
      const signedFetch = create({ retry: { methods: [method] } })
      expect((await signedFetch(url.base, { method, body: 'x' })).status).toBe(status)
      expect(url.arrivals).toHaveLength(1)
    }
  })
})
