import { describe, expect, it } from 'vitest'
import { readResult } from './read-result.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const read = (value: unknown) => readResult(utf8(JSON.stringify(value)))
const text = (body: Uint8Array) => new TextDecoder().decode(body)

function response(value: unknown) {
  const reading = read(value)
  if (!reading.ok) throw new Error(reading.reason)
  return reading.response
}

describe('readResult()', () => {
  it.each([
    ['an object without statusCode', { hello: 'w', n: 1 }, '{"hello":"w","n":1}'],
    ['an array', ['hello', 3, true], '["hello",3,true]'],
    ['a string, unquoted', 'hello', 'hello'],
    ['a number', 3, '3'],
    ['a boolean', false, 'false'],
    ['null', null, ''],
    [
      'an object that looks like a body',
      { body: 'x', headers: { a: 'b' } },
      '{"body":"x","headers":{"a":"b"}}',
    ],
  ])('answers 200 application/json for %s', (_, value, body) => {
    const answer = response(value)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toEqual([['content-type', 'application/json']])
    expect(text(answer.body)).toBe(body)
  })

  it('takes an empty payload for null and compacts JSON', () => {
    expect(readResult(new Uint8Array(0))).toMatchObject({ ok: true, response: { statusCode: 200 } })
    const spaced = readResult(utf8('{ "a": [1, 2] }'))
    expect(spaced.ok && text(spaced.response.body)).toBe('{"a":[1,2]}')
  })

  it.each([
    [201, 201],
    ['418', 418],
    [599, 599],
  ])('takes the status %j', (statusCode, status) => {
    expect(response({ statusCode }).statusCode).toBe(status)
  })

  it.each([
    ['a body', { statusCode: 200, body: 'x' }, 'x'],
    ['an object as body', { statusCode: 200, body: { a: 1 } }, '{"a":1}'],
    ['no body', { statusCode: 200 }, ''],
    ['base64', { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 'hi'],
    ['a flag that is not true', { statusCode: 200, body: 'aGk=', isBase64Encoded: 'true' }, 'aGk='],
    ['204 with a body', { statusCode: 204, body: 'x' }, ''],
    ['304 with a body', { statusCode: 304, body: 'x' }, ''],
  ])('reads %s', (_, value, body) => {
    expect(text(response(value).body)).toBe(body)
  })

  it('defaults the content type, in any spelling, and ignores multiValueHeaders', () => {
    expect(response({ statusCode: 200 }).headers).toEqual([['content-type', 'application/json']])
    expect(response({ statusCode: 200, headers: { 'Content-Type': 'text/html' } }).headers).toEqual([
      ['Content-Type', 'text/html'],
    ])
    expect(response({ statusCode: 200, multiValueHeaders: { a: ['b'] } }).headers).toHaveLength(1)
  })

  it('sends one set-cookie a cookie', () => {
    const cookies = ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; Secure']
    expect(response({ statusCode: 200, headers: { 'set-cookie': 'c=3' }, cookies }).headers).toEqual([
      ['content-type', 'application/json'],
      ['set-cookie', 'c=3'],
      ['set-cookie', cookies[0]],
      ['set-cookie', cookies[1]],
    ])
  })

  it.each(['content-length', 'Connection', 'server', 'WWW-Authenticate', 'date'])('remaps %s', (name) => {
    expect(response({ statusCode: 200, headers: { [name]: 'x' } }).headers).toContainEqual([
      `x-amzn-Remapped-${name}`,
      'x',
    ])
  })

  it.each(['Transfer-Encoding', 'keep-alive', 'upgrade', 'trailer'])('drops %s', (name) => {
    expect(response({ statusCode: 200, headers: { [name]: 'x' } }).headers).toEqual([
      ['content-type', 'application/json'],
    ])
  })

  it('keeps Latin-1 values and sends anything beyond as UTF-8 octets', () => {
    expect(response({ statusCode: 200, headers: { a: 'caf\u00e9', b: '€', n: 1 } }).headers.slice(1)).toEqual(
      [
        ['a', 'caf\u00e9'],
        ['b', '\u00e2\u0082\u00ac'],
        ['n', '1'],
      ],
    )
  })

  it('treats __proto__ as a header like any other', () => {
    const reading = readResult(utf8('{"statusCode":200,"headers":{"__proto__":"x"}}'))
    expect(reading.ok && reading.response.headers).toContainEqual(['__proto__', 'x'])
  })

  it.each([
    ['a status that is text', { statusCode: 'ok' }, 'statusCode'],
    ['a status of null', { statusCode: null }, 'statusCode'],
    ['a fraction', { statusCode: 200.5 }, 'statusCode'],
    ['an interim status', { statusCode: 101 }, 'statusCode'],
    ['a status out of range', { statusCode: 1000 }, 'statusCode'],
    [
      'a header value with a line break',
      { statusCode: 200, headers: { a: 'b\r\nset-cookie: c' } },
      'header a',
    ],
    ['a header value with NUL', { statusCode: 200, headers: { a: '\0' } }, 'header a'],
    ['a header name with a colon', { statusCode: 200, headers: { 'a: b\r\nc': 'd' } }, 'HTTP token'],
    ['an empty header name', { statusCode: 200, headers: { '': 'd' } }, 'HTTP token'],
    ['a header that is a list', { statusCode: 200, headers: { a: ['b'] } }, 'an array'],
    ['headers that are a list', { statusCode: 200, headers: [] }, 'headers'],
    ['a cookie with a line break', { statusCode: 200, cookies: ['a=1\nb'] }, 'cookies[0]'],
    ['cookies that are text', { statusCode: 200, cookies: 'a=1' }, 'cookies'],
    ['a body that is not base64', { statusCode: 200, body: 'a b*', isBase64Encoded: true }, 'base64'],
    ['an object as base64', { statusCode: 200, body: {}, isBase64Encoded: true }, 'base64'],
  ])('refuses %s', (_, value, reason) => {
    const reading = read(value)
    expect(reading).toMatchObject({ ok: false })
    expect(reading.ok ? '' : reading.reason).toContain(reason)
  })

  it('refuses what is not JSON and what is not UTF-8', () => {
    expect(readResult(utf8('{'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('JSON') as string,
    })
    expect(readResult(new Uint8Array([0xff]))).toMatchObject({ ok: false })
  })

  it('says nothing of the value of a header it refuses', () => {
    const reading = read({ statusCode: 200, headers: { 'set-cookie': 'secret\n' } })
    expect(JSON.stringify(reading)).not.toContain('secret')
  })
})
