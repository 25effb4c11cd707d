import { createMap, pairHeaders } from './headers.ts'

/** What Lambda adds by itself. */
export interface FrontDoor {
  readonly sourceIp: string
  readonly traceId: string
  /** Whether the signature was used up: then `authorization` does not reach the function. */
  readonly signed: boolean
}

/** Request headers that end at the front door. */
const removedHeaders: ReadonlySet<string> = new Set([
  'connection',
  // guess: the body is handed over whole, so its framing goes too.
  'transfer-encoding',
  'keep-alive',
])

/** guess: an `x-forwarded-for` sent by the client is kept and the peer's address appended. */
const guessForwardedFor = (sent: string | undefined, sourceIp: string): string =>
  sent === undefined ? sourceIp : `${sent}, ${sourceIp}`

/** guess: header octets are read as Latin-1, so no octet is lost. */
const guessHeaderText = (octets: string): string => octets

/** Headers Lambda sets itself, whatever the client sent under these names. */
const addedHeaders: Readonly<Record<string, (door: FrontDoor, sent: string | undefined) => string>> = {
  'x-amzn-tls-cipher-suite': () => 'TLS_AES_128_GCM_SHA256',
  'x-amzn-tls-version': () => 'TLSv1.3',
  'x-amzn-trace-id': (door) => door.traceId,
  'x-forwarded-for': (door, sent) => guessForwardedFor(sent, door.sourceIp),
  'x-forwarded-port': () => '443',
  'x-forwarded-proto': () => 'https',
}

/** Repeated headers are joined by a comma without a blank; cookies have a separator of their own (RFC 9113, section 8.2.3). */
const separators: Readonly<Record<string, string>> = { cookie: '; ' }

/**
 * Creates the `headers` member of an event.
 *
 * @param rawHeaders Name, value, … as received.
 * @param door What the front door knows and adds.
 * @returns A map without a prototype; names in lower case.
 * @throws TypeError when rawHeaders has an odd length.
 */
export function createEventHeaders(rawHeaders: readonly string[], door: FrontDoor): Record<string, string> {
  const headers = createMap()
  for (const [name, octets] of pairHeaders(rawHeaders)) {
    if (removedHeaders.has(name) || (door.signed && name === 'authorization')) continue
    const value = guessHeaderText(octets)
    const before = headers[name]
    const separator = Object.hasOwn(separators, name) ? separators[name] : ','
    headers[name] = before === undefined ? value : `${before}${separator}${value}`
  }
  for (const [name, add] of Object.entries(addedHeaders)) headers[name] = add(door, headers[name])
  return headers
}

/**
 * Splits a `cookie` header as Lambda does.
 *
 * @param header Value of `cookie`, or undefined.
 * @returns One entry a cookie, or undefined when there is none.
 */
export function splitCookies(header: string | undefined): string[] | undefined {
  const cookies = (header ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '')
  return cookies.length === 0 ? undefined : cookies
}
