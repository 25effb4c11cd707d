import { createEvent, PreludeReader, readResult } from '@furlong/events'
import type { EventInput, HttpResponseParts, IamAuthorizer } from '@furlong/events'
import * as fc from 'fast-check'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { stream, streamSSE } from 'hono/streaming'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LambdaApp } from './application.ts'
import type { FetchFunction } from './fetch-app.ts'
import { getBindings } from './bindings.ts'
import { getCaller } from './caller.ts'
import type { LambdaBindings, LambdaContext } from './context.ts'
import { toLambda } from './to-lambda.ts'
import type { LambdaOptions } from './to-lambda.ts'

const domainName = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws'
const streamingMark = Symbol.for('aws.lambda.runtime.handler.streaming')

function createIam(session: string): IamAuthorizer {
  return {
    accessKey: `ASIA${session}`,
    accountId: '111122223333',
    callerId: `AROAEXAMPLE:${session}`,
    cognitoIdentity: null,
    principalOrgId: 'o-abcdefghij',
    userArn: `arn:aws:sts::111122223333:assumed-role/caller/${session}`,
    userId: `AROAEXAMPLE:${session}`,
  }
}

function input(overrides: Partial<EventInput> = {}): EventInput {
  return {
    method: 'GET',
    target: '/',
    rawHeaders: ['Host', domainName],
    body: new Uint8Array(0),
    sourceIp: '203.0.113.7',
    httpVersion: '1.1',
    urlId: domainName.slice(0, 32),
    domainName,
    requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
    now: new Date(1783711146671),
    ...overrides,
  }
}

/** An event as it arrives: through JSON. */
const receive = (overrides: Partial<EventInput> = {}) =>
  JSON.parse(JSON.stringify(createEvent(input(overrides)))) as ReturnType<typeof createEvent>

function context(remainingMs = 30_000): LambdaContext {
  return {
    functionName: 'fn',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-west-2:111122223333:function:fn',
    memoryLimitInMB: '128',
    awsRequestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    logGroupName: '/aws/lambda/fn',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => remainingMs,
  }
}

/** Lambda's response stream, in memory: a Writable that sends the prelude before its first write. */
class Sink extends Writable {
  readonly chunks: Buffer[] = []
  contentType = 'application/octet-stream'
  beforeFirstWrite: (() => void) | undefined
  /** Chunks it does not take until release(). */
  holds: (chunk: Buffer) => boolean = () => false
  held: () => void = () => undefined

  release(): void {
    this.holds = () => false
    this.held()
  }

  override write(chunk: unknown): boolean {
    const before = this.beforeFirstWrite
    this.beforeFirstWrite = undefined
    before?.()
    expect(typeof chunk === 'string' || Buffer.isBuffer(chunk)).toBe(true)
    return super.write(chunk)
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.chunks.push(Buffer.from(chunk))
    if (this.holds(chunk)) this.held = done
    else done()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

const runtime = {
  streamifyResponse: (handler: object) => Object.assign(handler, { [streamingMark]: 'response' }),
  HttpResponseStream: {
    from(sink: Sink, prelude: unknown) {
      sink.contentType = 'application/vnd.awslambda.http-integration-response'
      sink.beforeFirstWrite = () => {
        Writable.prototype.write.call(sink, JSON.stringify(prelude), 'utf8')
        Writable.prototype.write.call(sink, Buffer.alloc(8), 'utf8')
      }
      return sink
    },
  },
}

beforeAll(() => {
  Object.assign(globalThis, { awslambda: runtime })
})
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'awslambda')
})

interface Client {
  /** What a client of the function URL sees. */
  send(app: LambdaApp, request?: Partial<EventInput>, options?: LambdaOptions): Promise<HttpResponseParts>
}

type StreamHandler = (event: unknown, sink: Sink, context: LambdaContext) => Promise<void>
const createStreamHandler = (app: LambdaApp, options: LambdaOptions = {}): StreamHandler =>
  toLambda(app, { ...options, mode: 'stream' }) as unknown as StreamHandler

