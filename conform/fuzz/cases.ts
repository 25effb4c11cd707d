import { createRandom, type Random } from './random.ts'

/** A header as a caller writes it. */
export type Pair = readonly [name: string, value: string]

/** A request to sign, in the pieces it is made of, so that it can be made smaller. */
export interface FuzzCase {
  readonly index: number
  readonly method: string
  readonly origin: string
  readonly segments: readonly string[]
  readonly pairs: readonly string[]
  readonly headers: readonly Pair[]
  readonly body: Uint8Array | undefined
  readonly isUnsigned: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  readonly region: string
  readonly service: string
  /** `yyyymmddThhmmssZ` */
  readonly amzDate: string
  /** How long a presigned request holds; undefined for a signature in the headers. */
  readonly expiresInSeconds: number | undefined
}

const methods = [
  'GET',
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'patch',
  'PROPFIND',
] as const
const functionUrl = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const origins = [
  functionUrl,
  functionUrl,
  functionUrl,
  'http://127.0.0.1:9400',
  'http://localhost',
  'http://localhost:80',
  'https://EXAMPLE.com:443',
  'https://example.com:8443',
  'http://[::1]:8080',
  'https://a1b2c3.execute-api.eu-central-1.amazonaws.com',
] as const
const segments = [
  'a',
  'items',
  'A-b_c.d~e',
  '',
  '',
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '...',
  '%2F',
  'a%2fb',
  '%zz',
  '%',
  '%4',
  '100%25',
  '%2525',
  'a b',
  'a%20b',
  'a+b',
  '%2B',
  '%41',
  'é',
  'caf%C3%A9',
  '%c3%a9',
  '☃',
  '%E2%98%83',
  '😀',
  '%FF',
  '%C3',
  '!',
  "'()*",
  '$&,;=:@',
  'a;v=1',
  '[1]',
  '{id}',
  'a|b',
  'a^b',
  '`',
  '"',
  '<x>',
  '\\',
  '%00',
  '%0A',
  '%7F',
  '0',
  '~',
  '%7E',
  'arn:aws:s3:::b',
] as const
const words = [
  'a',
  'b',
  'A',
  'a',
  'x',
  '',
  '0',
  '10',
  'a-',
  'a.',
  'a0',
  'aa',
  '%61',
  'a%20',
  'a+',
  '+',
  '%20',
  '%2B',
  '%2b',
  ' ',
  'é',
  '%C3%A9',
  '%c3%a9',
  '☃',
  '%E2%98%83',
  '%FF',
  '%C3',
  '%zz',
  '%',
  '%2',
  '%25',
  '%2520',
  '%26',
  '%3D',
  '%3d',
  '=',
  '==',
  ';',
  '%3B',
  ':',
  '/',
  '?',
  '@',
  ',',
  '*',
  "'",
  '(',
  ')',
  '!',
  '~',
  '%7E',
  '$',
  '[',
  ']',
  '{',
  '|',
  '^',
  '%00',
  '%0A',
  '2026-11-22T09:45:00Z',
  'constructor',
] as const
const headerNames = [
  'X-One',
  'x-one',
  'X-Two',
  'Accept',
  'Content-Type',
  'X-Amz-Meta',
  'x-amz-meta-b',
  'Cache-Control',
  'Range',
  'Cookie',
  'X-ONE-',
  'X-One1',
  'Referer',
  'Content-Language',
  'If-None-Match',
  'Origin',
] as const
const hopNames = [
  'User-Agent',
  'Connection',
  'TE',
  'Expect',
  'Keep-Alive',
  'Via',
  'X-Forwarded-For',
  'X-Amzn-Trace-Id',
  'Accept-Encoding',
  'Forwarded',
  'Upgrade',
  'CF-Ray',
  'traceparent',
] as const
const values = [
  'v',
  'value',
  '',
  ' ',
  'a b',
  '  a   b\tc  ',
  '"a   b"',
  'a,b',
  ' a , b ',
  'é',
  'naïve  café',
  '日本',
  '😀',
  '\u00a0',
  'a\u00a0\u00a0b',
  'a\u2003b',
  'a\u0085b',
  'one\r\n two',
  'one\n\tthree',
  '%20',
  'a:b',
  'a;b=c',
  'bytes=0-9',
  '*/*',
  'text/plain; charset=utf-8',
  'x'.repeat(300),
] as const
const bodies = ['', 'x', '{"a":[1,2,3]}', 'a=1+2&b=%C3%A9', 'ü☃😀', '\n', ' '.repeat(100)] as const
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='

/**
 * Makes a case.
 * @param seed the run's seed
 * @param index which case of the run
 * @returns always the same case for the same two numbers
 */
export function createCase(seed: number, index: number): FuzzCase {
  const random = createRandom(seed, index)
  const service = random.pick(['lambda', 'lambda', 'lambda', 'execute-api', 's3'])
  const isPresigned = random.chance(0.2)
  const body = isPresigned || random.chance(0.5) ? undefined : createBody(random)
  const hasToken = random.chance(0.4)
  return {
    index,
    method: random.pick(methods),
    origin: random.pick(origins),
    segments: random.list(4, () => pickText(random, segments)),
    pairs: random.chance(0.3) ? [] : random.list(5, () => createPair(random)),
    headers: random.list(isPresigned ? 1 : 5, () => createHeader(random, isPresigned)),
    body,
    isUnsigned: body !== undefined && service === 's3' && random.chance(0.2),
    accessKeyId: `${hasToken ? 'ASIA' : 'AKIA'}${createText(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    secretAccessKey: createText(random, letters, 40),
    sessionToken: hasToken ? createText(random, letters, random.pick([1, 20, 700])) : undefined,
    region: random.pick(['us-east-1', 'eu-central-1', 'cn-north-1']),
    service,
    amzDate: createDate(random),
    expiresInSeconds: isPresigned ? 1 + random.below(604_800) : undefined,
  }
}

/**
 * Writes the URL of a case as its caller does.
 * @param fuzz the case
 */
export function urlOf({ origin, segments: path, pairs }: FuzzCase): string {
  return `${origin}/${path.join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

function pickText(random: Random, texts: readonly [string, ...string[]]): string {
  if (random.chance(0.85)) return random.pick(texts)
  return random.pick(texts) + random.pick(texts)
}

function createPair(random: Random): string {
  const name = pickText(random, words)
  return random.chance(0.2) ? name : `${name}=${pickText(random, words)}`
}

function createHeader(random: Random, isPresigned: boolean): Pair {
  if (!isPresigned && random.chance(0.15)) return [random.pick(hopNames), 'hop']
  if (!isPresigned && random.chance(0.05)) {
    return random.pick([
      ['Date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
      ['X-Amz-Date', '20200101T000000Z'],
      ['Authorization', 'AWS4-HMAC-SHA256 Credential=old'],
    ])
  }
  return [isPresigned ? 'X-One' : random.pick(headerNames), random.pick(values)]
}

function createBody(random: Random): Uint8Array {
  if (random.chance(0.7)) return new TextEncoder().encode(random.pick(bodies))
  return Uint8Array.from({ length: random.below(200) }, () => random.below(256))
}

function createText(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[random.below(alphabet.length)] ?? '').join('')
}

function createDate(random: Random): string {
  const at = Date.UTC(2020, 0, 1) + random.below(315_000_000) * 1000
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
}
