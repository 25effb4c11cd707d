/** Verifying and explaining, against the bare hashes: raw headers in, twelve of them, with a session token. */
import {
  diagnose,
  type Diagnosis,
  presign,
  type RawRequest,
  sign,
  type Verification,
  verify,
  type VerifyOptions,
} from '@furlong/sigv4'
import { benchCredentials, benchRegion } from './credentials.ts'
import { type BareHashes, deriveKey, flatten, hashBare, layOut } from './hashes.ts'
import { type Interleaved, interleave, type Lane, repeat } from './interleave.ts'
import type { Goal, Row } from './report.ts'
import { type BenchRequest, benchService, getWithQuery, postSmall, type Shape, signedAt } from './requests.ts'
import { layOutRaw } from './signers.ts'

const interleaving = { rounds: 31, sliceMs: 25 } as const
const headerCount = 12
const sessionToken = 'IQoJb3JpZ2luX2VjE'.repeat(42).slice(0, 700)
const goal: Goal = { atMost: 3.5 }

const now = signedAt(0, getWithQuery)
const signing = {
  credentials: { ...benchCredentials, sessionToken },
  region: benchRegion,
  service: benchService,
  now,
} as const

const keys = new Map([[benchCredentials.accessKeyId as string, signing.credentials]])
const options: VerifyOptions = {
  lookup: (accessKeyId, token) => {
    const key = keys.get(accessKeyId)
    return key?.sessionToken === token && key !== undefined ? key : { code: 'UnrecognizedClientException' }
  },
  region: benchRegion,
  service: benchService,
  now,
}

/** What browsers, SDKs and proxies send besides. */
const fillers: readonly (readonly [string, string])[] = [
  ['User-Agent', 'orders-service/4.2 (linux; x64) node/24.21.0'],
  ['Accept-Encoding', 'gzip, deflate, br'],
  ['X-Forwarded-For', '203.0.113.17'],
  ['X-Forwarded-Port', '443'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Amzn-Trace-Id', 'Root=1-6921ac4c-3f9d5a7e0b1c2d3e4f506172'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['Accept-Language', 'en-GB,en;q=0.8'],
  ['Cache-Control', 'no-cache'],
  ['Pragma', 'no-cache'],
  ['Accept', 'application/json'],
]

/** A received request and the hashes behind its signature. */
interface Received {
  readonly raw: RawRequest
  readonly bare: BareHashes
}

type Mistake = (request: RawRequest) => RawRequest

const wrongSignature: Mistake = (request) => ({
  ...request,
  rawHeaders: request.rawHeaders.map((text) =>
    text.startsWith('AWS4-HMAC-SHA256')
      ? flatten(text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'))
      : text,
  ),
})
const otherMethod: Mistake = (request) => ({ ...request, method: 'PUT' })

/** @returns times and ratios of verifying, refusing and explaining */
export async function run(): Promise<Row[]> {
  const get = receive('GET, query', getWithQuery, createSigned)
  const post = receive('POST 256 B', postSmall, createSigned)
  const presigned = receive('presigned GET, query', getWithQuery, createPresigned)
  const refused = refuse(get, wrongSignature)
  const mistaken = refuse(get, otherMethod)
  const lanes: Lane[] = [
    ...[get, post, presigned].flatMap(({ name, pool }) => [
      lane(`floor: bare hashes, ${name}`, pool, ({ bare }) => hashBare(bare)),
      lane(`verify ${name}`, pool, ({ raw }) => verify(raw, options)),
    ]),
    lane('refuse GET, query: wrong signature', refused, ({ raw }) => verify(raw, options)),
    lane('diagnose GET, query: nothing proves it', refused, explain),
    lane('diagnose GET, query: signed for another method', mistaken, explain),
  ]
  const measured = await interleave(lanes, interleaving)
  const getFloor = `floor: bare hashes, ${get.name}`
  return [
    ...[get, post, presigned].flatMap(({ name }) => verifyRows(measured, name)),
    ...lanes.slice(-3).map(({ name }) => ratioRow(measured, name, getFloor)),
  ]
}

function explain({ raw, failure }: Refused): Diagnosis[] {
  return diagnose(raw, options, failure)
}

function lane<T>(name: string, pool: readonly T[], work: (item: T) => unknown): Lane {
  return { name, run: repeat((index) => work(pool[index % pool.length] as T)) }
}

function verifyRows(measured: Interleaved, name: string): Row[] {
  const floor = `floor: bare hashes, ${name}`
  return [
    { row: floor, value: measured.us(floor), unit: 'µs' },
    { ...ratioRow(measured, `verify ${name}`, floor), goal },
  ]
}

function ratioRow(measured: Interleaved, row: string, floor: string): Row {
  return { row, value: measured.us(row), unit: 'µs', xFloor: measured.over((us) => us(row) / us(floor)) }
}

const key = deriveKey({
  secretAccessKey: benchCredentials.secretAccessKey,
  date: '20261122',
  region: benchRegion,
  service: benchService,
})

function receive(
  name: string,
  { pool }: Shape,
  create: (request: BenchRequest) => Received,
): { readonly name: string; readonly pool: readonly Received[] } {
  const received = pool.map(create)
  for (const { raw } of received) {
    const result = verify(raw, options)
    if (!result.ok) throw new Error(`A right signature was refused: ${result.code}`)
    if (raw.rawHeaders.length !== 2 * headerCount) throw new Error('The count of headers is another one.')
  }
  return { name, pool: received }
}

function createSigned(request: BenchRequest): Received {
  const { method, url, headers, body } = request
  const signed = sign(body === undefined ? { method, url, headers } : { method, url, headers, body }, signing)
  return createReceived(request, signed.url, signed, signed.headers)
}

function createPresigned(request: BenchRequest): Received {
  const signed = presign({ method: request.method, url: request.url }, { ...signing, expiresInSeconds: 300 })
  return createReceived(request, signed.url, signed, [])
}

function createReceived(
  request: BenchRequest,
  url: string,
  signed: { readonly canonicalRequest: string; readonly stringToSign: string },
  headers: readonly (readonly [string, string])[],
): Received {
  // The client adds the host.
  const added = fillers.slice(0, headerCount - headers.length - 1)
  const raw = layOutRaw(request, flatten(url), [...added, ...headers])
  return {
    raw: { ...raw, target: flatten(raw.target), rawHeaders: raw.rawHeaders.map(flatten) },
    bare: layOut(signed, key, request.body),
  }
}

interface Refused {
  readonly raw: RawRequest
  readonly failure: Verification & { ok: false }
}

function refuse({ pool }: { readonly pool: readonly Received[] }, make: Mistake): Refused[] {
  return pool.map(({ raw }) => {
    const mistaken = make(raw)
    const failure = verify(mistaken, options)
    if (failure.ok) throw new Error('A wrong signature was accepted.')
    return { raw: mistaken, failure }
  })
}
