/** A URL taken apart, its path and query as they stand on the request line. */
export interface UrlParts {
  /** Scheme and authority, for example `https://example.com:8443`. */
  readonly origin: string
  /** The value of the Host header: no default port. */
  readonly host: string
  /** The path, without dot segments. */
  readonly path: string
  /** The query without its `?`. */
  readonly query: string
  /** Whether the query is known to be its own canonical form. */
  readonly isCanonicalQuery?: boolean
}

/**
 * Takes a URL apart as every WHATWG parser does.
 * @param text an absolute http or https URL; a fragment is dropped
 * @returns its parts
 * @throws TypeError when it is not such a URL, or holds a user name or password
 */
export function readUrl(text: string): UrlParts {
  let url: URL | undefined
  try {
    url = new URL(text)
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`The URL must be absolute and begin with https:// or http://${quoteStart(text)}`)
  }
  if (url.username + url.password) throw new TypeError('The URL must hold no user name and no password')
  const { origin, host, pathname, search } = url
  // Parsers differ over both.
  const path = pathname.replaceAll('^', '%5E').replaceAll('|', '%7C')
  return { origin, host, path, query: search.slice(1) }
}

// Neither the query of a presigned URL nor a password is repeated.
function quoteStart(text: unknown): string {
  return typeof text === 'string' && !text.includes('@') ? `, not '${text.split('?')[0]?.slice(0, 60)}'` : ''
}
