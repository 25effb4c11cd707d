/** One application of the fidelity suite for every framework; all of them echo, answer and behave alike. */
import 'reflect-metadata'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as Express from 'express'
import type { HostableApp } from '../application.ts'
import { answers } from './answers.ts'
import type { AnswerSpec } from './answers.ts'
import { behaviours } from './behaviours.node.ts'
import type { Journal } from './behaviours.node.ts'
import { createEcho, echoRequest } from './echo.ts'

/** What is hosted. */
export interface ApplicationKind {
  /** Whether requests come as `Request` or as `IncomingMessage`. */
  readonly family: 'fetch' | 'node'
  readonly create: (journal: Journal) => Promise<HostableApp>
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

function createResponse({ status, headers, body }: AnswerSpec): Response {
  // As bytes, since a text would bring a content type of its own.
  const bytes = typeof body === 'string' ? encode(body) : (body as Uint8Array<ArrayBuffer> | null)
  return new Response(bytes, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
}

async function answerRequest(request: Request, journal: Journal): Promise<Response> {
  const name = request.headers.get('x-answer')
  if (name === null) return Response.json(JSON.parse(await echoRequest(request)))
  if (name === 'throws') throw new Error('on purpose')
  if (name === 'parsed') return Response.json({ parsed: (await request.json()) as unknown })
  const answer = answers[name]
  if (answer !== undefined) return createResponse(answer())
  return behaviours[name]?.fetch?.(request, journal) ?? new Response('unknown', { status: 404 })
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function echoMessage(request: IncomingMessage): Promise<string> {
  const body = await readAll(request)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return createEcho(request, {
    method: request.method ?? '',
    target: request.url ?? '',
    host: request.headers.host ?? null,
    scheme: 'encrypted' in request.socket && request.socket.encrypted === true ? 'https' : 'http',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body.toString('base64'),
    address: request.socket.remoteAddress ?? null,
  })
}

/** Groups repeated headers as setHeader() takes them. */
function groupHeaders(spec: AnswerSpec): [name: string, value: string | string[]][] {
  const groups = new Map<string, string[]>()
  for (const [name, value] of spec.headers) groups.set(name, [...(groups.get(name) ?? []), value])
  return [...groups].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values])
}

async function answerMessage(
  request: IncomingMessage,
  response: ServerResponse,
  journal: Journal,
): Promise<void> {
  const name = String(request.headers['x-answer'] ?? 'echo')
  if (name === 'echo' || name === 'parsed') {
    // Koa begins with 404.
    response.statusCode = 200
    response.setHeader('content-type', 'application/json')
    const body = name === 'echo' ? await echoMessage(request) : (await readAll(request)).toString()
    response.end(name === 'echo' ? body : JSON.stringify({ parsed: JSON.parse(body) as unknown }))
    return
  }
  const spec = answers[name]?.()
  if (spec === undefined) {
    await behaviours[name]?.node?.(request, response, journal)
    return
  }
  for (const [key, value] of groupHeaders(spec)) response.setHeader(key, value)
  response.writeHead(spec.status).end(spec.body ?? undefined)
}

/** Names that a framework answers by its own means; the rest goes to its raw response. */
const own = (name: string | undefined): AnswerSpec | undefined =>
  name === undefined ? undefined : answers[name]?.()

interface ExpressLike {
  use(handler: (request: never, response: never, next: never) => unknown): unknown
}

/** Express 4 and 5 share everything that is used here. */
function useExpress<App extends ExpressLike>(
  app: App,
  journal: Journal,
  json: (...args: never[]) => unknown,
): App {
  app.use(((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.headers['x-answer'] !== 'parsed') return next()
    return (json as (...args: unknown[]) => unknown)(request, response, next)
  }) as never)
  const answer = async (
    request: IncomingMessage & { body?: unknown },
    response: ExpressResponse,
  ): Promise<unknown> => {
    const name = request.headers['x-answer'] as string | undefined
    if (name === 'parsed') return response.json({ parsed: request.body })
    if (name === 'throws') throw new Error('on purpose')
    const spec = own(name)
    if (spec === undefined) return answerMessage(request, response, journal)
    for (const [key, value] of groupHeaders(spec)) response.setHeader(key, value)
    response.status(spec.status)
    const { body } = spec
    return body === null ? response.end() : response.send(typeof body === 'string' ? body : Buffer.from(body))
  }
  app.use(follow(answer) as never)
  return app
}

/** Express 5 follows what a handler returns. */
const follow =
  (answer: (request: never, response: ExpressResponse) => Promise<unknown>) =>
  (request: never, response: ExpressResponse): unknown =>
    answer(request, response)

interface ExpressResponse extends ServerResponse {
  json(value: unknown): unknown
  status(code: number): this
  send(body: unknown): unknown
}

