import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  request as requestHttp,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { deploy, type Target } from '@furlong/aws'
import { startLocal, type Local } from '@furlong/local'
import type { Credentials } from '@furlong/sigv4'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findHostModule } from '../host-module.ts'
import { createSigningProxy, maxBodyBytes, type ProxiedRequest } from './signing-proxy.ts'

const app = `
import { existsSync } from 'node:fs'
export default {
  async fetch(request) {
    const url = new URL(request.url)
    if (url.pathname === '/moved') return Response.redirect(new URL('/echo?from=moved', request.url), 302)
    if (url.pathname === '/elsewhere') return Response.redirect('https://example.com/x', 302)
    if (url.pathname === '/events') {
      const encoder = new TextEncoder()
      return new Response(new ReadableStream({
        async start(controller) {
          controller.enqueue(encoder.encode('data: 1\\n\\n'))
          while (!existsSync(url.searchParams.get('gate'))) await new Promise((done) => setTimeout(done, 5))
          controller.enqueue(encoder.encode('data: 2\\n\\n'))
          controller.close()
        },
      }), { headers: { 'content-type': 'text/event-stream' } })
    }
    const body = Buffer.from(await request.arrayBuffer())
    return Response.json({
      method: request.method, path: url.pathname, query: url.search, bytes: body.toString('hex').slice(0, 40), length: body.length,
      headers: Object.fromEntries(request.headers),
    })
  },
}
`

interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly bytes: string
  readonly length: number
  readonly headers: Readonly<Record<string, string>>
}

let folder = ''
let local: Local
let url = ''
let credentials: Credentials
let proxy: Server
let port = 0
let rules: { origins: readonly string[]; token?: string } = { origins: [] }
const told: ProxiedRequest[] = []

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function createProxy(to: string): Server {
  return createSigningProxy({
    url: to,
    region: 'us-east-1',
    getCredentials: async () => credentials,
    rules: () => ({ port, ...rules }),
    now: () => new Date(),
    onRequest: (request) => told.push(request),
  })
}

/** Sends a request as it is written, and gives the answer with its whole body. */
async function ask(
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: Uint8Array; to?: number } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { method = 'GET', headers = {}, body, to = port } = options
  const request = requestHttp({ host: '127.0.0.1', port: to, method, path, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  // Node's client hangs up on what it is still sending once it has its answer.
  request.on('error', () => {})
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

async function see(path: string, options: Parameters<typeof ask>[1] = {}): Promise<Seen> {
  const { status, body } = await ask(path, options)
  expect({ status, body }).toMatchObject({ status: 200 })
  return JSON.parse(body) as Seen
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-proxy-'))
  await writeFile(join(folder, 'app.mjs'), app)
  local = await startLocal({ memory: true })
  const [account] = local.accounts
  if (account === undefined) throw new Error('A side has accounts')
  credentials = { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey }
  const target: Target = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials }
  const made = await deploy(target, {
    entry: 'app.mjs',
    name: 'echo',
    cwd: folder,
    hostModule: findHostModule(),
    stream: true,
  })
  url = made.url?.url ?? ''
  proxy = createProxy(url)
  port = await listen(proxy)
})

