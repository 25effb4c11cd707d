/**
 * Leaves hashing to the signer: `crypto.hash` is faster than WebCrypto at every size.
 * @param _bytes the body
 * @returns undefined, always
 */
export function hashLargePayload(_bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> | undefined {
  return undefined
}