const clients: Readonly<Record<'buffered' | 'stream', Client>> = {
  buffered: {
    async send(app, request, options) {
      const result = await toLambda(app, { ...options, mode: 'buffered' })(receive(request), context())
      const reading = readResult(new TextEncoder().encode(JSON.stringify(result)))
      if (!reading.ok) throw new Error(reading.reason)
      return reading.response
    },
  },
  stream: {
    async send(app, request, options) {
      const sink = new Sink()
      await createStreamHandler(app, options)(receive(request), sink, context())
      expect(sink.writableEnded).toBe(true)
      const prelude = new PreludeReader().push(sink.bytes)
      if (prelude === undefined) throw new Error('no prelude')
      return { ...prelude.head, body: prelude.rest }
    },
  },
}

const header = (response: HttpResponseParts, name: string) =>
  response.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
const text = (response: HttpResponseParts) => new TextDecoder().decode(response.body)
const json = (response: HttpResponseParts) => JSON.parse(text(response)) as Record<string, unknown>

/** Says back what the application received. */
const echo = new Hono<{ Bindings: LambdaBindings }>()
echo.all('*', async (c) => {
  const body = new Uint8Array(await c.req.raw.arrayBuffer())
  const url = new URL(c.req.url)
  return c.json({
    method: c.req.method,
    url: c.req.url,
    host: url.host,
    scheme: url.protocol,
    query: url.search,
    parameters: [...url.searchParams],
    headers: Object.fromEntries(c.req.raw.headers),
    sourceIp: c.env.event.requestContext.http.sourceIp,
    rawPath: c.env.event.rawPath,
    functionName: c.env.context.functionName,
    boundName: getBindings(c.req.raw)?.context.functionName,
    body: Buffer.from(body).toString('base64'),
    caller: getCaller(c.req.raw) ?? null,
  })
})

const bytes = (value: string) => new TextEncoder().encode(value)
const fourMiB = new Uint8Array(4 * 1024 * 1024).map((_, index) => index * 7)
const everyByte = new Uint8Array(256).map((_, index) => index)

interface RequestCase {
  readonly name: string
  readonly request: Partial<EventInput>
  readonly sees: Record<string, unknown>
}

