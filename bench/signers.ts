/** The signers that are compared, each called as its own documentation calls it. */
import { createHash, createHmac } from 'node:crypto'
import { formatAmzDate, type RawRequest, sign, type SignedRequest, verify } from '@furlong/sigv4'
import { SignatureV4 } from '@smithy/signature-v4'
import aws4Module from 'aws4'
import { AwsV4Signer } from 'aws4fetch'
import { benchCredentials, benchRegion } from './credentials.ts'
import { type BenchRequest, benchService } from './requests.ts'

/** A signer under test. */
export interface Signer {
  readonly name: string
  /** Signs and returns whatever the signer returns. */
  readonly sign: (request: BenchRequest, now: Date) => unknown
  /** Signs, and lays out what an HTTP client would send of it. */
  readonly send: (request: BenchRequest, now: Date) => Promise<RawRequest>
}

/** furlong itself. */
export const furlong: Signer = createSigner(
  'furlong',
  ({ method, url, headers, body }, now): SignedRequest =>
    sign(body === undefined ? { method, url, headers } : { method, url, headers, body }, {
      credentials: benchCredentials,
      region: benchRegion,
      service: benchService,
      now,
    }),
  ({ url, headers }) => ({ url, headers }),
)

const aws4: Signer = createSigner(
  'aws4',
  ({ method, host, target, headerRecord, body }, now) =>
    aws4Module.sign(
      {
        method,
        host,
        path: target,
        headers: { ...headerRecord, 'X-Amz-Date': formatAmzDate(now) },
        ...(body === undefined ? {} : { body }),
        service: benchService,
        region: benchRegion,
      },
      benchCredentials,
    ),
  ({ host, path, headers = {} }) => ({
    url: `https://${host}${path}`,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
  }),
)

/** The way to hash that an AWS SDK takes in Node. */
class NodeSha256 {
  readonly #hash: ReturnType<typeof createHash | typeof createHmac>

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toKey(secret))
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    throw new Error('No signer starts a hash again.')
  }
}

function toKey(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret
  if (!ArrayBuffer.isView(secret)) return new Uint8Array(secret)
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
}

const smithySigner = new SignatureV4({
  credentials: benchCredentials,
  region: benchRegion,
  service: benchService,
  sha256: NodeSha256,
})

const smithy: Signer = createSigner(
  '@smithy/signature-v4',
  ({ method, host, path, query, headerRecord, body }, now) =>
    smithySigner.sign(
      { method, protocol: 'https:', hostname: host, path, query, headers: { ...headerRecord, host }, body },
      { signingDate: now },
    ),
  ({ headers }, { url }) => ({ url, headers: Object.entries(headers) }),
)

const aws4fetchKeys = new Map<string, ArrayBuffer>()

const aws4fetch: Signer = createSigner(
  'aws4fetch',
  ({ method, url, headerRecord, body }, now) =>
    new AwsV4Signer({
      ...benchCredentials,
      method,
      url,
      headers: headerRecord,
      ...(body === undefined ? {} : { body }),
      service: benchService,
      region: benchRegion,
      cache: aws4fetchKeys,
      datetime: formatAmzDate(now),
    }).sign(),
  ({ url, headers }) => ({ url: url.href, headers: [...headers] }),
)

/** The others. */
export const peers = { aws4, smithy, aws4fetch } as const satisfies Readonly<Record<string, Signer>>

/**
 * Checks that what a signer signs is accepted.
 *
 * @throws Error when it is not
 */
export async function assertSigns({ name, send }: Signer, request: BenchRequest, now: Date): Promise<void> {
  const raw = await send(request, now)
  const result = verify(raw, {
    lookup: () => ({ secretAccessKey: benchCredentials.secretAccessKey }),
    region: benchRegion,
    service: benchService,
    now,
  })
  if (!result.ok) throw new Error(`${name} signed ${request.method} ${raw.target} wrongly: ${result.code}`)
}

interface Sent {
  readonly url: string
  readonly headers: Iterable<readonly [string, string]>
}

function createSigner<T>(
  name: string,
  sign: (request: BenchRequest, now: Date) => T | Promise<T>,
  read: (output: T, request: BenchRequest) => Sent,
): Signer {
  const send = async (request: BenchRequest, now: Date): Promise<RawRequest> => {
    const { url, headers } = read(await sign(request, now), request)
    return layOutRaw(request, url, headers)
  }
  return { name, sign, send }
}

/** @returns a request as a server receives it; a client adds the host where the signer did not */
export function layOutRaw(
  { method, host, body }: BenchRequest,
  url: string,
  headers: Iterable<readonly [string, string]>,
): RawRequest {
  const rawHeaders = [...headers].flat()
  const hasHost = rawHeaders.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'host')
  return {
    method,
    target: url.slice(url.indexOf('/', 'https://'.length)),
    rawHeaders: hasHost ? rawHeaders : ['host', host, ...rawHeaders],
    body: body ?? new Uint8Array(0),
  }
}
