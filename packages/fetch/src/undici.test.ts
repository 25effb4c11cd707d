import { Readable } from 'node:stream'
import * as undici from 'undici'
import undiciPackage from 'undici/package.json' with { type: 'json' }
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FetchError } from './errors.ts'
import {
  answerWith,
  credentials,
  type Received,
  startVerifyingServer,
  type VerifyingServer,
} from './testing/verifying-server.node.ts'
import { createSigningInterceptor, type SigningInterceptorOptions } from './undici.ts'

let server: VerifyingServer
const agent = new undici.Agent()
beforeAll(async () => {
  server = await startVerifyingServer()
})
afterAll(async () => {
  await agent.close()
  await server.close()
})
afterEach(() => {
  server.received.length = 0
  server.answers.length = 0
})

const options = { credentials, region: 'us-east-1' }

function compose(
  more: SigningInterceptorOptions = {},
  ...outer: undici.Dispatcher.DispatcherComposeInterceptor[]
): undici.Dispatcher {
  return agent.compose(createSigningInterceptor({ ...options, ...more }), ...outer)
}

/** A clock that goes a second at every reading, so that each signature has a date of its own. */
function createClock(): () => Date {
  let now = Date.now() - 60_000
  return () => new Date((now += 1000))
}

async function request(
  path: string,
  init: Partial<undici.Dispatcher.RequestOptions> = {},
  dispatcher: undici.Dispatcher = compose(),
): Promise<Received> {
  const { statusCode, body } = await undici.request(server.base + path, { ...init, dispatcher } as never)
  await body.dump()
  expect(server.last().verification).toMatchObject({ ok: true, form: 'header' })
  expect(statusCode).toBe(200)
  return server.last()
}

