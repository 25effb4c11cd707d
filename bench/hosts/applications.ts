/** One application in the form that each kind of host takes. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import { fastify, type FastifyInstance } from 'fastify'
import { Hono } from 'hono'
import { jsonType, picture, pictureType } from './events.ts'

interface Items {
  readonly items: readonly unknown[]
}

/** A fetch application without a framework; it finds the path as routers do, without parsing the URL. */
export const fetchApp: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    const { url } = request
    if (url.startsWith('/hello', url.indexOf('/', 8))) return Response.json({ hello: 'world' })
    if (url.startsWith('/items', url.indexOf('/', 8))) {
      const { items } = (await request.json()) as Items
      return Response.json({ count: items.length })
    }
    return new Response(picture as Uint8Array<ArrayBuffer>, { headers: { 'content-type': pictureType } })
  },
}

/** @returns the same with Hono's router */
export function createHono(): Hono {
  const app = new Hono()
  app.get('/hello', (c) => c.json({ hello: 'world' }))
  app.post('/items', async (c) => c.json({ count: (await c.req.json<Items>()).items.length }))
  app.get('/picture', (c) => c.body(picture as Uint8Array<ArrayBuffer>, 200, { 'content-type': pictureType }))
  return app
}

/** A bare Node listener. */
export function listener(request: IncomingMessage, response: ServerResponse): void {
  const { url = '' } = request
  if (url.startsWith('/hello')) {
    response.setHeader('content-type', jsonType)
    response.end(JSON.stringify({ hello: 'world' }))
  } else if (url.startsWith('/items')) {
    void answerItems(request, response)
  } else {
    response.setHeader('content-type', pictureType)
    response.end(picture)
  }
}

async function answerItems(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  request.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await once(request, 'end')
  response.setHeader('content-type', jsonType)
  response.end(JSON.stringify({ count: (JSON.parse(text) as Items).items.length }))
}

/** @returns the same with Express 5 */
export function createExpress(): express.Express {
  const app = express().disable('x-powered-by').disable('etag')
  app.get('/hello', (_, response) => void response.json({ hello: 'world' }))
  app.post('/items', express.json(), ({ body }, response) => {
    response.json({ count: (body as Items).items.length })
  })
  app.get('/picture', (_, response) => void response.type(pictureType).send(picture))
  return app
}

/** @returns the same with Fastify 5, ready */
export async function createFastify(): Promise<FastifyInstance> {
  const app = fastify()
  app.get('/hello', () => ({ hello: 'world' }))
  app.post('/items', ({ body }) => ({ count: (body as Items).items.length }))
  app.get('/picture', (_, reply) => reply.type(pictureType).send(picture))
  await app.ready()
  return app
}
