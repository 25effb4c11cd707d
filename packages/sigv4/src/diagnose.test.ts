import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  diagnose,
  type Diagnosis,
  type HeaderPair,
  type MistakeId,
  type RawRequest,
  sign,
  type SignableRequest,
  type SignOptions,
  verify,
  type VerifyOptions,
} from './index.ts'
import { findMistakes } from './search.ts'
import { deriveSigningKey } from './signing-key.ts'
import { readSituation } from './situation.ts'
import { hmacHex, sha256Hex } from './sha256.node.ts'
import { credentials, host, now, options, signing, temporary } from './testing/keys.ts'

interface Sent {
  method: string
  target: string
  headers: HeaderPair[]
  body: string
}

function send(request: Partial<SignableRequest> & { path?: string }, with_: Partial<SignOptions> = {}): Sent {
  const { method = 'GET', path = '/book?page=5', body } = request
  const url = request.url ?? `https://${host}${path}`
  const signed = sign({ ...request, method, url }, { ...signing, ...with_ })
  const sentUrl = new URL(signed.url)
  return {
    method: signed.method,
    target: sentUrl.pathname + sentUrl.search,
    headers: [['Host', sentUrl.host], ...signed.headers],
    body: typeof body === 'string' ? body : '',
  }
}

/** Signs a request by hand, wrongly on purpose: `canonical` is what the wrong signer would have hashed. */
function sendAs(
  canonical: Partial<Record<'method' | 'path' | 'query' | 'host' | 'payloadHash', string>>,
  sent: Partial<Sent> = {},
): Sent {
  const { method = 'GET', target = '/', body = '', headers = [] } = sent
  const canonicalRequest = [
    canonical.method ?? method,
    canonical.path ?? '/',
    canonical.query ?? '',
    `host:${canonical.host ?? host}`,
    'x-amz-date:20261122T094500Z',
    '',
    'host;x-amz-date',
    canonical.payloadHash ?? sha256Hex(body),
  ].join('\n')
  const scope = '20261122/us-east-1/lambda/aws4_request'
  const key = deriveSigningKey(credentials.secretAccessKey, {
    date: '20261122',
    region: 'us-east-1',
    service: 'lambda',
  })
  const signature = hmacHex(
    key,
    `AWS4-HMAC-SHA256\n20261122T094500Z\n${scope}\n${sha256Hex(canonicalRequest)}`,
  )
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  return {
    method,
    target,
    body,
    headers: [
      ['Host', host],
      ['X-Amz-Date', '20261122T094500Z'],
      ...headers,
      ['Authorization', authorization],
    ],
  }
}

function explain(sent: Sent, with_: Partial<VerifyOptions> = {}): readonly Diagnosis[] {
  const request: RawRequest = {
    method: sent.method,
    target: sent.target,
    rawHeaders: sent.headers.flat(),
    body: new TextEncoder().encode(sent.body),
  }
  const result = verify(request, { ...options, ...with_ })
  if (result.ok) throw new Error('The request was accepted')
  const found = diagnose(request, { ...options, ...with_ }, result)
  const text = JSON.stringify([found, result])
  expect(text).not.toContain(credentials.secretAccessKey)
  expect(text).not.toContain(temporary.sessionToken)
  expect(text).not.toMatch(/Signature=[0-9a-f]{64}/)
  expect(found.length).toBeGreaterThan(0)
  for (const { says, fix } of found) {
    expect(says.length).toBeGreaterThan(20)
    expect(fix.length).toBeGreaterThan(20)
  }
  return found
}

function setHeader(sent: Sent, name: string, value: string | undefined): Sent {
  const others = sent.headers.filter(([other]) => other.toLowerCase() !== name)
  return { ...sent, headers: value === undefined ? others : [...others, [name, value]] }
}

const post = {
  method: 'POST',
  path: '/items',
  headers: [['content-type', 'application/json']] as HeaderPair[],
}
const json = '{"a":[1,2],"b":"é"}'
const spaced = '{"a": [1, 2], "b": "\\u00e9"}'

