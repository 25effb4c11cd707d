import { describe, expect, it } from 'vitest'
import type { EventInput } from './create-event.ts'
import { createEvent } from './create-event.ts'
import type { IamAuthorizer } from './types.ts'

const urlId = 'abcdefghijklmnopqrstuvwxyz012345'
const iam: IamAuthorizer = {
  accessKey: 'ASIAIOSFODNN7EXAMPLE',
  accountId: '111122223333',
  callerId: 'AROAEXAMPLE:session',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: 'arn:aws:sts::111122223333:assumed-role/caller/session',
  userId: 'AROAEXAMPLE:session',
}

function input(overrides: Partial<EventInput> = {}): EventInput {
  return {
    method: 'GET',
    target: '/',
    rawHeaders: ['Host', `${urlId}.lambda-url.us-west-2.on.aws`],
    body: new Uint8Array(0),
    sourceIp: '203.0.113.7',
    httpVersion: '1.1',
    urlId,
    domainName: `${urlId}.lambda-url.us-west-2.on.aws`,
    requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
    now: new Date(1783711146671),
    ...overrides,
  }
}

const withHeaders = (...rawHeaders: string[]) => createEvent(input({ rawHeaders })).headers
const bytes = (text: string) => new TextEncoder().encode(text)

describe('createEvent()', () => {
  it('builds the event of the reference capture, member for member', () => {
    const event = createEvent(
      input({
        method: 'POST',
        target:
          '/capture/space%20value?repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=',
        rawHeaders: [
          'Host',
          `${urlId}.lambda-url.us-west-2.on.aws`,
          'Authorization',
          'AWS4-HMAC-SHA256 Credential=…',
          'X-Amz-Date',
          '20250810T141629Z',
          'Accept',
          '*/*',
          'Connection',
          'keep-alive',
          'User-Agent',
          'curl/8.7.1',
          'Cookie',
          'session=abc123; theme=dark',
          'X-Probe',
          'first',
          'x-probe',
          'second',
          'Content-Type',
          'application/json',
          'Content-Length',
          '43',
        ],
        body: bytes('{"message":"hello","unicode":"lambda-λ"}'),
        iam,
      }),
    )
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/capture/space%20value',
      rawQueryString:
        'repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=',
      cookies: ['session=abc123', 'theme=dark'],
      headers: {
        accept: '*/*',
        'content-length': '43',
        'content-type': 'application/json',
        cookie: 'session=abc123; theme=dark',
        host: `${urlId}.lambda-url.us-west-2.on.aws`,
        'user-agent': 'curl/8.7.1',
        'x-amz-date': '20250810T141629Z',
        'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
        'x-amzn-tls-version': 'TLSv1.3',
        'x-amzn-trace-id': 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
        'x-probe': 'first,second',
      },
      queryStringParameters: {
        empty: '',
        encodedPlus: 'a+b',
        literalPlus: 'a b',
        redirect: 'https://example.com/a/b',
        repeat: 'one,two',
      },
      requestContext: {
        accountId: '111122223333',
        apiId: urlId,
        authorizer: { iam },
        domainName: `${urlId}.lambda-url.us-west-2.on.aws`,
        domainPrefix: urlId,
        http: {
          method: 'POST',
          path: '/capture/space value',
          protocol: 'HTTP/1.1',
          sourceIp: '203.0.113.7',
          userAgent: 'curl/8.7.1',
        },
        requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
        routeKey: '$default',
        stage: '$default',
        time: '10/Jul/2026:19:19:06 +0000',
        timeEpoch: 1783711146671,
      },
      body: '{"message":"hello","unicode":"lambda-λ"}',
      isBase64Encoded: false,
    })
  })

  it('leaves out what is empty', () => {
    const event = createEvent(input())
    expect(event).not.toHaveProperty('cookies')
    expect(event).not.toHaveProperty('queryStringParameters')
    expect(event).not.toHaveProperty('body')
    expect(event.requestContext).not.toHaveProperty('authorizer')
    expect(event.requestContext.http).not.toHaveProperty('userAgent')
    expect(event.isBase64Encoded).toBe(false)
    expect(event.rawQueryString).toBe('')
    expect(event.requestContext.accountId).toBe('anonymous')
  })

  it.each([
    ['/pa2%25Fth/1', '/pa2%25Fth/1', '/pa2%Fth/1'],
    ['/a%2Fb', '/a%2Fb', '/a/b'],
    ['//evil.example/x', '//evil.example/x', '//evil.example/x'],
    ['/a/../b/./c', '/a/../b/./c', '/a/../b/./c'],
    ['/caf%C3%A9/%E2%82%AC', '/caf%C3%A9/%E2%82%AC', '/café/€'],
    ['/100%/%zz/%FF', '/100%/%zz/%FF', '/100%/%zz/�'],
    ['http://host.example/a?b=1', '/a', '/a'],
    ['http://host.example', '/', '/'],
  ])('keeps the path of %s raw and decodes it once', (target, rawPath, path) => {
    const event = createEvent(input({ target }))
    expect(event.rawPath).toBe(rawPath)
    expect(event.requestContext.http.path).toBe(path)
  })

  it.each([
    ['a=1&a=2&b=', { a: '1,2', b: '' }],
    ['a=1,2', { a: '1,2' }],
    ['flag&x=%zz', { flag: '', x: '%zz' }],
    ['a=b=c&&', { a: 'b=c' }],
    ['%41=%26&q=%F0%9F%98%80+x', { A: '&', q: '😀 x' }],
    ['?=x', { '?': 'x' }],
  ])('keeps the query %s byte for byte and decodes it into parameters', (query, parameters) => {
    const event = createEvent(input({ target: `/p?${query}` }))
    expect(event.rawQueryString).toBe(query)
    expect({ ...event.queryStringParameters }).toEqual(parameters)
  })

  it('treats __proto__ as any other name', () => {
    const event = createEvent(
      input({
        target: '/?__proto__=q&constructor=c',
        rawHeaders: ['__proto__', 'h', 'constructor', 'c', 'Cookie', 'a=1', '__proto__', 'i'],
      }),
    )
    const copy = JSON.parse(JSON.stringify(event)) as typeof event
    expect(Object.entries(copy.queryStringParameters ?? {})).toEqual([
      ['__proto__', 'q'],
      ['constructor', 'c'],
    ])
    expect(Object.entries(copy.headers)).toContainEqual(['__proto__', 'h,i'])
    expect(Object.entries(copy.headers)).toContainEqual(['constructor', 'c'])
    expect({}).not.toHaveProperty('h')
  })

  it('removes authorization only when the signature was used', () => {
    const rawHeaders = ['Authorization', 'Bearer x', 'X-Amz-Security-Token', 'kept']
    expect(createEvent(input({ rawHeaders })).headers).toMatchObject({ authorization: 'Bearer x' })
    const signed = createEvent(input({ rawHeaders, iam })).headers
    expect(signed).not.toHaveProperty('authorization')
    expect(signed).toMatchObject({ 'x-amz-security-token': 'kept' })
  })

  it('sets its own headers over those of the client and appends to x-forwarded-for', () => {
    const headers = withHeaders(
      'X-Forwarded-For',
      '6.6.6.6',
      'X-Forwarded-Proto',
      'gopher',
      'X-Forwarded-Port',
      '1',
      'X-Amzn-Tls-Version',
      'none',
      'X-Forwarded-Host',
      'evil.example',
    )
    expect(headers).toMatchObject({
      'x-forwarded-for': '6.6.6.6, 203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-amzn-tls-version': 'TLSv1.3',
      'x-forwarded-host': 'evil.example',
    })
  })

  it('joins repeated cookies with their own separator and splits them again', () => {
    const event = createEvent(input({ rawHeaders: ['Cookie', 'a=1;b=2', 'Cookie', 'c="x, y"'] }))
    expect(event.cookies).toEqual(['a=1', 'b=2', 'c="x, y"'])
    expect(event.headers['cookie']).toBe('a=1;b=2; c="x, y"')
  })

  it('keeps empty and Latin-1 header values', () => {
    expect(withHeaders('X-Empty', '', 'X-Name', 'caf\u00e9')).toMatchObject({
      'x-empty': '',
      'x-name': 'caf\u00e9',
    })
  })

  it.each([
    ['text/plain', false],
    ['text/html; charset=utf-8', false],
    ['TEXT/CSV', false],
    ['application/json', false],
    ['application/json; charset=UTF-8', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/x-www-form-urlencoded', true],
    ['multipart/form-data; boundary=x', true],
    ['application/octet-stream', true],
    ['image/png', true],
    ['image/svg+xml', true],
    ['application/vnd.api+json', true],
    [undefined, true],
  ])('sends a body of type %s with isBase64Encoded %s', (type, isBase64Encoded) => {
    const rawHeaders = type === undefined ? [] : ['Content-Type', type]
    const event = createEvent(input({ method: 'POST', rawHeaders, body: bytes('a=λ') }))
    expect(event.isBase64Encoded).toBe(isBase64Encoded)
    expect(event.body).toBe(isBase64Encoded ? Buffer.from('a=λ').toString('base64') : 'a=λ')
  })

  it('never ruins bytes: a text type over bytes that are not UTF-8 is base64, and a byte order mark stays', () => {
    const gzip = new Uint8Array([0x1f, 0x8b, 0x08, 0xff])
    const rawHeaders = ['Content-Type', 'application/json']
    expect(createEvent(input({ rawHeaders, body: gzip })).isBase64Encoded).toBe(true)
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])
    expect(createEvent(input({ rawHeaders, body: marked })).body).toBe('\ufeff{}')
  })

  it('refuses a header list of odd length', () => {
    expect(() => withHeaders('Host')).toThrow(TypeError)
  })
})