const requestCases: readonly RequestCase[] = [
  {
    name: '%2F in the path',
    request: { target: '/a%2Fb' },
    sees: { url: `https://${domainName}/a%2Fb`, rawPath: '/a%2Fb' },
  },
  {
    name: '%20, %25, UTF-8 escapes in the path',
    request: { target: '/a%20b/100%25/caf%C3%A9' },
    sees: { url: `https://${domainName}/a%20b/100%25/caf%C3%A9` },
  },
  {
    name: 'path starting //evil.example',
    request: { target: '//evil.example/echo' },
    sees: { host: domainName, url: `https://${domainName}//evil.example/echo` },
  },
  {
    name: 'a path with a backslash does not reach the authority',
    request: { target: '/\\evil.example' },
    sees: { host: domainName, url: `https://${domainName}/%5Cevil.example` },
  },
  {
    name: 'dot segments are resolved in the URL and kept in rawPath',
    request: { target: '/a/../b/%2e/c' },
    sees: { url: `https://${domainName}/b/c`, rawPath: '/a/../b/%2e/c' },
  },
  {
    name: 'duplicates in order, +/%20, empty, malformed %, brackets in the query',
    request: { target: '/?b=2&a=1&b=1&p=a+b%20c&e=&f&m=%zz&x[0]=y&q=%26%3D' },
    sees: { query: '?b=2&a=1&b=1&p=a+b%20c&e=&f&m=%zz&x[0]=y&q=%26%3D' },
  },
  {
    name: 'comma inside one query value',
    request: { target: '/?a=1,2&a=3' },
    sees: {
      parameters: [
        ['a', '1,2'],
        ['a', '3'],
      ],
    },
  },
  {
    name: 'cookies[] and cookie header (function URL): once',
    request: { rawHeaders: ['Cookie', 'a=1; b=2'] },
    sees: { headers: expect.objectContaining({ cookie: 'a=1; b=2' }) },
  },
  {
    name: 'empty-valued request header',
    request: { rawHeaders: ['X-Empty', ''] },
    sees: { headers: expect.objectContaining({ 'x-empty': '' }) },
  },
  {
    name: 'Latin-1 request header',
    request: { rawHeaders: ['X-Name', 'caf\u00e9'] },
    sees: { headers: expect.objectContaining({ 'x-name': 'caf\u00e9' }) },
  },
  {
    name: 'a header named __proto__',
    request: { rawHeaders: ['__proto__', 'x'] },
    sees: { method: 'GET' },
  },
  {
    name: 'binary body',
    request: { method: 'POST', rawHeaders: ['Content-Type', 'image/png'], body: everyByte },
    sees: { body: Buffer.from(everyByte).toString('base64') },
  },
  {
    name: 'multipart body',
    request: {
      method: 'POST',
      rawHeaders: ['Content-Type', 'multipart/form-data; boundary=x'],
      body: bytes('--x\r\n\r\n\u00ff--x--'),
    },
    sees: { body: Buffer.from('--x\r\n\r\n\u00ff--x--').toString('base64') },
  },
  {
    name: '4 MiB body',
    request: { method: 'PUT', rawHeaders: [], body: fourMiB },
    sees: { body: Buffer.from(fourMiB).toString('base64') },
  },
  {
    name: 'text body in UTF-8',
    request: { method: 'POST', rawHeaders: ['Content-Type', 'application/json'], body: bytes('{"a":"λ"}') },
    sees: { body: Buffer.from('{"a":"λ"}').toString('base64') },
  },
  {
    name: 'GET with a body: dropped',
    request: { rawHeaders: ['Content-Type', 'text/plain', 'Content-Length', '1'], body: bytes('x') },
    sees: { method: 'GET', body: '', headers: expect.not.objectContaining({ 'content-length': '1' }) },
  },
  {
    name: 'content-length filled in when absent',
    request: { method: 'POST', rawHeaders: ['Content-Type', 'text/plain'], body: bytes('λ') },
    sees: { headers: expect.objectContaining({ 'content-length': '2' }) },
  },
  {
    name: 'empty POST',
    request: { method: 'POST', rawHeaders: ['Content-Length', '0'] },
    sees: { method: 'POST', body: '' },
  },
  {
    name: 'Host header ≠ domainName',
    request: { rawHeaders: ['Host', 'app.example:8443'] },
    sees: { url: 'https://app.example:8443/' },
  },
  {
    name: 'a Host header that is not a host',
    request: { rawHeaders: ['Host', 'user@evil.example/x?'] },
    sees: { url: `https://${domainName}/` },
  },
  {
    name: 'scheme https, forged x-forwarded-host and -proto',
    request: { rawHeaders: ['X-Forwarded-Host', 'evil.example', 'X-Forwarded-Proto', 'http'] },
    sees: { host: domainName, scheme: 'https:' },
  },
  {
    name: 'IPv6 source address',
    request: { sourceIp: '2001:db8::7' },
    sees: { sourceIp: '2001:db8::7' },
  },
  {
    name: 'forged x-forwarded-for',
    request: { rawHeaders: ['X-Forwarded-For', '6.6.6.6'] },
    sees: { sourceIp: '203.0.113.7' },
  },
  { name: 'PROPFIND', request: { method: 'PROPFIND' }, sees: { method: 'PROPFIND' } },
  {
    name: 'IAM caller reaches the app; forged identity headers do not',
    request: {
      iam: createIam('alice'),
      rawHeaders: ['X-Amzn-Request-Context', '{"authorizer":{"iam":{"accountId":"999"}}}'],
    },
    sees: {
      caller: {
        accountId: '111122223333',
        userArn: 'arn:aws:sts::111122223333:assumed-role/caller/alice',
        roleName: 'caller',
        sessionName: 'alice',
        userId: 'AROAEXAMPLE:alice',
        accessKeyId: 'ASIAalice',
        organizationId: 'o-abcdefghij',
      },
    },
  },
  {
    name: 'no caller on a URL with auth type NONE, whatever the headers say',
    request: {
      rawHeaders: [
        'Authorization',
        'AWS4-HMAC-SHA256 Credential=AKIAEVIL/20260101/us-west-2/lambda/aws4_request',
      ],
    },
    sees: { caller: null },
  },
  { name: 'the context reaches the app', request: {}, sees: { functionName: 'fn', boundName: 'fn' } },
]

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff])
const fixed = (body: BodyInit | null, init: ResponseInit) => () => new Response(body, init)
const typed = (type: string, encoding?: string): ResponseInit => ({
  headers: { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) },
})

