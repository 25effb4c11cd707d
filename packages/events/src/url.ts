/** A host with nothing in it that would end the authority of a URL. */
const plainHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** Characters that a URL parser would drop, or take for the end of the path or query. */
const breaking: Readonly<Record<'path' | 'query', RegExp>> = {
  path: /[#?\\\s]/g,
  query: /[#\s]/g,
}
const escape = (character: string): string => encodeURIComponent(character)

/**
 * Says whether a header names a host and nothing besides.
 *
 * @param host Name or address, and maybe a port.
 * @returns Whether it may stand between `https://` and a path.
 */
export function isPlainHost(host: string): boolean {
  return plainHost.test(host) && URL.canParse(`https://${host}/`)
}

/**
 * Creates the URL of a request by concatenation: `new URL(path, base)` would take the host out of a path such as
 * `//evil.example/`.
 *
 * @param host What the client called the host; anything may stand in it.
 * @param domainName What Lambda calls it; used when `host` is no host.
 * @param rawPath Begins with a slash.
 * @param rawQuery Without the question mark.
 * @returns An absolute URL whose authority is `host` or `domainName` and nothing else.
 */
export function createUrl(host: string, domainName: string, rawPath: string, rawQuery: string): string {
  const path = rawPath.replace(breaking.path, escape)
  const query = rawQuery === '' ? '' : `?${rawQuery.replace(breaking.query, escape)}`
  // On AWS the two are the same; elsewhere a host such as 1.2.3.4.5 looks plain and is none.
  const authority = host === domainName || isPlainHost(host) ? host : domainName
  return `https://${authority}${path}${query}`
}
