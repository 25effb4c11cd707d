/** The front door: one HTTP server behind the main port and every URL port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { maxEventBytes } from '@furlong/events'
import { maxControlBodyBytes } from '../control/request-limits.ts'
import { maskTarget } from '../record/mask-target.ts'
import type { Records } from '../record/records.ts'
import type { RequestRecord } from '../record/record.ts'
import { Recording } from '../record/recording.ts'
import { StreamRate } from '../url/stream-rate.ts'
import { type Exchange, headerOf } from '../exchange.ts'
import { findFault, readParserFault, refuseConnection, toFaultAnswer, type Fault } from './malformed.ts'
import { announcesBody, readBody } from './read-body.ts'
import type { OwnNames } from './own-hosts.ts'
import type { Reply } from './reply.ts'
import { findRoute, type Route, type UrlRoute } from './routing.ts'
import { type Answer, drained, flatHeaders, paused, send } from './send.ts'
import { type EventStream, sendEvents } from './send-events.ts'

/** What stands behind each route. */
export interface FrontServices {
  readonly records: Records
  readonly now: () => Date
  /** Whether refusals carry `x-furlong-why`. */
  readonly hints: boolean
  /** Whether streams are slowed down as on Lambda. */
  readonly streamThrottle: boolean
  /** Whether records hold what functions got and gave. */
  readonly recordPayloads: boolean
  /** Whether what went over the wire is kept, for the console. */
  readonly keepsExchanges: boolean
  readonly onRecord: (record: RequestRecord) => void
  /** The URL that listens on a port; undefined for the main port, '' for a port whose URL is gone. */
  readonly urlIdOfPort: (port: number | undefined) => string | undefined
  readonly names: OwnNames
  /** Sends on what is for another host, or refuses it. */
  readonly forward: (request: IncomingMessage, response: ServerResponse, url: URL) => void
  readonly functionUrl: (exchange: Exchange, route: UrlRoute) => Promise<Reply>
  readonly ownApi: (exchange: Exchange) => Promise<Answer | EventStream>
  readonly controlPlane: (exchange: Exchange) => Promise<Reply>
}

/** Request line and headers together, as Lambda limits them. */
const maxHeaderBytes = 1024 * 1024

/** Largest body that is read, by route, in bytes. */
const maxBodyBytes: Readonly<Record<Route['kind'], number>> = {
  // An event is never smaller than its body: what is over the event's limit here is refused without being read.
  'function-url': maxEventBytes,
  // An edited request of the console is sent whole.
  'own-api': 1024 * 1024,
  'control-plane': maxControlBodyBytes,
}

const nothing: Buffer = Buffer.alloc(0)

/** What AWS answers when it is itself at fault. */
const internalFailure: Answer = {
  status: 500,
  headers: [
    ['Content-Type', 'application/json'],
    ['x-amzn-ErrorType', 'ServiceException'],
  ],
  body: '{"Type":"Service","Message":"An internal error occurred."}',
}

/**
 * @param services what stands behind each route
 * @returns an HTTP server that takes connections from any port
 */
export function createFront(services: FrontServices): Server {
  const front = createServer(
    // A missing Host is answered here, like all that is malformed.
    { maxHeaderSize: maxHeaderBytes, noDelay: true, keepAliveTimeout: 60_000, requireHostHeader: false },
    (request, response) => {
      const fault = findFault(request)
      latest.set(request.socket, response)
      if (fault === undefined) void handle(services, request, response)
      else refuseRequest(services, request, response, fault)
    },
  )
  // Lambda counts bytes, not headers; Node would drop those beyond 2,000 unsaid.
  front.maxHeadersCount = 0
  // A client that has said all it has to say may still listen. Node has no public name for this.
  Object.assign(front, { httpAllowHalfOpen: true })
  front.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnread(services, error, socket))
  return front
}

/** The answer a connection got last, or is getting. */
const latest = new WeakMap<Duplex, ServerResponse>()

