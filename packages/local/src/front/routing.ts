/** A request for a function URL. */
export interface UrlRoute {
  readonly kind: 'function-url'
  /** Empty for the port of a URL that is gone. */
  readonly urlId: string
  /** Of the host, where it names one. */
  readonly region?: string
  /** Target as the function sees it: without the local path prefix. */
  readonly eventTarget: string
}

/** Which part of the local side a request is for. */
export type Route = UrlRoute | { readonly kind: 'own-api' } | { readonly kind: 'control-plane' }

const urlHost = /^([a-z0-9]+)\.lambda-url\.([a-z0-9-]+)\.(?:localhost|on\.aws)(?::\d+)?$/i
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
  const { portUrlId, host, target } = arrival
  if (portUrlId !== undefined) return { kind: 'function-url', urlId: portUrlId, eventTarget: target }
  const byHost = urlHost.exec(host)
  if (byHost !== null) {
    const [, urlId = '', region = ''] = byHost
    return {
      kind: 'function-url',
      urlId: urlId.toLowerCase(),
      region: region.toLowerCase(),
      eventTarget: target,
    }
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
