import type { CanonicalHeader } from './canonical-headers.ts'

/** Signed headers whose values are never shown: whoever reads them can act as the caller. */
const secretHeaders: ReadonlySet<string> = new Set([
  'x-amz-security-token',
  'x-amz-s3session-token',
  'cookie',
  'x-api-key',
  'x-auth-token',
  'proxy-authorization',
])

const shownCharacters = 4
const shortestShown = 16

/**
 * Masks a token for logs and records.
 * @param value a session token, or any other secret text
 * @returns its first four characters and `…`; only `…` when it is short
 */
export function maskToken(value: string): string {
  return value.length < shortestShown ? '…' : value.slice(0, shownCharacters) + '…'
}

/**
 * Masks the values of headers that hold secrets.
 * @param headers canonical headers
 * @returns the same headers, fit for a record
 */
export function maskHeaders(headers: readonly CanonicalHeader[]): CanonicalHeader[] {
  return headers.map((header) => (secretHeaders.has(header[0]) ? [header[0], maskToken(header[1])] : header))
}

/**
 * Masks the session token in a query.
 * @param query a canonical query
 * @returns the same query, fit for a record
 */
export function maskQuery(query: string): string {
  if (!query.includes('X-Amz-S')) return query
  return query
    .split('&')
    .map((pair) => {
      const name = pair.slice(0, pair.indexOf('='))
      if (name !== 'X-Amz-Security-Token' && name !== 'X-Amz-Signature') return pair
      return name + '=' + maskToken(pair.slice(name.length + 1))
    })
    .join('&')
}
