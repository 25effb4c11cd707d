import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEvent } from './create-event.ts'
import { readEvent } from './read-event.ts'
import type { FunctionUrlEvent } from './types.ts'

const domainName = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws'

function event(overrides: Readonly<Record<string, unknown>> = {}): FunctionUrlEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a',
    rawQueryString: '',
    headers: { host: domainName },
    requestContext: {
      domainName,
      requestId: 'id',
      http: { method: 'POST', path: '/a', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7' },
    },
    isBase64Encoded: false,
    ...overrides,
  } as unknown as FunctionUrlEvent
}

const headersOf = (overrides: Readonly<Record<string, unknown>>) => readEvent(event(overrides)).headers

describe('readEvent()', () => {
  it('reads what createEvent() wrote', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).map((text) => `x-${text}`)
    const value = fc.stringMatching(/^(?:[\x21-\x7e\xa0-\xff]{0,12})$/)
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PROPFIND'),
          path: fc.stringMatching(/^\/[\x21\x24-\x3e\x40-\x5b\x5d-\x7e]{0,20}$/),
          query: fc.stringMatching(/^[\x21\x24-\x7e]{0,20}$/),
          pairs: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 }),
          body: fc.uint8Array({ maxLength: 50 }),
          type: fc.constantFrom(
            'application/json',
            'text/plain',
            'image/png',
            'application/x-www-form-urlencoded',
          ),
        }),
        ({ method, path, query, pairs, body, type }) => {
          const created = createEvent({
            method,
            target: query === '' ? path : `${path}?${query}`,
            rawHeaders: ['Host', domainName, 'Content-Type', type, ...pairs.flat()],
            body,
            sourceIp: '203.0.113.7',
            httpVersion: '1.1',
            urlId: domainName.slice(0, 32),
            domainName,
            requestId: 'id',
            traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
            now: new Date(0),
          })
          const request = readEvent(JSON.parse(JSON.stringify(created)))
          expect(request).toMatchObject({ method, rawPath: path, rawQuery: query, sourceIp: '203.0.113.7' })
          expect(request.url).toBe(`https://${domainName}${path}${query === '' ? '' : `?${query}`}`)
          expect(new URL(request.url).host).toBe(domainName)
          for (const pair of pairs) expect(request.headers).toContainEqual(pair)
          expect([...(request.body ?? [])]).toEqual([...body])
        },
      ),
    )
  })

  it.each([
    ['in both places', { cookies: ['a=1', 'b=2'], headers: { cookie: 'a=1; b=2' } }],
    ['in cookies only', { cookies: ['a=1', 'b=2'], headers: {} }],
    ['in the header only', { headers: { Cookie: 'a=1; b=2' } }],
  ])('takes cookies once when they are %s', (_, overrides) => {
    expect(headersOf(overrides)).toEqual([['cookie', 'a=1; b=2']])
  })

  it('turns header text beyond Latin-1 into its UTF-8 octets', () => {
    expect(headersOf({ headers: { 'x-a': '€', 'x-b': 'caf\u00e9' } })).toEqual([
      ['x-a', '\u00e2\u0082\u00ac'],
      ['x-b', 'caf\u00e9'],
    ])
  })

  it('always tells the size of the body it hands over', () => {
    expect(headersOf({ body: 'λ', headers: {} })).toEqual([['content-length', '2']])
    expect(headersOf({ body: 'λ', headers: { 'content-length': '99' } })).toEqual([['content-length', '2']])
    expect(headersOf({ headers: { 'content-length': '99' } })).toEqual([['content-length', '0']])
    expect(headersOf({ headers: {} })).toEqual([])
  })

  it.each([
    ['/a b', '', '/a%20b'],
    ['/a#b', 'c#d', '/a%23b?c%23d'],
    ['/a?b', '', '/a%3Fb'],
    ['/\\evil.example', '', '/%5Cevil.example'],
    ['evil.example', '', '/evil.example'],
    ['', '', '/'],
    ['//evil.example', '', '//evil.example'],
    ['/@evil.example', '', '/@evil.example'],
  ])('keeps the host of path %j', (rawPath, rawQueryString, rest) => {
    const { url } = readEvent(event({ rawPath, rawQueryString }))
    expect(url).toBe(`https://${domainName}${rest}`)
    expect(new URL(url).host).toBe(domainName)
  })

  it.each([
    'a/b',
    'a@b',
    'a b',
    'a?b',
    'a#b',
    'a\\b',
    '',
    ':80',
    '[::1',
    'a:b',
    'a:123456',
    'a:99999',
    '1.2.3.4.5',
  ])('does not take %j for a host', (host) => {
    expect(readEvent(event({ headers: { host } })).url).toBe(`https://${domainName}/a`)
  })

  it.each(['localhost:3000', '[::1]:80', '127.0.0.1', 'my_app.example'])('takes %j for a host', (host) => {
    expect(readEvent(event({ headers: { host } })).url).toBe(`https://${host}/a`)
  })

  it.each([
    [null],
    [undefined],
    ['x'],
    [{}],
    [{ version: '1.0' }],
    [event({ version: '1.0' })],
    [event({ rawPath: 1 })],
  ])('refuses %j with NotAnHttpEvent', (value) => {
    expect(() => readEvent(value)).toThrow(
      expect.objectContaining({ name: 'EventsError', code: 'NotAnHttpEvent' }) as Error,
    )
  })

  it.each([
    ['a body that is not base64', { body: '*', isBase64Encoded: true }],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nc: d' } }],
    ['a header name that is none', { headers: { 'x a': 'b' } }],
    ['a header that is no text', { headers: { 'x-a': 1 } }],
    ['cookies that are no list', { cookies: 'a=1' }],
  ])('refuses %s with InvalidEvent', (_, overrides) => {
    expect(() => readEvent(event(overrides)).headers).toThrow(
      expect.objectContaining({ code: 'InvalidEvent' }) as Error,
    )
  })
})
