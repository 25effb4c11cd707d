/** What a unit more costs furlong's host as requests and answers grow: the same at every size when the cost is linear. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type LambdaApp, toLambda } from '@furlong/host'
import { createHostEvent, hostContext, type HostEvent } from './hosts/events.ts'
import type { Handler } from './hosts/peers.ts'
import { installRuntime, invokeStreaming, type StreamHandler } from './hosts/sink.ts'
import { see } from './hosts/verify.ts'
import { measureGrowth } from './measure-growth.ts'
import type { Goal, Row } from './report.ts'

const interleaving = { rounds: 5, sliceMs: 4 } as const

/** How much dearer a unit of the largest may be than of the cheapest: sorting, caches and garbage are let pass. */
const goal: Goal = { atMost: 2.5 }

const counts = [10, 100, 1_000, 10_000] as const
const kibibytes = [1, 10, 100, 1_000, 4_000] as const

type Headers = readonly (readonly [string, string])[]

/** What the application answers with. */
interface Grown {
  readonly headers?: Headers
  readonly pieces?: readonly Uint8Array<ArrayBuffer>[]
}

/** One way for a request or an answer to grow. */
interface Growth {
  readonly name: string
  readonly unit: 'header' | 'pair' | 'cookie' | 'KiB'
  readonly target?: (size: number) => string
  readonly headers?: (size: number) => Headers
  readonly body?: (size: number) => Uint8Array<ArrayBuffer>
  readonly answer?: (size: number) => Grown
}

const textType = ['content-type', 'text/plain; charset=utf-8'] as const
const bytesType = ['content-type', 'application/octet-stream'] as const

const growths: readonly Growth[] = [
  { name: 'request headers', unit: 'header', headers: (size) => list(size, (n) => [`x-item-${n}`, n]) },
  {
    name: 'request headers of one name',
    unit: 'header',
    headers: (size) => list(size, (n) => ['x-item', n]),
  },
  {
    name: 'request cookies',
    unit: 'cookie',
    headers: (size) => [['cookie', list(size, (n) => `c${n}=${n}`).join('; ')]],
  },
  {
    name: 'query pairs',
    unit: 'pair',
    target: (size) => `/?${list(size, (n) => `item-${n}=${n}`).join('&')}`,
  },
  {
    name: 'query pairs of one name',
    unit: 'pair',
    target: (size) => `/?${list(size, (n) => `item=${n}`).join('&')}`,
  },
  { name: 'path of dot segments', unit: 'KiB', target: (size) => `${'/a/..'.repeat(size * 205)}/` },
  { name: 'request text', unit: 'KiB', headers: () => [textType], body: (size) => fill(size, 0x61) },
  { name: 'request bytes', unit: 'KiB', headers: () => [bytesType], body: (size) => fill(size, 0xff) },
  {
    name: 'answer headers',
    unit: 'header',
    answer: (size) => ({ headers: list(size, (n) => [`x-item-${n}`, n]) }),
  },
  {
    name: 'answer cookies',
    unit: 'cookie',
    answer: (size) => ({ headers: list(size, (n) => ['set-cookie', `c${n}=${n}`]) }),
  },
  {
    name: 'answer text',
    unit: 'KiB',
    answer: (size) => ({ headers: [textType], pieces: [fill(size, 0x61)] }),
  },
  {
    name: 'answer bytes',
    unit: 'KiB',
    answer: (size) => ({ headers: [bytesType], pieces: [fill(size, 0xff)] }),
  },
  {
    name: 'answer bytes, KiB by KiB',
    unit: 'KiB',
    answer: (size) => ({ headers: [bytesType], pieces: list(size, () => fill(1, 0xff)) }),
  },
]

/** The applications: each reads the whole request, and says how much it was when its answer does not grow. */
const applications: Readonly<Record<string, (grown: Grown) => LambdaApp>> = {
  fetch: (grown) => (request: Request) => answerFetch(request, grown),
  listener: (grown) => (request: IncomingMessage, response: ServerResponse) =>
    answerMessage(request, response, grown),
}

const modes = ['buffered', 'stream'] as const

