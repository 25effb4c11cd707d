import type { Cors } from '../store/function-urls.ts'

type Headers = [name: string, value: string][]

/** guess: text beyond ASCII goes out as its UTF-8 octets; the API takes any character, a header does not. */
const toOctets = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')

const list = (values: readonly string[]): string =>
  toOctets(values.map((value) => value.toLowerCase()).join(','))

const isAllowedOrigin = (cors: Cors, origin: string): boolean =>
  cors.AllowOrigins?.some((allowed) => allowed === '*' || allowed === origin) ?? false

function originHeaders(cors: Cors, origin: string | undefined): Headers {
  if (origin === undefined || !isAllowedOrigin(cors, origin)) return []
  return [
    ['Vary', 'Origin'],
    ['Access-Control-Allow-Origin', origin],
  ]
}

/**
 * The headers that Lambda adds to any answer to a browser.
 *
 * @param cors the URL's configuration
 * @param origin the request's `Origin`; undefined when it has none
 * @returns nothing without an origin or for one that is not allowed; `*` reflects the origin
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
 */
export function corsHeaders(cors: Cors, origin: string | undefined): Headers {
  const headers = originHeaders(cors, origin)
  if (headers.length === 0) return headers
  if (cors.AllowCredentials === true) headers.push(['Access-Control-Allow-Credentials', 'true'])
  if (cors.ExposeHeaders?.length) headers.push(['Access-Control-Expose-Headers', list(cors.ExposeHeaders)])
  return headers
}

/**
 * The headers of an answer to a preflight.
 *
 * guess: what is exposed is no part of it; the captured one had nothing to expose.
 *
 * @param cors the URL's configuration
 * @param origin the request's `Origin`
 * @returns the allowed headers and methods; nothing for an origin that is not allowed
 */
export function preflightHeaders(cors: Cors, origin: string): Headers {
  const headers = originHeaders(cors, origin)
  if (headers.length === 0) return headers
  if (cors.AllowHeaders?.length) headers.push(['Access-Control-Allow-Headers', list(cors.AllowHeaders)])
  if (cors.AllowMethods?.length) {
    headers.push(['Access-Control-Allow-Methods', toOctets(cors.AllowMethods.join(','))])
  }
  if (cors.AllowCredentials === true) headers.push(['Access-Control-Allow-Credentials', 'true'])
  if (cors.MaxAge) headers.push(['Access-Control-Max-Age', String(cors.MaxAge)])
  return headers
}
