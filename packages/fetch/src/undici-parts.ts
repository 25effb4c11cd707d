import type { Dispatcher } from 'undici'
import type { SignedBody } from './body.ts'

/**
 * Writes the headers of a dispatch, in any of undici's three forms, as pairs.
 * @param headers a flat array of names and values, an object, or an iterable of pairs
 * @returns the pairs, a repeated header once a value
 */
export function readHeaders(headers: Dispatcher.DispatchOptions['headers']): [string, string][] {
  if (headers === undefined || headers === null) return []
  return [...listEntries(headers)].flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value]
    return values.filter((one) => one !== undefined).map((one) => [name, String(one)] as [string, string])
  })
}

type Entry = readonly [name: string, value: string | number | readonly string[] | undefined]

function listEntries(headers: object): Iterable<Entry> {
  if (Array.isArray(headers)) return listPairs(headers as readonly string[])
  if (Symbol.iterator in headers) return headers as Iterable<Entry>
  return Object.entries(headers) as Entry[]
}

function* listPairs(flat: readonly string[]): Iterable<Entry> {
  for (let index = 0; index < flat.length; index += 2) yield [String(flat[index]), flat[index + 1]]
}

/**
 * Writes the path of a dispatch with its `query`, each name and value percent-encoded.
 * @param path the path, which may bear a query of its own only when `query` is absent
 * @param query values, or lists of values, by name
 * @returns the path and query
 * @throws TypeError when both bring a query
 */
export function createPath(path: string, query: Readonly<Record<string, unknown>> | undefined): string {
  if (query === undefined || query === null) return path
  if (/[?#]/.test(path)) throw new TypeError('The query must be in the path or in `query`, not in both')
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(readValue(one))}`)
  })
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

// As node:querystring, which undici uses: what is neither text nor a number is empty.
function readValue(value: unknown): string {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : ''
}

const encoder = new TextEncoder()

/**
 * Turns the body of a dispatch into one that can be read and signed. Text stays without a content type, as undici
 * leaves it; forms and blobs get theirs.
 * @param body text, bytes, a Blob, a form of undici's or the platform's, a stream or an iterable of chunks
 * @returns the body; undefined when there is none
 */
export function readDispatchBody(body: unknown): SignedBody | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return encoder.encode(body)
  if (isKnown(body)) return body as SignedBody
  if (isForm(body)) return copyForm(body)
  if (isReadOnce(body) && !(Symbol.asyncIterator in body)) return iterate(body)
  return body as SignedBody
}

/**
 * Tells whether a body can be read only once, so that a second attempt needs the bytes of the first.
 * @param body the body of a dispatch
 * @returns true for streams and iterables of chunks, which is also how fetch hands over every body
 */
export function isReadOnce(body: unknown): body is Iterable<unknown> {
  if (typeof body !== 'object' || body === null || isKnown(body) || isForm(body)) return false
  return Symbol.asyncIterator in body || Symbol.iterator in body
}

function isKnown(body: unknown): boolean {
  if (ArrayBuffer.isView(body)) return true
  return body instanceof ArrayBuffer || body instanceof Blob || body instanceof URLSearchParams
}

// undici brings a FormData of its own, which the platform's Response does not know.
function isForm(body: unknown): body is FormData {
  return typeof body === 'object' && body !== null && 'append' in body && 'entries' in body
}

function copyForm(form: FormData): FormData {
  const copy = new FormData()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copy.append(name, value)
    else copy.append(name, value, value.name)
  }
  return copy
}

async function* iterate(chunks: Iterable<unknown>): AsyncIterable<unknown> {
  yield* chunks
}
