import { type Credentials, presign, sign } from '@furlong/sigv4'
import { describe, expect, it } from 'vitest'
import { renderTranscript } from '../render/transcript.ts'
import { examine, type ExaminedTranscript } from './examine.ts'
import { readTranscript } from './read-transcript.ts'

const credentials: Credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws'
const now = new Date('2026-11-29T12:00:00Z')
const mismatch =
  '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}'

function signHeaders(
  path: string,
  change: { service?: string; method?: string; body?: string } = {},
): string[] {
  const { service = 'lambda', method = 'GET', body } = change
  const request = { method, url: `https://${host}${path}`, headers: [['accept', '*/*']] as const }
  const { headers } = sign(
    { ...request, ...(body === undefined ? {} : { body: Buffer.from(body) }) },
    { credentials, region: 'eu-west-1', service, now },
  )
  return [`Host: ${host}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
}

function toCurl(line: string, headers: readonly string[], answer: readonly string[], body: string): string {
  return [
    '* Trying 192.0.2.1:443...',
    `> ${line} HTTP/1.1`,
    ...headers.map((header) => `> ${header}`),
    '> ',
    ...answer.map((header) => `< ${header}`),
    '< ',
    '{ [192 bytes data]',
    `${body}* Connection #0 to host ${host} left intact`,
  ].join('\n')
}

const refused = [
  'HTTP/1.1 403 Forbidden',
  'Date: Sun, 29 Nov 2026 12:00:01 GMT',
  'x-amzn-ErrorType: InvalidSignatureException',
]

function examineText(
  text: string | Buffer,
  keys: Parameters<typeof examine>[1] = { credentials: [credentials] },
): ExaminedTranscript {
  const transcript = readTranscript(Buffer.from(text))
  if (transcript === undefined) throw new Error('Nothing was read')
  return examine(transcript, keys)
}

const causes = (examination: ExaminedTranscript): string[] =>
  examination.diagnoses.map(({ cause, proof }) => `${cause} (${proof})`)

