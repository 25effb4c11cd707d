/** Base64 on any runtime; Node takes base64.node.ts through the `#base64` import. */

/** Methods newer than the compiler's library: present in current browsers, Deno and Bun. */
interface Base64Methods {
  readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer>
  readonly prototype: { readonly toBase64?: (this: Uint8Array) => string }
}

const native = Uint8Array as unknown as Base64Methods

/** Bytes a step: a multiple of 3, so that pieces join without padding, and small enough for an argument list. */
const stepBytes = 0x6000

/**
 * Writes bytes as base64.
 *
 * @param bytes Any bytes.
 * @returns Standard alphabet, padded.
 */
export function encodeBase64(bytes: Uint8Array): string {
  const { toBase64 } = native.prototype
  if (toBase64 !== undefined) return toBase64.call(bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += stepBytes) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + stepBytes)))
  }
  return text
}

/**
 * Reads base64 strictly.
 *
 * @param text Standard alphabet, padded, no white space.
 * @returns The bytes, or undefined when the text is not base64.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // atob() and fromBase64() forgive white space and, in the first case, missing padding; the results of functions must not depend on that.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  if (native.fromBase64 !== undefined) return native.fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at)
  return bytes
}
