import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runInNewContext } from 'node:vm'
import { type Verification, verify } from '@furlong/sigv4'
import { hc } from 'hono/client'
import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRequestSigner, createSignedFetch, type ExpiringCredentials, FetchError } from './index.ts'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const temporary = {
  ...credentials,
  accessKeyId: 'ASIAEXAMPLE',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+==',
}

interface Received {
  method: string
  target: string
  headers: IncomingMessage['headers']
  body: Uint8Array
  verification: Verification
}

let server: Server
let base: string
const received: Received[] = []

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  const raw = {
    method: request.method ?? '',
    target: request.url ?? '',
    rawHeaders: request.rawHeaders,
    body: new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
  }
  const verification = verify(raw, {
    lookup: (accessKeyId, sessionToken) => {
      const isKnown =
        accessKeyId === (sessionToken === undefined ? credentials.accessKeyId : temporary.accessKeyId)
      if (!isKnown) return { code: 'UnrecognizedClientException' }
      return { secretAccessKey: credentials.secretAccessKey }
    },
    region: 'us-east-1',
    service: 'lambda',
    now: new Date(),
  })
  received.push({ ...raw, headers: request.headers, verification })
  if (raw.target.startsWith('/moved')) response.writeHead(302, { location: '/elsewhere' })
  else response.writeHead(verification.ok ? 200 : 403, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ok: verification.ok }))
}

