import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAmzDate, parseAmzDate } from './amz-date.ts'
import {
  type HeaderPair,
  presign,
  type RawRequest,
  sign,
  type SignOptions,
  verify,
  type VerifyOptions,
} from './index.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const origin = fc.constantFrom(
  'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws',
  'http://127.0.0.1:9400',
  'http://localhost',
  'https://EXAMPLE.com:443',
  'http://[::1]:8080',
)
// Raw text beside encoded text: whatever a caller may write into a URL.
const segment = fc.oneof(
  text,
  text.map(encodeURIComponent),
  fc.constantFrom('..', '.', '', '%2e%2E', '%', '+'),
)
const url = fc
  .tuple(origin, fc.array(segment, { maxLength: 5 }), fc.array(segment, { maxLength: 5 }))
  .map(([start, path, query]) => `${start}/${path.join('/')}?${query.join('&')}`)
const headers: fc.Arbitrary<HeaderPair[]> = fc.array(
  fc.tuple(
    fc.constantFrom('X-One', 'x-two', 'Accept', 'x-amz-meta', 'User-Agent', 'X-Forwarded-For'),
    fc.string({
      unit: fc
        .integer({ min: 32, max: 255 })
        .filter((code) => code !== 127)
        .map((code) => String.fromCharCode(code)),
      maxLength: 20,
    }),
  ),
  { maxLength: 6 },
)
const body = fc.option(fc.oneof(text, fc.uint8Array({ maxLength: 100 })), { nil: undefined })
const options: fc.Arbitrary<SignOptions> = fc.record({
  credentials: fc.record(
    {
      accessKeyId: fc.stringMatching(/^A[KS]IA[A-Z0-9]{16}$/),
      secretAccessKey: fc.base64String({ minLength: 4, maxLength: 100 }),
      sessionToken: fc.base64String({ minLength: 4, maxLength: 100 }),
    },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
  region: fc.constantFrom('us-east-1', 'eu-central-1'),
  service: fc.constantFrom('lambda', 's3', 'execute-api'),
  now: fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
})

function verifierOf({ credentials, region, service, now }: SignOptions): VerifyOptions {
  const lookup: VerifyOptions['lookup'] = (accessKeyId, token) =>
    accessKeyId === credentials.accessKeyId && token === credentials.sessionToken
      ? { secretAccessKey: credentials.secretAccessKey }
      : { code: 'UnrecognizedClientException' }
  return { lookup, region, service, now }
}

function toRaw(
  method: string,
  sent: string,
  pairs: readonly HeaderPair[],
  content: string | Uint8Array = '',
): RawRequest {
  const { host, pathname, search } = new URL(sent)
  return {
    method,
    target: pathname + search,
    rawHeaders: ['host', host, ...pairs.flat()],
    body: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  }
}

// That a changed request is refused: see `conform/fuzz/mutations.ts`, with its table of changes that are none.
describe('sign() and verify()', () => {
  it('agree on any request, whichever client sends it', () => {
    fc.assert(
      fc.property(url, headers, body, options, (target, pairs, content, signing) => {
        const request = {
          method: 'POST',
          url: target,
          headers: pairs,
          ...(content === undefined ? {} : { body: content }),
        }
        const signed = sign(request, signing)
        expect(new URL(signed.url).href).toBe(signed.url)
        const raw = toRaw(signed.method, signed.url, signed.headers, content)
        expect(verify(raw, verifierOf(signing))).toMatchObject({ ok: true })
      }),
      { numRuns: 500 },
    )
  })

  it('sign nothing new when the URL that was sent is signed again', () => {
    fc.assert(
      fc.property(url, options, (target, signing) => {
        const first = sign({ method: 'GET', url: target }, signing)
        const second = sign({ method: 'GET', url: first.url }, signing)
        expect(second).toEqual(first)
      }),
    )
  })
})

describe('presign() and verify()', () => {
  it('agree on any URL', () => {
    fc.assert(
      fc.property(url, options, fc.integer({ min: 1, max: 604_800 }), (target, signing, expiresInSeconds) => {
        fc.pre(signing.service !== 's3')
        const presigned = presign({ method: 'GET', url: target }, { ...signing, expiresInSeconds })
        expect(new URL(presigned.url).href).toBe(presigned.url)
        const raw = toRaw('GET', presigned.url, [])
        expect(verify(raw, verifierOf(signing))).toMatchObject({ ok: true, form: 'presigned' })
        const again = presign({ method: 'GET', url: presigned.url }, { ...signing, expiresInSeconds })
        expect(again.url).toBe(presigned.url)
      }),
    )
  })
})

describe('formatAmzDate()', () => {
  it('is undone by parseAmzDate()', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }), (date) => {
        expect(parseAmzDate(formatAmzDate(date))?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000)
      }),
    )
  })
})