interface ResponseCase {
  readonly name: string
  readonly app: LambdaApp
  readonly request?: Partial<EventInput>
  readonly check: (response: HttpResponseParts) => void
}

const sameBytes = (wanted: Uint8Array) => (response: HttpResponseParts) =>
  expect(Buffer.from(response.body).equals(Buffer.from(wanted))).toBe(true)

const responseCases: readonly ResponseCase[] = [
  {
    name: 'two Set-Cookie, one with Expires',
    app: () => {
      const headers = new Headers()
      headers.append('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT')
      headers.append('set-cookie', 'b=2')
      return new Response('x', { headers })
    },
    check: (response) =>
      expect(header(response, 'set-cookie')).toEqual(['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2']),
  },
  {
    name: 'two Link headers',
    app: () =>
      new Response('x', {
        headers: [
          ['link', '</a>; rel=preload'],
          ['link', '</b>; rel=preload'],
        ],
      }),
    check: (response) => expect(header(response, 'link')).toEqual(['</a>; rel=preload, </b>; rel=preload']),
  },
  ...[204, 304].map((status): ResponseCase => ({
    name: `${status}`,
    app: fixed(null, { status, headers: { etag: '"x"' } }),
    check: (response) => {
      expect(response.statusCode).toBe(status)
      expect(header(response, 'etag')).toEqual(['"x"'])
      expect(response.body).toHaveLength(0)
    },
  })),
  {
    name: '200, empty body',
    app: fixed('', { status: 200, headers: { 'x-a': 'b' } }),
    check: (response) => {
      expect(response.statusCode).toBe(200)
      expect(header(response, 'x-a')).toEqual(['b'])
      expect(response.body).toHaveLength(0)
    },
  },
  {
    name: 'HEAD with content-length',
    app: fixed('hello', { headers: { 'content-length': '5', 'content-type': 'text/plain' } }),
    request: { method: 'HEAD' },
    check: (response) => {
      expect(response.statusCode).toBe(200)
      expect(response.body).toHaveLength(0)
      expect(header(response, 'content-type')).toEqual(['text/plain'])
    },
  },
  ...[
    'image/png',
    'application/octet-stream',
    'application/pdf',
    'application/wasm',
    'application/x-protobuf',
    'font/woff2',
    'application/vnd.ms-excel',
    'multipart/mixed; boundary=x',
    'text/plain; charset=utf-8',
    'application/json',
  ].map((type): ResponseCase => ({
    name: `bytes as ${type}`,
    app: fixed(png, typed(type)),
    check: (response) => {
      sameBytes(png)(response)
      expect(header(response, 'content-type')).toEqual([type])
    },
  })),
  {
    name: 'bytes, no content-type',
    app: fixed(png, {}),
    check: (response) => {
      sameBytes(png)(response)
      expect(header(response, 'content-type')).toEqual(['application/octet-stream'])
    },
  },
  {
    name: 'text in ISO-8859-1',
    app: fixed(new Uint8Array([0x63, 0x61, 0x66, 0xe9]), typed('text/plain; charset=iso-8859-1')),
    check: sameBytes(new Uint8Array([0x63, 0x61, 0x66, 0xe9])),
  },
  {
    name: 'a byte order mark',
    app: fixed(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), typed('text/csv')),
    check: sameBytes(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])),
  },
  {
    name: 'content-encoding gzip',
    app: fixed(gzipSync('{}'), typed('application/json', 'gzip')),
    check: (response) => {
      sameBytes(gzipSync('{}'))(response)
      expect(header(response, 'content-encoding')).toEqual(['gzip'])
    },
  },
  {
    name: 'content-encoding zstd',
    app: fixed(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00]), typed('text/html', 'zstd')),
    check: sameBytes(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00])),
  },
  {
    name: 'UTF-8 html and problem+json stay text',
    app: fixed('{"title":"λ"}', typed('application/problem+json')),
    check: (response) => expect(text(response)).toBe('{"title":"λ"}'),
  },
  {
    name: 'Latin-1 response header',
    app: fixed('x', { headers: { 'x-name': 'caf\u00e9' } }),
    check: (response) => expect(header(response, 'x-name')).toEqual(['caf\u00e9']),
  },
  {
    name: 'absolute redirect, no body',
    app: () => Response.redirect('https://example.com/there', 302),
    check: (response) => {
      expect(response.statusCode).toBe(302)
      expect(header(response, 'location')).toEqual(['https://example.com/there'])
    },
  },
  {
    name: 'error before headers: the app answers by its own handler',
    app: new Hono()
      .get('/', () => {
        throw new Error('boom')
      })
      .onError((_, c) => c.text('mine', 500)),
    check: (response) => {
      expect(response.statusCode).toBe(500)
      expect(text(response)).toBe('mine')
    },
  },
  {
    name: 'an application whose fetch uses this',
    app: {
      greeting: 'hi',
      fetch(): Response {
        return new Response((this as unknown as { greeting: string }).greeting)
      },
    } as LambdaApp,
    check: (response) => expect(text(response)).toBe('hi'),
  },
  {
    name: 'TRACE is refused by name',
    app: echo,
    request: { method: 'TRACE' },
    check: (response) => {
      expect(response.statusCode).toBe(501)
      expect(text(response)).toContain('TRACE')
    },
  },
]

