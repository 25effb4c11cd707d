/** The floor of a warm local call: verify, build the event, one raw-socket exchange with a child, answer. Nothing else. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createEvent } from '@furlong/events'
import { verify } from '@furlong/sigv4'
import { benchCredentials, benchRegion } from '../credentials.ts'

interface Waiting {
  readonly requestId: string
  readonly payload: Buffer
  readonly response: ServerResponse
}

const children = Number(process.argv[2] ?? 1)
// Without children every request starts one, which ends with it: a cold start.
const isCold = children === 0
const idle: Socket[] = []
const queue: Waiting[] = []
const running = new Map<Socket, Waiting>()
const accepted = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'

function dispatch(): void {
  while (idle.length > 0 && queue.length > 0) {
    const socket = idle.pop() as Socket
    const waiting = queue.shift() as Waiting
    running.set(socket, waiting)
    socket.cork()
    socket.write(
      `HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: ${waiting.requestId}\r\nContent-Length: ${waiting.payload.length}\r\n\r\n`,
    )
    socket.write(waiting.payload)
    socket.uncork()
  }
}

function onMessage(socket: Socket, head: string, body: string): void {
  if (head.startsWith('GET')) {
    // One that was cold is used once.
    if (!socket.destroyed) idle.push(socket)
    dispatch()
    return
  }
  socket.write(accepted)
  const waiting = running.get(socket) as Waiting
  running.delete(socket)
  const { statusCode, body: text } = JSON.parse(body) as { statusCode: number; body: string }
  waiting.response
    .writeHead(statusCode, { 'content-type': 'application/json', 'content-length': text.length })
    .end(text)
  if (isCold) socket.destroy()
}

const runtimeApi = createServer({ noDelay: true }, (socket) => {
  let pending = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    pending += text
    for (;;) {
      const end = pending.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = pending.slice(0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (pending.length < end + 4 + length) return
      const body = pending.slice(end + 4, end + 4 + length)
      pending = pending.slice(end + 4 + length)
      onMessage(socket, head, body)
    }
  })
})

const front = createHttpServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const now = new Date()
    const raw = {
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      rawHeaders: request.rawHeaders,
      body: Buffer.concat(chunks),
    }
    const lookup = () => ({ secretAccessKey: benchCredentials.secretAccessKey })
    const verified = verify(raw, { lookup, region: benchRegion, service: 'lambda', now })
    if (!verified.ok) {
      response.writeHead(403).end()
      return
    }
    const requestId = randomUUID()
    const event = createEvent({
      ...raw,
      sourceIp: '127.0.0.1',
      httpVersion: '1.1',
      urlId: 'floor',
      domainName: request.headers.host ?? '',
      requestId,
      traceId: 'Root=1-00000000-000000000000000000000000',
      now,
    })
    queue.push({ requestId, payload: Buffer.from(JSON.stringify(event)), response })
    if (isCold) startChild()
    dispatch()
  })
})

function startChild(): void {
  const { port } = runtimeApi.address() as AddressInfo
  spawn(process.execPath, [new URL('child.mjs', import.meta.url).pathname], {
    env: { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

runtimeApi.listen(0, '127.0.0.1', () => {
  for (let at = 0; at < children; at += 1) startChild()
  front.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(front.address() as AddressInfo).port}/\n`)
  })
})
process.on('SIGTERM', () => process.exit(0))
