import { createMap } from './headers.ts'

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

const addedNames = Object.entries(addedHeaders)

/** Repeated headers are joined by a comma without a blank; cookies have a separator of their own (RFC 9113, section 8.2.3). */
const separatorOf = (name: string): string => (name === 'cookie' ? '; ' : ',')

/**
 * Creates the `headers` member of an event.
 *
 * @param rawHeaders Name, value, … as received.
 * @param door What the front door knows and adds.
 * @returns A map without a prototype; names in lower case.
 * @throws TypeError when rawHeaders has an odd length.
 */
export function createEventHeaders(rawHeaders: readonly string[], door: FrontDoor): Record<string, string> {
  if (rawHeaders.length % 2 !== 0) {
    throw new TypeError(`rawHeaders must hold names and values in turn; it has ${rawHeaders.length} entries`)
  }
  const headers = createMap()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (removedHeaders.has(name) || (door.signed && name === 'authorization')) continue
    const value = guessHeaderText(rawHeaders[at + 1] as string)
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}${separatorOf(name)}${value}`
  }
  for (const [name, add] of addedNames) headers[name] = add(door, headers[name])
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
