/** Streams under clients that stand still, leave, or send nonsense behind a request: on real sockets. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { sign } from '@furlong/sigv4'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Local, startLocal } from '../start.ts'
import { call } from '../testing/call.ts'
import { createAdministrator, deployFunction } from '../testing/deploy-function.ts'

/** Tells a listener of the test what it does, one JSON value a line. */
const source = `
import { connect } from 'node:net'
import { once } from 'node:events'
const chunk = Buffer.alloc(65536, 120)
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const listener = connect({ port: Number(event.queryStringParameters.port), host: '127.0.0.1' })
  await once(listener, 'connect')
  const tell = (value) => listener.write(JSON.stringify(value) + '\\n')
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
  const total = Number(event.queryStringParameters.bytes)
  for (let sent = 0; sent < total; sent += chunk.length) {
    if (!out.write(chunk)) {
      tell({ waitsAt: sent + chunk.length })
      await once(out, 'drain')
    }
  }
  out.end()
  tell({ ended: total })
  await new Promise((done) => listener.end(done))
})`

describe('a streamed answer', () => {
  let local: Local
  let url: string
  let listener: Server
  let told: Record<string, number>[]

  beforeAll(async () => {
    local = await startLocal({ memory: true, streamThrottle: false })
    const administrator = createAdministrator(local)
    await deployFunction(administrator, 'streaming', source, { timeoutSeconds: 60 })
    const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'streaming',
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
    })
    url = FunctionUrl
    listener = createServer((socket) => {
      let text = ''
      socket.setEncoding('utf8').on('data', (more: string) => {
        text += more
        const lines = text.split('\n')
        text = lines.pop() ?? ''
        told.push(...lines.map((line) => JSON.parse(line) as Record<string, number>))
      })
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
  })
  afterAll(async () => {
    listener.close()
    await local.close()
  })

  const targetOf = (bytes: number): string =>
    `${url}?bytes=${bytes}&port=${(listener.address() as AddressInfo).port}`

  /** Sends a signed GET over a bare socket, and what follows it. */
  function send(target: string, behind = ''): Socket {
    told = []
    const options = { credentials: local.accounts[0]!, service: 'lambda', region: 'us-east-1' }
    const { headers } = sign({ method: 'GET', url: target }, { ...options, now: new Date() })
    const { host, hostname, port, pathname, search } = new URL(target)
    const socket = connect({ host: hostname, port: Number(port) })
    const fields = [['Host', host], ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${fields}\r\n${behind}`)
    return socket
  }

  it('waits for a client that stands still: the function is held up, and nothing piles up here', async () => {
    const total = 150 * 1024 * 1024
    const before = process.memoryUsage.rss()
    const socket = send(targetOf(total))
    socket.pause()
    // Held up means: what was accepted stays the same over several looks.
    let last = -1
    let still = 0
    await expect
      .poll(
        () => {
          const accepted = told.at(-1)?.['waitsAt'] ?? -1
          still = accepted === last && accepted > 0 ? still + 1 : 0
          last = accepted
          return still
        },
        { timeout: 25_000, interval: 100 },
      )
      .toBeGreaterThan(10)
    // The sockets' own buffers, of the client and of the function, are the larger part of it.
    expect(last).toBeLessThan(32 * 1024 * 1024)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
    let received = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    socket.resume()
    await expect.poll(() => told.at(-1)?.['ended'], { timeout: 25_000 }).toBe(total)
    await expect.poll(() => received, { timeout: 25_000 }).toBeGreaterThan(total)
    socket.destroy()
  })

  it('lets the function go on to its end when the client has left', async () => {
    const total = 40 * 1024 * 1024
    const socket = send(targetOf(total))
    await once(socket, 'data')
    socket.destroy()
    await expect.poll(() => told.at(-1)?.['ended'], { timeout: 25_000 }).toBe(total)
    const record = local.records.list({ limit: 1 })[0]
    expect(record?.gates.at(-1)?.says).toContain('the caller closed the connection')
    expect(record?.refusal).toBeUndefined()
  })

  it('breaks off above 200 MB, and the record names the limit', async () => {
    await expect(
      call({ url: targetOf(200 * 1024 * 1024 + 65_536), credentials: local.accounts[0]! }),
    ).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    await expect
      .poll(() => local.records.latestRefusal()?.refusal?.code)
      .toBe('Function.ResponseSizeTooLarge')
  })

  it('is whole when nonsense follows its request on the connection, and the connection ends behind it', async () => {
    const socket = send(targetOf(131_072), 'NONSENSE\r\n\r\n')
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(socket, 'close')
    const text = Buffer.concat(chunks).toString('latin1')
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n0\r\n\r\n$/)
    expect(local.records.list({ refused: true, limit: 1 })[0]?.refusal).toMatchObject({
      code: 'MalformedRequest',
      gate: 'route',
    })
  })
})