beforeAll(async () => {
  server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

beforeEach(() => {
  received.length = 0
  vi.unstubAllEnvs()
})

const options = { credentials, region: 'us-east-1' }
const signedFetch = createSignedFetch(options)

async function expectAccepted(response: Promise<{ status: number }>): Promise<Received> {
  expect((await response).status).toBe(200)
  const last = received.at(-1)
  if (!last) throw new Error('Nothing was received')
  expect(last.verification).toMatchObject({ ok: true, form: 'header' })
  return last
}

const decoder = new TextDecoder()

describe('createSignedFetch()', () => {
  it.each([
    '/',
    '/book?page=5',
    '/a b/ü/%2F/(x)',
    '//a//../b/./c?',
    '/?q=a+b&flag&=x&b=2&a=1&a=0',
    '/?t=10:30/*&é=ß&100%#part',
    "/it's!*()[]|^",
  ])('signs GET %s', async (path) => {
    await expectAccepted(signedFetch(base + path))
    await expectAccepted(signedFetch(new URL(path.replace(/^\/\//, '/'), base)))
    await expectAccepted(signedFetch(new Request(base + path)))
  })

  it.each(['HEAD', 'POST', 'put', 'patch', 'DELETE', 'OPTIONS'])('signs %s', async (method) => {
    const { method: sent } = await expectAccepted(signedFetch(base, { method }))
    expect(sent).toBe(method.toUpperCase())
  })

  const form = new FormData()
  form.append('a', 'ü')
  form.append('file', new Blob(['x'.repeat(1000)], { type: 'text/plain' }), 'x.txt')
  const bodies: readonly (readonly [
    string,
    () => RequestInit['body'] | { a: number } | number[],
    RegExp | undefined,
    string | undefined,
  ])[] = [
    ['text', () => 'grüße', /^text\/plain;charset=UTF-8$/, 'grüße'],
    ['empty text', () => '', /^text\/plain/, ''],
    ['bytes', () => new TextEncoder().encode('bytes'), undefined, 'bytes'],
    ['a part of a buffer', () => new TextEncoder().encode('xbytesx').subarray(1, 6), undefined, 'bytes'],
    ['an ArrayBuffer', () => new TextEncoder().encode('bytes').buffer, undefined, 'bytes'],
    [
      'URLSearchParams',
      () => new URLSearchParams('a=1 2&b=é'),
      /^application\/x-www-form-urlencoded/,
      'a=1+2&b=%C3%A9',
    ],
    ['a Blob', () => new Blob(['blob'], { type: 'text/csv' }), /^text\/csv$/, 'blob'],
    ['FormData', () => form, /^multipart\/form-data; boundary=/, undefined],
    ['a stream', () => new Blob(['streamed']).stream(), undefined, 'streamed'],
    ['a plain object', () => ({ a: 1 }), /^application\/json$/, '{"a":1}'],
    ['an array', () => [1, 2], /^application\/json$/, '[1,2]'],
  ]

  it.each(bodies)('signs and sends %s', async (_, makeBody, contentType, text) => {
    const { body, headers } = await expectAccepted(signedFetch(base, { method: 'POST', body: makeBody() }))
    if (contentType) expect(headers['content-type']).toMatch(contentType)
    else expect(headers['content-type']).toBeUndefined()
    if (text !== undefined) expect(decoder.decode(body)).toBe(text)
    if (body.length > 0) expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
    // Nothing is sent, so there is nothing to name the hash of; the signature covers the hash of nothing.
    else expect(headers['x-amz-content-sha256']).toBeUndefined()
  })

  it('signs and sends a Request with headers and a body, and lets init prevail', async () => {
    const request = new Request(base + '/x', {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-mine': 'request' },
    })
    const first = await expectAccepted(signedFetch(request.clone()))
    expect(decoder.decode(first.body)).toBe('{"a":1}')
    expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'x-mine': 'request' })
    const second = await expectAccepted(
      signedFetch(request, { body: 'other', headers: { 'x-mine': 'init' } }),
    )
    expect(decoder.decode(second.body)).toBe('other')
    expect(second.headers).toMatchObject({ 'x-mine': 'init' })
  })

  it('refuses a Request whose body was read', async () => {
    const request = new Request(base, { method: 'POST', body: 'a' })
    await request.text()
    await expect(signedFetch(request)).rejects.toThrow(TypeError)
  })

  it('signs what is sent even when the caller changes the bytes meanwhile', async () => {
    const bytes = new TextEncoder().encode('before')
    const response = signedFetch(base, { method: 'POST', body: bytes })
    bytes.fill(120)
    expect(decoder.decode((await expectAccepted(response)).body)).toBe('before')
  })

  it('replaces stale signatures and leaves connection headers to the platform', async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=old',
      'x-amz-date': '20200101T000000Z',
      host: 'other.example',
      'content-length': '99',
      connection: 'close',
      cookie: 'a=b',
      accept: '*/*',
      'x-forwarded-for': '1.2.3.4',
    }
    const { headers: sent, verification } = await expectAccepted(signedFetch(base, { headers }))
    expect(sent).toMatchObject({ cookie: 'a=b', 'x-forwarded-for': '1.2.3.4', host: base.slice(7) })
    expect(verification.ok && verification.signedHeaders).toEqual(['accept', 'host', 'x-amz-date'])
  })

  it('sends and signs the session token of temporary credentials', async () => {
    const { verification } = await expectAccepted(
      createSignedFetch({ ...options, credentials: temporary })(base),
    )
    expect(verification).toMatchObject({ sessionToken: temporary.sessionToken })
  })

  it.each([
    ['a number', 1],
    ['a Date', new Date(0)],
    ['a function', () => 1],
    ['a Map', new Map()],
  ])('refuses %s as a body', async (_, body) => {
    await expect(signedFetch(base, { method: 'POST', body: body as never })).rejects.toThrow(TypeError)
  })

  it('names the class of what it refuses, and a promise that nobody waited for', async () => {
    class Order {
      readonly book = 5
    }
    const post = (body: object): Promise<Response> => signedFetch(base, { method: 'POST', body })
    await expect(post(new Order())).rejects.toThrow('The body is an instance of Order, and must be')
    await expect(post(Promise.resolve({ book: 5 }))).rejects.toThrow('The body is a promise: wait for it')
    await expect(post(Object.create(Object.create(null, { a: { value: 1 } })))).rejects.toThrow(
      'an instance of a class',
    )
    expect(received).toEqual([])
  })

  it('takes a plain object of another realm, as Jest and node:vm make them', async () => {
    const body = runInNewContext('({ a: [1] })') as object
    const { body: sent } = await expectAccepted(signedFetch(base, { method: 'POST', body }))
    expect(decoder.decode(sent)).toBe('{"a":[1]}')
  })

  it('refuses a body with GET', async () => {
    await expect(signedFetch(base, { body: 'x' })).rejects.toThrow('GET cannot have a body')
  })

  it.each(['text', 'stream'])('refuses a %s above maxBodyBytes by name', async (kind) => {
    const small = createSignedFetch({ ...options, maxBodyBytes: 10 })
    const body = kind === 'text' ? 'x'.repeat(11) : new Blob(['x'.repeat(11)]).stream()
    const failure = await small(base, { method: 'POST', body }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FetchError)
    expect(failure).toMatchObject({ code: 'BodyTooLarge' })
    expect(String(failure)).toContain('10 bytes')
    await expectAccepted(small(base, { method: 'POST', body: 'x'.repeat(10) }))
  })

  it('reports a stream that breaks', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('disk gone')) })
    await expect(signedFetch(base, { method: 'POST', body })).rejects.toMatchObject({
      code: 'BodyUnreadable',
    })
  })

  it('hands redirects back and never follows them', async () => {
    const response = await signedFetch(`${base}/moved`)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/elsewhere')
    expect((await signedFetch(new Request(`${base}/moved`))).status).toBe(302)
    expect(received).toHaveLength(2)
    await expect(signedFetch(`${base}/moved`, { redirect: 'follow' })).rejects.toThrow(TypeError)
    await expect(signedFetch(`${base}/moved`, { redirect: 'error' })).rejects.toThrow()
  })

  it('obeys the signal while it waits for credentials, and after', async () => {
    const controller = new AbortController()
    const slow = createSignedFetch({
      ...options,
      credentials: () => new Promise<ExpiringCredentials>(() => {}),
    })
    const response = slow(base, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(response).rejects.toThrow('enough')
    await expect(signedFetch(base, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
    expect(received).toHaveLength(0)
  })

  it('calls a provider once at a time and again five minutes before the expiration', async () => {
    let now = new Date()
    let calls = 0
    const provider = async (): Promise<ExpiringCredentials> => {
      calls += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { ...temporary, expiration: new Date(now.getTime() + 3_600_000) }
    }
    const sign = createRequestSigner({ ...options, credentials: provider, now: () => now })
    await Promise.all([sign(base), sign(base), sign(base)])
    await sign(base)
    expect(calls).toBe(1)
    now = new Date(now.getTime() + 54 * 60_000)
    await sign(base)
    expect(calls).toBe(1)
    now = new Date(now.getTime() + 2 * 60_000)
    await Promise.all([sign(base), sign(base)])
    expect(calls).toBe(2)
  })

  it('reports a provider that fails, and asks it again', async () => {
    const provider = vi.fn<() => Promise<ExpiringCredentials>>()
    provider.mockRejectedValueOnce(new Error('no network')).mockResolvedValueOnce(credentials)
    const flaky = createSignedFetch({ ...options, credentials: provider })
    await expect(flaky(base)).rejects.toMatchObject({ code: 'CredentialsFailed' })
    await expectAccepted(flaky(base))
  })

  it('reads the environment by default, and says what is missing', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', temporary.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', temporary.secretAccessKey)
    vi.stubEnv('AWS_SESSION_TOKEN', temporary.sessionToken)
    await expectAccepted(createSignedFetch()(base))
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '')
    const failure = await createSignedFetch()(base).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CredentialsMissing' })
    expect(String(failure)).toContain('AWS_SECRET_ACCESS_KEY')
  })

  it("serves as the fetch of Hono's client", async () => {
    const app = new Hono().get('/book', (context) => context.json({ page: 1 }))
    const client = hc<typeof app>(base, { fetch: signedFetch })
    await expectAccepted(client.book.$get())
  })
})

