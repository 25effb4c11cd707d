/** Every host that is timed: one row, one application, one way of answering. */
import { pipeline } from 'node:stream/promises'
import { toLambda } from '@furlong/host'
import { handle, streamHandle } from 'hono/aws-lambda'
import { createExpress, createFastify, createHono, fetchApp, listener } from './applications.ts'
import { picture, pictureType } from './events.ts'
import { handleByHand, handleEagerly, streamByHand } from './floors.ts'
import { type Handler, loadPeer } from './peers.ts'
import { invokeStreaming, type StreamHandler } from './sink.ts'

/** One host with its application. */
export interface HostRow {
  readonly name: string
  /** Makes the handler; what it resolves to is a result of Lambda, or a finished sink. */
  readonly create: () => Promise<Handler> | Handler
}

const streamed =
  (handler: StreamHandler): Handler =>
  (event, context) =>
    invokeStreaming(handler, event, context)

const buffered = { mode: 'buffered' } as const
const streaming = { mode: 'stream' } as const
const binary = [pictureType]

const toResult = (handler: unknown): Handler => handler as Handler
const toStream = (handler: unknown): Handler => streamed(handler as StreamHandler)

/** Names of rows that others are compared with. */
export const names = {
  floorA: 'floor A: a handler by hand',
  floorB: 'floor B: eager Request and Response',
  streamFloor: 'floor: a streaming handler by hand',
} as const

/** The rows that give their answer back. */
export const bufferedRows: readonly HostRow[] = [
  { name: names.floorA, create: () => handleByHand },
  { name: names.floorB, create: () => handleEagerly },
  { name: 'fetch: furlong', create: () => toResult(toLambda(fetchApp, buffered)) },
  { name: 'fetch: hono/aws-lambda', create: () => toResult(handle(fetchApp as never)) },
  {
    name: 'fetch: srvx',
    create: async () => (await loadPeer('srvx/aws-lambda')).toLambdaHandler(fetchApp),
  },
  { name: 'hono: furlong', create: () => toResult(toLambda(createHono(), buffered)) },
  { name: 'hono: hono/aws-lambda', create: () => toResult(handle(createHono())) },
  { name: 'listener: furlong', create: () => toResult(toLambda(listener, buffered)) },
  { name: 'listener: serverless-http', create: () => createServerlessHttp(listener) },
  { name: 'listener: serverless-express', create: () => createServerlessExpress(listener) },
  { name: 'express: furlong', create: () => toResult(toLambda(createExpress() as never, buffered)) },
  { name: 'express: serverless-http', create: () => createServerlessHttp(createExpress()) },
  { name: 'express: serverless-express', create: () => createServerlessExpress(createExpress()) },
  {
    name: 'fastify: furlong',
    create: async () => toResult(toLambda((await createFastify()) as never, buffered)),
  },
  {
    name: 'fastify: @fastify/aws-lambda',
    create: async () => {
      const { default: awsLambda } = await loadPeer('@fastify/aws-lambda')
      return awsLambda(await createFastify(), { binaryMimeTypes: binary })
    },
  },
]

/** The rows that answer into a stream. */
export const streamedRows: readonly HostRow[] = [
  { name: names.streamFloor, create: () => streamed(streamByHand) },
  { name: 'stream, fetch: furlong', create: () => toStream(toLambda(fetchApp, streaming)) },
  { name: 'stream, fetch: hono/aws-lambda', create: () => toStream(streamHandle(fetchApp as never)) },
  {
    name: 'stream, fetch: srvx',
    create: async () => {
      const { handleLambdaEventWithStream } = await loadPeer('srvx/aws-lambda')
      return streamed((...call) => handleLambdaEventWithStream((request) => fetchApp.fetch(request), ...call))
    },
  },
  { name: 'stream, own router: powertools', create: createPowertools },
  { name: 'stream, listener: furlong', create: () => toStream(toLambda(listener, streaming)) },
  {
    name: 'stream, express: furlong',
    create: () => toStream(toLambda(createExpress() as never, streaming)),
  },
  { name: 'stream, express: @h4ad/serverless-adapter', create: createServerlessAdapter },
  {
    name: 'stream, fastify: furlong',
    create: async () => toStream(toLambda((await createFastify()) as never, streaming)),
  },
  { name: 'stream, fastify: @fastify/aws-lambda', create: createFastifyStream },
]

async function createServerlessHttp(app: unknown): Promise<Handler> {
  const { default: serverless } = await loadPeer('serverless-http')
  return serverless(app, { binary })
}

async function createServerlessExpress(app: unknown): Promise<Handler> {
  const { default: serverlessExpress } = await loadPeer('@codegenie/serverless-express')
  return serverlessExpress.configure({ app })
}

async function createServerlessAdapter(): Promise<Handler> {
  const { ServerlessAdapter } = await loadPeer('@h4ad/serverless-adapter')
  const { ApiGatewayV2Adapter } = await loadPeer('@h4ad/serverless-adapter/adapters/aws')
  const { ExpressFramework } = await loadPeer('@h4ad/serverless-adapter/frameworks/express')
  const { AwsStreamHandler } = await loadPeer('@h4ad/serverless-adapter/handlers/aws')
  const { DummyResolver } = await loadPeer('@h4ad/serverless-adapter/resolvers/dummy')
  const builder = ServerlessAdapter.new(createExpress())
    .setFramework(new ExpressFramework())
    .setHandler(new AwsStreamHandler())
    .setResolver(new DummyResolver())
    .addAdapter(new ApiGatewayV2Adapter())
  return streamed(builder.build())
}

/** As its own documentation writes it. */
async function createFastifyStream(): Promise<Handler> {
  const { default: awsLambda } = await loadPeer('@fastify/aws-lambda')
  const proxy = awsLambda(await createFastify(), { payloadAsStream: true })
  return streamed(async (event, sink, context) => {
    const { meta, stream } = (await proxy(event, context)) as {
      readonly meta: object
      readonly stream: NodeJS.ReadableStream
    }
    await pipeline(stream, awslambda.HttpResponseStream.from(sink, meta))
  })
}

async function createPowertools(): Promise<Handler> {
  const { Router, streamify } = await loadPeer('@aws-lambda-powertools/event-handler/http')
  const router = new Router()
  router.get('/hello', () => ({ hello: 'world' }))
  router.post('/items', async ({ req }) => {
    const { items } = (await req.json()) as { items: readonly unknown[] }
    return { count: items.length }
  })
  router.get(
    '/picture',
    () => new Response(picture as Uint8Array<ArrayBuffer>, { headers: { 'content-type': pictureType } }),
  )
  return streamed(streamify(router))
}
