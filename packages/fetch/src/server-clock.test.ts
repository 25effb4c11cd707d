import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSignedFetch, type SignedFetchOptions } from './index.ts'
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
})
