import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRequestSigner, createSignedFetch } from './index.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

describe('payloadHash', () => {
  let url: FunctionUrl
  beforeAll(async () => void (url = await startFunctionUrl()))
  afterAll(() => url.close())
  afterEach(() => {
    url.arrivals.length = 0
    url.answers.length = 0
  })

  const options = { credentials: keys, region: 'us-east-1', maxBodyBytes: 10 }
  const signedFetch = createSignedFetch(options)
  const text = 'longer than the limit of ten bytes'
  const payloadHash = hash('sha256', text)
  const streams: readonly (readonly [string, () => ReadableStream | Blob | AsyncIterable<Uint8Array>])[] = [
    ['a stream', () => new Blob([text]).stream()],
    ['a Blob', () => new Blob([text], { type: 'text/plain' })],
    ['an asynchronous iterable', () => pieces()],
  ]

  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const character of text) yield new TextEncoder().encode(character)
  }

  it.each(streams)('lets %s through as it comes, under its hash', async (_, makeBody) => {
    const init = { method: 'PUT', body: makeBody() as ReadableStream, payloadHash }
    expect((await signedFetch(url.base, init)).status).toBe(200)
    expect(url.arrivals[0]).toMatchObject({ headers: { 'x-amz-content-sha256': payloadHash } })
    expect(url.arrivals[0]?.body.toString()).toBe(text)
  })

  it('lets the stream of a Request through', async () => {
    const request = new Request(url.base, {
      method: 'POST',
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as never)
    expect((await signedFetch(request, { payloadHash: payloadHash.toUpperCase() })).status).toBe(200)
    expect(url.arrivals[0]?.body.toString()).toBe(text)
  })

  it('keeps the length that the caller states for a stream', async () => {
    const headers = { 'content-length': String(text.length) }
    const init = { method: 'PUT', body: new Blob([text]).stream(), payloadHash, headers }
    expect((await signedFetch(url.base, init)).status).toBe(200)
    expect(url.arrivals[0]?.headers).toMatchObject(headers)
    expect(url.arrivals[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  it('begins to send before the stream has ended', async () => {
    let gate: (() => void) | undefined
    const first = new Promise<void>((resolve) => (gate = resolve))
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new TextEncoder().encode(text.slice(0, 5)))
        await first
        controller.enqueue(new TextEncoder().encode(text.slice(5)))
        controller.close()
      },
    })
    let begun = false
    const sending = createSignedFetch({
      ...options,
      fetch: (...args) => {
        begun = true
        gate?.()
        return fetch(...args)
      },
    })
    expect((await sending(url.base, { method: 'POST', body, payloadHash })).status).toBe(200)
    expect(begun).toBe(true)
  })

  it('sends a Blob again, and a stream not', async () => {
    url.answers.push(answer(503))
    const blob = new Blob([text])
    const quick = createSignedFetch({ ...options, sleep: async () => {} })
    expect((await quick(url.base, { method: 'PUT', body: blob, payloadHash })).status).toBe(200)
    url.answers.push(answer(503))
    expect((await quick(url.base, { method: 'PUT', body: blob.stream(), payloadHash })).status).toBe(503)
    expect(url.arrivals).toHaveLength(3)
  })

  it('is refused by the server when it is not that of the stream', async () => {
    const body = new Blob(['something else']).stream()
    expect((await signedFetch(url.base, { method: 'PUT', body, payloadHash })).status).toBe(403)
  })

  it('is held against every body that is in memory', async () => {
    const init = { method: 'POST', body: 'short', payloadHash: hash('sha256', 'short') }
    expect((await signedFetch(url.base, init)).status).toBe(200)
    await expect(signedFetch(url.base, { ...init, body: 'other' })).rejects.toThrow(
      /not the hash of the body/,
    )
  })

  it('is held against streams too by createRequestSigner()', async () => {
    const sign = createRequestSigner({ ...options, maxBodyBytes: 100 })
    const body = (): ReadableStream => new Blob([text]).stream()
    const signed = await sign(url.base, { method: 'POST', body: body(), payloadHash })
    expect(new TextDecoder().decode(signed.body)).toBe(text)
    const wrong = { method: 'POST', body: body(), payloadHash: hash('sha256', 'x') }
    await expect(sign(url.base, wrong)).rejects.toThrow(/not the hash of the body/)
  })

  it('prevails over the header, and must be a hash', async () => {
    const headers = { 'x-amz-content-sha256': hash('sha256', 'x') }
    const init = { method: 'PUT', body: new Blob([text]), payloadHash, headers }
    expect((await signedFetch(url.base, init)).status).toBe(200)
    await expect(signedFetch(url.base, { ...init, payloadHash: 'abc' })).rejects.toThrow(TypeError)
  })

  it('may be UNSIGNED-PAYLOAD, but not for Lambda', async () => {
    const unsigned = { method: 'PUT', body: 'x', payloadHash: 'UNSIGNED-PAYLOAD' }
    await expect(signedFetch(url.base, unsigned)).rejects.toThrow(/Lambda refuses UNSIGNED-PAYLOAD/)
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
    await expect(signedFetch(url.base, { method: 'PUT', body: 'x', headers })).rejects.toThrow(
      /Lambda refuses/,
    )
    const signed = await createRequestSigner({ credentials: keys })(
      'https://b.s3.eu-west-1.amazonaws.com/k',
      unsigned,
    )
    expect(signed.headers).toContainEqual(['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'])
  })
})
