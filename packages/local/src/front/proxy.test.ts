import { createServer, request as requestHttp, type Server } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Local, type LocalOptions, startLocal } from '../start.ts'
import { proxyUser } from './proxy.ts'

const host = `${'a'.repeat(32)}.lambda-url.us-east-1.on.aws`
const basic = (password: string): string =>
  `Basic ${Buffer.from(`${proxyUser}:${password}`).toString('base64')}`

let outside: Server
let outsidePort = 0
const started: Local[] = []

async function start(options: LocalOptions = {}): Promise<Local> {
  const local = await startLocal({ memory: true, env: {}, ...options })
  started.push(local)
  return local
}

beforeAll(async () => {
  outside = createServer((request, response) => {
    response.setHeader('x-seen', JSON.stringify([request.url, request.headers]))
    request.pipe(response)
  })
  await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done))
  outsidePort = (outside.address() as AddressInfo).port
})

afterAll(async () => {
  await Promise.all(started.map((local) => local.close()))
  outside.closeAllConnections()
  outside.close()
})

interface Asked {
  readonly status: number
  readonly text: string
  readonly seen: unknown
}

/** Sends one request in absolute form. */
async function forward(local: Local, url: string, headers: Record<string, string> = {}): Promise<Asked> {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port: local.port, path: url, method: 'POST', agent: false }
    const asked = requestHttp(
      { ...options, headers: { host: new URL(url).host, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          const { 'x-seen': seen = 'null' } = response.headers
          done({ status: response.statusCode ?? 0, text, seen: JSON.parse(String(seen)) })
        })
      },
    )
    asked.once('error', fail)
    asked.end('hello')
  })
}

/** Asks for a tunnel; for one that opens, sends a request through it. */
async function connect(
  local: Local,
  authority: string,
  headers: Record<string, string> = {},
): Promise<Asked> {
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port: local.port, method: 'CONNECT', path: authority, agent: false }
    const asked = requestHttp({ ...options, headers })
    asked.once('error', fail)
    asked.once('connect', ({ statusCode: status = 0 }, socket, head) => {
      let text = head.toString()
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.once('close', () => done({ status, text, seen: null }))
      if (status === 200) socket.write('GET / HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n')
    })
    asked.end()
  })
}

describe('the proxy', () => {
  it('connects to other hosts for those who know the password, and for nobody else', async () => {
    const local = await start()
    const authority = `127.0.0.1:${outsidePort}`
    const own = { 'proxy-authorization': basic(local.side.proxyPassword) }
    expect(await connect(local, authority, own)).toMatchObject({ status: 200 })
    expect((await connect(local, authority, own)).text).toContain('HTTP/1.1 200 OK')
    for (const headers of [
      {},
      { 'proxy-authorization': basic('wrong') },
      { authorization: own['proxy-authorization'] },
    ]) {
      const refused = await connect(local, authority, headers)
      expect(refused).toMatchObject({ status: 407 })
      expect(refused.text).toContain('npx furlong run -- <command>')
      expect(await forward(local, `http://${authority}/`, headers)).toMatchObject({ status: 407 })
    }
    expect(local.records.latestRefusal()).toMatchObject({
      kind: 'proxy',
      host: authority,
      status: 407,
      refusal: { code: 'ProxyAuthenticationRequired' },
    })
  })

  it('sends a request on as it is, without what is for the proxy alone', async () => {
    const local = await start()
    const headers = { 'proxy-authorization': basic(local.side.proxyPassword), 'x-own': '1' }
    const sent = await forward(local, `http://127.0.0.1:${outsidePort}/a%2Fb?c=d`, headers)
    expect(sent).toMatchObject({ status: 200, text: 'hello' })
    expect(sent.seen).toMatchObject(['/a%2Fb?c=d', { host: `127.0.0.1:${outsidePort}`, 'x-own': '1' }])
    expect(JSON.stringify(sent.seen)).not.toContain('proxy-auth')
  })

  it.each([
    ['s3.amazonaws.com:443', 'AWS_ENDPOINT_URL_<SERVICE>'],
    ['bucket.s3.eu-west-1.amazonaws.com:443', 'NO_PROXY=bucket.s3.eu-west-1.amazonaws.com'],
    ['dynamodb.cn-north-1.amazonaws.com.cn:443', 'AWS_ENDPOINT_URL_<SERVICE>'],
    ['x.lambda-web.us-east-1.on.aws:443', 'AWS_ENDPOINT_URL_<SERVICE>'],
    ['lambda.us-east-1.amazonaws.com:443', '--aws-hosts'],
    ['sts.amazonaws.com.:443', '--aws-hosts'],
    [`${host}:80`, `https://${host}/`],
  ])('refuses %s, password or not, and says what to do', async (authority, says) => {
    const local = await start()
    const refused = await connect(local, authority, {
      'proxy-authorization': basic(local.side.proxyPassword),
    })
    expect(refused.status).toBe(403)
    expect(refused.text).toContain(says)
    expect(local.records.latestRefusal()?.refusal).toMatchObject({ gate: 'route', code: 'ProxyRefused' })
  })

  it.each(['no-port:x', '', 'a:99999', '/x'])('refuses %j as no authority', async (authority) => {
    const local = await start()
    expect((await connect(local, authority === '' ? ':' : authority)).status).toBe(400)
  })

  it('connects to nothing when it is offline', async () => {
    const local = await start({ offline: true })
    const own = { 'proxy-authorization': basic(local.side.proxyPassword) }
    expect((await connect(local, `127.0.0.1:${outsidePort}`, own)).text).toContain('--offline')
  })

  it('goes through the proxy that stands in between, and past it where NO_PROXY says so', async () => {
    const upstream = await start()
    const env = {
      https_proxy: `http://${proxyUser}:${upstream.side.proxyPassword}@127.0.0.1:${upstream.port}`,
      no_proxy: '.example.invalid',
    }
    const local = await start({ env })
    expect(local.side.upstream).toBe(`127.0.0.1:${upstream.port}`)
    const own = { 'proxy-authorization': basic(local.side.proxyPassword) }
    const answer = await connect(local, 'nowhere.invalid:443', own)
    expect(answer).toMatchObject({ status: 502 })
    expect(answer.text).toContain(`the proxy 127.0.0.1:${upstream.port} refused with 502`)
    expect(upstream.records.latestRefusal()).toMatchObject({ host: 'nowhere.invalid:443', status: 502 })
    expect((await connect(local, 'x.example.invalid:443', own)).text).toContain('ENOTFOUND')
    const socks = await start({ env: { ALL_PROXY: 'socks5://127.0.0.1:1080' } })
    const unsupported = await connect(socks, 'nowhere.invalid:443', {
      'proxy-authorization': basic(socks.side.proxyPassword),
    })
    expect(unsupported.text).toContain('no other kind can be chained')
  })

  it('does not open a tunnel on the port of a URL', async () => {
    const local = await start({ urlPorts: [30_000, 30_020] })
    await expect(connect({ ...local, port: local.port + 1 }, `${host}:443`)).rejects.toThrow()
  })
})

