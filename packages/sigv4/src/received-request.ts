import { lowerCase } from '#shortcuts'
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

/** The headers of a request, by lower-case name; a value is canonicalised when it is asked for. */
export interface ReceivedHeaders {
  readonly get: (name: string) => ReceivedHeader | undefined
  readonly has: (name: string) => boolean
  readonly keys: () => Iterable<string>
}

/**
 * Reads flat headers.
 * @param rawHeaders flat names and values
 * @returns the headers; `:authority` stands in for a missing `host`
 */
export function readReceivedHeaders(rawHeaders: readonly string[]): ReceivedHeaders {
  const headers = new Map<string, string | string[]>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = lowerCase(rawHeaders[index] ?? '')
    const value = rawHeaders[index + 1] ?? ''
    const before = headers.get(name)
    if (before === undefined) headers.set(name, value)
    else if (typeof before === 'string') headers.set(name, [before, value])
    else before.push(value)
  }
  const authority = headers.get(':authority')
  if (authority !== undefined && !headers.has('host')) headers.set('host', authority)
  return {
    get: (name) => canonicalize(headers.get(name)),
    has: (name) => headers.has(name),
    keys: () => headers.keys(),
  }
}

function canonicalize(given: string | readonly string[] | undefined): ReceivedHeader | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'string') return { value: createCanonicalHeaderValue(given), count: 1 }
  return { value: given.map(createCanonicalHeaderValue).join(','), count: given.length }
}

/**
 * Splits a target.
 * @param target path and query as on the request line; an absolute form loses its origin
 * @returns the path, and the query without its `?`
 */
export function splitTarget(target: string): { path: string; query: string } {
  // RFC 9112, 3.2.2: a client may send a proxy's absolute form to any server.
  const own = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  const mark = own.indexOf('?')
  if (mark < 0) return { path: own || '/', query: '' }
  return { path: own.slice(0, mark) || '/', query: own.slice(mark + 1) }
}
