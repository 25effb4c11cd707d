/** A request for a function URL. */
export interface UrlRoute {
  readonly kind: 'function-url'
  /** Empty for the port of a URL that is gone, and for a Host that is not the URL's. */
  readonly urlId: string
  /** Of the host, where it names one. */
  readonly region?: string
  /** Target as the function sees it: without the local path prefix. */
  readonly eventTarget: string
}

/** Which part of the local side a request is for. */
export type Route = UrlRoute | { readonly kind: 'own-api' } | { readonly kind: 'control-plane' }

const urlHost = /^([a-z0-9]+)\.lambda-url\.([a-z0-9-]+)\.(?:localhost|on\.aws)(?::\d+)?$/i
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i
const urlPath = /^\/_url\/([^/?]+)/

/**
 * Decides by port, then host, then path.
 *
 * @param arrival port the request came in on resolved to its URL, `Host`, and the target as on the request line
 * @returns the route; a function URL's event carries the target without the local prefix, its signature is still
 *   verified over the target as it came
 */
export function findRoute(arrival: {
  readonly portUrlId: string | undefined
  readonly host: string
  readonly target: string
}): Route {
  const { portUrlId, host } = arrival
  const target = dropOrigin(arrival.target)
  const byHost = urlHost.exec(host)
  if (byHost !== null) {
    const [, id = '', region = ''] = byHost
    const urlId = portUrlId === undefined || portUrlId === id.toLowerCase() ? id.toLowerCase() : ''
    return { kind: 'function-url', urlId, region: region.toLowerCase(), eventTarget: target }
  }
  if (portUrlId !== undefined) {
    // The Host is what AWS routes by, and what a signature covers: one signed for another URL must not hold here.
    return { kind: 'function-url', urlId: loopbackHost.test(host) ? portUrlId : '', eventTarget: target }
  }
  const byPath = urlPath.exec(target)
  if (byPath !== null) {
    const [prefix, urlId = ''] = byPath
    const rest = target.slice(prefix.length)
    return { kind: 'function-url', urlId, eventTarget: rest.startsWith('/') ? rest : `/${rest}` }
  }
  return target === '/_furlong' || target.startsWith('/_furlong/')
    ? { kind: 'own-api' }
    : { kind: 'control-plane' }
}

/** RFC 9112, 3.2.2: a client may send a proxy's absolute form to any server. */
function dropOrigin(target: string): string {
  if (target.startsWith('/')) return target
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)
  if (origin === null) return target
  const rest = target.slice(origin[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
