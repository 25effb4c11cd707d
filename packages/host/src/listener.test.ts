import { createEvent, PreludeReader, readResult } from '@furlong/events'
import type { EventInput, HttpResponseParts } from '@furlong/events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getBindings } from './bindings.ts'
import { getCaller } from './caller.ts'
import type { LambdaContext } from './context.ts'
import type { NodeApp, NodeListener } from './listener.node.ts'
import { toLambda } from './to-lambda.ts'

const domainName = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws'
const iam = (name: string) => ({
  accessKey: 'AKIAEXAMPLE',
  accountId: '111122223333',
  callerId: 'AIDAEXAMPLE',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: `arn:aws:iam::111122223333:user/${name}`,
  userId: 'AIDAEXAMPLE',
})
const receive = (overrides: Partial<EventInput> = {}) =>
  JSON.parse(
    JSON.stringify(
      createEvent({
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
      }),
    ),
  ) as ReturnType<typeof createEvent>
const context = { functionName: 'fn', getRemainingTimeInMillis: () => 30_000 } as LambdaContext

/** Lambda's response stream in memory; the prelude is written at once, which is what the first write does. */
class Sink extends Writable {
  readonly chunks: Buffer[] = []
  held: (() => void) | undefined
  holding = false

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.chunks.push(Buffer.from(chunk))
    if (this.holding && chunk.length > 1000) this.held = done
    else done()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

beforeAll(() => {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: unknown) => handler,
      HttpResponseStream: {
        from(sink: Sink, prelude: unknown) {
          sink.write(JSON.stringify(prelude))
          sink.write(Buffer.alloc(8))
          return sink
        },
      },
    },
  })
})
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'awslambda')
})

type StreamHandler = (event: unknown, sink: Sink, context: LambdaContext) => Promise<void>
const streamHandler = (app: NodeApp) =>
  toLambda(app, { mode: 'stream', kind: 'node' }) as unknown as StreamHandler

type Send = (app: NodeApp, request?: Partial<EventInput>) => Promise<HttpResponseParts>
const clients: Readonly<Record<'buffered' | 'stream', Send>> = {
  async buffered(app, request) {
    const handler = toLambda(app, { mode: 'buffered', kind: 'node' })
    const reading = readResult(Buffer.from(JSON.stringify(await handler(receive(request), context))))
    if (!reading.ok) throw new Error(reading.reason)
    return reading.response
  },
  async stream(app, request) {
    const sink = new Sink()
    await streamHandler(app)(receive(request), sink, context)
    expect(sink.writableEnded).toBe(true)
    const prelude = new PreludeReader().push(sink.bytes)
    if (prelude === undefined) throw new Error('no prelude')
    return { ...prelude.head, body: prelude.rest }
  },
}

const header = (response: HttpResponseParts, name: string) =>
  response.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
const latin1 = (response: HttpResponseParts) => Buffer.from(response.body).toString('latin1')

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const echo: NodeListener = async (request, response) => {
  const body = await readAll(request)
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      method: request.method,
      url: request.url,
      headers: request.headers,
      address: request.socket.remoteAddress,
      encrypted: 'encrypted' in request.socket,
      body: body.toString('base64'),
      caller: getCaller(request)?.userArn ?? null,
      functionName: getBindings(request)?.context.functionName,
    }),
  )
}

const everyByte = new Uint8Array(256).map((_, index) => index)