describe.each(['buffered', 'stream'] as const)('toLambda() %s', (mode) => {
  const send: Client['send'] = (...args) => clients[mode].send(...args)

  it.each(requestCases)('hands over: $name', async ({ request, sees }) => {
    expect(json(await send(echo, request))).toMatchObject(sees)
  })

  it.each(responseCases)('sends: $name', async ({ app, request, check }) => {
    check(await send(app, request))
  })

  it('hosts Hono routes, parameters, forms and 404', async () => {
    const app = new Hono()
    app.get('/items/:id', (c) => c.text(c.req.param('id')))
    app.post('/form', async (c) => c.json(await c.req.parseBody()))
    expect(text(await send(app, { target: '/items/a%2Fb' }))).toBe('a/b')
    const form = await send(app, {
      method: 'POST',
      target: '/form',
      rawHeaders: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: bytes('a=1&b=%CE%BB'),
    })
    expect(json(form)).toEqual({ a: '1', b: 'λ' })
    expect((await send(app, { target: '/none' })).statusCode).toBe(404)
  })

  it('declares at most two parameters', () => {
    expect(toLambda(echo, { mode }).length).toBeLessThanOrEqual(2)
  })

  it('rethrows what a bare function throws before it answered, and sends nothing', async () => {
    const failing = () => {
      throw new Error('boom')
    }
    await expect(send(failing)).rejects.toThrow('boom')
    await expect(send((() => undefined) as unknown as LambdaApp)).rejects.toThrow(TypeError)
    await expect(send(() => Response.error())).rejects.toThrow('status 0')
  })

  it('keeps the callers of 1,000 overlapping invocations apart', async () => {
    const app = new Hono()
    app.get('/:name', async (c) => {
      await delay(Math.random() * 20)
      return c.json({ name: c.req.param('name'), session: getCaller(c.req.raw)?.sessionName })
    })
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) =>
        json(await send(app, { target: `/n${index}`, iam: createIam(`n${index}`) })),
      ),
    )
    for (const [index, answer] of answers.entries()) {
      expect(answer).toEqual({ name: `n${index}`, session: `n${index}` })
    }
  })

  it('waits for waitUntil(), also for work added meanwhile, and only logs a rejection', async () => {
    const log = vi.spyOn(globalThis.console, 'error').mockImplementation(() => undefined)
    let done = ''
    const app = new Hono()
    app.get('/', (c) => {
      const later = async () => {
        await delay(5)
        done += 'b'
      }
      const sooner = async () => {
        await delay(5)
        done += 'a'
        c.executionCtx.waitUntil(later())
      }
      c.executionCtx.waitUntil(sooner())
      c.executionCtx.waitUntil(Promise.reject(new Error('later')))
      return c.text('x')
    })
    expect(text(await send(app))).toBe('x')
    expect(done).toBe('ab')
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })

  it('offers waitUntil() to listeners by getBindings(), and to H3, which looks for it at the request', async () => {
    let done = ''
    const work = async (by: string) => {
      await delay(5)
      done += by
    }
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      getBindings(request)?.waitUntil(work('listener'))
      response.end()
    }
    await send(listener)
    const h3 = new H3()
    h3.get('/', (event) => {
      event.waitUntil(work(' h3'))
      return ''
    })
    await send(h3)
    expect(done).toBe('listener h3')
  })

  it('refuses an event that is not an HTTP request with NotAnHttpEvent', async () => {
    const handler = toLambda(echo, { mode }) as (...args: unknown[]) => Promise<unknown>
    const rest = mode === 'stream' ? [new Sink(), context()] : [context()]
    for (const event of [{ version: '1.0' }, null, 'x', { Records: [] }]) {
      await expect(handler(event, ...rest)).rejects.toMatchObject({ code: 'NotAnHttpEvent' })
    }
  })

  it('takes explicit nulls as in the guide’s sample', async () => {
    const event = {
      ...receive(),
      cookies: null,
      body: null,
      queryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      requestContext: { ...receive().requestContext, authentication: null, authorizer: null },
    }
    const sink = new Sink()
    const handler = toLambda(echo, { mode }) as (
      ...args: unknown[]
    ) => Promise<{ statusCode: number } | undefined>
    const result = await (mode === 'stream' ? handler(event, sink, context()) : handler(event, context()))
    expect(mode === 'stream' ? sink.bytes.toString() : JSON.stringify(result)).toContain('"statusCode":200')
  })

  it('gives the application what the client sent and the client what it answered', async () => {
    const seen: { url: string; body: Uint8Array }[] = []
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((name) => `x-${name}`)
    const value = fc.stringMatching(/^[\x21-\x7e\xa1-\xff]{1,20}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          path: fc.stringMatching(/^(?:\/(?:[A-Za-z0-9_~!$&()*+,;=:@-]|%[0-9A-F]{2}){1,8}){1,4}$/),
          query: fc.stringMatching(/^(?:[A-Za-z0-9_.~!$&()*+,;=:@/?[\]-]|%[0-9A-F]{2}){0,20}$/),
          headers: fc.uniqueArray(fc.tuple(token, value), { selector: ([name]) => name, maxLength: 5 }),
          body: fc.uint8Array({ minLength: 1, maxLength: 60 }),
          type: fc.constantFrom('application/json', 'text/plain', 'image/png', undefined),
          status: fc.constantFrom(200, 201, 400, 404, 500, 599),
        }),
        async ({ path, query, headers, body, type, status }) => {
          fc.pre(!path.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part)))
          const app: FetchFunction = async (request) => {
            for (const [name, sent] of headers) expect(request.headers.get(name)).toBe(sent)
            seen.push({ url: request.url, body: new Uint8Array(await request.arrayBuffer()) })
            const answered: [string, string][] = type === undefined ? [] : [['content-type', type]]
            return new Response(body, { status, headers: [...headers, ...answered] })
          }
          const response = await send(app, {
            method: 'POST',
            target: query === '' ? path : `${path}?${query}`,
            rawHeaders: [
              'Host',
              domainName,
              ...(type === undefined ? [] : ['Content-Type', type]),
              ...headers.flat(),
            ],
            body,
          })
          const request = seen.pop()
          expect(request?.url).toBe(`https://${domainName}${path}${query === '' ? '' : `?${query}`}`)
          expect(request?.body).toEqual(body)
          expect(response.statusCode).toBe(status)
          expect([...response.body]).toEqual([...body])
          for (const [name, sent] of headers) expect(header(response, name)).toEqual([sent])
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('toLambda() buffered', () => {
  it('answers 500 for more than 6 MB and names the limit and RESPONSE_STREAM in the log', async () => {
    const log = vi.spyOn(globalThis.console, 'error').mockImplementation(() => undefined)
    const sevenMiB = new Uint8Array(7 * 1024 * 1024)
    for (const [body, type] of [
      [sevenMiB, 'image/png'],
      [sevenMiB.subarray(0, 5_000_000), 'image/png'],
      [new Uint8Array(1_200_000).fill(1), 'text/plain'],
    ] as const) {
      const response = await clients.buffered.send(() => new Response(body, typed(type)))
      expect(response.statusCode).toBe(500)
      expect(text(response)).toBe('The response is too large to be sent.\n')
      expect(log.mock.lastCall?.[0]).toContain('RESPONSE_STREAM')
      expect(log.mock.lastCall?.[0]).toContain('6291556')
    }
    log.mockRestore()
  })

  it('sends text up to the limit', async () => {
    const body = 'a'.repeat(6_200_000)
    const response = await clients.buffered.send(() => new Response(body))
    expect(response.statusCode).toBe(200)
    expect(response.body).toHaveLength(body.length)
  })

  it.each([
    ['ASCII', 'a'],
    ['quotes', '"'],
    ['line breaks', '\n'],
    ['control characters', '\u0001'],
    ['two bytes', 'é'],
    ['three bytes', '€'],
    ['four bytes', '😀'],
  ])('measures text as JSON does: %s', async (_, character) => {
    const log = vi.spyOn(globalThis.console, 'error').mockImplementation(() => undefined)
    const headers = { 'content-type': 'text/plain' }
    const empty = { statusCode: 200, headers, body: '', isBase64Encoded: false }
    const room = 6_291_556 - bytes(JSON.stringify(empty)).length
    const count = Math.floor(room / (bytes(JSON.stringify(character)).length - 2))
    for (const [times, statusCode] of [
      [count, 200],
      [count + 1, 500],
    ] as const) {
      const body = character.repeat(times)
      const listener: LambdaApp = (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, headers).end(body)
      }
      for (const app of [() => new Response(body, { headers }), listener]) {
        expect((await toLambda(app, { mode: 'buffered' })(receive(), context())).statusCode).toBe(statusCode)
      }
    }
    log.mockRestore()
  })

  it('rethrows an error in the body', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('half way'))
      },
    })
    await expect(clients.buffered.send(() => new Response(body))).rejects.toThrow('half way')
  })
})

