import { isFunctionUrlHost, type OwnNames, parseAuthority } from './own-hosts.ts'

/** A request for a function URL. */
export interface UrlRoute {
  readonly kind: 'function-url'
  /** Empty for the port of a URL that is gone, and for a Host that is not the URL's. */
  readonly urlId: string
  /** Of the host, where it names one. */
  readonly region?: string
  /** Target as the function sees it: without the local path prefix. */
  readonly eventTarget: string
  /** Whether it came under the path prefix: browsers take its answers for those of the main port, where the console lies. */
  readonly sharesOrigin?: true
}

/** Which part of the local side a request is for. */
export type Route = UrlRoute | { readonly kind: 'own-api' } | { readonly kind: 'control-plane' }

/** A request that a client sends to its proxy, for another host than the side's own. */
export interface ProxyRoute {
  readonly kind: 'proxy'
  readonly url: URL
}

const urlHost = /^([a-z0-9]+)\.lambda-url\.([a-z0-9-]+)\.(?:localhost|on\.aws)(?::\d+)?$/i
const urlPath = /^\/_url\/([^/?]+)/

/** A request as it arrived, as far as it decides where it goes. */
export interface Arrival {
  /** Port the request came in on, resolved to its URL; undefined for the main port. */
  readonly portUrlId: string | undefined
  /** The header, as it was sent; empty when there was none. */
  readonly host: string
  /** As on the request line. */
  readonly target: string
}

/**
 * Decides by port, then host, then path.
 *
 * @param arrival port, `Host` and target
 * @param names the side's own
 * @returns the route; a function URL's event carries the target without the local prefix, its signature is still
 *   verified over the target as it came
 */
export function findRoute(arrival: Arrival, names: OwnNames): Route | ProxyRoute {
  const { portUrlId, host } = arrival
  const { origin, rest: target } = splitTarget(arrival.target)
  if (origin !== undefined) {
    const authority = parseAuthority(origin.host, 80)
    const isOwn =
      authority !== undefined && (isFunctionUrlHost(authority.host) || names.isMainPort(authority))
    if (portUrlId === undefined && !isOwn) return { kind: 'proxy', url: origin }
    // RFC 9112, 3.2.2: both must name the same host. The signature covers the header alone.
    if (!isSameHost(host, origin)) return unknownUrl(target)
  }
  const byHost = urlHost.exec(host)
  if (byHost !== null) {
    const [, id = '', region = ''] = byHost
    const urlId = portUrlId === undefined || portUrlId === id.toLowerCase() ? id.toLowerCase() : ''
    return { kind: 'function-url', urlId, region: region.toLowerCase(), eventTarget: target }
  }
  const isOwnHost = names.isOwnHost(parseAuthority(host)?.host ?? '')
  if (portUrlId !== undefined) {
    // The Host is what AWS routes by, and what a signature covers: one signed for another URL must not hold here.
    return { kind: 'function-url', urlId: isOwnHost ? portUrlId : '', eventTarget: target }
  }
  const byPath = urlPath.exec(target)
  if (byPath !== null) {
    const [prefix, urlId = ''] = byPath
    const rest = target.slice(prefix.length)
    return {
      kind: 'function-url',
      urlId: isOwnHost ? urlId : '',
      eventTarget: rest.startsWith('/') ? rest : `/${rest}`,
      sharesOrigin: true,
    }
  }
  return target === '/_furlong' || target.startsWith('/_furlong/')
    ? { kind: 'own-api' }
    : { kind: 'control-plane' }
}

const unknownUrl = (eventTarget: string): UrlRoute => ({ kind: 'function-url', urlId: '', eventTarget })

/** RFC 9112, 3.2.2: a client may send a proxy's absolute form to any server. */
function splitTarget(target: string): { readonly origin?: URL; readonly rest: string } {
  if (target.startsWith('/')) return { rest: target }
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)
  if (origin === null || !URL.canParse(target)) return { rest: target }
  const rest = target.slice(origin[0].length)
  return { origin: new URL(target), rest: rest.startsWith('/') ? rest : `/${rest}` }
}

function isSameHost(header: string, { host, port, protocol }: URL): boolean {
  const implied = port === '' ? `:${protocol === 'https:' ? 443 : 80}` : ''
  const named = header.toLowerCase()
  return named === host || named === host + implied
}
