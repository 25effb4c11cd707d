import {
  createCanonicalQuery,
  joinPairs,
  type QueryPair,
  queryReadings,
  readQuery,
} from './canonical-query.ts'

/** A URL taken apart, in the very form that is sent. */
export interface WireUrl {
  /** Scheme and authority, for example `https://example.com:8443`. */
  readonly origin: string
  /** The value of the Host header: no default port. */
  readonly host: string
  /** The path, as a WHATWG parser leaves it. */
  readonly path: string
  /** The query as encoded pairs, in the order given. */
  readonly pairs: readonly QueryPair[]
}

interface Authority {
  readonly origin: string
  readonly host: string
}

const cachedAuthorities = 100
const authorities = new Map<string, Authority>()

// The characters a WHATWG parser leaves alone in a path, `/` and `%` included. `^` is missing: parsers differ.
const plainPath = new Uint8Array(128)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%!$&'()*+,;=:@[]|") {
  plainPath[character.charCodeAt(0)] = 1
}

/**
 * Takes a URL apart and brings it into a form that every client sends unchanged and every server reads alike:
 * no dot segments, and a query of encoded pairs with neither a bare `+` nor a name without `=`.
 * @param url an absolute http or https URL; `+` in its query is a blank; a fragment is dropped
 * @returns its parts as they are to be sent
 * @throws TypeError when it is not such a URL, or holds a user name or password
 */
export function readWireUrl(url: string): WireUrl {
  return readPlainUrl(url) ?? readAnyUrl(url)
}

/**
 * Writes a URL to send.
 * @param url its parts
 * @param query the query to send
 * @returns the absolute URL
 */
export function formatWireUrl(url: WireUrl, query: string = joinPairs(url.pairs)): string {
  return url.origin + url.path + (query === '' ? '' : '?' + query)
}

/**
 * Creates the canonical query of a URL taken apart.
 * @param pairs its pairs
 * @returns sorted, each with its `=`
 */
export function canonicalQueryOf(pairs: readonly QueryPair[]): string {
  return pairs.length === 0 ? '' : createCanonicalQuery(pairs)
}

// `new URL` costs more than the whole canonical request, so a URL that it would not change goes without.
function readPlainUrl(url: string): WireUrl | undefined {
  const start = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : 0
  if (start === 0) return undefined
  const slash = url.indexOf('/', start)
  if (slash < 0) return undefined
  const authority = authorities.get(url.slice(0, slash))
  if (!authority) return undefined
  let end = slash
  let before = 0
  for (; end < url.length; end++) {
    const code = url.charCodeAt(end)
    if (code === 63 || code === 35) break
    if (code > 127 || plainPath[code] !== 1) return undefined
    // `/.` and `/%2e` may begin a dot segment.
    if (before === 47 && (code === 46 || code === 37)) return undefined
    before = code
  }
  const path = url.slice(slash, end)
  if (url.charCodeAt(end) !== 63) return { ...authority, path, pairs: [] }
  const hash = url.indexOf('#', end)
  const query = url.slice(end + 1, hash < 0 ? url.length : hash)
  if (!isPrintable(query)) return undefined
  return {
    origin: authority.origin,
    host: authority.host,
    path,
    pairs: readQuery(query, queryReadings.plusIsBlank),
  }
}

function isPrintable(query: string): boolean {
  for (let index = 0; index < query.length; index++) {
    const code = query.charCodeAt(index)
    if (code <= 32 || code >= 127) return false
  }
  return true
}

function readAnyUrl(text: string): WireUrl {
  const url = parseUrl(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`The URL's scheme must be https or http, not ${url.protocol.slice(0, -1)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('The URL must not hold a user name or password: a signed request carries its own')
  }
  const authority: Authority = { origin: url.origin, host: url.host }
  const slash = text.indexOf('/', text.indexOf('://') + 3)
  if (slash > 0 && isAuthorityAlone(text.slice(0, slash))) rememberAuthority(text.slice(0, slash), authority)
  const path = url.pathname.replaceAll('^', '%5E')
  return { ...authority, path, pairs: readQuery(url.search.slice(1), queryReadings.plusIsBlank) }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch {
    // The text is not repeated: it may be a presigned URL.
    throw new TypeError('The URL must be absolute, for example https://example.com/path')
  }
}

// What stands before the first slash is an authority only when nothing ended it earlier.
function isAuthorityAlone(prefix: string): boolean {
  for (const character of ['?', '#', '\\', '@', '\t', '\n', '\r', ' ']) {
    if (prefix.includes(character)) return false
  }
  return prefix.startsWith('https://') || prefix.startsWith('http://')
}

function rememberAuthority(prefix: string, authority: Authority): void {
  if (authorities.size >= cachedAuthorities) authorities.clear()
  authorities.set(prefix, authority)
}
