import { isCanonicalPath, isCanonicalQuery } from './shortcuts.node.ts'
import { readUrl as readAnyUrl, type UrlParts } from './url.ts'

const cachedAuthorities = 100
const authorities: Map<string, Authority> = /* @__PURE__ */ new Map()
let last: Authority = { prefix: 'none yet', origin: '', host: '' }

/** Scheme and authority as a caller wrote them, and what they come to. */
interface Authority extends Pick<UrlParts, 'origin' | 'host'> {
  readonly prefix: string
}

/** Characters that a WHATWG parser may change in a path, or segments that it resolves. `^`, `|`: parsers differ. */
const changedInPath = /[^\w.~/%!$&'()*+,;=:@[\]-]|\/[.%]/

/**
 * Takes a URL apart as `url.ts` does, without `new URL` where that would change nothing: it costs more than the
 * whole canonical request.
 * @param text an absolute http or https URL; a fragment is dropped
 * @returns its parts
 * @throws TypeError when it is not such a URL, or holds a user name or password
 */
export function readUrl(text: string): UrlParts {
  if (typeof text !== 'string') return readAnyUrl(text)
  // Most requests go where the last one went.
  const isLast = text.charCodeAt(last.prefix.length) === 47 && text.startsWith(last.prefix)
  const slash = isLast ? last.prefix.length : text.indexOf('/', text.indexOf('://') + 3)
  const authority = isLast ? last : slash < 0 ? undefined : authorities.get(text.slice(0, slash))
  if (!authority) return readNewAuthority(text, slash)
  last = authority
  const mark = text.indexOf('?', slash)
  const path = text.slice(slash, mark < 0 ? text.length : mark)
  const query = mark < 0 ? '' : text.slice(mark + 1)
  // Neither holds a `#`: what follows one is dropped.
  if (!isCanonicalPath(path) && changedInPath.test(path)) return readAnyUrl(text)
  const isCanonical = isCanonicalQuery(query)
  if (!isCanonical && /[^!"$-~]/.test(query)) return readAnyUrl(text)
  return { origin: authority.origin, host: authority.host, path, query, isCanonicalQuery: isCanonical }
}

function readNewAuthority(text: string, slash: number): UrlParts {
  const url = readAnyUrl(text)
  const prefix = text.slice(0, Math.max(slash, 0))
  // What stands before the first slash is an authority only when nothing ended it earlier.
  if (/^https?:\/\/[\w.:[\]-]+$/.test(prefix)) {
    if (authorities.size >= cachedAuthorities) authorities.clear()
    authorities.set(prefix, { prefix, origin: url.origin, host: url.host })
  }
  return url
}
