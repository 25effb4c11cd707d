import { describe, expect, it } from 'vitest'
import {
  type HeaderPair,
  presign,
  type PresignOptions,
  sign,
  type SignableRequest,
  type SignOptions,
  signsHeaderByDefault,
} from './index.ts'
import { credentials, host, signing as lenient, temporary } from './testing/keys.ts'

const { allowUnsignedPayload: _, ...signing } = lenient
const url = `https://${host}/`
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

function signWith(request: Partial<SignableRequest>, options: Partial<SignOptions> = {}) {
  return sign({ method: 'GET', url, ...request }, { ...signing, ...options })
}

function signedNames(headers: readonly HeaderPair[]): string[] {
  const authorization = headers.find(([name]) => name === 'authorization')?.[1] ?? ''
  return /SignedHeaders=([^,]*)/.exec(authorization)?.[1]?.split(';') ?? []
}

function valueOf(headers: readonly HeaderPair[], name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1]
}

describe('sign()', () => {
  const headers: HeaderPair[] = [
    ['Content-Type', 'application/json'],
    ['User-Agent', 'test'],
    ['X-Forwarded-For', '10.0.0.1'],
    ['X-One', '1'],
  ]

  it('signs the headers that no proxy changes, and sends all', () => {
    const signed = signWith({ headers })
    expect(signedNames(signed.headers)).toEqual(['content-type', 'host', 'x-amz-date', 'x-one'])
    expect(signed.headers.slice(0, 4)).toEqual(headers)
  })

  it('leaves the choice of headers to the caller, but for those it needs itself', () => {
    const asked: string[] = []
    const signsHeader = (name: string): boolean => asked.push(name) > 0 && name === 'user-agent'
    const given: HeaderPair[] = [...headers, ['X-Amz-Content-Sha256', hash], ['Host', 'other']]
    const signed = signWith(
      { method: 'POST', headers: given, body: '{}' },
      { signsHeader, credentials: temporary },
    )
    expect(signedNames(signed.headers)).toEqual([
      'host',
      'user-agent',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
    ])
    expect(asked).toEqual(['content-type', 'user-agent', 'x-forwarded-for', 'x-one'])
    expect(signed.canonicalRequest).toContain('\nhost:other\n')
    const { canonicalRequest } = presign({ method: 'GET', url, headers }, { ...signing, signsHeader })
    expect(canonicalRequest).toContain(`\nhost:${host}\nuser-agent:test\n\nhost;user-agent\n`)
  })

  it('builds on the default rule', () => {
    expect(
      ['via', 'x-forwarded-proto', 'proxy-connection', 'cf-ray', 'te'].map(signsHeaderByDefault),
    ).toEqual(Array.from({ length: 5 }, () => false))
    expect(['content-type', 'x-via', 'cookie', 'tea', 'x-amz-meta'].map(signsHeaderByDefault)).toEqual(
      Array.from({ length: 5 }, () => true),
    )
  })

  it('sends the payload hash whenever there is a body, unless told otherwise', () => {
    const sent = (request: Partial<SignableRequest>, options: Partial<SignOptions> = {}) =>
      valueOf(signWith(request, options).headers, 'x-amz-content-sha256')
    expect(sent({})).toBeUndefined()
    expect(sent({ body: '' })).toBeUndefined()
    expect(sent({ body: '{}' })).toBe(hash)
    expect(sent({ payloadHash: hash })).toBe(hash)
    expect(sent({}, { sendsPayloadHash: true })).toBe(emptyHash)
    expect(sent({ body: '{}' }, { sendsPayloadHash: false })).toBeUndefined()
    expect(signWith({ body: '{}' }, { sendsPayloadHash: false }).canonicalRequest).toMatch(
      new RegExp(`${hash}$`),
    )
    expect(sent({}, { service: 's3', sendsPayloadHash: false })).toBe(emptyHash)
    expect(sent({ payloadHash: 'UNSIGNED-PAYLOAD' }, { service: 's3', sendsPayloadHash: false })).toBe(
      'UNSIGNED-PAYLOAD',
    )
  })

  it('leaves a body unsigned where the service allows it, or the caller insists', () => {
    const request = { method: 'POST', body: '{}', payloadHash: 'UNSIGNED-PAYLOAD' }
    expect(() => signWith(request)).toThrow(/^Function URLs refuse UNSIGNED-PAYLOAD: give the body/)
    expect(() => signWith({ headers: [['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']] })).toThrow(
      /UNSIGNED-PAYLOAD/,
    )
    for (const options of [{ service: 's3' }, { allowUnsignedPayload: true }]) {
      expect(signWith(request, options).canonicalRequest).toMatch(/\nUNSIGNED-PAYLOAD$/)
    }
  })

  it('sends a header that is given more than once as one, since clients join them differently', () => {
    const repeated: HeaderPair[] = [
      ['X-One', 'a'],
      ['Cookie', 'a=1'],
      ['x-one', ' b'],
      ['cookie', 'b=2'],
      ['X-Forwarded-For', '1'],
      ['X-Forwarded-For', '2'],
    ]
    const { headers: sent, canonicalRequest } = signWith({ headers: repeated })
    expect(valueOf(sent, 'x-one')).toBe('a,b')
    expect(valueOf(sent, 'cookie')).toBe('a=1; b=2')
    expect(valueOf(sent, 'x-forwarded-for')).toBe('1,2')
    expect(sent.map(([name]) => name.toLowerCase())).toEqual([
      'x-one',
      'cookie',
      'x-forwarded-for',
      'x-amz-date',
      'authorization',
    ])
    expect(canonicalRequest).toContain('\ncookie:a=1; b=2\n')
    expect(canonicalRequest).toContain('\nx-one:a,b\n')
  })

  it('leaves to the platform what a browser says of itself', () => {
    const { canonicalRequest } = signWith({ headers: [['Sec-Fetch-Mode', 'cors']] })
    expect(canonicalRequest).not.toContain('sec-fetch')
  })

  it('replaces what an earlier signature left behind', () => {
    const given: HeaderPair[] = [
      ['Authorization', 'old'],
      ['Date', 'old'],
      ['X-Amz-Date', 'old'],
      ['X-Amz-Security-Token', 'old'],
    ]
    expect(JSON.stringify(signWith({ headers: given }))).not.toContain('old')
  })

  const misuse: readonly (readonly [string, RegExp, () => unknown])[] = [
    ['a method with a blank', /^The method must be an HTTP token/, () => signWith({ method: 'GET /' })],
    ['an empty method', /^The method/, () => signWith({ method: '' })],
    ['a relative URL', /^The URL must be absolute.*, not '\/path'$/, () => signWith({ url: '/path?a=b' })],
    [
      'a URL of nothing',
      /^The URL must be absolute.*http:\/\/$/,
      () => signWith({ url: undefined as never }),
    ],
    [
      'no credentials in the object',
      /^accessKeyId is missing: it must be printable ASCII/,
      () => signWith({}, { credentials: {} as never }),
    ],
    [
      'an empty token',
      /^sessionToken is empty: it must/,
      () => signWith({}, { credentials: { ...credentials, sessionToken: '' } }),
    ],
    ['another scheme', /begin with https:/, () => signWith({ url: 'ftp://example.com/' })],
    ['a password in the URL', /no user name/, () => signWith({ url: 'https://u:p@example.com/' })],
    ['a presigned URL', /presigned already/, () => signWith({ url: `${url}?X-Amz-Signature=0` })],
    ['a header name with a colon', /^A header name/, () => signWith({ headers: [['a:', 'b']] })],
    ['a line break in a header', /^The header X-A must/, () => signWith({ headers: [['X-A', 'b\nc']] })],
    ['a NUL in a header', /^The header X-A must/, () => signWith({ headers: [['X-A', 'b\0']] })],
    ['a number as a header', /^The header X-A must/, () => signWith({ headers: [['X-A', 5 as never]] })],
    [
      'an object as a body',
      /^The body must be a string or a Uint8Array/,
      () => signWith({ body: {} as never }),
    ],
    ['a hash of another body', /not the hash of the body/, () => signWith({ body: 'x', payloadHash: hash })],
    [
      'a hash that differs from the header',
      /not the hash of the body/,
      () => signWith({ body: '{}', payloadHash: hash, headers: [['x-amz-content-sha256', emptyHash]] }),
    ],
    ['a hash in upper case', /64 lower-case/, () => signWith({ payloadHash: hash.toUpperCase() })],
    ['a short hash', /64 lower-case/, () => signWith({ payloadHash: hash.slice(1) })],
    [
      'a streaming payload',
      /STREAMING-… is not served/,
      () => signWith({ payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }),
    ],
    ['an invalid date', /^The time must be a valid Date/, () => signWith({}, { now: new Date(Number.NaN) })],
    ['a number as a date', /^The time must be/, () => signWith({}, { now: 1_700_000_000 as never })],
    ['a text as a date', /^The time must be/, () => signWith({}, { now: '2026-11-22T09:45:00Z' as never })],
    ['no date', /^The time must be/, () => signWith({}, { now: undefined as never })],
    ['a year of five digits', /four digits/, () => signWith({}, { now: new Date('+010000-01-01') })],
    ['an empty region', /^region is empty: it must be/, () => signWith({}, { region: '' })],
    ['a region set', /SigV4a is not served/, () => signWith({}, { region: 'us-*' })],
    ['a service with a slash', /^service must be/, () => signWith({}, { service: 'a/b' })],
  ]

  it.each(misuse)('refuses %s', (_name, message, act) => {
    expect(act).toThrow(TypeError)
    expect(act).toThrow(message)
  })

  it.each([
    ['accessKeyId', { accessKeyId: 5 }],
    ['accessKeyId', { accessKeyId: 'AKID/EXAMPLE' }],
    ['secretAccessKey', { secretAccessKey: undefined }],
    ['secretAccessKey', { secretAccessKey: 'hidden-secret\n' }],
    ['secretAccessKey', { secretAccessKey: new Uint8Array(3) }],
    ['sessionToken', { sessionToken: '' }],
    ['sessionToken', { sessionToken: 'hidden-secret\r' }],
  ])('refuses a malformed %s without telling it (%#)', (name, wrong) => {
    const act = () => signWith({}, { credentials: { ...credentials, ...wrong } as never })
    expect(act).toThrow(TypeError)
    expect(act).toThrow(new RegExp(`^${name}( is (missing|empty): it)? must be`))
    expect(act).not.toThrow(/hidden-secret/)
  })

  it('checks credentials anew when one of them changes', () => {
    signWith({})
    expect(() => signWith({}, { credentials: { ...credentials, sessionToken: ' ' } })).toThrow(
      /^sessionToken/,
    )
    signWith({})
    expect(() => signWith({}, { region: 'a b' })).toThrow(/^region/)
  })
})

