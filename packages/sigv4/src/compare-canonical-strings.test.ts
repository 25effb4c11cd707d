import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CanonicalStrings,
  compareCanonicalStrings,
  readCanonicalStrings,
  sign,
  type SignableRequest,
  verify,
} from './index.ts'
import { host, now, options, signing, temporary } from './testing/keys.ts'

const url = `https://${host}/items/a%20b?b=2&a=1&a=0`
const preamble =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

function signStrings(request: Partial<SignableRequest> = {}): CanonicalStrings {
  return sign({ method: 'GET', url, ...request }, { ...signing, credentials: temporary })
}

/** The message as AWS's services write it. */
function write({ canonicalRequest, stringToSign = '' }: CanonicalStrings): string {
  return `${preamble}\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;')
}

/** Changes one line of what was signed, as a wrong signer would have. */
function change(signed: CanonicalStrings, from: string | RegExp, to: string): CanonicalStrings {
  const canonicalRequest = signed.canonicalRequest.replace(from, to)
  expect(canonicalRequest).not.toBe(signed.canonicalRequest)
  return { ...signed, canonicalRequest }
}

const expected = signStrings()

describe('readCanonicalStrings()', () => {
  const { canonicalRequest, stringToSign } = expected
  const bodies: readonly (readonly [string, string])[] = [
    ['JSON with message', JSON.stringify({ message: write(expected) })],
    ['JSON with Message', JSON.stringify({ __type: 'InvalidSignatureException', Message: write(expected) })],
    [
      'the Selling Partner API',
      JSON.stringify({ errors: [{ message: write(expected), code: 'InvalidSignature' }] }),
    ],
    [
      'XML with entities',
      `<?xml version="1.0"?>\n<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>${escapeXml(write(expected))}</Message></Error></ErrorResponse>`,
    ],
    [
      'XML with numeric entities',
      `<Error><Message>${write(expected).replaceAll('&', '&#38;').replaceAll('\n', '&#xA;')}</Message></Error>`,
    ],
    [
      'S3',
      `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>${stringToSign}</StringToSign><CanonicalRequest>${escapeXml(canonicalRequest)}</CanonicalRequest></Error>`,
    ],
    ['the message itself', write(expected)],
    ['JSON copied from a log, with bare line ends', `{"message":"${write(expected)}"}`],
  ]

  it.each(bodies)('reads %s', (_, body) => {
    expect(readCanonicalStrings(body)).toEqual({ canonicalRequest, stringToSign })
  })

  it.each([
    ['the body of a function URL', JSON.stringify({ message: preamble })],
    ['nothing', ''],
    ['another JSON value', '[1, null, "x"]'],
    ['JSON that is none', '{"message":'],
    ['a text that ends early', write(expected).slice(0, 300)],
    ['a body nested without end', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('finds nothing in %s', (_, body) => {
    expect(readCanonicalStrings(body)).toBeUndefined()
    expect(compareCanonicalStrings(body, expected)).toBeUndefined()
  })
})

describe('compareCanonicalStrings()', () => {
  const cases: readonly (readonly [string, string | RegExp, string, object, RegExp])[] = [
    [
      'the method',
      /^GET/,
      'get',
      { part: 'method', expected: 'GET', signed: 'get', column: 1 },
      /server read `GET`, and `get` was signed/,
    ],
    [
      'a path encoded once',
      '%2520',
      '%20',
      { part: 'path', expected: '/items/a%2520b', signed: '/items/a%20b', column: 11 },
      /path differs from character 11/,
    ],
    [
      'a value of the query',
      'b=2',
      'b=3',
      { part: 'query', name: 'b', expected: '2', signed: '3', column: 1 },
      /query's `b` differs/,
    ],
    [
      'a pair left out',
      '&b=2',
      '',
      { part: 'query', name: 'b', expected: '2', signed: undefined },
      /`b` was not signed: the server read `2`/,
    ],
    [
      'a pair too many',
      '&b=2',
      '&b=2&c=',
      { part: 'query', name: 'c', expected: undefined, signed: '' },
      /was signed as nothing, and the server did not get it/,
    ],
    [
      'one of two values',
      'a=0&a=1',
      'a=0',
      { part: 'query', name: 'a', expected: '1', signed: undefined },
      /`a` was not signed/,
    ],
    [
      'the order of the query',
      'a=0&a=1&b=2',
      'b=2&a=0&a=1',
      { part: 'query', expected: 'a&a&b', signed: 'b&a&a' },
      /order of the query/,
    ],
    [
      'the host',
      `host:${host}`,
      `host:${host}:443`,
      { part: 'header', name: 'host', column: host.length + 1 },
      /header `host` differs/,
    ],
    [
      'a header left out',
      /x-amz-date:.*\n/,
      '',
      { part: 'header', name: 'x-amz-date', signed: undefined },
      /`x-amz-date` was not signed/,
    ],
    [
      'the list of headers',
      'host;x-amz-date',
      'x-amz-date;host',
      { part: 'signedHeaders' },
      /list of signed headers differs/,
    ],
    [
      "the body's hash",
      /[0-9a-f]{64}$/,
      'UNSIGNED-PAYLOAD',
      { part: 'payloadHash', signed: 'UNSIGNED-PAYLOAD' },
      /body's hash differs/,
    ],
    [
      'the token',
      /x-amz-security-token:IQ/,
      'x-amz-security-token:XQ',
      { part: 'header', name: 'x-amz-security-token', expected: 'IQoJ…', signed: 'XQoJ…', column: 1 },
      /differs from character 1/,
    ],
  ]

  it.each(cases)('finds %s', (_, from, to, difference, says) => {
    const found = compareCanonicalStrings(write(expected), change(expected, from, to))
    expect(found).toHaveLength(1)
    expect(found?.[0]).toMatchObject(difference)
    expect(found?.[0]?.says).toMatch(says)
    expect(JSON.stringify(found)).not.toContain(temporary.sessionToken)
  })

  it('says to encode a path twice, and to encode strictly', () => {
    const once = compareCanonicalStrings(expected, change(expected, '%2520', '%20'))
    expect(once?.[0]?.fix).toContain('once more')
    const time = signStrings({ url: `https://${host}/?at=10:30` })
    const raw = compareCanonicalStrings(time, change(time, '10%3A30', '10:30'))
    expect(raw?.[0]?.fix).toContain('two capital hexadecimal digits')
  })

  it('blames the key when both sides are the same', () => {
    const found = compareCanonicalStrings(write(expected), expected)
    expect(found).toMatchObject([{ part: 'key', says: expect.stringContaining('secret access key') }])
  })

  it('blames the hash when only that differs', () => {
    const stringToSign = expected.stringToSign?.replace(/[0-9a-f]{64}$/, '0'.repeat(64)) ?? ''
    const found = compareCanonicalStrings(expected, { ...expected, stringToSign })
    expect(found).toMatchObject([{ part: 'canonicalRequestHash' }])
  })

  it('tells scope and time apart, in the order of the lines', () => {
    const other = sign(
      { method: 'GET', url },
      { ...signing, credentials: temporary, region: 'eu-west-1', now: new Date(now.getTime() + 1000) },
    )
    expect(compareCanonicalStrings(expected, other)?.map(({ part, name }) => name ?? part)).toEqual([
      'x-amz-date',
      'date',
      'scope',
    ])
  })

  it('says when what was signed is no canonical request', () => {
    const signed = change(expected, /\n/g, '\r\n')
    expect(compareCanonicalStrings(expected, signed)).toMatchObject([
      { part: 'layout', fix: expect.stringContaining('single line feed') },
    ])
  })

  it("takes verify's masked trace for the server's side", () => {
    const signed = sign({ method: 'GET', url }, { ...signing, credentials: temporary })
    const target = new URL(signed.url)
    const request = {
      method: 'GET',
      target: target.pathname + '?b=3&a=1&a=0',
      rawHeaders: ['Host', host, ...signed.headers.flat()],
      body: new Uint8Array(),
    }
    const result = verify(request, options)
    if (result.ok) throw new Error('The request was accepted')
    const { canonicalRequest = '', stringToSign = '' } = result.trace
    expect(canonicalRequest).not.toContain(temporary.sessionToken)
    expect(compareCanonicalStrings({ canonicalRequest, stringToSign }, signed)).toMatchObject([
      { part: 'query', name: 'b', expected: '3', signed: '2' },
    ])
  })

  it('tells the first hundred of ten thousand differences', () => {
    const pairs = Array.from({ length: 10_000 }, (_, index) => `p${index}=${index}`)
    const server = signStrings({ url: `https://${host}/?${pairs.join('&')}` })
    const client = change(server, /=(\d+)/g, '=x$1')
    expect(compareCanonicalStrings(server, client)).toHaveLength(100)
  })

  it('shows no control character, and no token, whatever is compared', () => {
    const line = fc.string({ unit: 'binary', maxLength: 30 })
    const token = fc.string({
      unit: fc.constantFrom(...'abcdefghijABCDEF0123456789/+='.split('')),
      minLength: 20,
      maxLength: 80,
    })
    fc.assert(
      fc.property(line, line, line, token, token, (path, query, value, token, other) => {
        const write = (secret: string): CanonicalStrings => ({
          canonicalRequest: `GET\n/${path}\n${query}&X-Amz-Security-Token=${encodeURIComponent(secret)}&t=${encodeURIComponent(secret)}\nhost:x\nx-amz-security-token:${secret}\nx-note:${value} ${secret}\n\nhost;x-amz-security-token;x-note\nhash`,
        })
        const found = compareCanonicalStrings(write(token), write(other))
        const text = JSON.stringify(found) ?? ''
        for (const secret of [token, other]) {
          expect(text).not.toContain(secret)
          expect(text).not.toContain(encodeURIComponent(secret))
        }
        for (const { says, fix } of found ?? []) expect(says + fix).toMatch(/^[ -~…]*$/)
      }),
    )
  })
})
