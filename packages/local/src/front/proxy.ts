/** The built-in proxy: the way in for programs that have a URL of AWS written into them. */
import { timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, request as requestHttp, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { loadHttps, loadTls } from '../node-builtins.ts'
import { headerOf } from '../exchange.ts'
import type { Refusal, RequestRecord } from '../record/record.ts'
import { Recording } from '../record/recording.ts'
import type { Records } from '../record/records.ts'
import { type Authority, isApiHost, isAwsHost, isFunctionUrlHost, parseAuthority } from './own-hosts.ts'
import { dial, findUpstream, type ProxyVariables } from './upstream-proxy.ts'

/** How the proxy is set up. */
export interface ProxyOptions {
  /** Known to the side's own children alone: for them, and for nobody else, it connects to the outside. */
  readonly password: string
  /** Whether it answers AWS's hosts of Lambda, IAM and STS. */
  readonly awsHosts: boolean
  /** Whether it connects to nothing outside at all. */
  readonly offline: boolean
  /** The proxy variables of the environment that the side was started in: the way out of this machine. */
  readonly variables: ProxyVariables
  /** Serves what comes through a tunnel to the side's own hosts. */
  readonly enter: (socket: Socket) => void
  /** Keeps what was refused. */
  readonly onRefusal: (request: IncomingMessage, authority: string, status: number, refusal: Refusal) => void
}

/** @returns what keeps a refusal of the proxy as the other gates keep theirs */
export function createRefusalRecorder(services: {
  readonly records: Records
  readonly now: () => Date
  readonly onRecord: (record: RequestRecord) => void
}): ProxyOptions['onRefusal'] {
  const { records, now, onRecord } = services
  return ({ method = '' }, host, status, refusal) => {
    const recording = new Recording(records.nextId(), { kind: 'proxy', method, url: '', host, now: now() })
    recording.refuse(refusal)
    onRecord(records.add(recording, status))
  }
}

/** A refusal, and the status it is answered with. */
interface Refused {
  readonly status: 400 | 403 | 407 | 502
  readonly cause: string
  readonly fix?: string
}

/** The proxy of one side. */
export interface Proxy {
  /** Answers a CONNECT of the main port. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Sends a request in absolute form on to its host, or refuses it. */
  forward(request: IncomingMessage, response: ServerResponse, url: URL): void
}

/** User name of the proxy's URLs; the password decides. */
export const proxyUser = 'furlong'

/** Creates the proxy of a side. */
export function createProxy(options: ProxyOptions): Proxy {
  const refuse = (request: IncomingMessage, authority: string, refused: Refused): string => {
    const { status, cause, fix } = refused
    options.onRefusal(request, authority, status, {
      gate: 'route',
      code: status === 407 ? 'ProxyAuthenticationRequired' : 'ProxyRefused',
      cause,
      ...(fix === undefined ? {} : { fix }),
    })
    return fix === undefined ? `${cause}\n` : `${cause} ${fix}\n`
  }
  return {
    connect: (request, socket, head) => {
      const named = request.url ?? ''
      socket.on('error', () => socket.destroy())
      const refuseConnect = (refused: Refused): void => {
        socket.end(renderRefusal(refused, refuse(request, named, refused)))
      }
      const authority = parseAuthority(named)
      if (authority === undefined) {
        return refuseConnect({
          status: 400,
          cause: `${JSON.stringify(named.slice(0, 200))} is no host and port.`,
        })
      }
      if (isOwn(authority, options)) {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        if (head.length > 0) socket.unshift(head)
        return options.enter(socket as Socket)
      }
      const refused = findRefusal(request, authority, options)
      if (refused !== undefined) return refuseConnect(refused)
      const tunnel = async (): Promise<void> => {
        const outside = await reach('https:', authority, options)
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        if (head.length > 0) outside.write(head)
        join(socket, outside)
      }
      tunnel().catch((error: Error) => refuseConnect(notReached(authority, error)))
    },
    forward: (request, response, url) => {
      const authority = parseAuthority(url.host, url.protocol === 'https:' ? 443 : 80)
      const refused: Refused | undefined =
        authority === undefined
          ? { status: 400, cause: `${url.host} is no host and port.` }
          : findRefusal(request, authority, options)
      const answer = (refused: Refused): void => {
        const text = refuse(request, url.host, refused)
        response.shouldKeepAlive = false
        response.writeHead(refused.status, [
          'Content-Type',
          'text/plain; charset=utf-8',
          ...(refused.status === 407 ? challenge : []),
          'Connection',
          'close',
        ])
        response.end(text)
      }
      if (refused !== undefined || authority === undefined) return answer(refused as Refused)
      send(request, response, url, authority, options).catch((error: Error) => {
        if (response.headersSent) response.destroy()
        else answer(notReached(authority, error))
      })
    },
  }
}

const isOwn = ({ host, port }: Authority, { awsHosts }: ProxyOptions): boolean =>
  port === 443 && (isFunctionUrlHost(host) || (awsHosts && isApiHost(host)))

/** Why a host is not connected to; undefined when it is. */
function findRefusal(
  request: IncomingMessage,
  { host, port }: Authority,
  options: ProxyOptions,
): Refused | undefined {
  if (isFunctionUrlHost(host)) {
    return {
      status: 403,
      cause: `Function URLs are served over HTTPS on port 443, and ${host}:${port} was asked for.`,
      fix: `Call https://${host}/.`,
    }
  }
  if (isApiHost(host)) {
    return {
      status: 403,
      cause: `${host} is AWS's own endpoint, and the local side sends nothing to AWS.`,
      fix: 'Point the client at the local side with AWS_ENDPOINT_URL_LAMBDA, _IAM and _STS (npx furlong env), or start it with npx furlong up --aws-hosts, and it answers this host itself.',
    }
  }
  if (isAwsHost(host)) {
    return {
      status: 403,
      cause: `${host} is an AWS host that furlong does not stand for, and the local side sends nothing to AWS: its keys mean nothing there, and what is tried out here must not change anything there.`,
      fix: `Point the client at an emulator with the AWS_ENDPOINT_URL_<SERVICE> of that service, or let it pass by the proxy: NO_PROXY=${host} npx furlong run -- <command>.`,
    }
  }
  if (!isLoopbackAddress(request.socket.remoteAddress) || !isOwnChild(request, options)) {
    return {
      status: 407,
      cause: `The local side connects to ${host} for programs that it or furlong run has started, and for no others.`,
      fix: 'Start the program with: npx furlong run -- <command>.',
    }
  }
  if (options.offline) {
    return {
      status: 403,
      cause: `The local side was started with --offline and connects to nothing outside, ${host} included.`,
      fix: 'Start it without --offline.',
    }
  }
  return undefined
}

const isLoopbackAddress = (address = ''): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)