/** Answers what the parser could not read; an answer to a whole request before it goes first, and is the last. */
function refuseUnread(services: FrontServices, error: NodeJS.ErrnoException, socket: Duplex): void {
  const fault = readParserFault(error)
  if (fault === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  const answer = keepFault(services, { method: '(unread)', target: '', host: nameOf(socket) }, fault)
  const before = latest.get(socket)
  if (before !== undefined && !before.writableFinished && before.req.complete) {
    before.shouldKeepAlive = false
    before.once('close', () => socket.destroy())
    return
  }
  if (before?.headersSent === true && !before.writableFinished) socket.destroy()
  else refuseConnection(socket, answer)
}

/** Where nothing could be read, the port is all there is to know a URL by. */
const nameOf = (socket: Duplex & { readonly localPort?: number }): string =>
  `127.0.0.1:${socket.localPort ?? ''}`

/** What could be read in two ways: nothing behind it on the same connection can be trusted to be a request. */
function refuseRequest(
  services: FrontServices,
  { method = '', url: target = '', rawHeaders }: IncomingMessage,
  response: ServerResponse,
  fault: Fault,
): void {
  response.shouldKeepAlive = false
  const host = headerOf(rawHeaders, 'host') ?? ''
  send(response, keepFault(services, { method, target, host }, fault), services.now())
}

function keepFault(
  services: FrontServices,
  { method, target, host }: { readonly method: string; readonly target: string; readonly host: string },
  fault: Fault,
): Answer {
  const recording = new Recording(services.records.nextId(), {
    kind: 'api',
    method,
    url: maskTarget(target),
    host,
    now: services.now(),
  })
  recording.refuse({ gate: 'route', code: 'MalformedRequest', cause: fault.says })
  const answer = toFaultAnswer(fault)
  const headers = withHint(services, { recording }, answer.headers)
  keep(services, { recording }, answer.status)
  return { ...answer, headers }
}

async function handle(
  services: FrontServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { rawHeaders, method = '', url: target = '' } = request
  const now = services.now()
  const host = headerOf(rawHeaders, 'host') ?? ''
  const portUrlId = services.urlIdOfPort(request.socket.localPort)
  const route = findRoute({ portUrlId, host, target }, services.names)
  if (route.kind === 'proxy') return services.forward(request, response, route.url)
  const recording = new Recording(
    services.records.nextId(),
    {
      kind: route.kind === 'function-url' ? 'function-url' : 'api',
      method,
      url: maskTarget(target),
      host,
      now,
    },
    services.recordPayloads,
  )
  if (route.kind === 'function-url' && request.headers.upgrade !== undefined) recording.note(notUpgraded)
  try {
    const hasBody = announcesBody(request)
    const body = hasBody ? await readBody(request, maxBodyBytes[route.kind]) : nothing
    const oversized = body === 'too-large'
    const raw = { method, target, rawHeaders, body: oversized ? nothing : body }
    if (services.keepsExchanges && route.kind === 'function-url' && !oversized)
      recording.kept = { request: raw }
    const arrivedAt = hasBody ? services.now() : now
    const exchange: Exchange = { request, response, raw, now: arrivedAt, oversized, recording }
    await answer(services, exchange, route)
    if (oversized) drain(request)
  } catch (error) {
    fail(services, { request, response, recording }, error)
  }
}

/** guess: AWS's front ignores the header, as HTTP lets it; that WebSockets do not work there is reported. */
const notUpgraded =
  'The client asked to change the protocol, as WebSockets do. Function URLs do not: this was answered as an ordinary request. A response stream (RESPONSE_STREAM, server-sent events) pushes to a client.'

/** How much of a refused body is read and thrown away, in bytes: a client that is cut off while it sends may never see the answer. */
const maxDrainedBytes = 128 * 1024 * 1024

function drain(request: IncomingMessage): void {
  let drained = 0
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length
    if (drained > maxDrainedBytes) request.destroy()
  })
}

async function answer(services: FrontServices, exchange: Exchange, route: Route): Promise<void> {
  if (route.kind === 'own-api') {
    const reply = await services.ownApi(exchange)
    if ('events' in reply) await sendEvents(exchange.response, reply)
    else send(exchange.response, reply, exchange.now)
    return
  }
  const made =
    route.kind === 'control-plane'
      ? await services.controlPlane(exchange)
      : await services.functionUrl(exchange, route)
  const reply = route.kind === 'function-url' ? withSandbox(exchange, route, made) : made
  if (reply.kind === 'whole') finish(services, exchange, reply)
  else if (reply.kind === 'streamed') await stream(services, exchange, reply)
  else tear(services, exchange)
}

