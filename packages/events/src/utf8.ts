/** Strict UTF-8 on any runtime; Node takes utf8.node.ts through the `#utf8` import. */

// ignoreBOM keeps a leading U+FEFF: without it three bytes of the message would be lost.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes UTF-8 without loss or not at all.
 *
 * @param bytes Any bytes.
 * @returns Text that encodes to the same bytes, or undefined when they are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
