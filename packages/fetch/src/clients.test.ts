import { request as sendByHand } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { hc } from 'hono/client'
import { Hono } from 'hono'
import ky, { isHTTPError } from 'ky'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRequestSigner } from './sign-request.ts'
import { createSignedFetch } from './signed-fetch.ts'
import {
  answerWith,
  credentials,
  startVerifyingServer,
  type VerifyingServer,
} from './testing/verifying-server.node.ts'

let server: VerifyingServer
beforeAll(async () => {
  server = await startVerifyingServer()
})
afterAll(() => server.close())
afterEach(() => {
  server.received.length = 0
  server.answers.length = 0
})

let now = Date.now() - 120_000
const options = { credentials, region: 'us-east-1', now: () => new Date((now += 1000)) }
const signedFetch = createSignedFetch(options)

function expectAllAccepted(attempts: number): void {
  expect(server.received.map(({ verification }) => verification.ok)).toEqual(Array(attempts).fill(true))
  expect(new Set(server.received.map(({ headers }) => headers['x-amz-date'])).size).toBe(attempts)
}

describe('ky over a signed fetch', () => {
  const create = (more: Parameters<typeof ky.create>[0] = {}): typeof ky =>
    ky.create({ fetch: signedFetch, prefix: server.base, ...more })

  it('signs json, searchParams and headers', async () => {
    const client = create({ headers: { 'x-own': '1' } })
    await client.post('books', { json: { title: 'grün' }, searchParams: { page: 5, q: 'a b+c' } }).json()
    expectAllAccepted(1)
    const { target, text, headers } = server.last()
    expect(new URL(target, server.base).searchParams.get('q')).toBe('a b+c')
    expect([text, headers['content-type'], headers['x-own']]).toEqual([
      '{"title":"grün"}',
      'application/json',
      '1',
    ])
    await client.get('books?a=1').json()
    await client.put('books', { body: new URLSearchParams('a=1 2') })
    await client.delete('books/5')
    expectAllAccepted(4)
  })

  it("signs each attempt of ky's retries anew, body and all", async () => {
    server.answers.push(answerWith(503), answerWith(503))
    const once = createSignedFetch({ ...options, retry: false })
    const client = create({ fetch: once, retry: { limit: 2, delay: () => 1 } })
    await client.put('books', { json: { a: 1 } })
    expectAllAccepted(3)
    expect(server.received.map(({ text }) => text)).toEqual(Array(3).fill('{"a":1}'))
  })

  it('leaves the retries to the signed fetch when it has none of its own', async () => {
    server.answers.push(...Array.from({ length: 9 }, () => answerWith(503)))
    const retrying = createSignedFetch({ ...options, retry: { attempts: 3, baseDelayMs: 1 } })
    const failure = await create({ fetch: retrying, retry: 0 })('books').catch((error: unknown) => error)
    expect(isHTTPError(failure) && failure.response.status).toBe(503)
    expectAllAccepted(3)
  })

  it('reports a refusal once', async () => {
    const stranger = createSignedFetch({
      ...options,
      credentials: { ...credentials, accessKeyId: 'AKIDOTHER' },
    })
    const failure = await create({ fetch: stranger })('books').catch((error: unknown) => error)
    expect(isHTTPError(failure) && failure.response.status).toBe(403)
    expect(server.received).toHaveLength(1)
  })
})

describe("Hono's client over a signed fetch", () => {
  it('signs parameters, queries and JSON', async () => {
    const app = new Hono()
      .get('/book/:id', (context) => context.json({ id: context.req.param('id') }))
      .post('/book', (context) => context.json({ ok: true }))
    const client = hc<typeof app>(server.base, { fetch: signedFetch })
    expect((await client.book[':id'].$get({ param: { id: 'a/b ü' } })).status).toBe(200)
    const json = { json: { a: 1 } }
    expect((await client.book.$post(json as never, { headers: { 'x-own': '1' } })).status).toBe(200)
    expectAllAccepted(2)
    expect(server.last()).toMatchObject({ text: '{"a":1}', headers: { 'x-own': '1' } })
  })
})

describe('createRequestSigner() for a client of its own', () => {
  it('gives node:http what it must send', async () => {
    const sign = createRequestSigner(options)
    const { method, url, headers, body } = await sign(`${server.base}/a b?q=ü`, {
      method: 'PATCH',
      body: { a: 1 },
    })
    const sent = sendByHand(url, { method, headers: Object.fromEntries(headers) })
    sent.end(body)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      sent.on('error', reject)
      sent.on('response', (response) => void buffer(response).then(() => resolve(response.statusCode)))
    })
    expect(status).toBe(200)
    expectAllAccepted(1)
    expect(server.last().text).toBe('{"a":1}')
  })
})
