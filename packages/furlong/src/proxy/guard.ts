import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** An answer of the proxy's own. */
export interface ProxyRefusal {
  readonly status: number
  readonly error: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Whose requests are signed. */
export interface ProxyRules {
  /** The proxy's own port, which is part of its `Host`. */
  readonly port: number
  /** Origins of pages, beside the proxy's own, that may send requests: `http://localhost:5173`. */
  readonly origins: readonly string[]
  /** What clients have to send as `Authorization: Bearer`; nothing when absent. */
  readonly token?: string
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'] as const

/**
 * Decides whether the proxy lends its credentials to a request.
 *
 * Whatever a browser opens can reach a port of this machine. `Host` tells a page that had its name pointed here (DNS
 * rebinding), `Origin` and `Sec-Fetch-Site` tell a page of another origin, also where it sends no `Origin`, as an image does.
 * @param request the request
 * @param rules whose requests are signed
 * @returns the refusal; undefined for a request that goes on
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function refuseRequest(request: IncomingMessage, rules: ProxyRules): ProxyRefusal | undefined {
  const { host = '', origin, authorization } = request.headers
  const hosts = loopbackNames.map((name) => `${name}:${rules.port}`)
  if (!hosts.includes(host.toLowerCase())) {
    return {
      status: 403,
      error: 'ForeignHost',
      message: `The request is for the host '${clip(host)}', and this proxy is ${hosts[0]}. Use that in the URL.`,
    }
  }
  if (request.url?.startsWith('/') !== true) {
    return {
      status: 400,
      error: 'NotForwarded',
      message: 'This proxy signs for one function URL and forwards to no other host. Send it a path.',
    }
  }
  if (!isOwnPage(request, rules, hosts)) {
    const from = origin === undefined ? 'of another site' : `of ${clip(origin)}`
    return {
      status: 403,
      error: 'ForeignOrigin',
      message: `A page ${from} sent the request. Start the proxy with --allow-origin to let that page in.`,
    }
  }
  if (rules.token !== undefined && !isSame(authorization ?? '', `Bearer ${rules.token}`)) {
    return {
      status: 401,
      error: 'TokenMissing',
      message: 'The proxy was started with --token: send its token as Authorization: Bearer.',
      headers: { 'www-authenticate': 'Bearer realm="furlong proxy"' },
    }
  }
  return undefined
}

function isOwnPage(request: IncomingMessage, rules: ProxyRules, hosts: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin !== undefined) {
    return rules.origins.includes(origin) || hosts.some((host) => origin === `http://${host}`)
  }
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

/** Compares in constant time; the lengths do not matter once both are hashed. */
function isSame(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(left), hash(right))
}

const clip = (text: string): string => text.replace(/[^ -~]/g, '?').slice(0, 100)
