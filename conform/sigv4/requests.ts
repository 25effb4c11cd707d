import type { RawRequest, VerifyOptions } from '@furlong/sigv4'
import type { VectorCredentials } from './vectors.ts'

/**
 * Writes an instant as a date.
 * @param amzDate `yyyymmddThhmmssZ`
 */
export function dateOf(amzDate: string): Date {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(amzDate) ?? []
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/**
 * Knows one key.
 * @param credentials the key; its token must match as well
 */
export function lookupOf(credentials: VectorCredentials): VerifyOptions['lookup'] {
  return (accessKeyId, sessionToken) =>
    accessKeyId === credentials.accessKeyId && sessionToken === credentials.sessionToken
      ? { secretAccessKey: credentials.secretAccessKey }
      : { code: 'UnrecognizedClientException' }
}

/**
 * Reads Base64.
 * @param text the text
 */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/**
 * Receives a request, as a server does.
 * @param method the method sent
 * @param url the URL sent
 * @param headers the headers sent, without `Host`
 * @param body the bytes sent
 */
export function receive(
  method: string,
  url: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array = new Uint8Array(),
): RawRequest {
  const { host, pathname, search } = new URL(url)
  return { method, target: pathname + search, rawHeaders: ['Host', host, ...headers.flat()], body }
}

/**
 * Reads the fields of an Authorization header.
 * @param authorization its value
 */
export function readFields(authorization: string): { signedHeaders: string[]; signature: string } {
  return {
    signedHeaders: (/SignedHeaders=([^,]*)/.exec(authorization)?.[1] ?? '').split(';'),
    signature: /Signature=([0-9a-f]*)/.exec(authorization)?.[1] ?? '',
  }
}
