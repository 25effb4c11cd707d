/** A reverse proxy on loopback that signs: plain HTTP in, Signature Version 4 out. */
import {
  Agent as HttpAgent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'
import { sign, type Credentials } from '@furlong/sigv4'
import { isHttps, openRequest, type OutgoingHead } from '../connect.ts'
import { loadHttps } from '../node-builtins.ts'
import { type ProxyRefusal, type ProxyRules, refuseRequest } from './guard.ts'
import { chooseRequestHeaders, chooseResponseHeaders } from './headers.ts'

/** What a function URL takes in one request, in bytes; a body is held until its hash is known. */
export const maxBodyBytes = 6_291_456

/** What became of one request. */
export interface ProxiedRequest {
  readonly method: string
  /** Without the query, which may hold what is nobody's business. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  /** Why it was not answered by the function URL, or what the local side advises. */
  readonly note?: string
}

/** What a proxy signs, and for whom. */
export interface SigningProxyOptions {
  /** The function URL, with a path that is put before every request's; without a query. */
  readonly url: string
  readonly region: string
  /** Endpoint to connect to in place of the URL's host. */
  readonly via?: string
  /** The credentials of the moment. */
  readonly getCredentials: () => Promise<Credentials>
  /** Whose requests are signed; asked for each request, since the port is known late. */
  readonly rules: () => ProxyRules
  readonly now: () => Date
  readonly onRequest: (request: ProxiedRequest) => void
}

/**
 * Creates the proxy. Bodies of requests are held, for their hash is part of the signature, unless the client sends the hash in
 * `x-amz-content-sha256`; answers stream. A redirect to the function URL stays on the proxy.
 * @param options what is signed, for whom, and who is told
 * @returns a server that does not listen yet
 */
export function createSigningProxy(options: SigningProxyOptions): Server {
  const settings = { keepAlive: true, scheduling: 'lifo' } as const
  const agent = isHttps(options) ? new (loadHttps().Agent)(settings) : new HttpAgent(settings)
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void new Forwarding(options, agent, request, response).run()
  })
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  server.on('close', () => agent.destroy())
  return server
}

/** One request on its way. */
class Forwarding {
  readonly #options: SigningProxyOptions
  readonly #agent: HttpAgent
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #startedAt = performance.now()
  #note: string | undefined

  constructor(
    options: SigningProxyOptions,
    agent: HttpAgent,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#options = options
    this.#agent = agent
    this.#request = request
    this.#response = response
  }

  async run(): Promise<void> {
    const response = this.#response
    response.once('close', () => this.#tell())
    try {
      const refusal = refuseRequest(this.#request, this.#options.rules())
      if (refusal !== undefined) return this.#refuse(refusal)
      const body = this.#declaresHash() ? this.#request : await readBody(this.#request)
      if (body === 'too-large') return this.#refuse(tooLarge)
      const head = await this.#sign(body)
      this.#forward(head, body)
    } catch (error) {
      this.#refuse(describeFailure(error))
    }
  }

  #declaresHash(): boolean {
    return /^[0-9a-f]{64}$/.test(String(this.#request.headers['x-amz-content-sha256'] ?? ''))
  }

  async #sign(body: Buffer | IncomingMessage): Promise<OutgoingHead> {
    const { getCredentials, now, region, url, via } = this.#options
    const { method = 'GET', url: target = '/', rawHeaders, headers } = this.#request
    const credentials = await getCredentials()
    const signed = sign(
      {
        method,
        url: url.replace(/\/$/, '') + target,
        headers: chooseRequestHeaders(rawHeaders),
        ...(body instanceof Buffer ? { body } : { payloadHash: String(headers['x-amz-content-sha256']) }),
      },
      { credentials, region, service: 'lambda', now: now() },
    )
    const length = body instanceof Buffer ? createLength(method, body) : headers['content-length']
    return {
      method: signed.method,
      url: signed.url,
      headers: [...signed.headers, ...(length === undefined ? [] : [['Content-Length', length] as const])],
      ...(via === undefined ? {} : { via }),
    }
  }

  #forward(head: OutgoingHead, body: Buffer | IncomingMessage, isRetry = false): void {
    const outgoing = openRequest(head, this.#agent)
    this.#response.once('close', () => outgoing.destroy())
    outgoing.once('response', (incoming) => this.#answer(incoming))
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      if (this.#response.destroyed) return
      // A kept connection may end just as it is used again; nothing of this request was answered on it.
      const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET'
      if (isStale && !isRetry && body instanceof Buffer) this.#forward(head, body, true)
      else this.#refuse(describeFailure(error))
    })
    if (body instanceof Buffer) outgoing.end(body)
    else pipeline(body, outgoing, () => {})
  }

  #answer(incoming: IncomingMessage): void {
    const { host } = new URL(this.#options.url)
    const headers = chooseResponseHeaders(incoming.rawHeaders, host)
    const why = incoming.headers['x-furlong-why'] ?? incoming.headers['x-amzn-errortype']
    if (typeof why === 'string') this.#note = why
    this.#response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers.flat())
    this.#response.flushHeaders()
    // A body that breaks off breaks off here as well: it must not look whole.
    pipeline(incoming, this.#response, () => {})
  }

  #refuse({ status, error, message, headers = {} }: ProxyRefusal): void {
    this.#note = message
    const response = this.#response
    if (response.headersSent) {
      response.destroy()
      return
    }
    const body = JSON.stringify({ error, message })
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-furlong-proxy': error,
      ...headers,
    })
    response.end(body)
    drain(this.#request)
  }

  #tell(): void {
    const { method = '', url = '' } = this.#request
    this.#options.onRequest({
      method,
      path: url.split('?', 1)[0] ?? '',
      status: this.#response.headersSent ? this.#response.statusCode : 0,
      durationMs: performance.now() - this.#startedAt,
      ...(this.#note === undefined ? {} : { note: this.#note }),
    })
  }
}

const tooLarge: ProxyRefusal = {
  status: 413,
  error: 'BodyTooLarge',
  message: `The body is larger than ${maxBodyBytes} bytes, which is what a function URL takes.`,
}

/** A client that is cut off while it sends may never see the answer; one that never ends is cut off all the same. */
function drain(request: IncomingMessage): void {
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > 20 * maxBodyBytes) request.destroy()
  })
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return 'too-large'
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((done, fail) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBodyBytes) done('too-large')
      else chunks.push(chunk)
    })
    request.once('end', () => done(Buffer.concat(chunks)))
    request.once('error', fail)
  })
}

/** Methods that usually have a body say so when they have none (RFC 9110, 8.6). */
function createLength(method: string, body: Buffer): string | undefined {
  const isExpected = ['POST', 'PUT', 'PATCH'].includes(method)
  return body.length > 0 || isExpected ? String(body.length) : undefined
}

function describeFailure(error: unknown): ProxyRefusal {
  const reason =
    error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
  if (error instanceof TypeError) {
    // The signer takes nothing that cannot be sent.
    return { status: 400, error: 'NotSignable', message: error.message }
  }
  return { status: 502, error: 'NotAnswered', message: `The function URL could not be called: ${reason}.` }
}
