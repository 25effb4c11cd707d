import { createCanonicalHeaderValue } from './canonical-headers.ts'

/** A request as it stood on the wire. */
export interface RawRequest {
  /** The method as received. */
  readonly method: string
  /** The target as on the request line: path and query, nothing decoded. */
  readonly target: string
  /** Flat names and values, in order, repeats kept, each character one byte: Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
  /** The body's bytes. */
  readonly body: Uint8Array
}

/** A request whose body was hashed while it arrived, and is not at hand. */
export interface HashedRequest extends Omit<RawRequest, 'body'> {
  readonly body?: undefined
  /**
   * The body's SHA-256, 64 lower-case hexadecimal digits. It must be the receiver's own, taken over the bytes that
   * arrived: a hash that the request states, in `x-amz-content-sha256` or elsewhere, proves nothing about its body.
   */
  readonly bodyHash: string
}

/** A header as received: repeats joined with a comma. */
export interface ReceivedHeader {
  readonly value: string
  readonly count: number
}

/** The headers of a request, by lower-case name. */
export type ReceivedHeaders = ReadonlyMap<string, ReceivedHeader>

/**
 * Reads flat headers.
 * @param rawHeaders flat names and values
 * @returns canonical values by lower-case name; `:authority` stands in for a missing `host`
 */
export function readReceivedHeaders(rawHeaders: readonly string[]): ReceivedHeaders {
  const headers = new Map<string, ReceivedHeader>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const value = createCanonicalHeaderValue(rawHeaders[index + 1] ?? '')
    const before = headers.get(name)
    headers.set(
      name,
      before ? { value: before.value + ',' + value, count: before.count + 1 } : { value, count: 1 },
    )
  }
  const authority = headers.get(':authority')
  if (authority && !headers.has('host')) headers.set('host', authority)
  return headers
}

/**
 * Splits a target.
 * @param target path and query as on the request line; an absolute form loses its origin
 * @returns the path, and the query without its `?`
 */
export function splitTarget(target: string): { path: string; query: string } {
  // RFC 9112, 3.2.2: a client may send a proxy's absolute form to any server.
  const [, path = '', query = ''] = /^(?:[a-z]+:\/\/[^/?]*)?([^?]*)\??(.*)$/is.exec(target) ?? []
  return { path: path || '/', query }
}