/**
 * A page that a function answers with under the path prefix would be at the console's origin, and could read what that keeps in
 * the browser: it is opened as one without an origin. AWS has no such addresses, and clients other than browsers never see this.
 */
function withSandbox({ raw }: Exchange, { sharesOrigin }: UrlRoute, reply: Reply): Reply {
  if (sharesOrigin !== true || reply.kind === 'torn') return reply
  const destination = headerOf(raw.rawHeaders, 'sec-fetch-dest')
  const isOpened =
    destination === undefined
      ? headerOf(raw.rawHeaders, 'accept')?.includes('text/html') === true
      : /^(?:document|i?frame|embed|object|(?:shared|service)?worker)$/.test(destination)
  return isOpened ? { ...reply, headers: [...reply.headers, sandbox] } : reply
}

const sandbox = [
  'Content-Security-Policy',
  'sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads',
] as const

function tear(services: FrontServices, exchange: Exchange): void {
  const { socket } = exchange.request
  // A reset is what a connection that breaks looks like; only over plain TCP can one be sent on purpose.
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
  keep(services, exchange, 0)
}

/** The client went away, or furlong itself is at fault; the record says which. */
function fail(
  services: FrontServices,
  { request, response, recording }: Pick<Exchange, 'request' | 'response' | 'recording'>,
  error: unknown,
): void {
  const message = error instanceof Error ? error.message : String(error)
  const left = request.destroyed && !request.complete
  recording.refuse({
    gate: 'respond',
    code: left ? 'ClientClosedRequest' : 'InternalFailure',
    cause: left ? 'The client closed the connection in the middle of its request.' : message,
  })
  if (left || response.headersSent) {
    response.destroy()
    keep(services, { recording }, 0)
  } else {
    finish(services, { response, recording, now: services.now() }, internalFailure)
  }
}

function finish(
  services: FrontServices,
  { response, recording, now }: Pick<Exchange, 'response' | 'recording' | 'now'>,
  answer: Answer,
): void {
  const { status, body } = answer
  const headers = withHint(services, { recording }, answer.headers)
  const rawHeaders = send(response, { ...answer, headers }, now)
  if (recording.kept !== undefined) recording.kept.answer = { status, rawHeaders, body }
  keep(services, { recording }, status)
}

async function stream(
  services: FrontServices,
  exchange: Exchange,
  reply: Reply & { kind: 'streamed' },
): Promise<void> {
  const { response, recording } = exchange
  // Who left while the function was still thinking is gone already, and no event will say so again.
  let gone = response.destroyed
  if (gone) reply.cancel()
  const onClose = (): void => {
    if (response.writableFinished) return
    gone = true
    reply.cancel()
  }
  response.once('close', onClose)
  try {
    const rawHeaders = flatHeaders(response, reply.headers, exchange.now)
    response.writeHead(reply.status, rawHeaders)
    if (recording.kept !== undefined) recording.kept.answer = { status: reply.status, rawHeaders }
    // `flushHeaders` would send a head without a body as UTF-8.
    response.write('', 'latin1')
    const rate = services.streamThrottle ? new StreamRate(performance.now()) : undefined
    for await (const chunk of reply.body) {
      if (gone) break
      if (!response.write(chunk)) await drained(response)
      const waitMs = rate?.take(chunk.length, performance.now()) ?? 0
      if (waitMs > 0) await paused(response, waitMs)
    }
    reply.finished(gone ? 'caller-left' : 'whole')
    if (!gone) response.end()
  } catch (error) {
    reply.finished(gone ? 'caller-left' : { failed: error })
    reply.cancel()
    // A status is out already: a torn connection is the only honest way to say that the body is not whole.
    response.destroy()
  }
  keep(services, exchange, reply.status)
}

function withHint(
  { hints }: FrontServices,
  { recording }: Pick<Exchange, 'recording'>,
  headers: Answer['headers'],
): Answer['headers'] {
  return hints && recording.refusal !== undefined
    ? [...headers, ['x-furlong-why', `npx furlong explain ${recording.id}`]]
    : headers
}

function keep(services: FrontServices, { recording }: Pick<Exchange, 'recording'>, status: number): void {
  services.onRecord(services.records.add(recording, status))
}