/** @returns for each application, mode and growth the cost of a unit at each size, and how it grew */
export async function growthRows(): Promise<Row[]> {
  installRuntime()
  const rows: Row[] = []
  for (const [kind, create] of Object.entries(applications)) {
    for (const mode of modes) {
      for (const growth of growths) rows.push(...(await measure(`${kind}, ${mode}`, create, mode, growth)))
    }
  }
  return rows
}

async function measure(
  setting: string,
  create: (grown: Grown) => LambdaApp,
  mode: (typeof modes)[number],
  growth: Growth,
): Promise<Row[]> {
  const { unit } = growth
  const name = `growth: ${setting}: ${growth.name}`
  return measureGrowth(
    {
      name,
      unit,
      sizes: unit === 'KiB' ? kibibytes : counts,
      goal,
      async prepare(size) {
        const handler = toHandler(create(growth.answer?.(size) ?? {}), mode)
        const event = createEvent(growth, size)
        await assertGrown(`${name}, ${size}`, growth, size, await handler(event, hostContext))
        return () => handler(event, hostContext)
      },
    },
    interleaving,
  )
}

function toHandler(app: LambdaApp, mode: (typeof modes)[number]): Handler {
  const handler = toLambda(app, { mode })
  return mode === 'buffered'
    ? (handler as unknown as Handler)
    : (event, context) => invokeStreaming(handler as unknown as StreamHandler, event, context)
}

function createEvent({ target, headers, body }: Growth, size: number): HostEvent {
  const bytes = body?.(size)
  return createHostEvent({
    method: bytes === undefined ? 'GET' : 'POST',
    target: target?.(size) ?? '/',
    headers: headers?.(size) ?? [],
    ...(bytes !== undefined && { body: bytes }),
  })
}

async function answerFetch(request: Request, { headers, pieces }: Grown): Promise<Response> {
  const { searchParams } = new URL(request.url)
  let read = 0
  for (const [, value] of request.headers) read += value.length
  for (const [, value] of searchParams) read += value.length
  read += (await request.arrayBuffer()).byteLength
  const list = headers?.map(([name, value]): [string, string] => [name, value]) ?? []
  const [first, ...more] = pieces ?? []
  if (more.length === 0) return new Response(first ?? String(read), { headers: list })
  const all = (pieces ?? []).values()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = all.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
  return new Response(body, { headers: list })
}

async function answerMessage(
  request: IncomingMessage,
  response: ServerResponse,
  { headers, pieces }: Grown,
): Promise<void> {
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  let read = 0
  for (const value of Object.values(request.headers)) read += String(value).length
  for (const [, value] of searchParams) read += value.length
  for await (const chunk of request) read += (chunk as Buffer).length
  response.writeHead(200, headers?.flat() ?? [])
  for (const piece of pieces ?? []) response.write(piece)
  response.end(pieces === undefined ? String(read) : undefined)
}

/** The whole of it went in, or came out. */
async function assertGrown(title: string, growth: Growth, size: number, answered: unknown): Promise<void> {
  const { statusCode, headers, body } = see(answered)
  const { answer, target, headers: sent, body: posted } = growth
  const { headers: answeredHeaders = [], pieces } = answer?.(size) ?? {}
  const wantedBytes = pieces?.reduce((sum, piece) => sum + piece.length, 0)
  // Dot segments are gone when the application reads the URL; all else is counted.
  const least = growth.name.startsWith('path') ? 0 : [target, sent, posted].some(Boolean) ? size : 0
  const isWhole =
    statusCode === 200 &&
    headers.length >= answeredHeaders.length &&
    (wantedBytes === undefined ? Number(Buffer.from(body).toString()) >= least : body.length === wantedBytes)
  if (!isWhole) throw new Error(`${title}: the answer is wrong: ${statusCode}, ${body.length} bytes.`)
}

function list<T>(size: number, create: (number: string) => T): T[] {
  return Array.from({ length: size }, (_, index) => create(String(10_000 + index)))
}

function fill(sizeKiB: number, byte: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sizeKiB * 1024).fill(byte)
}
