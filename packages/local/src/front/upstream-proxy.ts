import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type Authority, isLoopbackHost } from './own-hosts.ts'

/** Environment variables, as the local side was started with them. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>

/** A proxy that stands between this machine and the world. */
export interface Upstream extends Authority {
  /** Value of `Proxy-Authorization`, when its URL holds a user. */
  readonly authorization?: string
}

const read = (env: ProxyVariables, name: string): string | undefined =>
  env[name.toLowerCase()] || env[name.toUpperCase()] || undefined

/**
 * Finds the proxy that connections to a host go through, as curl does.
 *
 * @param env HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either spelling, the lower-case one first
 * @param protocol of the request behind it
 * @param target where it goes
 * @returns undefined for a direct connection; 'unsupported' for a proxy that speaks no plain HTTP
 */
export function findUpstream(
  env: ProxyVariables,
  protocol: 'http:' | 'https:',
  target: Authority,
): Upstream | 'unsupported' | undefined {
  const named = read(env, protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? read(env, 'all_proxy')
  if (named === undefined || isLoopbackHost(target.host) || isExempt(read(env, 'no_proxy') ?? '', target)) {
    return undefined
  }
  const text = named.includes('://') ? named : `http://${named}`
  if (!URL.canParse(text)) return 'unsupported'
  const { protocol: spoken, hostname, port, username, password } = new URL(text)
  if (spoken !== 'http:') return 'unsupported'
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port === '' ? 80 : port),
    ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
  }
}

/** @returns whether NO_PROXY exempts a host: `*`, a name, a name and all below it, with or without a port */
export function isExempt(noProxy: string, { host, port }: Authority): boolean {
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '' || entry === '*') return entry === '*'
      const [, name = '', only] = /^(?:\*?\.)?(.+?)(?::(\d+))?$/.exec(entry) ?? []
      if (only !== undefined && Number(only) !== port) return false
      return host === name || host.endsWith(`.${name}`)
    })
}

/** How long a connection to the outside may take, in milliseconds. */
const dialMs = 30_000

/**
 * Connects to a host, through the proxy in between if there is one.
 *
 * @throws when neither can be reached, or the proxy refuses
 */
export async function dial(target: Authority, upstream: Upstream | undefined): Promise<Socket> {
  if (upstream !== undefined) return dialThrough(upstream, target)
  return new Promise((done, fail) => {
    const socket = connect({ host: target.host, port: target.port, noDelay: true })
    const late = (): void => void socket.destroy(new Error(`no answer within ${dialMs / 1000} s`))
    socket.setTimeout(dialMs, late).once('error', fail)
    socket.once('connect', () => done(socket.off('timeout', late).setTimeout(0).off('error', fail)))
  })
}

function dialThrough({ host, port, authorization }: Upstream, target: Authority): Promise<Socket> {
  const wanted = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
  return new Promise((done, fail) => {
    const asked = request({
      host,
      port,
      method: 'CONNECT',
      path: wanted,
      headers: {
        host: wanted,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
      agent: false,
      timeout: dialMs,
    })
    asked
      .once('error', fail)
      .once('timeout', () => asked.destroy(new Error(`no answer within ${dialMs / 1000} s`)))
    asked.once('response', ({ statusCode }) => {
      asked.destroy()
      fail(new Error(`the proxy ${host}:${port} refused with ${statusCode}`))
    })
    asked.once('connect', ({ statusCode }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy()
        fail(new Error(`the proxy ${host}:${port} refused with ${statusCode}`))
        return
      }
      if (head.length > 0) socket.unshift(head)
      done(socket.setTimeout(0))
    })
    asked.end()
  })
}
