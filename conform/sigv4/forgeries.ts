import type { RawRequest, VerifyOptions } from '@furlong/sigv4'
import { canonicalRequest, type ReferenceKey, sha256, signature } from './reference.ts'
import { dateOf, lookupOf, receive } from './requests.ts'
import { type Check, type CheckGroup, type Sigv4 } from './check.ts'

const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const now = '20261122T094500Z'
const body = '{"transfer":1}'

/** What a forger may choose; the rest is as it should be, the secret included. */
interface Forgery {
  readonly amzDate?: string
  readonly day?: string
  readonly region?: string
  readonly service?: string
  readonly signed?: string
  readonly payload?: string
  /** Changes the request after it was signed. */
  readonly change?: (request: RawRequest) => RawRequest
}

/**
 * The ways in which a verifier in use lets a request pass that it must refuse. Every signature is right for what it
 * covers, since it is what it does not cover, or what it covers instead, that must be noticed.
 */
const forged: Readonly<Record<string, readonly Forgery[]>> = {
  'another body under the old hash': [
    { change: (request) => ({ ...request, body: new TextEncoder().encode('{"transfer":9}') }) },
  ],
  'UNSIGNED-PAYLOAD': [{ payload: 'UNSIGNED-PAYLOAD' }],
  'three days old, or an hour ahead': [{ amzDate: '20261119T094500Z' }, { amzDate: '20261122T104500Z' }],
  "a scope's day that is not the date's": [{ day: '20261121' }],
  'host or date not signed': [
    { signed: 'x-amz-content-sha256;x-amz-date' },
    { signed: 'host;x-amz-content-sha256' },
  ],
  'another region or service': [{ region: 'eu-west-1' }, { service: 's3' }],
  'an absent signed header': [{ signed: 'host;x-absent;x-amz-content-sha256;x-amz-date' }],
}

/**
 * Checks that forgeries are refused, and that the request they start from is not.
 * @param sigv4 the package
 */
export function forgeries(sigv4: Sigv4): CheckGroup {
  const checks: Check[] = Object.entries(forged).map(([name, ways]) => [name, () => refusesAll(sigv4, ways)])
  return { name: 'forgeries refused', checks }
}

/** Texts that `Date` makes something of, or nothing, and that are no date of a signature. */
const badDates = [
  '202710',
  '20210',
  '0',
  '-1',
  '99999999T999999Z',
  '20260230T000000Z',
  '2026-11-22T09:45:00Z',
  '20261122T094500',
  '\u0000',
  '١٢٣',
]

/**
 * Checks that a date nobody can mean is refused, in the header and in the query: whoever throws can be stopped.
 * @param sigv4 the package
 */
export function malformedDates(sigv4: Sigv4): CheckGroup {
  const refuses = (request: RawRequest): string | undefined =>
    sigv4.verify(request, options).ok ? 'accepted' : undefined
  const checks = badDates.flatMap((date): Check[] => [
    [
      `header ${JSON.stringify(date)}`,
      async () => refuses(await forge({ change: (request) => redate(request, date) })),
    ],
    [`query ${JSON.stringify(date)}`, () => refuses(presignWith(sigv4, date))],
  ])
  return { name: 'malformed dates refused', checks }
}

function redate(request: RawRequest, date: string): RawRequest {
  return { ...request, rawHeaders: request.rawHeaders.map((text) => (text === now ? date : text)) }
}

function presignWith(sigv4: Sigv4, date: string): RawRequest {
  const signing = { credentials, region: 'us-east-1', service: 'lambda', now: dateOf(now) }
  const { url } = sigv4.presign({ method: 'GET', url: `https://${host}/pay` }, signing)
  return receive('GET', url.replace(`X-Amz-Date=${now}`, `X-Amz-Date=${encodeURIComponent(date)}`), [])
}

async function refusesAll(sigv4: Sigv4, ways: readonly Forgery[]): Promise<string | undefined> {
  const plain = sigv4.verify(await forge({}), options)
  if (!plain.ok) return `the request that is no forgery was refused: ${plain.message}`
  for (const way of ways) {
    for (const text of ['', 'undefined']) {
      const result = sigv4.verify(await forge(way, text), options)
      if (result.ok) return `accepted: ${JSON.stringify(way)}`
    }
  }
  return undefined
}

const options: VerifyOptions = {
  lookup: lookupOf(credentials),
  region: 'us-east-1',
  service: 'lambda',
  now: dateOf(now),
}

// A verifier that does not look reads an absent header as nothing, or as the text `undefined`.
async function forge(forgery: Forgery, absent = ''): Promise<RawRequest> {
  const { amzDate = now, day = amzDate.slice(0, 8), region = 'us-east-1', service = 'lambda' } = forgery
  const payloadHash = forgery.payload ?? (await sha256(body))
  const headers = [
    ['host', host],
    ['x-amz-content-sha256', payloadHash],
    ['x-amz-date', amzDate],
  ] as const
  const signedHeaders = (forgery.signed ?? 'host;x-amz-content-sha256;x-amz-date').split(';')
  const all = [...headers, ['x-absent', absent] as const]
  const text = canonicalRequest({
    method: 'POST',
    target: '/pay',
    headers: all,
    signedHeaders,
    payloadHash,
    service,
  })
  const key: ReferenceKey = { amzDate, day, region, service, secretAccessKey: credentials.secretAccessKey }
  const credential = `${credentials.accessKeyId}/${day}/${region}/${service}/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${await signature(text, key)}`
  const rawHeaders = [...headers.flat(), 'authorization', authorization]
  const request = { method: 'POST', target: '/pay', rawHeaders, body: new TextEncoder().encode(body) }
  return forgery.change?.(request) ?? request
}
