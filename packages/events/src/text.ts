const encoder = new TextEncoder()
const lenientDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Encodes text as UTF-8.
 *
 * @param text Any string; a lone surrogate becomes U+FFFD.
 * @returns The bytes.
 */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** A run of escapes is decoded as one piece, because one character may take several. */
const escapes = /(?:%[0-9a-f]{2})+/gi

/**
 * Undoes percent-encoding once.
 *
 * @param text Part of a URL.
 * @returns The decoded text. What is not an escape stays; escapes that are not UTF-8 become U+FFFD.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(escapes, (run) => {
    const bytes = new Uint8Array(run.length / 3)
    for (let at = 0; at < bytes.length; at += 1) {
      bytes[at] = Number.parseInt(run.slice(at * 3 + 1, at * 3 + 3), 16)
    }
    return lenientDecoder.decode(bytes)
  })
}

/** What may stand in a path besides letters, digits and `-._~` (RFC 3986, section 3.3). */
const notInPath = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]+/g

/**
 * Percent-encodes a path that was decoded.
 *
 * @param path Text; a percent sign in it stands for itself.
 * @returns A path that decodes to the text; a lone surrogate becomes U+FFFD.
 */
export function encodePath(path: string): string {
  return path.replace(notInPath, (run) => encodeURIComponent(run.toWellFormed()))
}
