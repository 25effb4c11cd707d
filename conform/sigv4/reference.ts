/**
 * A second Signature Version 4, written for clearness alone and from the specification alone, to judge the first by.
 * It shares no code with the package, and hashes with WebCrypto.
 */

/** How a server may read a query: as sent, or decoded and encoded again with `+` as a blank or as a plus. */
export type Reading = 'raw' | 'strict' | 'plus'

/** All readings. */
export const readings: readonly Reading[] = ['raw', 'strict', 'plus']

/** The services whose paths are encoded once and not normalised. */
const pathIsKey: ReadonlySet<string> = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts'])

/**
 * Turns text into what a server's parser hands over: one character a byte of its UTF-8.
 * @param text any text
 * @returns a string of characters up to U+00FF
 */
export function toWire(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}

/**
 * Canonicalises a query.
 * @param query as on the wire
 * @param reading how it is read
 * @param drop tells which pairs stay out, by their names
 */
export function canonicalQuery(
  query: string,
  reading: Reading,
  drop: (name: string) => boolean = () => false,
): string {
  const part = (text: string): string =>
    reading === 'raw' ? text : encode(decode(reading === 'strict' ? text.replaceAll('+', ' ') : text))
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [part(name), part(value.join('='))] as const
    })
    .filter(([name]) => !drop(name))
    .toSorted(
      ([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue),
    )
    .map((pair) => pair.join('='))
    .join('&')
}

/**
 * Canonicalises a path.
 * @param path as on the wire
 * @param service the signing name
 */
export function canonicalPath(path: string, service: string): string {
  if (pathIsKey.has(service))
    return (
      path
        .split('/')
        .map((segment) => encode(decode(segment)))
        .join('/') || '/'
    )
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(encode(segment))
  }
  return '/' + kept.join('/') + (kept.length > 0 && path.endsWith('/') ? '/' : '')
}

/**
 * Canonicalises a header value.
 * @param value as on the wire
 */
export function canonicalValue(value: string): string {
  return value.replaceAll(/[ \t\r\n]+/g, ' ').replaceAll(/^ | $/g, '')
}

/** A request on the wire, and what of it is signed. */
export interface ReferenceRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
  readonly service: string
}

/**
 * Creates the canonical request that a server makes of what it received.
 * @param request the request, `Host` among its headers
 * @param reading how the query is read
 */
export function canonicalRequest(request: ReferenceRequest, reading: Reading = 'strict'): string {
  const mark = (request.target + '?').indexOf('?')
  const lines = request.signedHeaders.map((name) => {
    const values = request.headers.filter(([other]) => other.toLowerCase() === name)
    return `${name}:${values.map(([, value]) => canonicalValue(value)).join(',')}\n`
  })
  return [
    request.method,
    canonicalPath(request.target.slice(0, mark), request.service),
    canonicalQuery(request.target.slice(mark + 1), reading, (name) => name === 'X-Amz-Signature'),
    lines.join(''),
    request.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n')
}

/** Under which scope and secret to sign. */
export interface ReferenceKey {
  readonly amzDate: string
  /** The scope's own day; that of `amzDate` by default. */
  readonly day?: string
  readonly region: string
  readonly service: string
  readonly secretAccessKey: string
}

/**
 * Signs a canonical request.
 * @param text the canonical request
 * @param key scope and secret
 * @returns 64 hexadecimal digits
 */
export async function signature(text: string, key: ReferenceKey): Promise<string> {
  const day = key.day ?? key.amzDate.slice(0, 8)
  const scope = `${day}/${key.region}/${key.service}/aws4_request`
  const stringToSign = `AWS4-HMAC-SHA256\n${key.amzDate}\n${scope}\n${await sha256(text)}`
  let secret: BufferSource = new TextEncoder().encode(`AWS4${key.secretAccessKey}`)
  for (const part of [day, key.region, key.service, 'aws4_request']) secret = await hmac(secret, part)
  return hex(await hmac(secret, stringToSign))
}

/**
 * Hashes.
 * @param data text, as UTF-8, or bytes
 * @returns 64 hexadecimal digits
 */
export async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : Uint8Array.from(data)
  return hex(await crypto.subtle.digest('SHA-256', bytes))
}

async function hmac(secret: BufferSource, message: string): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message))
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function decode(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}

function encode(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9\-._~]/g, (character) => {
    const digits = character.charCodeAt(0).toString(16)
    return '%' + digits.toUpperCase().padStart(2, '0')
  })
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