describe.each(['buffered', 'stream'] as const)('toLambda() with a Node listener, %s', (mode) => {
  const send: Send = (...args) => clients[mode](...args)
  const see = async (request: Partial<EventInput>) =>
    JSON.parse(Buffer.from((await send(echo, request)).body).toString()) as Record<string, unknown>

  it.each([
    [
      'the target as sent',
      { target: '//evil.example/../a%2Fb?x=1&x=2&y=%zz' },
      { url: '//evil.example/../a%2Fb?x=1&x=2&y=%zz' },
    ],
    ['PROPFIND', { method: 'PROPFIND' }, { method: 'PROPFIND' }],
    [
      'a binary body',
      { method: 'POST', body: everyByte },
      { body: Buffer.from(everyByte).toString('base64') },
    ],
    [
      'a body on GET',
      { body: everyByte },
      { method: 'GET', body: Buffer.from(everyByte).toString('base64') },
    ],
    [
      'a 4 MiB body',
      { method: 'PUT', body: new Uint8Array(4 << 20).fill(7) },
      { body: Buffer.alloc(4 << 20, 7).toString('base64') },
    ],
    [
      'cookies once',
      { rawHeaders: ['Cookie', 'a=1; b=2'] },
      { headers: expect.objectContaining({ cookie: 'a=1; b=2' }) as unknown },
    ],
    [
      'Latin-1 and empty headers',
      { rawHeaders: ['X-A', 'caf\u00e9', 'X-B', ''] },
      { headers: expect.objectContaining({ 'x-a': 'caf\u00e9', 'x-b': '' }) as unknown },
    ],
    [
      '30 KiB of headers',
      { rawHeaders: ['X-Long', 'x'.repeat(30_000)] },
      { headers: expect.objectContaining({ 'x-long': 'x'.repeat(30_000) }) as unknown },
    ],
    [
      'the address of the event',
      { sourceIp: '2001:db8::7', rawHeaders: ['X-Forwarded-For', '6.6.6.6'] },
      { address: '2001:db8::7', encrypted: true },
    ],
    [
      'the caller',
      { iam: iam('alice') },
      { caller: 'arn:aws:iam::111122223333:user/alice', functionName: 'fn' },
    ],
    ['no caller', {}, { caller: null }],
    [
      'an empty POST',
      { method: 'POST' },
      { body: '', headers: expect.objectContaining({ 'content-length': '0' }) as unknown },
    ],
    [
      'expect: 100-continue',
      { method: 'POST', rawHeaders: ['Expect', '100-continue'], body: everyByte },
      { method: 'POST' },
    ],
  ])('hands over %s', async (_, request, sees) => {
    expect(await see(request)).toMatchObject(sees)
  })

  it.each<[string, (response: ServerResponse) => void, (response: HttpResponseParts) => void]>([
    [
      'write() with hex, latin1 and base64',
      (response) => {
        response.setHeader('content-type', 'application/octet-stream')
        response.write('00ff', 'hex')
        response.write('\u00e9', 'latin1')
        response.end('AQI=', 'base64')
      },
      (response) => expect(latin1(response)).toBe('\x00\xff\u00e9\x01\x02'),
    ],
    [
      'writeHead() with a flat list',
      (response) => {
        response
          .writeHead(201, [
            'x-a',
            '1',
            'Set-Cookie',
            'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
            'Set-Cookie',
            'b=2',
          ])
          .end()
      },
      (response) => {
        expect(response.statusCode).toBe(201)
        expect(header(response, 'x-a')).toEqual(['1'])
        expect(header(response, 'set-cookie')).toEqual(['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'])
      },
    ],
    [
      'no headers of the server itself',
      (response) => response.setHeader('content-type', 'text/plain').end('x'),
      (response) => {
        expect(response.headers).toEqual([['content-type', 'text/plain']])
      },
    ],
    ['204', (response) => response.writeHead(204).end(), (response) => expect(response.statusCode).toBe(204)],
    [
      'a redirect without a body',
      (response) => response.writeHead(302, { location: '/there' }).end(),
      (response) => {
        expect(response.statusCode).toBe(302)
        expect(header(response, 'location')).toEqual(['/there'])
      },
    ],
    [
      'early hints, which are dropped',
      (response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' })
        response.end('x')
      },
      (response) => expect(latin1(response)).toBe('x'),
    ],
    [
      'an image',
      (response) => response.setHeader('content-type', 'image/png').end(everyByte),
      (response) => {
        expect([...response.body]).toEqual([...everyByte])
      },
    ],
  ])('sends %s', async (_, listener, check) => {
    check(await send((__, response) => listener(response)))
  })

  it('answers HEAD without a body', async () => {
    const response = await send((_, response) => response.end('hello'), { method: 'HEAD' })
    expect(response.statusCode).toBe(200)
    expect(response.body).toHaveLength(0)
  })

  it('sends an answer that comes before the body was read', async () => {
    const body = new Uint8Array(4 << 20).fill(7)
    const large = Buffer.alloc(1 << 20, 'x')
    const response = await send((_, response) => response.writeHead(413).end(large), { method: 'PUT', body })
    expect(response.statusCode).toBe(413)
    expect(Buffer.from(response.body).equals(large)).toBe(true)
  })

  it('refuses CONNECT by name', async () => {
    const response = await send(echo, { method: 'CONNECT' })
    expect(response.statusCode).toBe(501)
    expect(latin1(response)).toContain('CONNECT')
  })

  it('hosts an http.Server that never listens', async () => {
    const server = createServer((request, response) => response.end(`${request.method} ${request.url}`))
    expect(latin1(await send(server, { target: '/x?y' }))).toBe('GET /x?y')
    expect(server.listening).toBe(false)
  })

  it('rethrows what a listener throws or is rejected with before it answered', async () => {
    await expect(
      send(() => {
        throw new Error('sync')
      }),
    ).rejects.toThrow('sync')
    await expect(send(async () => Promise.reject(new Error('async')))).rejects.toThrow('async')
    await expect(send((_, response) => response.destroy())).rejects.toThrow('destroyed the connection')
  })

  it('fails when a listener fails in the middle of its answer', async () => {
    const listener: NodeListener = async (_, response) => {
      response.write('partial')
      await delay(20)
      throw new Error('half way')
    }
    await expect(send(listener)).rejects.toThrow('half way')
    const broken: NodeListener = async (_, response) => {
      response.write('partial')
      await delay(20)
      response.destroy(new Error('gone'))
    }
    await expect(send(broken)).rejects.toThrow()
  })

  it('names the option when a fetch function was taken for a listener', async () => {
    const two = (request: unknown, bindings: unknown) => new Response(typeof request + typeof bindings)
    await expect(send(two)).rejects.toThrow("kind: 'fetch'")
  })

  it('keeps the callers of 1,000 overlapping invocations apart', async () => {
    const handler = async (index: number) => {
      const response = await send(
        async (request, response) => {
          await delay(Math.random() * 10)
          response.end(getCaller(request)?.userArn)
        },
        { iam: iam(`n${index}`) },
      )
      return latin1(response)
    }
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => handler(index)))
    for (const [index, answer] of answers.entries()) expect(answer.endsWith(`user/n${index}`)).toBe(true)
  })
})