describe('toLambda() stream', () => {
  it('marks the handler as streaming', () => {
    expect(streamingMark in createStreamHandler(echo)).toBe(true)
  })

  it('sends 7 MiB', async () => {
    const body = new Uint8Array(7 * 1024 * 1024).fill(7)
    const response = await clients.stream.send(() => new Response(body))
    expect(Buffer.from(response.body).equals(Buffer.from(body))).toBe(true)
  })

  it('sends the head before the first byte of the body', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const app = new Hono()
    app.get('/', (c) =>
      stream(c, async (out) => {
        await gate
        await out.write('late')
      }),
    )
    const sink = new Sink()
    const running = createStreamHandler(app)(receive(), sink, context())
    await expect.poll(() => new PreludeReader().push(sink.bytes)?.head.statusCode).toBe(200)
    expect(sink.writableEnded).toBe(false)
    release()
    await running
    expect(sink.bytes.toString().endsWith('late')).toBe(true)
  })

  it('sends events one by one', async () => {
    const app = new Hono()
    app.get('/', (c) =>
      streamSSE(c, async (out) => {
        for (const id of ['1', '2', '3']) {
          await out.writeSSE({ data: `tick ${id}`, id })
          await delay(5)
        }
      }),
    )
    const sink = new Sink()
    await createStreamHandler(app)(receive(), sink, context())
    expect(sink.chunks.filter((chunk) => chunk.includes('tick'))).toHaveLength(3)
    expect(sink.bytes.toString()).toContain('text/event-stream')
  })

  it('waits for a slow sink', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(64 * 1024))
        if (pulled === 200) controller.close()
      },
    })
    const sink = new Sink()
    sink.holds = (chunk) => chunk.length > 1000
    const running = createStreamHandler(() => new Response(body))(receive(), sink, context())
    await delay(50)
    expect(pulled).toBeLessThan(6)
    sink.release()
    await running
    expect(pulled).toBe(200)
    expect(sink.bytes.length).toBeGreaterThan(200 * 64 * 1024)
  })

  it('never ends a stream whose body failed, and rethrows', async () => {
    let step = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        step += 1
        await delay(5)
        if (step === 1) controller.enqueue(bytes('partial'))
        else controller.error(new Error('half way'))
      },
    })
    const sink = new Sink()
    const running = createStreamHandler(() => new Response(body))(receive(), sink, context())
    await expect(running).rejects.toThrow('half way')
    expect(sink.writableEnded).toBe(false)
    expect(sink.bytes.toString().endsWith('partial')).toBe(true)
  })

  it('fails on a body that does not yield bytes', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue({ not: 'bytes' })
      },
    })
    const sink = new Sink()
    await expect(createStreamHandler(() => new Response(body))(receive(), sink, context())).rejects.toThrow(
      'not a Uint8Array',
    )
    expect(sink.writableEnded).toBe(false)
  })

  it('writes nothing when the application threw first', async () => {
    const sink = new Sink()
    const failing = () => {
      throw new Error('boom')
    }
    await expect(createStreamHandler(failing)(receive(), sink, context())).rejects.toThrow('boom')
    expect(sink.chunks).toHaveLength(0)
    expect(sink.writableEnded).toBe(false)
  })

  it.each([
    ['fails', (sink: Sink) => sink.destroy(new Error('client gone'))],
    ['closes', (sink: Sink) => sink.destroy()],
  ])('cancels the producer and aborts the signal when the sink %s', async (_, kill) => {
    let cancelled: unknown
    let signal: AbortSignal | undefined
    const app: FetchFunction = (request) => {
      signal = request.signal
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes('first'))
        },
        cancel(reason) {
          cancelled = reason
        },
      })
      return new Response(body)
    }
    const sink = new Sink()
    const running = createStreamHandler(app)(receive(), sink, context())
    const failed = expect(running).rejects.toThrow()
    await expect.poll(() => sink.bytes.toString()).toContain('first')
    kill(sink)
    await failed
    expect(cancelled).toBeInstanceOf(Error)
    expect(signal?.aborted).toBe(true)
  })

  it('does not wait for a sink that died under backpressure', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024))
      },
      cancel() {
        cancelled = true
      },
    })
    const sink = new Sink()
    sink.holds = (chunk) => chunk.length > 1000
    const running = createStreamHandler(() => new Response(body))(receive(), sink, context())
    setTimeout(() => sink.destroy(), 20)
    await expect(running).rejects.toThrow('closed')
    expect(cancelled).toBe(true)
  })

  it('needs the global awslambda', () => {
    Reflect.deleteProperty(globalThis, 'awslambda')
    try {
      expect(() => toLambda(echo, { mode: 'stream' })).toThrow("choose mode 'buffered'")
    } finally {
      Object.assign(globalThis, { awslambda: runtime })
    }
  })
})

