/** What a unit more costs as requests grow, hostile ones included: the same at every size when the cost is linear. */
import { diagnose, presign, type RawRequest, sign, verify, type VerifyOptions } from '@furlong/sigv4'
import { benchCredentials, benchRegion } from './credentials.ts'
import { flatten } from './hashes.ts'
import { type Growing, measureGrowth } from './measure-growth.ts'
import type { Goal, Row } from './report.ts'
import { benchHost, benchService, getWithQuery, signedAt } from './requests.ts'

const interleaving = { rounds: 3, sliceMs: 3 } as const

/** How much dearer a unit of the largest request may be than of the cheapest: sorting and caches are let pass. */
const goal: Goal = { atMost: 2.5 }

const counts = [10, 100, 1_000, 10_000] as const
const kibibytes = [1, 10, 100, 1_000] as const

type Headers = readonly (readonly [string, string])[]

/** One way for a request to grow. */
interface Growth {
  readonly name: string
  readonly unit: 'header' | 'pair' | 'KiB'
  readonly target?: (size: number) => string
  readonly headers?: (size: number) => Headers
}

const growths: readonly Growth[] = [
  { name: 'headers in order', unit: 'header', headers: (size) => list(size, header) },
  { name: 'headers in reverse', unit: 'header', headers: (size) => list(size, header).reverse() },
  { name: 'headers of one name', unit: 'header', headers: (size) => list(size, (n) => ['x-item', n]) },
  { name: 'pairs in order', unit: 'pair', target: (size) => '/?' + list(size, pair).join('&') },
  { name: 'pairs in reverse', unit: 'pair', target: (size) => '/?' + list(size, pair).reverse().join('&') },
  {
    name: 'pairs of one name, in reverse',
    unit: 'pair',
    target: (size) =>
      '/?' +
      list(size, (n) => `item=${n}`)
        .reverse()
        .join('&'),
  },
  { name: 'pairs without =', unit: 'pair', target: (size) => '/?' + list(size, (n) => `item${n}`).join('&') },
  { name: 'a header of blanks', unit: 'KiB', headers: (size) => [['x-item', `a${fill(' ', size)}b`]] },
  { name: 'a header of words', unit: 'KiB', headers: (size) => [['x-item', fill('a  b ', size)]] },
  { name: 'a header beyond ASCII', unit: 'KiB', headers: (size) => [['x-item', fill('\u00fc', size)]] },
  { name: 'a path of dot segments', unit: 'KiB', target: (size) => fill('/.', size) + '/' },
  { name: 'a path down and up', unit: 'KiB', target: (size) => fill('/a/..', size) + '/' },
  {
    name: 'a path down, then up',
    unit: 'KiB',
    target: (size) => fill('/a', size / 2) + fill('/..', size / 2) + '/',
  },
  { name: 'a path of slashes', unit: 'KiB', target: (size) => fill('/', size) },
  { name: 'a path of %', unit: 'KiB', target: (size) => '/' + fill('%', size) },
  { name: 'a path of %2F', unit: 'KiB', target: (size) => '/' + fill('%2F', size) },
  { name: 'a query of %', unit: 'KiB', target: (size) => '/?a=' + fill('%', size) },
  { name: 'a query of %C3%BC', unit: 'KiB', target: (size) => '/?a=' + fill('%C3%BC', size) },
  { name: 'a query of +', unit: 'KiB', target: (size) => '/?a=' + fill('+', size) },
  { name: 'a query of &', unit: 'KiB', target: (size) => '/?' + fill('&', size) },
]

const now = signedAt(0, getWithQuery)
const signing = { credentials: benchCredentials, region: benchRegion, service: benchService, now } as const
const options: VerifyOptions = {
  lookup: () => ({ secretAccessKey: benchCredentials.secretAccessKey }),
  region: benchRegion,
  service: benchService,
  now,
}

