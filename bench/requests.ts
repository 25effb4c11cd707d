/** The requests that signers and verifiers are timed with. */
import { createHash } from 'node:crypto'
import { benchRegion } from './credentials.ts'
import { flatten } from './hashes.ts'

/** One request, laid out as the different signers want it. */
export interface BenchRequest {
  readonly method: string
  readonly url: string
  readonly host: string
  /** The path as a URL parser leaves it. */
  readonly path: string
  /** Path and query. */
  readonly target: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: readonly (readonly [string, string])[]
  readonly headerRecord: Readonly<Record<string, string>>
  readonly body: Buffer<ArrayBuffer> | undefined
}

/** A kind of request, as many different ones of it as the pool holds. */
export interface Shape {
  readonly name: string
  readonly pool: readonly BenchRequest[]
}

/** The pool is gone through again a second later: no two signatures of a run are the same. */
const poolSize = 2048
/** Fewer of the large ones, so that they stay in the cache of the processor as a body just received does. */
const largePoolSize = 32

export const benchService = 'lambda'
export const benchHost = `abcdefghijklmnopqrstuvwxyz012345.lambda-url.${benchRegion}.on.aws`
const start = Date.UTC(2026, 10, 22, 9, 45)

/** @returns when the request of this number is signed */
export function signedAt(index: number, { pool }: Shape): Date {
  return new Date(start + Math.floor(index / pool.length) * 1000)
}

/** @returns the request of this number */
export function pick({ pool }: Shape, index: number): BenchRequest {
  return pool[index % pool.length] as BenchRequest
}

const json = { 'content-type': 'application/json' }

/** A GET with a sorted, plain query. */
export const getWithQuery: Shape = createShape('GET, query', poolSize, 'GET', (index) => ({
  path: `/orders/${number(index)}`,
  query: `limit=25&page=${number(index)}&status=open`,
}))

/** A POST with a small body. */
export const postSmall: Shape = createShape('POST 256 B', poolSize, 'POST', (index) => ({
  path: `/orders/${number(index)}`,
  headers: json,
  bodyBytes: 256,
}))

/** A POST whose hashing is most of the work. */
export const postLarge: Shape = createShape('POST 64 KiB', largePoolSize, 'POST', (index) => ({
  path: `/orders/${number(index)}`,
  headers: json,
  bodyBytes: 65_536,
}))

/** A GET on which every short cut of a canonicaliser fails. */
export const getUnsorted: Shape = createShape(
  'GET, UTF-8 path, unsorted query',
  poolSize,
  'GET',
  (index) => ({
    path: `/bücher/straße ${number(index)}/日本`,
    query: `z=%C3%A9t%C3%A9&page=${number(index)}&b=a%20b&a=%2Fx%2F&b=a%2Bb`,
  }),
)

interface Parts {
  readonly path: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly bodyBytes?: number
}

function createShape(name: string, size: number, method: string, partsOf: (index: number) => Parts): Shape {
  const pool = Array.from({ length: size }, (_, index): BenchRequest => {
    const { path, query = '', headers = {}, bodyBytes } = partsOf(index)
    const url = flatten(`https://${benchHost}${path}${query === '' ? '' : '?' + query}`)
    const parsed = new URL(url)
    return {
      method,
      url,
      host: benchHost,
      path: flatten(parsed.pathname),
      target: flatten(parsed.pathname + parsed.search),
      query: Object.fromEntries(parsed.searchParams),
      headers: Object.entries(headers),
      headerRecord: headers,
      body: bodyBytes === undefined ? undefined : createBody(bodyBytes, index),
    }
  })
  return { name, pool }
}

/** Bytes that look random, other ones for each number, and the same in every run. */
function createBody(bytes: number, index: number): Buffer<ArrayBuffer> {
  const body = Buffer.alloc(bytes)
  const seed = createHash('sha256').update(`body ${index}`).digest()
  for (let at = 0; at < bytes; at += 1) body[at] = (seed[at % seed.length] as number) ^ (at >> 5)
  return body
}

/** Numbers of one length, so that each request of a pool costs the same. */
function number(index: number): string {
  return String(10_000 + index)
}
