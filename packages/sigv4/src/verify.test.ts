import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseAmzDate } from './amz-date.ts'
import {
  type HeaderPair,
  presign,
  type RawRequest,
  readAuthorization,
  sign,
  type SignableRequest,
  type SignOptions,
  type Verification,
  verify,
  type VerifyOptions,
} from './index.ts'
import { credentials, host, now, options, signing, temporary } from './testing/keys.ts'

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

function send(request: Partial<SignableRequest> = {}, with_: Partial<SignOptions> = {}): RawRequest {
  const { method = 'POST', url = `https://${host}/items/a%2Fb?z=1&a=%2B`, body = '{"a":1}' } = request
  const headers = request.headers ?? ([['content-type', 'application/json']] as const)
  const signed = sign({ ...request, method, url, body, headers }, { ...signing, ...with_ })
  return toRaw(signed.method, signed.url, signed.headers, body)
}

function toRaw(
  method: string,
  url: string,
  headers: readonly HeaderPair[],
  body: string | Uint8Array,
): RawRequest {
  const sent = new URL(url)
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const rawHeaders = ['Host', sent.host, ...headers.flat(), 'User-Agent', 'test']
  return { method, target: sent.pathname + sent.search, rawHeaders, body: bytes }
}

function sendPresigned(with_: Partial<Parameters<typeof presign>[1]> = {}): RawRequest {
  const { url } = presign({ method: 'GET', url: `https://${host}/p?b=2&a=1` }, { ...signing, ...with_ })
  return toRaw('GET', url, [], '')
}

function setHeader(request: RawRequest, name: string, value: string | undefined): RawRequest {
  const rawHeaders: string[] = []
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [other = '', old = ''] = request.rawHeaders.slice(index, index + 2)
    if (other.toLowerCase() !== name) rawHeaders.push(other, old)
  }
  if (value !== undefined) rawHeaders.push(name, value)
  return { ...request, rawHeaders }
}

function addHeader(request: RawRequest, name: string, value: string): RawRequest {
  return { ...request, rawHeaders: [...request.rawHeaders, name, value] }
}

function changeAuthorization(request: RawRequest, change: (text: string) => string): RawRequest {
  const index = request.rawHeaders.findIndex((text) => text.toLowerCase() === 'authorization')
  return {
    ...request,
    rawHeaders: request.rawHeaders.with(index + 1, change(request.rawHeaders[index + 1] ?? '')),
  }
}

function authorizationOf(request: RawRequest): string {
  return request.rawHeaders[request.rawHeaders.indexOf('authorization') + 1] ?? ''
}

