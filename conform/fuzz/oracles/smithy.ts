import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { mergeHeaders, type Oracle, type OracleAnswer, type OracleRequest } from './oracle.ts'

/** The hash that smithy asks its user for. */
class Sha256 {
  readonly #hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data))
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    throw new Error('smithy never resets a hash')
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

type Unsigned = Parameters<SignatureV4['presign']>[0]

/** Keeps the canonical request, which smithy shows to nobody. */
class Signer extends SignatureV4 {
  lastCanonicalRequest = ''
  protected override createCanonicalRequest(
    request: Unsigned,
    headers: Record<string, string>,
    hash: string,
  ): string {
    this.lastCanonicalRequest = super.createCanonicalRequest(request, headers, hash)
    return this.lastCanonicalRequest
  }
}

type Query = Record<string, string | string[] | null>

/** `@smithy/signature-v4`, on a URL taken apart as its own parser does. */
export const smithy: Oracle = { name: 'smithy', every: 1, sign }

async function sign(request: OracleRequest): Promise<OracleAnswer> {
  const { accessKeyId, secretAccessKey, sessionToken, region, service, expiresInSeconds } = request
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
  const signer = new Signer({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: !request.signsAll,
  })
  const url = new URL(request.url)
  const unsigned = {
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: parseQuery(url.search) as Record<string, string>,
    headers: { ...lowerNames(mergeHeaders(request.headers)), host: url.host },
    ...(request.body === undefined ? {} : { body: request.body }),
  }
  const signingDate = new Date(request.amzDate.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'))
  const all = request.signsAll ? { signableHeaders: new Set(Object.keys(unsigned.headers)) } : {}
  const options = { signingDate, ...all }
  const signed =
    expiresInSeconds === undefined
      ? await signer.sign(unsigned, options)
      : await signer.presign(unsigned, { ...options, expiresIn: expiresInSeconds })
  const query: Query = signed.query ?? {}
  const written = formatQuery(query)
  return {
    canonicalRequest: signer.lastCanonicalRequest,
    signature: String(
      query['X-Amz-Signature'] ?? /Signature=(.*)/.exec(signed.headers['authorization'] ?? '')?.[1],
    ),
    target: signed.path + (written === '' ? '' : `?${written}`),
    headers: Object.entries(signed.headers),
  }
}

function lowerNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

// As smithy's querystring parser: what has no `=` is null, and what follows a second one is lost.
function parseQuery(search: string): Query {
  const query: Query = {}
  if (search.length < 2) return query
  for (const pair of search.slice(1).split('&')) {
    const [name = '', text] = pair.split('=')
    const key = decodeURIComponent(name)
    const value = text === undefined ? null : decodeURIComponent(text)
    const before = Object.hasOwn(query, key) ? query[key] : undefined
    if (before === undefined) query[key] = value
    else query[key] = [...(Array.isArray(before) ? before : [before]), value] as string[]
  }
  return query
}

// As smithy's querystring builder.
function formatQuery(query: Query): string {
  const parts: string[] = []
  for (const key of Object.keys(query).sort()) {
    const value = query[key]
    for (const one of Array.isArray(value) ? value : [value]) {
      parts.push(escape(key) + (typeof one === 'string' ? `=${escape(one)}` : ''))
    }
  }
  return parts.join('&')
}

function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