describe('presign()', () => {
  function presignWith(request: Partial<SignableRequest>, options: Partial<PresignOptions> = {}) {
    return presign({ method: 'GET', url, ...request }, { ...signing, ...options })
  }

  it.each([0, -1, 1.5, 604_801, Number.NaN, '60' as never])(
    'refuses to hold for %s seconds',
    (expiresInSeconds) => {
      const act = () => presignWith({}, { expiresInSeconds })
      expect(act).toThrow(TypeError)
      expect(act).toThrow(
        `expiresInSeconds must be a whole number of seconds from 1 to 604800, not ${String(expiresInSeconds)}`,
      )
    },
  )

  it('refuses a body for a function URL, which takes none in this form', () => {
    expect(() => presignWith({ method: 'POST', body: '{}' })).toThrow(
      /^Function URLs refuse a presigned request with a body/,
    )
    expect(() => presignWith({ method: 'POST', payloadHash: hash })).toThrow(/^Function URLs/)
    expect(() => presignWith({ payloadHash: 'UNSIGNED-PAYLOAD' })).toThrow(
      /^Function URLs refuse UNSIGNED-PAYLOAD/,
    )
    expect(presignWith({ method: 'POST', body: '' }).method).toBe('POST')
    expect(
      presignWith({ method: 'POST', body: '{}' }, { service: 'execute-api' }).canonicalRequest,
    ).toContain(hash)
  })

  it('leaves the body out for S3 when it is not known', () => {
    expect(presignWith({ method: 'PUT' }, { service: 's3' }).canonicalRequest).toMatch(/\nUNSIGNED-PAYLOAD$/)
    expect(presignWith({ method: 'PUT', body: '{}' }, { service: 's3' }).canonicalRequest).toMatch(
      new RegExp(`\\n${hash}$`),
    )
  })
})