const proved: readonly (readonly [MistakeId, string, () => Sent])[] = [
  ['wrong-service', 'execute-api in the scope', () => send({}, { service: 'execute-api' })],
  ['wrong-service', 's3 in the scope, path encoded once', () => send({ path: '/a%20b' }, { service: 's3' })],
  ['wrong-region', 'another region in the scope', () => send({}, { region: 'eu-central-1' })],
  ['clock-skew', 'signed ten minutes ago', () => send({}, { now: new Date(now.getTime() - 600_000) })],
  ['clock-skew', 'signed an hour ahead', () => send({}, { now: new Date(now.getTime() + 3_600_000) })],
  ['query-left-out', 'the query not signed', () => sendAs({ query: '' }, { target: '/?a=1&b=2' })],
  ['query-changed', 'another page asked for', () => ({ ...send({}), target: '/book?page=6' })],
  ['query-changed', 'a pair added', () => ({ ...send({}), target: '/book?page=5&debug=1' })],
  ['query-unsorted', 'the query unsorted', () => sendAs({ query: 'b=2&a=1' }, { target: '/?b=2&a=1' })],
  [
    'query-not-encoded',
    'the query as it stands',
    () => sendAs({ query: 'a=1:2/3' }, { target: '/?a=1:2/3' }),
  ],
  ['query-plus-as-plus', 'a plus as a plus', () => sendAs({ query: 'a=b%2Bc' }, { target: '/?a=b+c' })],
  [
    'query-encoded-twice',
    'a value encoded twice',
    () => sendAs({ query: 'a=b%2520c' }, { target: '/?a=b%20c' }),
  ],
  ['query-flag-left-out', 'a flag left out', () => sendAs({ query: 'a=1' }, { target: '/?flag&a=1' })],
  [
    'query-repeats-left-out',
    'the last of two values',
    () => sendAs({ query: 'a=2&b=3' }, { target: '/?a=1&a=2&b=3' }),
  ],
  ['path-encoded-once', 'the path encoded once', () => sendAs({ path: '/a%20b' }, { target: '/a%20b' })],
  ['path-decoded', 'the path decoded', () => sendAs({ path: '/a%2Fb c' }, { target: '/a%252Fb%20c' })],
  ['path-not-normalized', 'the path with two slashes', () => sendAs({ path: '/a//b' }, { target: '/a//b' })],
  ['path-changed', 'another item', () => ({ ...send({ path: '/items/7' }), target: '/items/8' })],
  ['path-changed', 'a slash lost', () => ({ ...send({ path: '/items/' }), target: '/items' })],
  ['host-without-port', 'the port dropped', () => setHeader(sendAs({}), 'host', `${host}:8443`)],
  [
    'another-host',
    'localhost for 127.0.0.1',
    () => setHeader(sendAs({ host: 'localhost:9401' }), 'host', '127.0.0.1:9401'),
  ],
  ['another-method', 'POST in place of GET', () => ({ ...send({}), method: 'POST' })],
  ['another-method', 'a method in lower case', () => sendAs({ method: 'PATCH' }, { method: 'patch' })],
  [
    'body-empty-when-signed',
    'no body signed',
    () => sendAs({ payloadHash: sha256Hex('') }, { method: 'POST', body: json }),
  ],
  ['body-reserialized', 'compact JSON signed', () => ({ ...send({ ...post, body: json }), body: spaced })],
  ['body-reserialized', 'spaced JSON signed', () => ({ ...send({ ...post, body: spaced }), body: json })],
  ['body-reserialized', 'a newline added', () => ({ ...send({ ...post, body: json }), body: `${json}\n` })],
  ['body-changed', 'another body', () => ({ ...send({ ...post, body: json }), body: '{"a":9}' })],
  [
    'unsigned-payload',
    'UNSIGNED-PAYLOAD',
    () => send({ ...post, body: json, payloadHash: 'UNSIGNED-PAYLOAD' }),
  ],
  [
    'unsigned-payload',
    'UNSIGNED-PAYLOAD in the hash alone',
    () => sendAs({ payloadHash: 'UNSIGNED-PAYLOAD' }, { method: 'POST', body: json }),
  ],
  [
    'header-changed',
    'a charset added',
    () => setHeader(send({ ...post, body: json }), 'content-type', 'application/json; charset=utf-8'),
  ],
  [
    'token-not-signed',
    'the token added later',
    () =>
      setHeader(
        send({}, { credentials: { ...credentials, accessKeyId: 'ASIAEXAMPLE' } }),
        'x-amz-security-token',
        temporary.sessionToken,
      ),
  ],
  ...[
    ['\n', 'a newline'],
    ['\r\n', 'CR LF'],
    ['\r', 'a carriage return'],
    [' ', 'a blank'],
  ].map(
    ([extra, name]) =>
      [
        'secret-with-white-space',
        `the secret with ${name}`,
        () => signWithSecret(credentials.secretAccessKey + extra),
      ] as const,
  ),
]