function hashBase64(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function refuse(request: RawRequest, with_: Partial<VerifyOptions> = {}): Verification & { ok: false } {
  const result = verify(request, { ...options, ...with_ })
  if (result.ok) throw new Error('The request was accepted')
  return result
}

describe('verify()', () => {
  it('accepts a signed request and says whose it is', () => {
    const result = verify(send(), options)
    expect(result).toEqual({
      ok: true,
      form: 'header',
      accessKeyId: 'AKIDEXAMPLE',
      signedAt: now,
      scope: { date: '20261122', region: 'us-east-1', service: 'lambda' },
      signedHeaders: ['content-type', 'host', 'x-amz-content-sha256', 'x-amz-date'],
      signedHost: host,
    })
  })

  it('accepts temporary credentials with their token, in both forms', () => {
    const expected = { ok: true, sessionToken: temporary.sessionToken, accessKeyId: 'ASIAEXAMPLE' }
    expect(verify(send({}, { credentials: temporary }), options)).toMatchObject(expected)
    expect(verify(sendPresigned({ credentials: temporary }), options)).toMatchObject(expected)
  })

  it('accepts a host of `hosts` and says which was signed', () => {
    const request = setHeader(send(), 'host', `${host}:8443`)
    expect(refuse(request).message).toBe(mismatch)
    expect(verify(request, { ...options, hosts: ['other', host] })).toMatchObject({
      ok: true,
      signedHost: host,
    })
  })

  it('accepts :authority where there is no Host', () => {
    expect(verify(addHeader(setHeader(send(), 'host', undefined), ':authority', host), options).ok).toBe(true)
  })

  it('reads repeated headers from the flat list, joined with a comma', () => {
    const request = send({
      headers: [
        ['x-multi', 'two'],
        ['x-multi', '  one  more '],
      ],
    })
    expect(verify(request, options).ok).toBe(true)
    expect(verify(setHeader(request, 'x-multi', 'two,one more'), options).ok).toBe(true)
    expect(refuse(setHeader(request, 'x-multi', 'one more,two')).message).toBe(mismatch)
  })

  it('reads a header beyond ASCII as text and as bytes', () => {
    const asText = send({ headers: [['x-name', 'café']] })
    expect(verify(asText, options).ok).toBe(true)
    const utf8 = new TextDecoder('latin1').decode(new TextEncoder().encode('café'))
    expect(verify(setHeader(asText, 'x-name', utf8), options).ok).toBe(true)
    expect(refuse(setHeader(asText, 'x-name', 'cafe')).message).toBe(mismatch)
  })

  it('accepts a Date header where there is no X-Amz-Date', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260203/us-east-1/lambda/aws4_request, SignedHeaders=date;host, Signature=0000'
    const request: RawRequest = {
      method: 'GET',
      target: '/',
      rawHeaders: ['Host', host, 'Date', 'Tue, 03 Feb 2026 04:05:06 -0000', 'Authorization', authorization],
      body: new Uint8Array(),
    }
    const at = { now: parseAmzDate('20260203T040506Z')! }
    expect(refuse(request, at)).toMatchObject({ message: mismatch, trace: { form: 'header' } })
    const unsigned = changeAuthorization(request, (text) => text.replace('date;', ''))
    expect(refuse(unsigned, at).message).toBe("'Date' must be a 'SignedHeader' in the AWS Authorization.")
  })

  const forgeries: readonly (readonly [string, (request: RawRequest) => RawRequest])[] = [
    ['another method', (request) => ({ ...request, method: 'PUT' })],
    ['another path', (request) => ({ ...request, target: request.target.replace('items', 'users') })],
    [
      'a decoded slash in the path',
      (request) => ({ ...request, target: request.target.replace('%2F', '/') }),
    ],
    ['another query value', (request) => ({ ...request, target: request.target.replace('z=1', 'z=2') })],
    ['a query pair more', (request) => ({ ...request, target: `${request.target}&b=1` })],
    ['a query pair fewer', (request) => ({ ...request, target: request.target.replace('z=1&', '') })],
    ['a plus for an encoded plus', (request) => ({ ...request, target: request.target.replace('%2B', '+') })],
    ['another host', (request) => setHeader(request, 'host', host.replace('abc', 'xyz'))],
    ['a second host', (request) => addHeader(request, 'Host', host)],
    ['no host', (request) => setHeader(request, 'host', undefined)],
    ['another signed header value', (request) => setHeader(request, 'content-type', 'text/plain')],
    ['a signed header twice', (request) => addHeader(request, 'content-type', 'application/json')],
    ['an absent signed header', (request) => setHeader(request, 'content-type', undefined)],
    [
      'another body under the old hash',
      (request) => ({ ...request, body: new TextEncoder().encode('{"a":2}') }),
    ],
    ['no body', (request) => ({ ...request, body: new Uint8Array() })],
    [
      'another body under its own hash',
      (request) =>
        setHeader(
          { ...request, body: new Uint8Array() },
          'x-amz-content-sha256',
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        ),
    ],
    ['UNSIGNED-PAYLOAD put in', (request) => setHeader(request, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD')],
    [
      'a streaming payload put in',
      (request) => setHeader(request, 'x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'),
    ],
    [
      'a flipped digit in the signature',
      (request) =>
        changeAuthorization(request, (text) => text.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))),
    ],
    ['a shorter signature', (request) => changeAuthorization(request, (text) => text.slice(0, -1))],
    [
      'a signature in upper case',
      (request) =>
        changeAuthorization(request, (text) => text.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase())),
    ],
    [
      'a header listed twice',
      (request) => changeAuthorization(request, (text) => text.replace('host;', 'host;host;')),
    ],
    [
      'a header fewer in the list',
      (request) => changeAuthorization(request, (text) => text.replace('content-type;', '')),
    ],
    [
      'a header more in the list',
      (request) =>
        changeAuthorization(request, (text) => text.replace('x-amz-date,', 'x-amz-date;user-agent,')),
    ],
    [
      'the authorization itself in the list',
      (request) =>
        changeAuthorization(request, (text) =>
          text.replace('SignedHeaders=', 'SignedHeaders=authorization;'),
        ),
    ],
  ]

  it.each(forgeries)('refuses %s', (_, forge) => {
    expect(verify(send(), options).ok).toBe(true)
    expect(refuse(forge(send()))).toMatchObject({ code: 'InvalidSignatureException', message: mismatch })
  })

  it('refuses UNSIGNED-PAYLOAD even when it is signed, unless allowed', () => {
    const request = send({ payloadHash: 'UNSIGNED-PAYLOAD' })
    expect(refuse(request).message).toBe(mismatch)
    expect(verify(request, { ...options, allowUnsignedPayload: true }).ok).toBe(true)
    expect(refuse({ ...send(), body: new Uint8Array() }, { allowUnsignedPayload: true }).message).toBe(
      mismatch,
    )
  })

  const sentences: readonly (readonly [string, string, string, () => RawRequest, Partial<VerifyOptions>?])[] =
    [
      [
        'no authentication',
        'MissingAuthenticationTokenException',
        'Missing Authentication Token',
        () => setHeader(send(), 'authorization', undefined),
      ],
      [
        'another scheme',
        'IncompleteSignatureException',
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashBase64('Bearer abc')}'.`,
        () => setHeader(send(), 'authorization', 'Bearer abc'),
      ],
      [
        'another algorithm',
        'IncompleteSignatureException',
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ",
        () => changeAuthorization(send(), (text) => text.replace('HMAC', 'ECDSA-P256')),
      ],
      [
        'a Basic scheme, whose padding reads as a pair',
        'IncompleteSignatureException',
        `Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=${hashBase64('Basic dTpwYQ==')}`,
        () => setHeader(send(), 'authorization', 'Basic dTpwYQ=='),
      ],
      [
        'a credential with a blank in it',
        'IncompleteSignatureException',
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashBase64(authorizationOf(send()).replace('Credential=', 'Credential= '))}'.`,
        () => changeAuthorization(send(), (text) => text.replace('Credential=', 'Credential= ')),
      ],
      [
        'a wrong time before a host that is not signed',
        'InvalidSignatureException',
        'Signature expired: 20261122T093959Z is now earlier than 20261122T094000Z (20261122T094500Z - 5 min.)',
        () =>
          changeAuthorization(send({}, { now: new Date(now.getTime() - 301_000) }), (text) =>
            text.replace('host;', ''),
          ),
      ],
      [
        'the algorithm alone',
        'IncompleteSignatureException',
        `Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=${hashBase64('AWS4-HMAC-SHA256')}`,
        () => setHeader(send(), 'authorization', 'AWS4-HMAC-SHA256'),
      ],
      [
        'no date',
        'IncompleteSignatureException',
        `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=${hashBase64(authorizationOf(send()))}`,
        () => setHeader(send(), 'x-amz-date', undefined),
      ],
      [
        'a short credential',
        'IncompleteSignatureException',
        'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
        () => changeAuthorization(send(), (text) => text.replace('/aws4_request', '')),
      ],
      [
        'a malformed date',
        'IncompleteSignatureException',
        "Date must be in ISO-8601 'basic format'. Got '20260231T000000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
        () => setHeader(send(), 'x-amz-date', '20260231T000000Z'),
      ],
      [
        'host unsigned',
        'InvalidSignatureException',
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        () => changeAuthorization(send(), (text) => text.replace('host;', '')),
      ],
      [
        'date unsigned',
        'InvalidSignatureException',
        "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.",
        () => changeAuthorization(send(), (text) => text.replace(';x-amz-date', '')),
      ],
      [
        'token unsigned',
        'InvalidSignatureException',
        "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.",
        () => addHeader(send(), 'X-Amz-Security-Token', 'abc'),
      ],
      [
        'another service',
        'InvalidSignatureException',
        "Credential should be scoped to correct service: 'lambda'. ",
        () => send({}, { service: 'execute-api' }),
      ],
      [
        'another region',
        'InvalidSignatureException',
        'Credential should be scoped to a valid region. ',
        () => send({}, { region: 'eu-west-1' }),
      ],
      [
        'another region and service',
        'InvalidSignatureException',
        "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'lambda'. ",
        () => send({}, { region: 'eu-west-1', service: 's3' }),
      ],
      [
        'another terminator',
        'InvalidSignatureException',
        "Credential should be scoped with a valid terminator: 'aws4_request'. ",
        () => changeAuthorization(send(), (text) => text.replace('aws4_request', 'aws5_request')),
      ],
      [
        'another scope day',
        'InvalidSignatureException',
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != '20261122', from '20261122T094500Z'. ",
        () => changeAuthorization(send(), (text) => text.replace('/20261122/', '/20261121/')),
      ],
      [
        'five minutes and a second ago',
        'InvalidSignatureException',
        'Signature expired: 20261122T093959Z is now earlier than 20261122T094000Z (20261122T094500Z - 5 min.)',
        () => send({}, { now: new Date(now.getTime() - 301_000) }),
      ],
      [
        'five minutes and a second ahead',
        'InvalidSignatureException',
        'Signature not yet current: 20261122T095001Z is still later than 20261122T095000Z (20261122T094500Z + 5 min.)',
        () => send({}, { now: new Date(now.getTime() + 301_000) }),
      ],
      [
        'an unknown key',
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
        () => send({}, { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } }),
      ],
      [
        'a temporary key without its token',
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
        () => send({}, { credentials: { ...credentials, accessKeyId: 'ASIAEXAMPLE' } }),
      ],
      [
        'an expired token',
        'ExpiredTokenException',
        'The security token included in the request is expired',
        () => send({}, { credentials: { ...temporary, accessKeyId: 'ASIAEXPIRED' } }),
      ],
      [
        'a wrong secret',
        'InvalidSignatureException',
        mismatch,
        () => send({}, { credentials: { ...credentials, secretAccessKey: 'wrong' } }),
      ],
      [
        'two authorizations',
        'IncompleteSignatureException',
        "The request must hold 'Authorization' only once.",
        () => addHeader(send(), 'Authorization', 'AWS4-HMAC-SHA256 x'),
      ],
      [
        'two dates',
        'IncompleteSignatureException',
        "The request must hold 'x-amz-date' only once.",
        () => addHeader(send(), 'X-Amz-Date', '20261122T094500Z'),
      ],
      [
        'both forms',
        'InvalidSignatureException',
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        () => addHeader(sendPresigned(), 'Authorization', 'Bearer x'),
      ],
      [
        'a presigned request without its signature',
        'IncompleteSignatureException',
        "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
        () => ({ ...sendPresigned(), target: sendPresigned().target.replace(/&X-Amz-Signature=.*/, '') }),
      ],
      [
        'a presigned request with a parameter twice',
        'IncompleteSignatureException',
        "The request must hold 'X-Amz-Expires' only once.",
        () => ({ ...sendPresigned(), target: `${sendPresigned().target}&X-Amz-Expires=9` }),
      ],
      [
        'a presigned request that holds too long',
        'IncompleteSignatureException',
        "'X-Amz-Expires' must be a whole number from 1 to 604800 (seconds).",
        () => ({
          ...sendPresigned(),
          target: sendPresigned().target.replace('X-Amz-Expires=3600', 'X-Amz-Expires=604801'),
        }),
      ],
      [
        'a presigned request an hour and a second old',
        'InvalidSignatureException',
        'Signature expired: 20261122T094500Z is now earlier than 20261122T094501Z (20261122T104501Z - 60 min.)',
        () => sendPresigned(),
        { now: new Date(now.getTime() + 3_601_000) },
      ],
      [
        'a presigned request ahead of time',
        'InvalidSignatureException',
        'Signature not yet current: 20261122T095001Z is still later than 20261122T095000Z (20261122T094500Z + 5 min.)',
        () => sendPresigned({ now: new Date(now.getTime() + 301_000) }),
      ],
      [
        'a presigned request with a body',
        'InvalidSignatureException',
        mismatch,
        () => ({ ...sendPresigned(), method: 'GET', body: new Uint8Array(1) }),
      ],
      [
        'a presigned request for longer',
        'InvalidSignatureException',
        mismatch,
        () => ({
          ...sendPresigned(),
          target: sendPresigned().target.replace('X-Amz-Expires=3600', 'X-Amz-Expires=7200'),
        }),
      ],
    ]

  const every = sentences.map(
    ([name, code, message, make, at = {}]) => [name, code, message, make, at] as const,
  )

  it.each(every)('refuses %s with %s', (_, code, message, make, at) => {
    expect(refuse(make(), at)).toMatchObject({ code, message })
  })

  it('accepts a request at both ends of the window', () => {
    for (const offset of [-300_000, 300_000]) {
      expect(verify(send({}, { now: new Date(now.getTime() + offset) }), options).ok).toBe(true)
    }
    expect(verify(sendPresigned(), { ...options, now: new Date(now.getTime() + 3_600_000) }).ok).toBe(true)
  })

  it('traces the canonical request with tokens masked', () => {
    const headers: HeaderPair[] = [
      ['cookie', 'session=abcdefghijklmnop'],
      ['content-type', 'text/plain'],
    ]
    const header = refuse({ ...send({ headers }, { credentials: temporary }), method: 'PUT' })
    expect(header.trace).toMatchObject({ form: 'header', accessKeyId: 'ASIAEXAMPLE' })
    expect(header.trace.canonicalRequest).toMatch(
      /^PUT\n\/items\/a%252Fb\na=%2B&z=1\ncontent-type:text\/plain\ncookie:sess…\n/,
    )
    expect(header.trace.canonicalRequest).toContain('x-amz-security-token:IQoJ…\n')
    expect(header.trace.stringToSign).toMatch(
      /^AWS4-HMAC-SHA256\n20261122T094500Z\n20261122\/us-east-1\/lambda\/aws4_request\n[0-9a-f]{64}$/,
    )
    const presigned = refuse({ ...sendPresigned({ credentials: temporary }), method: 'PUT' })
    expect(presigned.trace.canonicalRequest).toContain('X-Amz-Security-Token=IQoJ…&')
    for (const result of [header, presigned]) {
      expect(JSON.stringify(result)).not.toContain('EXAMPLE//token')
      expect(JSON.stringify(result)).not.toContain('EXAMPLE%2F%2Ftoken')
    }
  })

  it('takes the hash of a body that the receiver took while it arrived', () => {
    const { body, ...request } = send()
    const bodyHash = createHash('sha256').update(body).digest('hex')
    expect(verify({ ...request, bodyHash }, options)).toEqual(verify(send(), options))
    const other = createHash('sha256').update('other').digest('hex')
    expect(verify({ ...request, bodyHash: other }, options)).toMatchObject({ ok: false, message: mismatch })
    expect(() => verify({ ...request, bodyHash: 'UNSIGNED-PAYLOAD' }, options)).toThrow(TypeError)
    expect(() => verify({ ...request, bodyHash: bodyHash.toUpperCase() }, options)).toThrow(TypeError)
  })

  // The forgeries that a published verifier lets through.
  it.each([
    ['another body under the old hash', () => ({ ...send(), body: new TextEncoder().encode('{"a":2}') })],
    ['a body left out of the signature', () => send({ payloadHash: 'UNSIGNED-PAYLOAD' })],
    ['a request of three days ago', () => send({}, { now: new Date(now.getTime() - 3 * 86_400_000) })],
    ['a request of an hour ahead', () => send({}, { now: new Date(now.getTime() + 3_600_000) })],
    [
      'a scope of another day',
      () => changeAuthorization(send(), (text) => text.replace('/20261122/', '/20261121/')),
    ],
    ['an unsigned host', () => changeAuthorization(send(), (text) => text.replace('host;', ''))],
    ['an unsigned date', () => changeAuthorization(send(), (text) => text.replace(';x-amz-date', ''))],
    ['another token, unsigned', () => addHeader(send(), 'x-amz-security-token', 'other')],
    ['another region', () => send({}, { region: 'eu-west-1' })],
    ['another service', () => send({}, { service: 's3' })],
    ['a signed header that is absent', () => setHeader(send(), 'content-type', undefined)],
  ])('lets %s pass in no form', (_, forge) => {
    expect(verify(send(), options).ok).toBe(true)
    expect(verify(forge(), options).ok).toBe(false)
  })

  it.each(['', ' ', '-', '202710', '20210', '2026-11-22T09:45:00Z', '20261122T094500', '20260230T000000Z'])(
    'refuses the date %j with a value, never an exception',
    (date) => {
      const header = setHeader(send(), 'x-amz-date', date)
      expect(verify(header, options)).toMatchObject({ ok: false, code: 'IncompleteSignatureException' })
      const { target } = sendPresigned()
      const query = target.replace(/X-Amz-Date=[^&]*/, `X-Amz-Date=${encodeURIComponent(date)}`)
      expect(verify({ ...sendPresigned(), target: query }, options)).toMatchObject({
        ok: false,
        code: 'IncompleteSignatureException',
      })
    },
  )

  it('throws when the clock is no valid date, whatever the request says', () => {
    expect(() => verify(send(), { ...options, now: new Date(Number.NaN) })).toThrow(TypeError)
  })

  describe('of a request with more than one host', () => {
    const host2 = 'victim.example'

    it.each<[string, (raw: RawRequest) => RawRequest]>([
      ['another :authority beside the signed host', (raw) => addHeader(raw, ':authority', host2)],
      ['a second host', (raw) => addHeader(raw, 'Host', host2)],
      ['the same host twice', (raw) => addHeader(raw, 'Host', host)],
      [
        'a target in absolute form for another host',
        (raw) => ({ ...raw, target: `http://${host2}${raw.target}` }),
      ],
    ])('refuses %s', (_, change) => {
      expect(verify(send(), options).ok).toBe(true)
      expect(refuse(change(send())).message).toBe(mismatch)
    })

    it('takes the same host by another name, and a target in absolute form for it', () => {
      expect(verify(addHeader(send(), ':authority', host), options).ok).toBe(true)
      const raw = send()
      expect(verify({ ...raw, target: `http://${host}${raw.target}` }, options).ok).toBe(true)
    })

    it('refuses a signed :authority beside another host', () => {
      const raw = changeAuthorization(send(), (text) => text.replace('host;', ':authority;'))
      const both = addHeader(setHeader(raw, 'host', host2), ':authority', host)
      expect(refuse(both).ok).toBe(false)
    })
  })

  it.each<[string, unknown]>([
    ['a promise', Promise.resolve({ secretAccessKey: 'late' })],
    ['nothing', undefined],
    ['no secret', {}],
    ['an empty secret', { secretAccessKey: '' }],
    ['a secret that is no text', { secretAccessKey: 5 }],
  ])('throws for a lookup that gives %s, and lets nobody sign with what stands in for it', (_, found) => {
    expect(() => verify(send(), { ...options, lookup: () => found as never })).toThrow(TypeError)
  })

  it('keeps nothing between calls: a forgery inside the key lookup of a good request is refused', () => {
    const good = send()
    const forged = { ...send(), method: 'DELETE' }
    let inner: Verification | undefined
    const lookup: VerifyOptions['lookup'] = (...key) => {
      inner ??= verify(forged, options)
      return options.lookup(...key)
    }
    expect(verify(good, { ...options, lookup }).ok).toBe(true)
    expect(inner).toMatchObject({ ok: false })
  })

  it.each([
    ['blanks in a header', () => setHeader(send(), 'content-type', `a${' \t'.repeat(500_000)}b`)],
    ['commas in the authorization', () => changeAuthorization(send(), (text) => text + ',='.repeat(200_000))],
    [
      'blanks in the authorization',
      () => changeAuthorization(send(), (text) => text.replace(' ', ' '.repeat(1_000_000))),
    ],
    [
      'semicolons in the list',
      () => changeAuthorization(send(), (text) => text.replace('host;', 'host;'.repeat(100_000))),
    ],
    ['pairs in the query', () => ({ ...send(), target: `/?${'a&'.repeat(300_000)}` })],
    ['percents in the query', () => ({ ...send(), target: `/?${'%'.repeat(500_000)}` })],
    ['dots in the path', () => ({ ...send(), target: '/..'.repeat(300_000) })],
    [
      'slashes in the credential',
      () => changeAuthorization(send(), (text) => text.replace('AKID', '/'.repeat(500_000))),
    ],
  ])('answers a hostile request of a megabyte: %s', (name, make) => {
    // Quadratic work over any of these would outlast the test runner's patience. Blanks alone change nothing.
    expect(verify(make(), options).ok).toBe(name === 'blanks in the authorization')
  })
})

describe('readAuthorization()', () => {
  it('peeks at both forms and at nothing else', () => {
    const scope = { date: '20261122', region: 'us-east-1', service: 'lambda' }
    expect(readAuthorization(send())).toEqual({ form: 'header', accessKeyId: 'AKIDEXAMPLE', scope })
    expect(readAuthorization(sendPresigned())).toEqual({
      form: 'presigned',
      accessKeyId: 'AKIDEXAMPLE',
      scope,
    })
    expect(readAuthorization({ target: '/', rawHeaders: ['Authorization', 'Bearer x'] })).toBeUndefined()
    expect(readAuthorization({ target: '/', rawHeaders: [] })).toBeUndefined()
  })
})