afterAll(async () => {
  proxy.close()
  proxy.closeAllConnections()
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

describe('createSigningProxy()', () => {
  it('signs what comes, whatever its path and query', async () => {
    const nasty = '/a%20b/%C3%A9/x(y)!?b=2&a=1&a=&plus=a+b&sign=%2B&empty&star=*'
    const seen = await see(nasty, { headers: { 'X-Twice': ['one', 'two'], 'accept-encoding': 'identity' } })
    expect(seen).toMatchObject({ method: 'GET', path: '/a%20b/%C3%A9/x(y)!' })
    expect(new URLSearchParams(seen.query).getAll('a')).toEqual(['1', ''])
    expect(seen.headers['x-twice']).toMatch(/^one, ?two$/)
    expect(seen.headers['authorization']).toBeUndefined()
  })

  it('signs bodies of any bytes, and replaces what a client signed', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128])
    const headers = {
      'content-type': 'application/octet-stream',
      authorization: 'Bearer mine',
      'x-amz-date': '20200101T000000Z',
      'x-amz-security-token': 'old',
    }
    const seen = await see('/upload', { method: 'PUT', body, headers })
    expect(seen).toMatchObject({ method: 'PUT', bytes: body.toString('hex'), length: 5 })
    expect(seen.headers['x-amz-security-token']).toBeUndefined()
  })

  it('lets a body pass whose hash the client gives, and one that is not what it says be refused', async () => {
    const body = Buffer.from('{"streamed":true}')
    const hash = createHash('sha256').update(body).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'x-amz-content-sha256': hash,
      'content-length': body.length,
    }
    expect(await see('/', { method: 'POST', body, headers })).toMatchObject({
      bytes: body.toString('hex').slice(0, 40),
    })
    const other = Buffer.from('{"streamed":null}')
    const refused = await ask('/', { method: 'POST', body: other, headers })
    expect(refused).toMatchObject({ status: 403 })
    expect(told.at(-1)?.note).toMatch(/^npx furlong explain /)
  })

  it('streams answers as they are made', async () => {
    const gate = join(folder, 'gate')
    const request = requestHttp({ host: '127.0.0.1', port, path: `/events?gate=${gate}` }).end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const pieces: string[] = []
    for await (const chunk of response) {
      pieces.push(String(chunk))
      // The second is not made before the first is here.
      await writeFile(gate, '')
    }
    expect(pieces).toEqual(['data: 1\n\n', 'data: 2\n\n'])
  })

  it('keeps redirects to the function URL on the proxy, and no others', async () => {
    const { status, headers } = await ask('/moved')
    expect({ status, location: headers.location }).toEqual({ status: 302, location: '/echo?from=moved' })
    expect((await ask('/elsewhere')).headers.location).toBe('https://example.com/x')
  })

  it.each([
    ['another host', { host: 'attacker.example' }, 'ForeignHost'],
    ['another port', { host: '127.0.0.1:1' }, 'ForeignHost'],
    ['a page of another origin', { origin: 'https://attacker.example' }, 'ForeignOrigin'],
    ['a page without an origin', { origin: 'null' }, 'ForeignOrigin'],
    ['an image of another site', { 'sec-fetch-site': 'cross-site' }, 'ForeignOrigin'],
    ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }, 'ForeignOrigin'],
  ])('refuses %s, and signs nothing', async (_who, headers, error) => {
    const before = local.records.list({ limit: 1000 }).length
    const refused = await ask('/', { headers })
    expect(refused).toMatchObject({ status: 403, headers: { 'x-furlong-proxy': error } })
    expect(JSON.parse(refused.body)).toMatchObject({ error })
    expect(local.records.list({ limit: 1000 })).toHaveLength(before)
  })

  it('lets in its own pages, and those of origins that are named', async () => {
    await see('/', { headers: { origin: `http://localhost:${port}`, host: `localhost:${port}` } })
    rules = { origins: ['http://localhost:5173'] }
    await see('/', { headers: { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' } })
    rules = { origins: [] }
  })

  it('forwards to no other host', async () => {
    const refused = await ask('http://example.com/', { headers: { host: `127.0.0.1:${port}` } })
    expect(refused).toMatchObject({ status: 400, headers: { 'x-furlong-proxy': 'NotForwarded' } })
    expect((await see('//example.com/x')).path).toBe('//example.com/x')
  })

  it('asks for its token when it has one', async () => {
    rules = { origins: [], token: 'let-me-in' }
    expect(await ask('/')).toMatchObject({ status: 401 })
    expect(await ask('/', { headers: { authorization: 'Bearer let-me-in!' } })).toMatchObject({ status: 401 })
    await see('/', { headers: { authorization: 'Bearer let-me-in' } })
    rules = { origins: [] }
  })

  it('refuses a body that no function URL takes, and goes on', async () => {
    const body = Buffer.alloc(maxBodyBytes + 1)
    for (const headers of [{ 'content-length': body.length }, { 'transfer-encoding': 'chunked' }]) {
      expect(await ask('/', { method: 'POST', headers, body })).toMatchObject({ status: 413 })
    }
    expect(told.at(-1)).toMatchObject({ status: 413, note: expect.stringContaining(`${maxBodyBytes} bytes`) })
    await see('/')
  })

  it('says when the function URL does not answer', async () => {
    const silent = createProxy('http://127.0.0.1:1/')
    const own = port
    port = await listen(silent)
    try {
      const { status, body } = await ask('/')
      expect({ status, ...(JSON.parse(body) as object) }).toEqual({
        status: 502,
        error: 'NotAnswered',
        message: 'The function URL could not be called: ECONNREFUSED.',
      })
    } finally {
      silent.close()
      port = own
    }
  })

  it('tells of each request without its query', async () => {
    await see('/told?secret=1')
    expect(told.at(-1)).toMatchObject({ method: 'GET', path: '/told', status: 200 })
  })
})