function isOwnChild({ rawHeaders }: IncomingMessage, { password }: ProxyOptions): boolean {
  const given = Buffer.from(headerOf(rawHeaders, 'proxy-authorization') ?? '')
  const wanted = Buffer.from(`Basic ${Buffer.from(`${proxyUser}:${password}`).toString('base64')}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const notReached = ({ host, port }: Authority, { message }: Error): Refused => ({
  status: 502,
  cause: `${host}:${port} could not be reached: ${message}.`,
})

const challenge = ['Proxy-Authenticate', 'Basic realm="furlong"'] as const

function renderRefusal({ status }: Refused, text: string): string {
  const extra = status === 407 ? [challenge.join(': ')] : []
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...extra,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    '',
    text,
  ].join('\r\n')
}

async function reach(
  protocol: 'http:' | 'https:',
  authority: Authority,
  { variables }: ProxyOptions,
): Promise<Socket> {
  const upstream = findUpstream(variables, protocol, authority)
  if (upstream === 'unsupported') {
    throw new Error(
      'the proxy variables of the local side name a proxy that is not http://, and no other kind can be chained',
    )
  }
  return dial(authority, upstream)
}

function join(inside: Duplex, outside: Socket): void {
  inside.on('close', () => outside.destroy())
  outside.on('close', () => inside.destroy()).on('error', () => inside.destroy())
  inside.pipe(outside).pipe(inside)
}

/** RFC 9110, 7.6.1, and what is for this proxy alone. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'proxy-authorization',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
])

function keepEndToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!hopByHop.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  authority: Authority,
  options: ProxyOptions,
): Promise<void> {
  const isTls = url.protocol === 'https:'
  const raw = await reach(isTls ? 'https:' : 'http:', authority, options)
  const socket = isTls ? loadTls().connect({ socket: raw, servername: authority.host }) : raw
  await new Promise<void>((done, fail) => {
    const target = request.url ?? ''
    const outgoing = (isTls ? loadHttps().request : requestHttp)(
      {
        createConnection: () => socket,
        method: request.method ?? 'GET',
        path: target.slice(target.indexOf('/', target.indexOf('//') + 2)),
        headers: keepEndToEnd(request.rawHeaders),
      },
      (incoming) => {
        response.writeHead(
          incoming.statusCode ?? 502,
          incoming.statusMessage,
          keepEndToEnd(incoming.rawHeaders),
        )
        incoming.pipe(response)
        incoming.once('error', fail).once('end', done)
      },
    )
    outgoing.on('error', fail)
    response.once('close', () => outgoing.destroy())
    request.pipe(outgoing)
  })
}