describe('createRequestSigner()', () => {
  async function scopeOf(url: string, more: Parameters<typeof createRequestSigner>[0] = {}): Promise<string> {
    const { headers } = await createRequestSigner({ credentials, ...more })(url)
    return /Credential=[^/]+\/\d+\/([^,]+)\/aws4_request/.exec(headers.at(-1)?.[1] ?? '')?.[1] ?? ''
  }

  it('lets the region of a host prevail, and the service where the host says it for certain', async () => {
    const wrong = { region: 'us-east-1', service: 'lambda' }
    expect(await scopeOf('https://a1b2.execute-api.eu-west-1.amazonaws.com/prod', wrong)).toBe(
      'eu-west-1/execute-api',
    )
    expect(await scopeOf('https://bucket.s3.eu-west-1.amazonaws.com/key', wrong)).toBe('eu-west-1/s3')
    expect(await scopeOf('https://email.eu-west-1.amazonaws.com/')).toBe('eu-west-1/ses')
    expect(await scopeOf('https://new.eu-west-1.amazonaws.com/', { service: 'renamed' })).toBe(
      'eu-west-1/renamed',
    )
    expect(await scopeOf('https://STS.eu-west-1.amazonaws.com./')).toBe('eu-west-1/sts')
  })

  it('asks for the region of a bucket whose host does not say it', async () => {
    const url = 'https://bucket.s3-accelerate.amazonaws.com/key'
    await expect(scopeOf(url)).rejects.toThrow(/option `region`/)
    expect(await scopeOf(url, { region: 'eu-west-1' })).toBe('eu-west-1/s3')
  })

  it('takes region and service from the host of a function URL', async () => {
    const id = 'abcdefghijklmnopqrstuvwxyz012345'
    expect(await scopeOf(`https://${id}.lambda-url.eu-west-1.on.aws/`)).toBe('eu-west-1/lambda')
    expect(await scopeOf(`http://${id}.lambda-url.ap-east-1.localhost:9400/`)).toBe('ap-east-1/lambda')
    const wrong = { region: 'us-east-1', service: 'execute-api' }
    expect(await scopeOf(`https://${id}.lambda-url.eu-west-1.on.aws/`, wrong)).toBe('eu-west-1/lambda')
  })

  it('takes the region of a loopback host from the options, else from AWS_REGION', async () => {
    vi.stubEnv('AWS_REGION', 'eu-north-1')
    expect(await scopeOf('http://localhost:9400/')).toBe('eu-north-1/lambda')
    expect(await scopeOf('http://[::1]:9400/')).toBe('eu-north-1/lambda')
    expect(await scopeOf('http://127.0.0.1/', { region: 'us-east-2', service: 'sts' })).toBe('us-east-2/sts')
    vi.stubEnv('AWS_REGION', '')
    vi.stubEnv('AWS_DEFAULT_REGION', '')
    await expect(scopeOf('http://localhost:9400/')).rejects.toThrow(/`region`.*AWS_REGION/)
  })

  it('names what to set for any other host', async () => {
    vi.stubEnv('AWS_REGION', 'eu-north-1')
    await expect(scopeOf('https://api.example.com/')).rejects.toThrow(/`region` and `service`/)
    await expect(scopeOf('https://api.example.com/', { region: 'us-east-1' })).rejects.toThrow(
      /option `service`/,
    )
    expect(await scopeOf('https://api.example.com/', { region: 'us-east-1', service: 'lambda' })).toBe(
      'us-east-1/lambda',
    )
    const lookalike = 'https://x.lambda-url.us-east-1.on.aws.example.com/'
    await expect(scopeOf(lookalike)).rejects.toThrow(TypeError)
  })

  const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
  it.each([
    [
      'undefinedbook?page=5',
      "The URL 'undefinedbook' cannot be used: it begins with the value of a variable",
    ],
    ['book?page=5', "The URL 'book' cannot be used: it must be absolute"],
    ['', "The URL '' cannot be used: it must be absolute"],
    [`${host}/book`, 'https:// is missing'],
    ['http://127.0.0.1:20001book', 'a slash is missing after the port'],
    ['https://a b/', 'host or port is malformed'],
    ['localhost:20001/book', "The URL 'localhost:20001/book' must begin with https:// or http://"],
    [`https://${host}book?page=5`, `A slash is missing in the URL: its host is ${host}book`],
    ['http://x.lambda-url.us-east-1.localhostbook', 'A slash is missing in the URL'],
  ])('says what is wrong with %s', async (url, says) => {
    const failure = await scopeOf(url, { region: 'us-east-1', service: 'lambda' }).catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).toContain(says)
    expect(String(failure)).not.toContain('page=5')
  })

  it('repeats neither user nor password of a malformed URL, nor all of a long one', async () => {
    for (const url of ['http://ada:pass/word@:x/', 'ada:password@host', 'x'.repeat(5000)]) {
      const failure = String(await scopeOf(url).catch((error: unknown) => error))
      expect(failure).not.toMatch(/ada|word/)
      expect(failure.length).toBeLessThan(400)
    }
  })

  it('refuses malformed URLs, credentials and options without repeating them', async () => {
    await expect(scopeOf('/relative')).rejects.toThrow(TypeError)
    const secretAccessKey = 'topsecret\n'
    const failure = await scopeOf(base, {
      region: 'us-east-1',
      credentials: { ...credentials, secretAccessKey },
    }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).not.toContain('topsecret')
    expect(() => createRequestSigner({ maxBodyBytes: -1 })).toThrow(TypeError)
  })
})