function signWithSecret(secretAccessKey: string): Sent {
  const sent = send({})
  const signed = sign({ method: 'GET', url: `https://${host}/book?page=5` }, signing)
  const key = deriveSigningKey(secretAccessKey, { date: '20261122', region: 'us-east-1', service: 'lambda' })
  const authorization = signed.headers.at(-1)![1].replace(/[0-9a-f]{64}$/, hmacHex(key, signed.stringToSign))
  return setHeader(sent, 'authorization', authorization)
}

describe('diagnose()', () => {
  it.each(proved)('proves %s: %s', (cause, _, make) => {
    expect(explain(make())[0]).toMatchObject({ cause, proof: 'signature-matches' })
  })

  const evident: readonly (readonly [MistakeId, string, () => Sent])[] = [
    ['unsigned-request', 'no signature', () => setHeader(send({}), 'authorization', undefined)],
    [
      'other-authorization-scheme',
      'Bearer',
      () => setHeader(send({}), 'authorization', 'Bearer abc.def.ghi'),
    ],
    [
      'malformed-signature',
      'no signature in it',
      () =>
        setHeader(
          send({}),
          'authorization',
          'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host',
        ),
    ],
    [
      'repeated-authorization',
      'two of them',
      () => ({ ...send({}), headers: [...send({}).headers, ['authorization', 'AWS4-HMAC-SHA256 x']] }),
    ],
    [
      'unknown-key',
      'a key of another place',
      () => send({}, { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } }),
    ],
    [
      'missing-session-token',
      'a temporary key alone',
      () => send({}, { credentials: { ...credentials, accessKeyId: 'ASIAEXAMPLE' } }),
    ],
    [
      'wrong-session-token',
      "another session's token",
      () => send({}, { credentials: { ...temporary, sessionToken: 'IQoJother-token-of-another-session' } }),
    ],
    [
      'wrong-session-token',
      'a left-over token',
      () => send({}, { credentials: { ...credentials, sessionToken: 'IQoJother-token-of-another-session' } }),
    ],
    [
      'expired-session',
      'an expired token',
      () => send({}, { credentials: { ...temporary, accessKeyId: 'ASIAEXPIRED' } }),
    ],
    [
      'signed-header-absent',
      'a header lost',
      () => setHeader(send({ headers: [['x-trace', 'abc']] }), 'x-trace', undefined),
    ],
    [
      'scope-date-mismatch',
      'a key of yesterday',
      () => withAuthorization(send({}), (text) => text.replace('20261122', '20261121')),
    ],
    ['host-not-signed', 'no host', () => withAuthorization(send({}), (text) => text.replace('host;', ''))],
    [
      'date-not-signed',
      'no date',
      () => withAuthorization(send({}), (text) => text.replace(';x-amz-date', '')),
    ],
    [
      'wrong-secret',
      'another secret, nothing else to change',
      () => send({ path: '/' }, { credentials: { ...credentials, secretAccessKey: 'another' } }),
    ],
  ]

  it.each(evident)('names %s: %s', (cause, _, make) => {
    expect(explain(make())[0]).toMatchObject({ cause, proof: 'evidence' })
  })

  it('says that a request was changed, the query first, and that a wrong secret would look the same', () => {
    const sent = { ...send({ path: '/book?title=dune' }), target: '/book?title=emma' }
    const [changed, secret] = explain(sent)
    expect(changed).toMatchObject({ cause: 'changed-after-signing', proof: 'evidence' })
    expect(changed?.says).toMatch(/first of all the query \(`title`\), else the path \(there is no body\)/)
    expect(changed?.says).toContain('wrong secret')
    expect(secret).toMatchObject({ cause: 'wrong-secret', proof: 'evidence' })
  })

  it('excludes a body whose signed hash is right', () => {
    const sent = { ...send({ ...post, path: '/items?kind=a', body: json }), target: '/items?kind=b' }
    expect(explain(sent)[0]?.says).toMatch(/the query \(`kind`\).*the body is not it/)
  })

  it('says so when nothing is wrong any more', () => {
    const sent = send({})
    const request = {
      method: 'GET',
      target: sent.target,
      rawHeaders: sent.headers.flat(),
      body: new Uint8Array(),
    }
    const early = verify(request, { ...options, lookup: () => ({ code: 'UnrecognizedClientException' }) })
    if (early.ok) throw new Error('The request was accepted')
    expect(diagnose(request, options, early)).toMatchObject([{ cause: 'unknown', proof: 'evidence' }])
  })

  it('says which page was signed and that the request asks for another', () => {
    expect(explain({ ...send({}), target: '/book?page=6' })[0]?.says).toContain('`page=5`')
  })

  it('finds a mistake beside a host without its port', () => {
    const sent = setHeader(
      sendAs({ query: '', host: '127.0.0.1' }, { target: '/?a=1' }),
      'host',
      '127.0.0.1:9401',
    )
    expect(explain(sent, { hosts: ['127.0.0.1'] })[0]).toMatchObject({ cause: 'query-left-out' })
  })

  it('tells all that is wrong with a scope', () => {
    const causes = explain(send({}, { region: 'eu-west-1', service: 'execute-api' })).map(
      ({ cause }) => cause,
    )
    expect(causes).toEqual(['wrong-region', 'wrong-service'])
  })

  it('takes a wrong secret for the likelier cause when a client of AWS signed', () => {
    const wrong = { credentials: { ...credentials, secretAccessKey: 'another' } }
    const sent = send({ headers: [['user-agent', 'aws-cli/1.45.11 md/Botocore#1.43.11']] }, wrong)
    const [first, second] = explain(sent)
    expect(first).toMatchObject({
      cause: 'wrong-secret',
      says: expect.stringContaining('comes from aws-cli,'),
    })
    expect(second?.cause).toBe('changed-after-signing')
    expect(explain(send({}, wrong))[0]?.cause).toBe('changed-after-signing')
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is not led astray by the header name %s',
    (name) => {
      const request = send({ headers: [[name, 'a']] })
      expect(explain(setHeader(request, name, 'a and b'))[0]?.cause).toMatch(
        /^(header-changed|changed-after-signing|wrong-secret)$/,
      )
    },
  )

  it('shows no control character of a hostile request', () => {
    const name = encodeURIComponent('\u001B[31m')
    const added = explain({ ...send({}), target: `/book?page=5&${name}=1` })
    expect(added[0]).toMatchObject({ cause: 'query-changed', proof: 'signature-matches' })
    const credential = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${name}%2F20261122%2Fus-east-1%2Flambda%2Faws4_request`
    const target = `/?${credential}&X-Amz-Date=20261122T094500Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host;${name}&X-Amz-Signature=0`
    const presigned = explain({ method: 'GET', target, headers: [['Host', host]], body: '' })
    expect(presigned[0]).toMatchObject({ cause: 'malformed-signature' })
    for (const { says } of [...added, ...presigned]) expect(says).toMatch(/^[ -~]*$/)
  })

  const hostile: readonly (readonly [string, () => Sent])[] = [
    [
      'three thousand pairs and two thousand segments',
      () => ({ ...send({}), target: `/${'7/'.repeat(2000)}?${listPairs(3000)}` }),
    ],
    ['ten thousand pairs', () => ({ ...send({}), target: `/?${listPairs(10_000)}` })],
    ['one megabyte of a query', () => ({ ...send({}), target: `/?q=${'+%'.repeat(500_000)}` })],
    [
      'one megabyte of a header',
      () => setHeader(send({ headers: [['x-a', 'b']] }), 'x-a', ',a'.repeat(500_000)),
    ],
    [
      'a body nested without end',
      () => ({ ...send({ ...post, body: json }), body: '['.repeat(200_000) + ']'.repeat(50_000) }),
    ],
    [
      'a body whose members are no text',
      () => ({ ...send({ ...post, body: json }), body: '{"a":{"toString":1},"__proto__":{}}' }),
    ],
    ['five megabytes of a body', () => ({ ...send({ ...post, body: json }), body: 'é'.repeat(2_500_000) })],
  ]

  it('shows what the client must have signed: the signature is of that', () => {
    const sent = sendAs({ path: '/a%20b', query: 'b=2&a=1' }, { target: '/a%20b?b=2&a=1' })
    const [first] = explain(sent)
    const { canonicalRequest = '', stringToSign = '' } = first?.signed ?? {}
    expect(canonicalRequest.split('\n').slice(0, 3)).toEqual(['GET', '/a%20b', 'b=2&a=1'])
    expect(stringToSign.split('\n')[3]).toBe(sha256Hex(canonicalRequest))
    const key = deriveSigningKey(credentials.secretAccessKey, {
      date: '20261122',
      region: 'us-east-1',
      service: 'lambda',
    })
    expect(sent.headers.flat().join(' ')).toContain(`Signature=${hmacHex(key, stringToSign)}`)
  })

  it('shows no text where no mistake explains the signature', () => {
    const sent = send({}, { credentials: { ...credentials, secretAccessKey: 'another' } })
    expect(explain(sent)[0]?.signed).toBeUndefined()
  })

  it.each(hostile)('comes to an end on %s', (_, make) => {
    expect(explain(make()).length).toBeGreaterThan(0)
  })

  it('tries no more than three thousand assumptions, and fewer for a long request', () => {
    const count = (query: string): number => {
      const sent = { ...send({ headers: [['x-note', 'ä']] }), target: `/1/2/3/4/5/6/7/8/9?${query}` }
      const request = {
        method: 'GET',
        target: sent.target,
        rawHeaders: sent.headers.flat(),
        body: new Uint8Array(),
      }
      const situation = readSituation(request, options)
      if (!situation) throw new Error('No situation')
      let tries = 0
      findMistakes({ ...situation, matches: () => (tries++, false) })
      return tries
    }
    expect(count(listPairs(200))).toBeLessThanOrEqual(3000)
    expect(count(listPairs(200))).toBeGreaterThan(1000)
    expect(count(listPairs(10_000))).toBeLessThan(100)
    expect(count('a='.repeat(500_000))).toBeLessThan(10)
  })

  it('tells no secret, token or signature, wherever in the request they stand', () => {
    const alphabet = fc.constantFrom(...'abcdefghijABCDEFGHIJ0123456789/+='.split(''))
    const secretText = fc.string({ unit: alphabet, minLength: 16, maxLength: 60 })
    const anyText = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(
        secretText,
        secretText,
        anyText,
        anyText,
        fc.constantFrom(true, false),
        (secret, token, path, value, isOther) => {
          const place = encodeURIComponent(`${value}${secret}${token}`.toWellFormed())
          const keys = { accessKeyId: 'ASIARANDOM', secretAccessKey: secret, sessionToken: token }
          const sent = send(
            {
              path: `/${encodeURIComponent(path.toWellFormed())}?q=${place}`,
              headers: [['x-note', `${secret} ${token}`]],
            },
            { credentials: isOther ? { ...keys, secretAccessKey: 'another' } : keys },
          )
          const changed = { ...sent, target: `${sent.target}&${place}=1` }
          const request = {
            method: 'POST',
            target: changed.target,
            rawHeaders: sent.headers.flat(),
            body: new Uint8Array(),
          }
          const all = { ...options, lookup: () => ({ secretAccessKey: secret }) }
          const result = verify(request, all)
          if (result.ok) throw new Error('The request was accepted')
          const text = JSON.stringify(diagnose(request, all, result))
          const signature = /Signature=([0-9a-f]{64})/.exec(sent.headers.flat().join(' '))?.[1] ?? ''
          for (const hidden of [secret, token, signature]) {
            expect(text).not.toContain(hidden)
            expect(text).not.toContain(encodeURIComponent(hidden))
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

function listPairs(count: number): string {
  return Array.from({ length: count }, (_, index) => `p${index}=${index}`).join('&')
}

function withAuthorization(sent: Sent, change: (text: string) => string): Sent {
  const text = sent.headers.find(([name]) => name === 'authorization')?.[1] ?? ''
  return setHeader(sent, 'authorization', change(text))
}
