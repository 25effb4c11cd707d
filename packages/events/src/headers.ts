import { encodeUtf8 } from './text.ts'

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110, section 5.5: what must not stand in a value, CR and LF above all, since they would begin another header. */
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/
const beyondLatin1 = /[^\x00-\xff]/

/**
 * Says whether a name can be sent as a header name.
 *
 * @param name Any string.
 * @returns Whether it is an HTTP token.
 */
export function isHeaderName(name: string): boolean {
  return token.test(name)
}

/**
 * Brings a header value into the form that goes over the wire, one character an octet.
 *
 * Text within Latin-1 stays as it is. Anything beyond becomes its UTF-8 octets, because `Headers` and `node:http` both
 * refuse such characters.
 *
 * @param value Any string.
 * @returns The value, or undefined when it holds a control character such as CR, LF or NUL.
 */
export function createHeaderValue(value: string): string | undefined {
  if (!forbiddenInValue.test(value)) return value
  if (!beyondLatin1.test(value)) return undefined
  const octets = readOctets(encodeUtf8(value))
  return forbiddenInValue.test(octets) ? undefined : octets
}

function readOctets(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/**
 * An empty map for keys that come from outside: without a prototype, `__proto__` is a key like any other.
 *
 * @returns A map with no members.
 */
export function createMap(): Record<string, string> {
  return Object.create(null) as Record<string, string>
}