describe('createSigningInterceptor() under undici.request', () => {
  it.each([
    '/',
    '/a b/ü',
    '/%2F/(x)*',
    '//double//slash',
    "/it's!*()[]|^",
    '/?flag&=x&b=2&a=1&a=0',
    '/?q=a+b',
  ])('signs the path %s', async (path) => {
    await request(path)
  })

  it('signs `query`, and means what undici means', async () => {
    const query = { 'a b': 'c+d', list: [1, '2'], ü: "it's", yes: true, nothing: null, '': 'x' }
    const { target } = await request('/p', { query })
    const signed = new URL(target, server.base).searchParams
    const { body } = await agent.request({ origin: server.base, path: '/p', method: 'GET', query })
    await body.dump()
    const plain = new URL(server.last().target, server.base).searchParams
    expect(new Set(signed)).toEqual(new Set(plain))
    await expect(request('/p?a=1', { query })).rejects.toThrow()
  })

  it.each([
    ['an object', { 'X-One': '1', 'x-list': ['a', 'b'] }],
    ['a flat array', ['X-One', '1', 'x-list', 'a', 'x-list', 'b']],
    [
      'pairs',
      [
        ['X-One', '1'],
        ['x-list', ['a', 'b']],
      ][Symbol.iterator](),
    ],
    [
      'a Map',
      new Map<string, string | string[]>([
        ['X-One', '1'],
        ['x-list', ['a', 'b']],
      ]),
    ],
    [
      'Headers',
      new undici.Headers([
        ['X-One', '1'],
        ['x-list', 'a, b'],
      ]),
    ],
  ])('signs headers given as %s', async (_, headers) => {
    const { headers: sent, verification } = await request('/', { headers: headers as never })
    expect(sent).toMatchObject({ 'x-one': '1', 'x-list': 'a, b' })
    expect(verification.ok && verification.signedHeaders).toEqual(expect.arrayContaining(['x-one', 'x-list']))
  })

  const form = new undici.FormData()
  form.append('a', 'ü')
  form.append('file', new File(['content'], 'x.txt', { type: 'text/plain' }))
  function* chunks(): Iterable<Buffer> {
    yield Buffer.from('grü')
    yield Buffer.from('ße')
  }
  const bodies: readonly (readonly [string, () => unknown, string | undefined, RegExp | undefined])[] = [
    ['text', () => 'grüße', 'grüße', undefined],
    ['a Buffer', () => Buffer.from('grüße'), 'grüße', undefined],
    ['a part of a buffer', () => Buffer.from('xgrüßex').subarray(1, 8), 'grüße', undefined],
    ['an ArrayBuffer', () => new TextEncoder().encode('grüße').buffer, 'grüße', undefined],
    ['an iterable', chunks, 'grüße', undefined],
    ['a list of buffers', () => [...chunks()], 'grüße', undefined],
    ['an async iterable', () => Readable.from(chunks())[Symbol.asyncIterator](), 'grüße', undefined],
    ['a Node stream', () => Readable.from(chunks()), 'grüße', undefined],
    ['a web stream', () => new Blob(['grüße']).stream(), 'grüße', undefined],
    ['a Blob', () => new Blob(['grüße'], { type: 'text/csv' }), 'grüße', /^text\/csv$/],
    ["undici's FormData", () => form, undefined, /^multipart\/form-data; boundary=/],
    ['nothing', () => null, '', undefined],
  ]
  it.each(bodies)('signs and sends %s', async (_, makeBody, text, contentType) => {
    const received = await request('/', { method: 'POST', body: makeBody() as Buffer })
    if (text === undefined) {
      const { 'content-type': type = '' } = received.headers
      const read = await new Response(received.bytes.slice(), {
        headers: { 'content-type': type },
      }).formData()
      expect([read.get('a'), (read.get('file') as File).name]).toEqual(['ü', 'x.txt'])
    } else expect(received.text).toBe(text)
    if (contentType) expect(received.headers['content-type']).toMatch(contentType)
    else expect(received.headers['content-type']).toBeUndefined()
    if (text !== '') expect(received.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  })

  it('limits streams by name and ends them', async () => {
    const body = Readable.from([Buffer.alloc(10), Buffer.alloc(10)])
    const failure = await request('/', { method: 'POST', body }, compose({ maxBodyBytes: 15 })).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(FetchError)
    expect(failure).toMatchObject({ code: 'BodyTooLarge' })
    expect(body.destroyed).toBe(true)
  })

  it('signs each attempt of the retry interceptor anew', async () => {
    server.answers.push(answerWith(503), answerWith(503))
    const retry = undici.interceptors.retry({ minTimeout: 1, maxTimeout: 2 })
    await request('/x', { method: 'PUT', body: 'again' }, compose({ now: createClock() }, retry))
    expect(server.received.map(({ text }) => text)).toEqual(['again', 'again', 'again'])
    expect(server.received.every(({ verification }) => verification.ok)).toBe(true)
    expect(new Set(server.received.map(({ headers }) => headers['x-amz-date'])).size).toBe(3)
  })

  it('signs each hop of the redirect interceptor anew, and follows nothing by itself', async () => {
    server.answers.push(answerWith(307, { location: '/there?b=1' }))
    const { statusCode } = await undici.request(`${server.base}/here`, { dispatcher: compose() })
    expect(statusCode).toBe(307)
    server.answers.push(answerWith(307, { location: '/there?b=1' }))
    const redirect = undici.interceptors.redirect({ maxRedirections: 1 })
    const { target } = await request('/here', {}, compose({}, redirect))
    expect(target).toBe('/there?b=1')
  })

  it('ends at once when the caller gives up while credentials are on their way', async () => {
    const waiting = compose({ credentials: () => new Promise(() => {}) })
    const controller = new AbortController()
    const response = request('/', { signal: controller.signal }, waiting)
    setTimeout(() => controller.abort(new Error('enough')), 5)
    await expect(response).rejects.toThrow('enough')
    expect(server.received).toHaveLength(0)
  })

  it('reports failures to the caller, and a retry does not repeat them', async () => {
    let calls = 0
    const failing = {
      credentials: () => {
        calls += 1
        return Promise.reject(new Error('no network'))
      },
    }
    const retry = undici.interceptors.retry({ minTimeout: 1 })
    await expect(request('/', {}, compose(failing, retry))).rejects.toMatchObject({
      code: 'CredentialsFailed',
    })
    expect(calls).toBe(1)
    const body = Buffer.from('x')
    await expect(request('/', { method: 'GET', body })).rejects.toThrow('GET cannot have a body')
    await expect(request('/', { headersTimeout: -1 })).rejects.toThrow('headersTimeout')
  })

  it('says what it cannot sign', async () => {
    const signed = compose()
    await expect(signed.connect({ origin: server.base, path: '/' })).rejects.toThrow(/neither CONNECT nor/)
    await expect(signed.upgrade({ path: '/', origin: server.base } as never)).rejects.toThrow(/an upgrade/)
    const client = new undici.Client(server.base)
    const interceptor = createSigningInterceptor(options)
    const { statusCode } = await client
      .compose(interceptor)
      .request({ origin: server.base, path: '/', method: 'GET' })
    expect(statusCode).toBe(200)
    await client.close()
    const failure = await new Promise((resolve) => {
      const onResponseError = (_: unknown, error: Error): void => resolve(error)
      interceptor(() => false)({ path: '/', method: 'GET' }, { onResponseError })
    })
    expect(String(failure)).toMatch(/`origin`/)
  })
})

describe.each([
  ['undici.fetch', undici.fetch as unknown as typeof fetch],
  ["the platform's fetch, by setGlobalDispatcher", (...args: Parameters<typeof fetch>) => fetch(...args)],
])('createSigningInterceptor() under %s', (_, send) => {
  const before = undici.getGlobalDispatcher()
  const use = (dispatcher: undici.Dispatcher): void => undici.setGlobalDispatcher(dispatcher)
  beforeAll(() => use(compose()))
  afterAll(() => use(before))

  it('signs paths, headers and bodies', async () => {
    const bodies = ['text', new Blob(['text']), new URLSearchParams('a=1 2'), new Blob(['text']).stream()]
    for (const body of bodies) {
      const init = { method: 'POST', body, duplex: 'half', headers: { 'x-own': '1' } } as RequestInit
      expect((await send(`${server.base}/a b?q=ü+1`, init)).status).toBe(200)
      const { verification } = server.last()
      expect(verification.ok && verification.signedHeaders).toContain('x-own')
      expect(server.last().text).not.toBe('')
    }
    expect((await send(server.base)).status).toBe(200)
    expect((await send(server.base, { method: 'HEAD' })).status).toBe(200)
  })

  it('signs each hop of a redirect anew', async () => {
    server.answers.push(answerWith(303, { location: '/there?b=1' }))
    const response = await send(`${server.base}/here`, { method: 'POST', body: 'x' })
    expect([response.status, server.last().target]).toEqual([200, '/there?b=1'])
    expect(server.received.every(({ verification }) => verification.ok)).toBe(true)
  })

  it('signs for the origins it is given alone, redirects to others included', async () => {
    use(compose({ origins: [server.base] }))
    const other = await startVerifyingServer()
    server.answers.push(answerWith(307, { location: `${other.base}/there` }))
    await send(server.base)
    await send(other.base)
    expect(server.last().verification.ok).toBe(true)
    expect(other.received.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    expect(other.last().headers['x-amz-security-token']).toBeUndefined()
    await other.close()
    use(compose())
    expect(() => compose({ origins: ['no origin'] })).toThrow(TypeError)
  })

  it('signs each attempt of the retry interceptor anew, over the bytes of the first', async () => {
    use(compose({ now: createClock() }, undici.interceptors.retry({ minTimeout: 1, throwOnError: false })))
    server.answers.push(answerWith(503))
    expect((await send(server.base)).status).toBe(200)
    expect(new Set(server.received.map(({ headers }) => headers['x-amz-date'])).size).toBe(2)
    for (const body of ['x', new Blob(['x']).stream()]) {
      server.received.length = 0
      server.answers.push(answerWith(503))
      const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
      expect((await send(server.base, init)).status).toBe(200)
      expect(server.received.map(({ text }) => text)).toEqual(['x', 'x'])
    }
    use(compose())
  })

  it('rejects with the reason, and obeys the signal', async () => {
    use(compose({ credentials: () => Promise.reject(new Error('no network')) }))
    await expect(send(server.base)).rejects.toMatchObject({ cause: { code: 'CredentialsFailed' } })
    use(compose({ credentials: () => new Promise(() => {}) }))
    await expect(send(server.base, { signal: AbortSignal.timeout(5) })).rejects.toThrow()
    use(compose())
  })
})

describe("createSigningInterceptor() under the platform's fetch, by its option `dispatcher`", () => {
  const major = (version: string | undefined): string | undefined => version?.split('.')[0]
  it.skipIf(major(process.versions['undici']) === major(undiciPackage.version))(
    'ends with an error where the two are of different majors, and never hangs',
    async () => {
      const init = { dispatcher: compose(), signal: AbortSignal.timeout(5000) } as RequestInit
      await expect(fetch(server.base, init)).rejects.toMatchObject({
        message: 'fetch failed',
        cause: { message: expect.stringContaining('onRequestStart') },
      })
    },
  )
})