/** Speaks TLS to the main port; resolves with the names of the certificate, or rejects. */
async function shake(local: Local, servername: string, ca?: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: local.port,
      servername,
      ...(ca === undefined ? {} : { ca }),
    })
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      done(socket.getPeerCertificate().subjectaltname ?? '')
      socket.destroy()
    })
  })
}

describe('TLS on the main port', () => {
  it('certifies the hosts of function URLs, and no others', async () => {
    const local = await start()
    const { NODE_EXTRA_CA_CERTS: file = '' } = (await local.reachEnvironment({})).variables
    const ca = await readFile(file, 'utf8')
    expect(await shake(local, host, ca)).toBe('DNS:*.lambda-url.us-east-1.on.aws')
    expect(await shake(local, `a.lambda-url.eu-west-1.localhost`, ca)).toBe(
      'DNS:*.lambda-url.eu-west-1.localhost',
    )
    expect(await shake(local, 'localhost', ca)).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    await expect(shake(local, host)).rejects.toThrow(/self-signed certificate in certificate chain/)
    for (const name of [
      'example.com',
      'lambda.us-east-1.amazonaws.com',
      'a.lambda-url.xx-nowhere-1.on.aws',
      'a.lambda-web.us-east-1.on.aws',
    ]) {
      await expect(shake(local, name, ca), name).rejects.toThrow()
    }
  })

  it('outlives clients that leave before the handshake', async () => {
    const local = await start()
    const leave = (): Promise<unknown> =>
      new Promise((done) => {
        const socket = connectTcp({ host: '127.0.0.1', port: local.port }, () => {
          socket.write(Buffer.from([0x16]), () => socket.resetAndDestroy())
        })
        socket.once('close', done)
      })
    await Promise.all(Array.from({ length: 20 }, leave))
    expect((await fetch(`${local.endpoint}/_url/x`)).status).toBe(403)
  })

  it('certifies the hosts of the APIs when it is asked to', async () => {
    const local = await start({ awsHosts: true })
    const { NODE_EXTRA_CA_CERTS: file = '' } = (await local.reachEnvironment({})).variables
    const ca = await readFile(file, 'utf8')
    expect(await shake(local, 'lambda.us-east-1.amazonaws.com', ca)).toBe(
      'DNS:lambda.us-east-1.amazonaws.com',
    )
    await expect(shake(local, 's3.us-east-1.amazonaws.com', ca)).rejects.toThrow()
  })
})
