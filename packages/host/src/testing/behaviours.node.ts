/** What the applications of the fidelity suite do beyond answering: streams, failures, and waiting. Two forms of each. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { UnderlyingSource } from 'node:stream/web'
import { setTimeout as delay } from 'node:timers/promises'
import { getBindings } from '../bindings.ts'

/** One behaviour, as a fetch application and as a Node listener has it. */
export interface Behaviour {
  readonly fetch?: (request: Request, journal: Journal) => Promise<Response> | Response
  readonly node?: (request: IncomingMessage, response: ServerResponse, journal: Journal) => unknown
}

/** What a behaviour leaves behind for the suite to read, in the same process. */
export interface Journal {
  cancelled: boolean
  aborted: boolean
  /** Bytes made so far. */
  made: number
  /** Lets a behaviour that waits go on. */
  go: () => void
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const pieceBytes = 65_536
/** Pieces of a body that a suite holds back. */
export const longBodyPieces = 200

const streamOf = (pull: UnderlyingSource<Uint8Array>['pull'], journal: Journal): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    ...(pull !== undefined && { pull }),
    cancel() {
      journal.cancelled = true
    },
  })

/** The behaviours by the name a request asks for them with, in its header `x-answer`. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  'fails half way': {
    fetch(_, journal) {
      let step = 0
      return new Response(
        streamOf(async (controller) => {
          step += 1
          if (step === 1) return controller.enqueue(encode('partial'))
          await delay(5)
          controller.error(new Error('half way'))
        }, journal),
      )
    },
    async node(_, response) {
      response.write('partial')
      await delay(5)
      response.destroy(new Error('half way'))
    },
  },
  'destroys at once': {
    node(_, response) {
      response.destroy(new Error('at once'))
    },
  },
  'write encodings': {
    node(_, response) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      response.write('00ff', 'hex')
      response.write('\u00e9', 'latin1')
      response.write(Uint8Array.from([0x80]))
      response.end('AQI=', 'base64')
    },
  },
  'flat head': {
    node(_, response) {
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
  },
  'early hints': {
    node(_, response) {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeContinue()
      response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-sum' })
      response.write('he')
      response.addTrailers({ 'x-sum': '1' })
      response.end('llo')
    },
  },
  chunked: {
    node(_, response) {
      response.writeHead(200, {
        'content-type': 'text/plain',
        'transfer-encoding': 'chunked',
        connection: 'keep-alive',
      })
      response.write('one')
      response.end('two')
    },
  },
  events: {
    fetch(_, journal) {
      let id = 0
      const body = streamOf(async (controller) => {
        id += 1
        if (id > 3) return controller.close()
        await delay(3)
        controller.enqueue(encode(`id: ${id}\ndata: tick\n\n`))
      }, journal)
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
    async node(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const id of [1, 2, 3]) {
        await delay(3)
        response.write(`id: ${id}\ndata: tick\n\n`)
      }
      response.end()
    },
  },
  'head first': {
    fetch(_, journal) {
      const gate = new Promise<void>((resolve) => {
        journal.go = resolve
      })
      const body = streamOf(async (controller) => {
        await gate
        controller.enqueue(encode('late'))
        controller.close()
      }, journal)
      return new Response(body, { status: 202 })
    },
    async node(_, response, journal) {
      const gate = new Promise<void>((resolve) => {
        journal.go = resolve
      })
      response.writeHead(202)
      response.flushHeaders()
      await gate
      response.end('late')
    },
  },
  'long body': {
    fetch(request, journal) {
      request.signal.addEventListener('abort', () => {
        journal.aborted = true
      })
      const body = streamOf((controller) => {
        controller.enqueue(new Uint8Array(pieceBytes))
        journal.made += pieceBytes
        if (journal.made === longBodyPieces * pieceBytes) controller.close()
      }, journal)
      return new Response(body)
    },
    async node(request, response, journal) {
      response.on('close', () => {
        journal.cancelled = !response.writableFinished
      })
      getBindings(request)?.signal.addEventListener('abort', () => {
        journal.aborted = true
      })
      for (let piece = 0; piece < longBodyPieces && !response.destroyed; piece += 1) {
        journal.made += pieceBytes
        if (response.write(Buffer.alloc(pieceBytes))) continue
        await new Promise<void>((resolve) => {
          response.once('drain', resolve).once('close', resolve)
        })
      }
      response.end()
    },
  },
  'waits for the deadline': {
    async fetch(request, journal) {
      await new Promise((resolve) => {
        request.signal.addEventListener('abort', resolve)
      })
      journal.aborted = true
      return new Response('mine', { status: 504 })
    },
    node(_, response, journal) {
      response.on('timeout', () => {
        journal.aborted = true
        response.writeHead(504).end('mine')
      })
    },
  },
  'sets itself a time': {
    node(_, response) {
      response.setTimeout(20, () => {
        response.writeHead(503).end('out of time')
      })
    },
  },
  'sets itself a time and forgets it': {
    node(_, response) {
      response.setTimeout(20)
    },
  },
  'never answers': {
    fetch: () => new Promise<Response>(() => undefined),
    node: () => undefined,
  },
}