describe('toLambda() options', () => {
  it.each([
    [undefined, false],
    ['BUFFERED', false],
    ['RESPONSE_STREAM', true],
  ])('follows FURLONG_INVOKE_MODE %s', (value, streams) => {
    vi.stubEnv('FURLONG_INVOKE_MODE', value)
    expect(streamingMark in toLambda(echo)).toBe(streams)
    vi.unstubAllEnvs()
  })

  it('refuses an invoke mode it does not know', () => {
    vi.stubEnv('FURLONG_INVOKE_MODE', 'stream')
    expect(() => toLambda(echo)).toThrow('BUFFERED or RESPONSE_STREAM')
    vi.unstubAllEnvs()
  })

  it('tells applications apart', async () => {
    const two = (request: Request, bindings: LambdaBindings) =>
      new Response(`${request.method} ${bindings.context.functionName}`)
    await expect(clients.buffered.send(two)).rejects.toThrow(TypeError)
    expect(text(await clients.buffered.send(two, {}, { kind: 'fetch' }))).toBe('GET fn')
    for (const nothing of [undefined, null, {}, 'x']) {
      expect(() => toLambda(nothing as LambdaApp)).toThrow(TypeError)
    }
  })
})

describe('request.signal', () => {
  it('aborts before the deadline with a TimeoutError, and not without one', async () => {
    const app: FetchFunction = async (request) => {
      await new Promise((resolve) => {
        request.signal.addEventListener('abort', resolve)
      })
      return new Response((request.signal.reason as DOMException).name)
    }
    const result = await toLambda(app, { mode: 'buffered' })(receive(), context(40))
    expect(result.body).toBe('TimeoutError')
  })

  it('is one object', async () => {
    let same = false
    const app: FetchFunction = (request) => {
      same = request.signal === request.signal && !request.signal.aborted
      return new Response()
    }
    await toLambda(app, { mode: 'buffered' })(receive(), context())
    expect(same).toBe(true)
  })
})
