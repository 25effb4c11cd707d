import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEvent } from './create-event.ts'
import type { EventInput, HttpApiInput } from './create-event.ts'
import { findEventKind } from './kinds.ts'
import { readEvent } from './read-event.ts'
import type { EventKind } from './types.ts'

const urlId = 'abcdefghijklmnopqrstuvwxyz012345'
const domainNames: Readonly<Record<EventKind, string>> = {
  'function-url': `${urlId}.lambda-url.us-west-2.on.aws`,
  'http-api': 'abcdefghij.execute-api.us-west-2.amazonaws.com',
}

function input(
  kind: EventKind,
  overrides: Partial<Omit<HttpApiInput, 'kind'>> = {},
): EventInput | HttpApiInput {
  const domainName = domainNames[kind]
  return {
    method: 'GET',
    target: '/',
    rawHeaders: ['host', domainName],
    body: new Uint8Array(0),
    sourceIp: '203.0.113.7',
    httpVersion: '1.1',
    urlId,
    domainName,
    requestId: 'id',
    traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
    now: new Date(0),
    ...overrides,
    kind,
  }
}

const receive = (value: EventInput | HttpApiInput) =>
  JSON.parse(JSON.stringify(createEvent(value))) as unknown

/** What each kind can hold of a path: an HTTP API cannot tell an escape from what it stands for. */
const paths: Readonly<Record<EventKind, fc.Arbitrary<string>>> = {
  'function-url': fc.stringMatching(/^\/[\x21\x24-\x3e\x40-\x5b\x5d-\x7e]{0,20}$/),
  'http-api': fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .map((text) => `/${text.replaceAll(/[^ -~\u00a1-\u{10ffff}]/gu, '')}`)
    .map((text) =>
      encodeURIComponent(text).replaceAll(/%(?:2F|24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent),
    ),
}

describe.each(['function-url', 'http-api'] as const)('a request through an event of kind %s', (kind) => {
  it('comes out as it went in, for everything the format can hold', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).map((text) => `x-${text}`)
    const value = fc.stringMatching(/^[\x21-\x7e\xa0-\xff]{0,12}$/)
    const cookie = fc.stringMatching(/^[a-z]{1,5}=[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]{0,8}$/)
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PROPFIND'),
          path: paths[kind],
          query: fc.stringMatching(/^[\x21\x24-\x7e]{0,20}$/),
          headers: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 }),
          cookies: fc.array(cookie, { maxLength: 3 }),
          body: fc.uint8Array({ maxLength: 50 }),
          type: fc.constantFrom('application/json', 'text/plain', 'image/png', 'multipart/form-data'),
          stage: fc.constantFrom('$default', 'dev'),
        }),
        ({ method, path, query, headers, cookies, body, type, stage }) => {
          const sent = [
            'host',
            domainNames[kind],
            'content-type',
            type,
            ...headers.flat(),
            ...(cookies.length === 0 ? [] : ['cookie', cookies.join('; ')]),
          ]
          const target = query === '' ? path : `${path}?${query}`
          const options = kind === 'http-api' ? { stage } : {}
          const request = readEvent(
            receive(input(kind, { method, target, rawHeaders: sent, body, ...options })),
          )
          expect(request.kind).toBe(kind)
          expect(request).toMatchObject({ method, rawPath: path, rawQuery: query, sourceIp: '203.0.113.7' })
          for (const pair of headers) expect(request.headers).toContainEqual(pair)
          const received = request.headers.filter(([key]) => key === 'cookie').map(([, text]) => text)
          expect(received).toEqual(cookies.length === 0 ? [] : [cookies.join('; ')])
          expect([...(request.body ?? [])]).toEqual([...body])
        },
      ),
    )
  })
})

describe('events of an HTTP API', () => {
  it('have the stage before a decoded path, and cookies in one place', () => {
    const event = createEvent(
      input('http-api', {
        target: '/a%20b%2Fc?d=%20',
        rawHeaders: ['host', domainNames['http-api'], 'cookie', 'a=1; b=2'],
        stage: 'dev',
        routeKey: 'GET /{all+}',
      }),
    )
    expect(event).toMatchObject({ rawPath: '/dev/a b/c', rawQueryString: 'd=%20', routeKey: 'GET /{all+}' })
    expect(event.cookies).toEqual(['a=1', 'b=2'])
    expect(event.headers['cookie']).toBeUndefined()
    expect(event.requestContext).toMatchObject({ stage: 'dev', routeKey: 'GET /{all+}' })
  })

  it.each([
    ['/dev/a', '/a'],
    ['/dev', '/'],
    ['/developers', '/developers'],
    ['/a/dev', '/a/dev'],
    ['/dev//evil.example', '//evil.example'],
    ['/dev/100%', '/100%25'],
    ['/dev/a?b#c\\d', '/a%3Fb%23c%5Cd'],
  ])('lose their stage and get escapes again: %s', (rawPath, path) => {
    const event = { ...createEvent(input('http-api', { stage: 'dev' })), rawPath }
    const request = readEvent(event)
    expect(request.rawPath).toBe(path)
    expect(new URL(request.url).host).toBe(domainNames['http-api'])
  })
})

describe('findEventKind()', () => {
  it.each<[EventKind, Record<string, unknown>]>([
    ['function-url', {}],
    ['function-url', { domainName: '127.0.0.1:20000' }],
    ['http-api', { stage: 'dev' }],
    ['http-api', { domainPrefix: 'www', domainName: 'www.example.com' }],
    ['http-api', { domainName: 'abc.execute-api.eu-west-1.amazonaws.com' }],
  ])('says %s for %j', (kind, context) => {
    const event = createEvent(input('function-url'))
    expect(
      findEventKind({ ...event, requestContext: { ...event.requestContext, ...context } } as never),
    ).toBe(kind)
  })
})

describe('readEvent() behind proxies', () => {
  const read = (forwarded: readonly string[], trustedProxies?: number) => {
    const rawHeaders = ['host', domainNames['function-url'], ...forwarded]
    const options = trustedProxies === undefined ? {} : { trustedProxies }
    const { sourceIp, url } = readEvent(receive(input('function-url', { rawHeaders })), options)
    return { sourceIp, host: new URL(url).host }
  }

  it.each<[string[], number | undefined, string]>([
    [['x-forwarded-for', '6.6.6.6'], undefined, '203.0.113.7'],
    [['x-forwarded-for', '6.6.6.6'], 0, '203.0.113.7'],
    [['x-forwarded-for', '6.6.6.6, 198.51.100.4'], 1, '198.51.100.4'],
    [['x-forwarded-for', '6.6.6.6, 2001:db8::7'], 1, '2001:db8::7'],
    [['x-forwarded-for', '6.6.6.6, 198.51.100.4'], 2, '6.6.6.6'],
    [['x-forwarded-for', 'nonsense'], 1, '203.0.113.7'],
    [[], 1, '203.0.113.7'],
  ])('takes the address from %j with %s trusted to be %s', (forwarded, trusted, address) => {
    expect(read(forwarded, trusted).sourceIp).toBe(address)
  })

  it.each<[string, number, string]>([
    ['www.example.com', 0, domainNames['function-url']],
    ['www.example.com', 1, 'www.example.com'],
    ['evil.example, www.example.com:8443', 1, 'www.example.com:8443'],
    ['user@evil.example', 1, domainNames['function-url']],
  ])('takes the host from %j with %d trusted to be %s', (host, trusted, wanted) => {
    expect(read(['x-forwarded-host', host], trusted).host).toBe(wanted)
  })
})
