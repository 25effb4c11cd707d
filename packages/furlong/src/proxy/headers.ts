import type { HeaderPair } from '@furlong/sigv4'

/** Headers of one connection, which no proxy passes on (RFC 9110, 7.6.1), and Expect, which was answered here. */
const connectionHeaders: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]

/** Headers that the signature sets: a client's own would contradict it. */
const signatureHeaders: readonly string[] = ['authorization', 'x-amz-date', 'x-amz-security-token', 'host']

/**
 * Chooses what of a client's headers is signed and sent.
 * @param rawHeaders names and values in turn, as Node gives them
 * @returns the headers in their order and spelling, without those of the connection, the signature and the length
 */
export function chooseRequestHeaders(rawHeaders: readonly string[]): HeaderPair[] {
  return choose(rawHeaders, [...connectionHeaders, ...signatureHeaders, 'content-length'])
}

/**
 * Chooses what of an answer's headers the client gets.
 * @param rawHeaders names and values in turn
 * @param host of the function URL: a redirect to it would leave the proxy and arrive unsigned
 * @returns the headers, with redirects to the function URL as paths of the proxy
 */
export function chooseResponseHeaders(rawHeaders: readonly string[], host: string): HeaderPair[] {
  return choose(rawHeaders, connectionHeaders).map(([name, value]) =>
    name.toLowerCase() === 'location' ? [name, toOwnPath(value, host)] : [name, value],
  )
}

// The local side speaks HTTP, and its functions believe in HTTPS, as they may on AWS: the scheme does not matter.
function toOwnPath(location: string, host: string): string {
  const [start = '', found] = /^https?:\/\/([^/?#]+)/i.exec(location) ?? []
  if (found?.toLowerCase() !== host) return location
  const rest = location.slice(start.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function choose(rawHeaders: readonly string[], dropped: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()))
  return pairs.filter(([name]) => {
    const lower = name.toLowerCase()
    return !dropped.includes(lower) && !named.includes(lower)
  })
}