/** The kinds of application by name. */
export const applicationKinds: Readonly<Record<string, ApplicationKind>> = {
  fetch: {
    family: 'fetch',
    create: async (journal) => (request: Request) => answerRequest(request, journal),
  },
  hono: {
    family: 'fetch',
    async create(journal) {
      const { Hono } = await import('hono')
      const app = new Hono()
      app.all('*', async (c) => answerRequest(c.req.raw, journal))
      app.onError((_, c) => c.text('own error page', 500))
      return app as HostableApp
    },
  },
  h3: {
    family: 'fetch',
    async create(journal) {
      const { H3 } = await import('h3')
      const app = new H3({ silent: true })
      app.use(async (event) => answerRequest(event.req as Request, journal))
      return { fetch: (request) => app.fetch(request) }
    },
  },
  'itty-router': {
    family: 'fetch',
    async create(journal) {
      const { AutoRouter } = await import('itty-router')
      const router = AutoRouter()
      const answer = async (request: unknown): Promise<Response> => answerRequest(request as Request, journal)
      router.all('*', (request: unknown) => answer(request))
      return { fetch: async (request) => (await router.fetch(request)) as Response }
    },
  },
  elysia: {
    family: 'fetch',
    async create(journal) {
      const { Elysia } = await import('elysia')
      const app = new Elysia()
      app.all('*', async ({ request }) => answerRequest(request, journal), { parse: 'none' })
      return { fetch: (request) => app.fetch(request) }
    },
  },
  listener: {
    family: 'node',
    create: async (journal) => (request: IncomingMessage, response: ServerResponse) => {
      if (request.headers['x-answer'] === 'throws') throw new Error('on purpose')
      return answerMessage(request, response, journal)
    },
  },
  server: {
    family: 'node',
    async create(journal) {
      const { createServer } = await import('node:http')
      return createServer((request, response) => {
        if (request.headers['x-answer'] === 'throws') response.writeHead(500).end('own error page')
        else void answerMessage(request, response, journal)
      })
    },
  },
  connect: {
    family: 'node',
    async create(journal) {
      const { default: connect } = await import('connect')
      const app = connect()
      app.use((request, response, next) => {
        if (request.headers['x-answer'] === 'throws') throw new Error('on purpose')
        answerMessage(request, response, journal).then(undefined, next)
      })
      return app as HostableApp
    },
  },
  'express 5': {
    family: 'node',
    async create(journal) {
      const { default: express } = await import('express')
      const app = express().set('env', 'test').set('etag', false)
      return useExpress(app, journal, express.json()) as HostableApp
    },
  },
  'express 4': {
    family: 'node',
    async create(journal) {
      const { default: express } = (await import('express4' as string)) as typeof Express
      const app = express().set('env', 'test').set('etag', false)
      // Express 4 does not follow promises.
      const caught = {
        use: (handler: (...args: unknown[]) => unknown) =>
          app.use(((...args: unknown[]) => {
            const next = args[2] as (error: unknown) => void
            const returned = handler(...args)
            if (returned instanceof Promise) returned.then(undefined, next)
          }) as never),
      }
      useExpress(caught as never, journal, express.json())
      return app as HostableApp
    },
  },
  fastify: {
    family: 'node',
    async create(journal) {
      const { fastify } = await import('fastify')
      const app = fastify({ forceCloseConnections: true })
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_, __, done) => done(null))
      for (const method of ['PROPFIND']) app.addHttpMethod(method)
      app.all('*', async (request, reply) => {
        const name = request.headers['x-answer'] as string | undefined
        if (name === 'throws') throw new Error('on purpose')
        const spec = own(name)
        if (spec !== undefined) {
          for (const [key, value] of groupHeaders(spec)) reply.header(key, value)
          const { body } = spec
          return reply
            .code(spec.status)
            .send(body === null || typeof body === 'string' ? body : Buffer.from(body))
        }
        reply.hijack()
        return answerMessage(request.raw, reply.raw, journal)
      })
      return app as unknown as HostableApp
    },
  },
  koa: {
    family: 'node',
    async create(journal) {
      const { default: Koa } = await import('koa')
      const app = new Koa()
      app.silent = true
      app.use(async (ctx) => {
        const name = ctx.headers['x-answer'] as string | undefined
        if (name === 'throws') throw new Error('on purpose')
        const spec = own(name)
        if (spec === undefined) {
          ctx.respond = false
          return answerMessage(ctx.req, ctx.res, journal)
        }
        // A body of null would make it a 204.
        if (spec.body !== null) ctx.body = typeof spec.body === 'string' ? spec.body : Buffer.from(spec.body)
        ctx.status = spec.status
        for (const [key, value] of groupHeaders(spec)) ctx.set(key, value)
        return undefined
      })
      return app as unknown as HostableApp
    },
  },
  nest: { family: 'node', create: async (journal) => createNest(journal) },
}

async function createNest(journal: Journal): Promise<HostableApp> {
  const { All, Controller, Module, Req, Res } = await import('@nestjs/common')
  const { NestFactory } = await import('@nestjs/core')
  class Everything {
    async answer(request: IncomingMessage, response: ExpressResponse): Promise<unknown> {
      const name = request.headers['x-answer'] as string | undefined
      if (name === 'throws') throw new Error('on purpose')
      const spec = own(name)
      if (spec === undefined) return answerMessage(request, response, journal)
      for (const [key, value] of groupHeaders(spec)) response.setHeader(key, value)
      response.status(spec.status)
      const { body } = spec
      return body === null
        ? response.end()
        : response.send(typeof body === 'string' ? body : Buffer.from(body))
    }
  }
  // Decorators without their syntax, which the compiler's options rule out.
  const method = Object.getOwnPropertyDescriptor(Everything.prototype, 'answer')
  if (method === undefined) throw new TypeError('The controller has no method')
  Req()(Everything.prototype, 'answer', 0)
  Res()(Everything.prototype, 'answer', 1)
  All(['/', '*path'])(Everything.prototype, 'answer', method)
  Controller()(Everything)
  const Root = class {
    readonly name = 'root'
  }
  Module({ controllers: [Everything] })(Root)
  return NestFactory.create(Root, {
    logger: false,
    bodyParser: false,
  }) as unknown as Promise<HostableApp> as never
}
