import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrelude, createPreludeDocument, createResult } from './create-result.ts'
import { readResult } from './read-result.ts'
import type { HeaderPair } from './types.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const create = (headers: readonly HeaderPair[], body: Uint8Array = utf8('{"a":"λ"}')) =>
  createResult({ statusCode: 200, headers, body })

describe('createResult()', () => {
  it.each([
    ['application/json', undefined, false],
    ['text/html; charset=utf-8', undefined, false],
    ['text/html; charset="UTF-8"', 'identity', false],
    ['application/problem+json', undefined, false],
    ['image/svg+xml', undefined, false],
    ['application/json', 'gzip', true],
    ['text/html', 'zstd', true],
    ['text/plain; charset=iso-8859-1', undefined, true],
    ['image/png', undefined, true],
    ['application/octet-stream', undefined, true],
    ['multipart/mixed; boundary=x', undefined, true],
  ])('sends %s with encoding %s with isBase64Encoded %s', (type, encoding, isBase64Encoded) => {
    const encodings: HeaderPair[] = encoding === undefined ? [] : [['content-encoding', encoding]]
    expect(create([['Content-Type', type], ...encodings]).isBase64Encoded).toBe(isBase64Encoded)
  })

  it('sends bytes that are not UTF-8 as base64 whatever their type', () => {
    expect(create([['content-type', 'text/plain']], new Uint8Array([0xff]))).toMatchObject({
      body: '/w==',
      isBase64Encoded: true,
    })
  })

  it('marks an untyped body as octet-stream and leaves an empty one alone', () => {
    expect(create([]).headers).toEqual({ 'content-type': 'application/octet-stream' })
    expect(create([], new Uint8Array(0))).toEqual({
      statusCode: 200,
      headers: {},
      body: '',
      isBase64Encoded: false,
    })
  })

  it('joins repeated headers, keeps cookies apart and drops what frames the message', () => {
    expect(
      create([
        ['Link', '<a>'],
        ['link', '<b>'],
        ['set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
        ['Set-Cookie', 'b=2'],
        ['Content-Length', '9'],
        ['Transfer-Encoding', 'chunked'],
        ['Connection', 'close'],
        ['content-type', 'text/plain'],
      ]),
    ).toMatchObject({
      headers: { link: '<a>, <b>', 'content-type': 'text/plain' },
      cookies: ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
    })
  })

  it('survives the way to the client', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).map((text) => `x-${text}`)
    const value = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,12}$/)
    fc.assert(
      fc.property(
        fc.record({
          statusCode: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
          pairs: fc.uniqueArray(fc.tuple(fc.oneof(name, fc.constant('__proto__')), value), {
            selector: ([key]) => key,
            maxLength: 6,
          }),
          cookies: fc.array(value, { maxLength: 3 }),
          type: fc.constantFrom('application/json', 'text/html; charset=latin1', 'image/png', 'text/css'),
          body: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'binary' }).map(utf8)),
        }),
        ({ statusCode, pairs, cookies, type, body }) => {
          const headers: HeaderPair[] = [
            ['content-type', type],
            ...pairs,
            ...cookies.map((cookie): HeaderPair => ['set-cookie', cookie]),
          ]
          const reading = readResult(utf8(JSON.stringify(createResult({ statusCode, headers, body }))))
          if (!reading.ok) throw new Error(reading.reason)
          expect(reading.response.statusCode).toBe(statusCode)
          expect(reading.response.headers).toHaveLength(headers.length)
          for (const pair of headers) expect(reading.response.headers).toContainEqual(pair)
          expect([...reading.response.body]).toEqual([...body])
        },
      ),
    )
  })
})

describe('createPrelude()', () => {
  it('writes the JSON of createPreludeDocument() and eight NUL bytes', () => {
    const parts = {
      statusCode: 302,
      headers: [
        ['location', '/a'],
        ['set-cookie', 'a=1'],
      ] as const,
    }
    const document = { statusCode: 302, headers: { location: '/a' }, cookies: ['a=1'] }
    expect(createPreludeDocument(parts)).toEqual(document)
    expect(new TextDecoder().decode(createPrelude(parts))).toBe(
      `${JSON.stringify(document)}${'\0'.repeat(8)}`,
    )
  })
})
