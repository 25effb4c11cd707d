const unreservedText = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'
const encoder = new TextEncoder()

/** 1 at the codes of RFC 3986's unreserved characters, the only ones SigV4 leaves as they are. */
export const unreserved: Uint8Array = new Uint8Array(256)
for (const character of unreservedText) unreserved[character.charCodeAt(0)] = 1

/** The percent triplet of each byte, upper-case. */
export const triplets: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => '%' + byte.toString(16).toUpperCase().padStart(2, '0'),
)

/**
 * Reads a percent triplet.
 * @param text the text that holds it
 * @param index where its `%` stands
 * @returns the byte, or -1 where no two hexadecimal digits follow
 */
export function readTriplet(text: string, index: number): number {
  const high = hexDigit(text.charCodeAt(index + 1))
  const low = hexDigit(text.charCodeAt(index + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/**
 * Encodes one character of a request target.
 * @param text the text that holds it
 * @param index where it stands; a character up to U+00FF is one byte, as HTTP parsers hand over raw targets
 * @returns itself when unreserved, else its triplets; a low surrogate gives nothing, its pair was encoded before
 */
export function encodeAt(text: string, index: number): string {
  const code = text.charCodeAt(index)
  if (code < 256) return unreserved[code] === 1 ? text.charAt(index) : (triplets[code] ?? '')
  const isLow = code >= 0xdc00 && code <= 0xdfff
  if (isLow && index > 0 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) return ''
  let encoded = ''
  for (const byte of encoder.encode(String.fromCodePoint(text.codePointAt(index) ?? 0xfffd))) {
    encoded += triplets[byte] ?? ''
  }
  return encoded
}

/**
 * Encodes a whole text.
 * @param text any text
 * @returns it with every character but the unreserved ones encoded
 */
export function encodeText(text: string): string {
  let encoded = ''
  for (let index = 0; index < text.length; index++) encoded += encodeAt(text, index)
  return encoded
}

// NaN, from beyond the end, fails every comparison and comes out as -1.
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 65 && code <= 70) return code - 55
  if (code >= 97 && code <= 102) return code - 87
  return -1
}