/** What is done with a request of some size. */
const operations: Readonly<Record<string, (growth: Growth, size: number) => () => unknown>> = {
  sign: (growth, size) => {
    const request = createRequest(growth, size)
    return () => sign(request, signing)
  },
  presign: (growth, size) => {
    const request = createRequest(growth, size)
    return () => presign(request, signing)
  },
  verify: (growth, size) => {
    const raw = createSigned(growth, size)
    const result = verify(raw, options)
    if (!result.ok) throw new Error(`${growth.name}: a right signature was refused: ${result.code}`)
    return () => verify(raw, options)
  },
  'verify presigned': (growth, size) => {
    const raw = createPresigned(growth, size)
    const result = verify(raw, options)
    if (!result.ok) throw new Error(`${growth.name}: a right signature was refused: ${result.code}`)
    return () => verify(raw, options)
  },
  refuse: (growth, size) => {
    const raw = { ...createSigned(growth, size), method: 'TRACE' }
    if (verify(raw, options).ok) throw new Error(`${growth.name}: a wrong signature was accepted.`)
    return () => verify(raw, options)
  },
  diagnose: (growth, size) => {
    const raw = withWrongSignature(createSigned(growth, size))
    const failure = verify(raw, options)
    if (failure.ok) throw new Error(`${growth.name}: a wrong signature was accepted.`)
    return () => diagnose(raw, options, failure)
  },
}

/** @returns for each operation and growth the cost of a unit at each size, and how it grew */
export async function run(): Promise<Row[]> {
  const rows: Row[] = []
  // One operation after the other: sizes of one growth are what is compared.
  for (const [operation, prepare] of Object.entries(operations)) {
    for (const growth of growths)
      rows.push(...(await measureGrowth(growing(operation, prepare, growth), interleaving)))
  }
  return rows
}

function growing(operation: string, prepare: (typeof operations)[string], growth: Growth): Growing {
  const { name, unit } = growth
  const sizes = unit === 'KiB' ? kibibytes : counts
  return { name: `${operation}, ${name}`, unit, sizes, goal, prepare: (size) => prepare(growth, size) }
}

interface GrownRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
}

function createRequest({ target, headers }: Growth, size: number): GrownRequest {
  return {
    method: 'GET',
    url: flatten(`https://${benchHost}${target?.(size) ?? '/'}`),
    headers: headers?.(size).map(([name, value]) => [flatten(name), flatten(value)] as const) ?? [],
  }
}

/** The target as it was given, not as the signer spells it: hostile spelling is what a server receives. */
function createSigned(growth: Growth, size: number): RawRequest {
  const request = createRequest(growth, size)
  const { headers } = sign(request, signing)
  return createRaw(request.url, headers)
}

function createPresigned(growth: Growth, size: number): RawRequest {
  const request = createRequest(growth, size)
  const { url } = presign(request, signing)
  return createRaw(url, request.headers)
}

function createRaw(url: string, headers: Headers): RawRequest {
  return {
    method: 'GET',
    target: flatten(url.slice(url.indexOf('/', 'https://'.length))),
    rawHeaders: ['host', benchHost, ...headers.flat()].map(toWire),
    body: new Uint8Array(0),
  }
}

/** Node hands over headers as characters of one byte each. */
function toWire(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function withWrongSignature(raw: RawRequest): RawRequest {
  const rawHeaders = raw.rawHeaders.map((text) =>
    text.startsWith('AWS4-HMAC-SHA256')
      ? flatten(text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'))
      : text,
  )
  return { ...raw, rawHeaders }
}

function list<T>(size: number, create: (number: string) => T): T[] {
  return Array.from({ length: size }, (_, index) => create(String(10_000 + index)))
}

function header(number: string): readonly [string, string] {
  return [`x-item-${number}`, number]
}

function pair(number: string): string {
  return `item-${number}=${number}`
}

function fill(text: string, sizeKiB: number): string {
  return text.repeat(Math.ceil((sizeKiB * 1024) / text.length))
}
