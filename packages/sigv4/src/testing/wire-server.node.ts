/** A real server on loopback that keeps each request as it stood on the wire. */
import { createServer, request as sendRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { RawRequest } from '../received-request.ts'

export interface WireServer {
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Takes the requests that came since the last call. */
  readonly take: () => RawRequest[]
  /** Answers the next request with a redirect. */
  readonly redirect: (status: number, location: string) => void
  readonly close: () => Promise<void>
}

export async function startWireServer(): Promise<WireServer> {
  let requests: RawRequest[] = []
  let redirects: [status: number, location: string][] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const next = redirects.shift()
      if (next) outgoing.writeHead(next[0], { location: next[1] }).end()
      else {
        const { method = '', url = '', rawHeaders } = incoming
        requests.push({ method, target: url, rawHeaders, body: Buffer.concat(chunks) })
        outgoing.end('ok')
      }
    })
  })
  const port = await listen(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    take: () => {
      const taken = requests
      requests = []
      redirects = []
      return taken
    },
    redirect: (status, location) => redirects.push([status, location]),
    close: () => close(server),
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}

/** A reverse proxy in front of a server: it sets the Host header, tells of the old one, and may cut a prefix. */
export async function startProxy(
  to: WireServer,
  rewrite: { prefix?: string; host?: string },
): Promise<{ origin: string; host: string; close: () => Promise<void> }> {
  const proxy = createServer((incoming, outgoing) => {
    const { host = '', 'content-length': _, ...headers } = incoming.headers
    const prefix = rewrite.prefix ?? ''
    const forwarded = sendRequest({
      host: '127.0.0.1',
      port: to.port,
      method: incoming.method,
      path: incoming.url?.startsWith(prefix) ? incoming.url.slice(prefix.length) : incoming.url,
      headers: {
        ...headers,
        host: rewrite.host ?? host,
        'x-forwarded-host': host,
        ...(prefix === '' ? {} : { 'x-forwarded-prefix': prefix }),
        'x-forwarded-for': headers['x-forwarded-for']
          ? `${String(headers['x-forwarded-for'])}, 10.0.0.7`
          : '10.0.0.7',
      },
    })
    forwarded.on('response', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 500)))
    incoming.pipe(forwarded)
  })
  const port = await listen(proxy)
  return { origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, close: () => close(proxy) }
}

/** Sends bytes as they are and waits for the answer's first bytes. */
export async function sendRaw(port: number, text: string | Uint8Array): Promise<void> {
  await new Promise<void>((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.once('data', () => {
      socket.destroy()
      done()
    })
    socket.once('error', fail)
  })
}