describe('toLambda() with a Node listener, streaming', () => {
  it('sends the head and every chunk as they come', async () => {
    let finish: () => void = () => undefined
    const sink = new Sink()
    const running = streamHandler((_, response) => {
      response.writeHead(202, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      finish = () => response.end('last')
    })(receive(), sink, context)
    await expect.poll(() => new PreludeReader().push(sink.bytes)?.head.statusCode).toBe(202)
    expect(sink.writableEnded).toBe(false)
    finish()
    await running
    expect(sink.bytes.toString().endsWith('last')).toBe(true)
  })

  it('makes the listener wait for a slow sink', async () => {
    let written = 0
    const sink = new Sink()
    sink.holding = true
    const running = streamHandler(async (_, response) => {
      for (let count = 0; count < 100; count += 1) {
        written += 1
        if (!response.write(Buffer.alloc(64 * 1024))) {
          await new Promise((resolve) => {
            response.once('drain', resolve)
          })
        }
      }
      response.end()
    })(receive(), sink, context)
    await delay(100)
    expect(written).toBeLessThan(20)
    sink.holding = false
    sink.held?.()
    await running
    expect(sink.bytes.length).toBeGreaterThan(100 * 64 * 1024)
  })

  it('closes the response when the sink dies', async () => {
    let closed = false
    const sink = new Sink()
    const running = streamHandler((_, response) => {
      response.on('close', () => {
        closed = true
      })
      response.write('first')
    })(receive(), sink, context)
    const failed = expect(running).rejects.toThrow('closed before')
    await expect.poll(() => sink.bytes.toString()).toContain('first')
    sink.destroy()
    await failed
    await expect.poll(() => closed).toBe(true)
  })
})
