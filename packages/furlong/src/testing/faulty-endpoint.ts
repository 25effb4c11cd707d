/** An endpoint in front of a side that fails as networks and AWS do, at requests of the test's choice. */
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What becomes of one request. */
export type Fault =
  /** The connection ends before the side has heard of it. */
  | 'cut-before'
  /** The side does it, and the answer is lost. */
  | 'cut-after'
  /** Refused by the endpoint, as the service words it. */
  | {
      readonly status: number
      readonly code: string
      readonly message: string
      readonly headers?: Record<string, string>
    }

/** A request as the endpoint sees it. */
export interface SeenRequest {
  /** From 1. */
  readonly number: number
  /** Such as `PUT /2015-03-31/functions/books/code`, or the action of IAM. */
  readonly operation: string
  /** Its body, where it is JSON. */
  readonly input: unknown
}

/** A running endpoint. */
export interface FaultyEndpoint {
  readonly endpoint: string
  readonly seen: readonly SeenRequest[]
  /** Decides over each request from now on, and counts from 1 again. */
  failWith(decide: (request: SeenRequest) => Fault | undefined | Promise<Fault | undefined>): void
  close(): Promise<void>
}

/** Opens an endpoint that passes everything on until it is told otherwise. */
export async function openFaultyEndpoint(side: string): Promise<FaultyEndpoint> {
  let seen: SeenRequest[] = []
  let decide: (request: SeenRequest) => Fault | undefined | Promise<Fault | undefined> = () => undefined
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => incoming.socket.destroy())
  })
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const request = { number: seen.length + 1, ...describe(incoming, body) }
    seen.push(request)
    const fault = await decide(request)
    if (fault === 'cut-before') return void incoming.socket.destroy()
    if (typeof fault === 'object') return refuse(incoming, response, fault)
    const { status, headers, bytes } = await pass(side, incoming, body)
    if (fault === 'cut-after') return void incoming.socket.destroy()
    response.writeHead(status, headers).end(bytes)
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get seen() {
      return seen
    },
    failWith: (next) => {
      seen = []
      decide = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function describe(
  { method = '', url = '' }: IncomingMessage,
  body: Buffer,
): Pick<SeenRequest, 'operation' | 'input'> {
  const text = body.toString()
  const action = url === '/' ? new URLSearchParams(text).get('Action') : null
  return {
    operation: action ?? `${method} ${url.split('?')[0]}`,
    input: text.startsWith('{') ? (JSON.parse(text) as unknown) : text,
  }
}

/** As it came: headers in their order, the signed host among them. */
async function pass(
  side: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: string[]; bytes: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const outgoing = requestHttp(
    {
      ...toAddress(side),
      method: incoming.method,
      path: incoming.url,
      headers: incoming.rawHeaders,
      agent: false,
    },
    resolve,
  )
  outgoing.on('error', reject).end(body)
  const answer = await promise
  return { status: answer.statusCode ?? 0, headers: answer.rawHeaders, bytes: await buffer(answer) }
}

function toAddress(side: string): { host: string; port: string } {
  const { hostname, port } = new URL(side)
  return { host: hostname, port }
}

/** IAM answers in XML, Lambda in JSON. */
function refuse(incoming: IncomingMessage, response: ServerResponse, fault: Exclude<Fault, string>): void {
  const { status, code, message, headers = {} } = fault
  if (incoming.url === '/') {
    response
      .writeHead(status, { 'content-type': 'text/xml', ...headers })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      )
    return
  }
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code, ...headers })
    .end(JSON.stringify({ Type: 'User', message }))
}
