import { createReadStream } from 'node:fs'
import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import axios, {
  type AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  type AxiosStatic,
  create as createAxios,
  getAdapter,
  isCancel,
} from 'axios'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signAxios } from './axios.ts'
import { FetchError } from './errors.ts'
import {
  answerWith,
  credentials,
  type Received,
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

const options = { credentials, region: 'us-east-1' }

function createClient(config: Parameters<typeof createAxios>[0] = {}): AxiosInstance {
  const client = createAxios({ baseURL: server.base, ...config })
  signAxios(client, options)
  return client
}

async function expectAccepted(response: Promise<AxiosResponse>): Promise<Received> {
  const { status } = await response.catch((error: AxiosError) => error.response ?? Promise.reject(error))
  expect(server.last().verification).toMatchObject({ ok: true, form: 'header' })
  expect(status).toBe(200)
  return server.last()
}

describe.each(['http', 'fetch'] as const)('signAxios() with the %s adapter', (adapter) => {
  const create = (): AxiosInstance => createClient({ adapter })

  it.each([
    { q: 'a b+c', list: [1, 2], 'ü:': "it's (!)" },
    { when: new Date(0), deep: { x: 1 } },
    new URLSearchParams('a=1 2&a=3&=x'),
  ])('signs the params that axios serialises: %j', async (params) => {
    const { target } = await expectAccepted(create().get('/p', { params }))
    const { searchParams } = new URL(target, server.base)
    const meant = new URL(axios.getUri({ url: `${server.base}/p`, params }))
    expect(new Set(searchParams)).toEqual(new Set(meant.searchParams))
  })

  it("obeys the instance's paramsSerializer and params beside a query", async () => {
    const client = createClient({
      adapter,
      paramsSerializer: { serialize: () => 'mine=%7Bx%7D', indexes: null },
    })
    const { target } = await expectAccepted(client.get('/p?z=1', { params: { any: 1 } }))
    expect(target).toContain('mine=%7Bx%7D')
    expect(target).toContain('z=1')
  })

  it.each(['/a b/ü', '/%2F/(x)*', '//double//slash', "/it's!*()[]|^", '/?flag&=x&b=2&a=1&a=0', '/x#part'])(
    'signs the path %s',
    async (path) => {
      await expectAccepted(create().get(server.base + path, { baseURL: '' }))
    },
  )

  const bytes = new TextEncoder().encode('xbytesx')
  it.each([
    ['an object', { a: 'ü' }, /^application\/json$/, '{"a":"ü"}'],
    ['an array', [1, 2], /^application\/json$/, '[1,2]'],
    ['text', 'grüße', /^application\/x-www-form-urlencoded$/, 'grüße'],
    ['empty text', '', /^application\/x-www-form-urlencoded$/, ''],
    ['URLSearchParams', new URLSearchParams('a=1 2&b=é'), /urlencoded;charset=utf-8$/, 'a=1+2&b=%C3%A9'],
    ['a Buffer', Buffer.from('bytes'), /urlencoded$/, 'bytes'],
    ['an ArrayBuffer', bytes.slice(1, 6).buffer, /urlencoded$/, 'bytes'],
    ['a Blob', new Blob(['a,b'], { type: 'text/csv' }), /^text\/csv$/, 'a,b'],
    ['a Blob without a type', new Blob(['a,b']), /^application\/octet-stream$/, 'a,b'],
    ['nothing', undefined, undefined, ''],
  ])('signs and sends %s', async (_, data, contentType, text) => {
    const received = await expectAccepted(create().post('/body', data))
    expect(received.text).toBe(text)
    if (contentType) expect(received.headers['content-type']).toMatch(contentType)
    else expect(received.headers['content-type']).toBeUndefined()
    if (text !== '') expect(received.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  })

  it('signs forms of the platform, whatever content type was set by hand', async () => {
    const form = new FormData()
    form.append('a', 'ü')
    form.append('file', new Blob(['x'.repeat(1000)], { type: 'text/plain' }), 'x.txt')
    for (const headers of [{}, { 'Content-Type': 'multipart/form-data' }]) {
      const { headers: sent, bytes: body } = await expectAccepted(create().post('/', form, { headers }))
      const read = await new Response(body.slice(), {
        headers: { 'content-type': sent['content-type'] ?? '' },
      }).formData()
      expect(read.get('a')).toBe('ü')
      expect((read.get('file') as File).size).toBe(1000)
    }
  })

  it('signs the forms that axios builds from objects', async () => {
    const received = await expectAccepted(create().postForm('/', { a: 1, file: Buffer.from('content') }))
    expect(received.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    const form = await new Response(received.bytes.slice(), {
      headers: { 'content-type': received.headers['content-type'] ?? '' },
    }).formData()
    expect(form.get('a')).toBe('1')
    expect(await expectAccepted(create().post('/', { a: [1, 2] }, urlencoded))).toMatchObject({
      text: 'a%5B%5D=1&a%5B%5D=2',
    })
  })
  const urlencoded = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }

  it.each([
    ['a Node stream', () => Readable.from([Buffer.from('str'), Buffer.from('eamed')]), 'streamed'],
    ['a web stream', () => new Blob(['streamed']).stream(), 'streamed'],
    ['a file', () => createReadStream(new URL('axios.ts', import.meta.url)), undefined],
  ])('signs %s, and limits it by name', async (_, data, text) => {
    const { text: sent } = await expectAccepted(create().put('/', data()))
    if (text === undefined) expect(sent).toContain('signAxios')
    else expect(sent).toBe(text)
    const small = createAxios({ baseURL: server.base, adapter })
    signAxios(small, { ...options, maxBodyBytes: 5 })
    const failure = await small.put('/', data()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FetchError)
    expect(failure).toMatchObject({ code: 'BodyTooLarge' })
  })

  it('signs defaults, per-method headers and an axios.request with everything', async () => {
    const client = create()
    client.defaults.headers.common['X-Common'] = 'one'
    client.defaults.headers.patch['X-Patch'] = 'two'
    const { headers, verification } = await expectAccepted(
      client.request({
        method: 'patch',
        url: 'x',
        data: { a: 1 },
        headers: { 'X-Own': ' three ', host: 'no' },
      }),
    )
    expect(headers).toMatchObject({
      'x-common': 'one',
      'x-patch': 'two',
      'x-own': 'three',
      host: server.base.slice(7),
    })
    expect(verification.ok && verification.signedHeaders).toEqual(
      expect.arrayContaining(['content-type', 'x-common', 'x-patch', 'x-own', 'x-amz-security-token']),
    )
    await expectAccepted(client.delete('/x', { data: { why: 'gone' } }))
    await expectAccepted(client.head('/x'))
    await expectAccepted(client.options('/x'))
  })

  it('sends what request interceptors left, whichever was added first', async () => {
    const client = createAxios({ baseURL: server.base, adapter })
    client.interceptors.request.use((config) => ({ ...config, params: { first: 1 } }))
    signAxios(client, options)
    client.interceptors.request.use((config) => {
      config.headers.set('x-late', '1')
      return config
    })
    const { target, headers } = await expectAccepted(client.get('/'))
    expect(target).toBe('/?first=1')
    expect(headers['x-late']).toBe('1')
  })

  it('hands redirects back', async () => {
    server.answers.push(answerWith(302, { location: `${server.base}/elsewhere` }))
    const failure = await create()
      .get('/moved')
      .catch((error: AxiosError) => error)
    expect(failure).toMatchObject({
      response: { status: 302, headers: { location: `${server.base}/elsewhere` } },
    })
    expect(server.received).toHaveLength(1)
  })

  it('signs each attempt of a retry anew, stream and all, and shows no signature to the caller', async () => {
    let now = Date.now() - 60_000
    const client = createAxios({ baseURL: server.base, adapter })
    signAxios(client, { ...options, now: () => new Date((now += 1000)) })
    const seen: AxiosError[] = []
    // As axios-retry does it: the configuration of the error goes in again.
    client.interceptors.response.use(undefined, (error: AxiosError) => {
      seen.push(error)
      if (error.response?.status !== 503 || !error.config) throw error
      return client(error.config)
    })
    server.answers.push(answerWith(503), answerWith(503))
    const { status, config } = await client.post('/x?a=1', Readable.from([Buffer.from('once')]), {
      params: { b: 2 },
      headers: { 'content-type': 'text/plain' },
    })
    expect(status).toBe(200)
    expect(server.received.map(({ text, target }) => `${target} ${text}`)).toEqual(
      Array(3).fill('/x?a=1&b=2 once'),
    )
    expect(server.received.every(({ verification }) => verification.ok)).toBe(true)
    expect(new Set(server.received.map(({ headers }) => headers['x-amz-date'])).size).toBe(3)
    const shown = JSON.stringify([seen, config])
    expect(shown).not.toContain('Signature=')
    expect(shown).not.toContain(credentials.sessionToken)
  })

  const inspections = [{}, { depth: null }, { depth: null, showHidden: true }].map((how) => ({
    ...how,
    maxArrayLength: null,
    maxStringLength: null,
  }))

  function expectHidden(value: unknown): void {
    const { authorization } = server.received.at(-1)?.headers ?? {}
    for (const how of inspections) {
      const text = inspect(value, how)
      for (const secret of ['Signature=', credentials.sessionToken, credentials.secretAccessKey]) {
        expect(text).not.toContain(secret)
      }
      if (authorization !== undefined) expect(text).not.toContain(authorization.slice(-64))
    }
  }

  it('shows no signature when a response or an error is printed, however deep', async () => {
    const client = create()
    const response = await client.post('/x?a=1', { b: 2 })
    expectHidden(response)
    expect(response.request).toEqual({ method: 'POST', path: '/x?a=1' })
    server.answers.push(answerWith(403))
    const refused = await client.get('/refused').catch((error: AxiosError) => error)
    expectHidden(refused)
    expect(refused).toMatchObject({
      request: { method: 'GET', path: '/refused' },
      response: { status: 403, request: { method: 'GET', path: '/refused' } },
    })
    expect(JSON.stringify(refused)).not.toContain(credentials.sessionToken)
    server.answers.push((answer) => void answer.destroy())
    expectHidden(await client.get('/broken').catch((error: AxiosError) => error))
    server.answers.push(() => {})
    expectHidden(await client.get('/slow', { timeout: 50 }).catch((error: AxiosError) => error))
    server.answers.push(() => {})
    const aborted = client.get('/given-up', { signal: AbortSignal.timeout(50) })
    expectHidden(await aborted.catch((error: AxiosError) => error))
    expectHidden(await client.get('http://127.0.0.1:1/').catch((error: AxiosError) => error))
    const long = { maxContentLength: 1 }
    expectHidden(await client.get('/long', long).catch((error: AxiosError) => error))
  })

  it('shows no signature beside a body that is read as a stream, nor through an agent', async () => {
    const httpAgent = new Agent({ keepAlive: true })
    const response = await create().get('/', { responseType: 'stream', httpAgent, decompress: false })
    expectHidden(response)
    expectHidden(await create().get('/', { responseType: 'stream' }))
    httpAgent.destroy()
  })

  it('ends at once when the caller gives up while credentials are on their way', async () => {
    const client = createAxios({ baseURL: server.base, adapter })
    signAxios(client, { ...options, credentials: () => new Promise(() => {}) })
    const controller = new AbortController()
    const response = client.get('/', { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(response).rejects.toSatisfy(isCancel)
    const cancelTokens = (axios as AxiosStatic)['CancelToken']
    const source = cancelTokens.source()
    const other = client.get('/', { cancelToken: source.token })
    setTimeout(() => source.cancel('enough'), 5)
    await expect(other).rejects.toSatisfy(isCancel)
    expect(server.received).toHaveLength(0)
  })
})

describe('signAxios()', () => {
  it('ends when its function is called, and signs once when it is called twice', async () => {
    const client = createAxios({ baseURL: server.base })
    const end = signAxios(client, options)
    const endAgain = signAxios(client, options)
    await expectAccepted(client.get('/'))
    end()
    await expectAccepted(client.get('/'))
    endAgain()
    await expect(client.get('/')).rejects.toMatchObject({ response: { status: 403 } })
    expect(server.last().headers.authorization).toBeUndefined()
  })

  it('passes over the adapter that follows redirects, and says so when there is no other', async () => {
    const client = createClient()
    await expectAccepted(client.get('/', { adapter: ['xhr', 'fetch'] }))
    await expect(client.get('/', { adapter: 'xhr' })).rejects.toThrow(/'xhr' follows redirects/)
    expect(server.received).toHaveLength(1)
  })

  it('wraps an adapter that a request brings', async () => {
    const own: string[] = []
    const inner = getAdapter('http')
    const client = createClient()
    await expectAccepted(
      client.post('/', { a: 1 }, { adapter: (config) => (own.push(config.url ?? ''), inner(config)) }),
    )
    expect(own).toEqual([`${server.base}/`])
  })

  it.each([
    ['auth', { auth: { username: 'u', password: 'secretword' } }],
    ['a user in the URL', { baseURL: 'http://u:secretword@127.0.0.1/' }],
  ])('refuses %s without repeating it', async (_, config) => {
    const failure = await createClient()
      .get('/', config)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).not.toContain('secretword')
  })

  it('refuses a body with GET', async () => {
    await expect(createClient().get('/', { data: { a: 1 } })).rejects.toThrow('GET cannot have a body')
  })
})