describe('examine()', () => {
  it('proves a mistake in what curl -v wrote, and knows the region by the host', () => {
    const text = toCurl('GET /book?page=6', signHeaders('/book?page=5'), refused, mismatch)
    const found = examineText(text)
    expect(found.refusal).toMatchObject({ kind: 'signature', reason: 'mismatch', status: 403 })
    expect(causes(found)).toEqual(['query-changed (signature-matches)'])
  })

  it('takes the last refused exchange of several', () => {
    const fine = toCurl('GET /', signHeaders('/'), ['HTTP/1.1 200 OK'], '{}')
    const scope = `{"message":"Credential should be scoped to correct service: 'lambda'. "}`
    const bad = toCurl('GET /x', signHeaders('/x', { service: 'execute-api' }), refused, scope)
    expect(causes(examineText(`${fine}\n${bad}\n${fine}`))).toEqual(['wrong-service (signature-matches)'])
  })

  it('asks for a body that curl -v does not show, and checks with it', () => {
    const headers = [...signHeaders('/login', { method: 'POST', body: '{"a":1}' }), 'Content-Length: 8']
    const text = toCurl('POST /login', headers, refused, mismatch)
    expect(examineText(text).notes[0]).toContain('give it with -d @<file>')
    const transcript = readTranscript(Buffer.from(text))
    if (transcript?.request === undefined) throw new Error('Nothing was read')
    const whole = { ...transcript, request: { ...transcript.request, body: Buffer.from('{"a": 1}') } }
    expect(causes(examine(whole, { credentials: [credentials] }))[0]).toMatch(
      /^body-.*\(signature-matches\)$/,
    )
  })

  it('tells the clock by the Date of the answer', () => {
    const late = refused.map((line) => line.replace('12:00:01', '13:00:00'))
    const message = '{"message":"Signature expired: 20261129T120000Z is now earlier than 20261129T125500Z"}'
    const found = examineText(toCurl('GET /', signHeaders('/'), late, message))
    expect(causes(found)).toEqual(['clock-skew (signature-matches)'])
  })

  it('says whose key is missing, and what the request shows without it', () => {
    const other = { ...credentials, accessKeyId: 'AKIAOTHER' }
    const text = toCurl('GET /', signHeaders('/', { service: 'execute-api' }), refused, mismatch)
    const found = examineText(text, { credentials: [other] })
    expect(causes(found)).toEqual(['wrong-service (evidence)'])
    expect(found.notes[0]).toContain(
      'signed with the key AKIAIOSFODNN7EXAMPLE, and the credentials at hand are of AKIAOTHER',
    )
  })

  it('reads a raw request with its body, and says when its signature is right', () => {
    const headers = signHeaders('/login', { method: 'POST', body: '{"a":1}' })
    for (const end of ['\r\n', '\n']) {
      const text = [`POST /login HTTP/1.1`, ...headers, '', '{"a":1}'].join(end)
      expect(examineText(text)).toMatchObject({ isSignatureRight: true, diagnoses: [] })
    }
  })

  it('reads a HAR file, and knows that browsers leave the signature out', () => {
    const entry = (url: string, headers: readonly string[], status: number, body: string): object => ({
      request: {
        method: 'GET',
        url,
        headers: headers.map((line) => ({ name: line.split(': ')[0], value: line.split(': ')[1] })),
      },
      response: { status, headers: [], content: { text: body } },
    })
    const signed = entry(`https://${host}/book?page=6`, signHeaders('/book?page=5'), 403, mismatch)
    const fine = entry(`https://${host}/`, [], 200, 'ok')
    expect(causes(examineText(JSON.stringify({ log: { entries: [signed, fine] } })))).toEqual([
      'query-changed (signature-matches)',
    ])
    const forbidden = '{"Message":"Forbidden"}'
    const bare = examineText(JSON.stringify(entry(`https://${host}/`, [], 403, forbidden)))
    expect(causes(bare)).toEqual(['unsigned-request (evidence)'])
    expect(bare.notes).toEqual([expect.stringContaining('leave Authorization out')])
  })

  it('checks presigned links, and shows none of their signature', () => {
    const { url } = presign(
      { method: 'GET', url: `https://${host}/book` },
      { credentials: { ...credentials, sessionToken: 'TOKEN' }, region: 'eu-west-1', service: 'lambda', now },
    )
    const text = toCurl(`POST ${url.slice(url.indexOf('/book'))}`, [`Host: ${host}`], refused, mismatch)
    const transcript = readTranscript(Buffer.from(text))
    if (transcript === undefined) throw new Error('Nothing was read')
    const found = examine(transcript, { credentials: [credentials] })
    expect(causes(found)[0]).toBe('another-method (signature-matches)')
    const shown = renderTranscript(transcript, found).join('\n')
    expect(shown).toContain('X-Amz-Signature=…')
    expect(shown).not.toMatch(/TOKEN|[0-9a-f]{64}/)
  })

  it.each([
    ['{"Message":null}', 'no-such-url'],
    ['{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}', 'throttled'],
  ])('does not blame the signature for %s', (body, kind) => {
    const status = kind === 'throttled' ? 'HTTP/1.1 429 Too Many Requests' : 'HTTP/1.1 403 Forbidden'
    const found = examineText(toCurl('GET /', [`Host: ${host}`], [status], body))
    expect(found).toMatchObject({ refusal: { kind }, diagnoses: [] })
  })

  it.each([
    [
      'aws: [ERROR]: An error occurred (InvalidSignatureException) when calling the Invoke operation: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      'signature',
    ],
    [
      'botocore.exceptions.ClientError: An error occurred (ExpiredTokenException) when calling the GetPolicy operation: The security token included in the request is expired',
      'credentials',
    ],
    [
      'AccessDeniedException: User: arn:aws:iam::111122223333:user/ada is not authorized to perform: lambda:InvokeFunction\n    at throwDefaultError (/app/node_modules/x.js:1:1)',
      'access-denied',
    ],
    [`Error: 403 ${mismatch}`, 'signature'],
  ])('knows AWS’s refusal in %s', (text, kind) => {
    expect(examineText(text).refusal).toMatchObject({ kind })
  })

  it('says when an answer is no refusal, or another error of AWS, or the application’s', () => {
    const ok = examineText(toCurl('GET /', signHeaders('/'), ['HTTP/1.1 200 OK'], '{}'))
    expect(ok.notes).toEqual(['The request was not refused: its status is 200.'])
    const unknown = examineText(
      'An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: f',
    )
    expect(unknown.notes[0]).toContain('AWS answered ResourceNotFoundException: “Function not found: f”')
    const own = examineText(toCurl('GET /', signHeaders('/'), ['HTTP/1.1 404 Not Found'], 'no such page'))
    expect(own.notes[0]).toContain('the application gave it itself')
  })
})

describe('readTranscript()', () => {
  it.each([
    '',
    'hello',
    '{}',
    '{"log":{"entries":[]}}',
    '{"log":{"entries":[{"request":null}]}}',
    'null',
    '> ',
  ])('reads nothing in %j', (text) => {
    expect(readTranscript(Buffer.from(text))).toBeUndefined()
  })
})
