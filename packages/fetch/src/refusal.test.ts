import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hash } from 'node:crypto'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import axios from 'axios'
import ky from 'ky'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createSignedFetch,
  FetchError,
  isAccessDenied,
  isSignatureError,
  type SignedFetchOptions,
  type SignedRequestInit,
} from './index.ts'
import { classifyAnswer } from './refusal.ts'
import { answer, type FunctionUrl, keys, startFunctionUrl } from './testing/function-url.node.ts'

const forbidden =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

type Row = readonly [what: string, status: number, type: string | undefined, body: string, tag: object]

/** AWS's answers; where a browser sees no header, the same without it. */
const rows: readonly Row[] = [
  ['no permission', 403, 'AccessDeniedException', forbidden, { kind: 'access-denied' }],
  ['no permission, in a browser', 403, undefined, forbidden, { kind: 'access-denied' }],
  [
    'no permission, before October 2025',
    403,
    undefined,
    '{"Message":"Forbidden"}',
    { kind: 'access-denied' },
  ],
  ['an unknown URL', 403, 'AccessDeniedException', '{"Message":null}', { kind: 'no-such-url' }],
  ['an unknown URL, in a browser', 403, undefined, '{"Message":null}', { kind: 'no-such-url' }],
  [
    'a mismatch',
    403,
    'InvalidSignatureException',
    `{"message":"${mismatch}"}`,
    { kind: 'signature', reason: 'mismatch' },
  ],
  [
    'a mismatch, in a browser',
    403,
    undefined,
    `{"message":"${mismatch}"}`,
    { kind: 'signature', reason: 'mismatch' },
  ],
  [
    'an expired signature',
    403,
    'InvalidSignatureException',
    '{"message":"Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)"}',
    { kind: 'signature', reason: 'clock' },
  ],
  [
    'a signature of the future',
    403,
    'InvalidSignatureException',
    '{"message":"Signature not yet current: 20260101T002100Z is still later than 20260101T002000Z (20260101T001500Z + 5 min.)"}',
    { kind: 'signature', reason: 'clock' },
  ],
  [
    'a wrong service',
    403,
    'InvalidSignatureException',
    `{"message":"Credential should be scoped to correct service: 'lambda'. "}`,
    { kind: 'signature', reason: 'scope' },
  ],
  [
    'a wrong region',
    403,
    undefined,
    '{"message":"Credential should be scoped to a valid region. "}',
    { kind: 'signature', reason: 'scope' },
  ],
  [
    'an unsigned host',
    403,
    'InvalidSignatureException',
    `{"message":"'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}`,
    { kind: 'signature', reason: 'incomplete' },
  ],
  [
    'half a header',
    403,
    'IncompleteSignatureException',
    '{"message":"x"}',
    { kind: 'signature', reason: 'incomplete' },
  ],
  [
    'no signature',
    403,
    'MissingAuthenticationTokenException',
    '{"message":"Missing Authentication Token"}',
    { kind: 'signature', reason: 'missing' },
  ],
  [
    'an unknown key',
    403,
    'UnrecognizedClientException',
    '{"message":"The security token included in the request is invalid."}',
    { kind: 'credentials', reason: 'unknown-key' },
  ],
  [
    'an unknown key, in a browser',
    403,
    undefined,
    '{"message":"The security token included in the request is invalid."}',
    { kind: 'credentials', reason: 'unknown-key' },
  ],
  [
    'an expired token',
    403,
    'ExpiredTokenException',
    '{"message":"The security token included in the request is expired"}',
    { kind: 'credentials', reason: 'expired-token' },
  ],
  [
    'used-up concurrency',
    429,
    'TooManyRequestsException',
    '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    { kind: 'throttled', reason: 'concurrency' },
  ],
  [
    'reserved concurrency of 0',
    429,
    'TooManyRequestsException',
    '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    { kind: 'throttled', reason: 'reserved-concurrency' },
  ],
  [
    'another rate',
    429,
    'TooManyRequestsException',
    '{"Reason":"CallerRateLimitExceeded"}',
    { kind: 'throttled', reason: 'rate' },
  ],
  [
    'a large event',
    413,
    'RequestEntityTooLargeException',
    '{"message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}',
    { kind: 'too-large' },
  ],
  [
    'a failed function',
    502,
    undefined,
    'Internal Server Error',
    { kind: 'function-error', reason: 'failed' },
  ],
  [
    'a web function’s timeout',
    504,
    'Runtime.RequestTimeout',
    '',
    { kind: 'function-error', reason: 'timeout' },
  ],
  [
    'S3, a mismatch',
    403,
    undefined,
    '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match</Message></Error>',
    { kind: 'signature', reason: 'mismatch' },
  ],
  [
    'S3, the clock',
    403,
    undefined,
    '<Error><Code>RequestTimeTooSkewed</Code><Message>x</Message></Error>',
    { kind: 'signature', reason: 'clock' },
  ],
  [
    'S3, denied',
    403,
    undefined,
    '<Error><Code>AccessDenied</Code><Message>x</Message></Error>',
    { kind: 'access-denied' },
  ],
  [
    'a JSON protocol',
    400,
    undefined,
    '{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"x"}',
    { kind: 'credentials', reason: 'unknown-key' },
  ],
  [
    'a type with its address',
    403,
    'AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/',
    '{}',
    { kind: 'access-denied' },
  ],
]

/** What applications answer. */
const ofApplications: readonly (readonly [number, string])[] = [
  [200, forbidden],
  [403, ''],
  [403, 'Forbidden'],
  [403, '{"message":"Forbidden"}'],
  [403, '{"Message":"Forbidden area"}'],
  [403, '{"error":"not yours"}'],
  [403, '"AccessDenied"'],
  [401, '{"Message":"Forbidden"}'],
  [429, '{"message":"slow down"}'],
  [500, 'Internal Server Error'],
  [502, 'bad upstream'],
  [413, 'too large'],
]

describe('classifyAnswer()', () => {
  it.each(rows)('knows %s', (_, status, errorType, body, tag) => {
    const refusal = classifyAnswer({ status, errorType, body, why: undefined })
    expect(refusal).toMatchObject({ ...tag, status })
    expect(refusal?.says).toMatch(/\.$/)
    expect(refusal?.fix).toMatch(/\.$/)
  })

  it.each(ofApplications)('leaves %d %s to the application', (status, body) => {
    expect(classifyAnswer({ status, errorType: undefined, body, why: undefined })).toBeUndefined()
  })

  it('repeats no signature and no token', () => {
    const signature = hash('sha256', 'signature')
    const token = `IQoJb3JpZ2luX2VjE${'A1b2/+'.repeat(60)}==`
    const message = `'x' not a valid key=value pair in Authorization header: 'AWS4-HMAC-SHA256 Signature=${signature}'.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nx-amz-security-token:${token}'`
    const refusal = classifyAnswer({
      status: 403,
      errorType: 'InvalidSignatureException',
      body: JSON.stringify({ message: message + token }),
      why: undefined,
    })
    expect(JSON.stringify(refusal)).not.toContain(signature)
    expect(JSON.stringify(refusal)).not.toContain(token.slice(20, 60))
  })
})

describe('explain', () => {
  let url: FunctionUrl
  beforeAll(async () => void (url = await startFunctionUrl()))
  afterAll(() => url.close())
  afterEach(() => {
    url.arrivals.length = 0
    url.answers.length = 0
    url.headers = {}
    url.skewMs = 0
  })
  const create = (more: SignedFetchOptions = {}): ReturnType<typeof createSignedFetch> =>
    createSignedFetch({ credentials: keys, region: 'us-east-1', explain: true, retry: false, ...more })

  it.each(rows)(
    'attaches the reason of %s, and leaves the body to the caller',
    async (_, status, type, body, tag) => {
      url.answers.push(answer(status, body, type === undefined ? {} : { 'x-amzn-errortype': type }))
      // A refusal about time is sent again, to the same end.
      url.answers.push(answer(status, body, type === undefined ? {} : { 'x-amzn-errortype': type }))
      const response = await create()(url.base)
      expect(response.refusal).toMatchObject({ ...tag, status })
      expect(await response.text()).toBe(body)
    },
  )

  it.each(ofApplications.filter(([status]) => status !== 200))(
    'attaches nothing to %d %s',
    async (status, body) => {
      url.answers.push(answer(status, body))
      const response = await create()(url.base)
      expect(response.refusal).toBeUndefined()
      expect(await response.text()).toBe(body)
    },
  )

  it('attaches nothing unless it is set', async () => {
    url.answers.push(answer(403, forbidden, { 'x-amzn-errortype': 'AccessDeniedException' }))
    const response = await create({ explain: false })(url.base)
    expect('refusal' in response).toBe(false)
    expect(isAccessDenied(response)).toBe(true)
  })

  it("does not read an application's endless answer", async () => {
    url.answers.push((response) => void response.writeHead(403).write('endless'))
    const response = await create()(url.base)
    expect(response.refusal).toBeUndefined()
    await response.body?.cancel()
  })

  it('takes the hint of the local side', async () => {
    url.headers = { 'x-furlong-why': 'npx furlong explain a1b2' }
    url.answers.push(answer(403, forbidden, { 'x-amzn-errortype': 'AccessDeniedException' }))
    expect((await create()(url.base)).refusal).toMatchObject({
      why: 'npx furlong explain a1b2',
      fix: 'Run `npx furlong explain a1b2`: it names what is missing, and the command that grants it.',
      diagnosis: [],
    })
    url.headers = {}
    url.answers.push(answer(403, forbidden, { 'x-amzn-errortype': 'AccessDeniedException' }))
    expect((await create()(url.base)).refusal?.fix).toContain('npx furlong grant <function> --to <role>')
  })

  it('says of a wrong secret that the request was right when it left', async () => {
    const credentials = { ...keys, secretAccessKey: 'another-secret' }
    const { refusal } = await create({ credentials })(url.base)
    expect(refusal).toMatchObject({ kind: 'signature', reason: 'mismatch' })
    expect(refusal?.diagnosis[0]?.says).toContain(`secret that was given for ${keys.accessKeyId}`)
    expect(refusal).toMatchObject({ says: refusal?.diagnosis[0]?.says, fix: refusal?.diagnosis[0]?.fix })
    expect(JSON.stringify(refusal)).not.toContain('another-secret')
  })

  it.each([
    [{ service: 'execute-api' }, 'wrong-service', { kind: 'signature', reason: 'scope' }],
    [
      { credentials: { ...keys, accessKeyId: 'AKIAOTHER' } },
      'unknown-key',
      { kind: 'credentials', reason: 'unknown-key' },
    ],
    [
      { credentials: { ...keys, accessKeyId: 'ASIAOTHER' } },
      'missing-session-token',
      { kind: 'credentials', reason: 'unknown-key' },
    ],
    [
      { credentials: { ...keys, accessKeyId: 'ASIAOTHER', sessionToken: 'old' } },
      'expired-session',
      { kind: 'credentials', reason: 'expired-token' },
    ],
  ])('finds the cause with the keys at hand: %j', async (options, cause, tag) => {
    const { refusal } = await create(options)(url.base, { method: 'POST', body: 'x' })
    expect(refusal).toMatchObject({ ...tag, diagnosis: [{ cause }] })
    expect(JSON.stringify(refusal)).not.toContain(keys.secretAccessKey)
  })

  it('compares with what AWS made of the request, where it says so, and shows no token', async () => {
    const sessionToken = 'IQoJb3JpZ2luX2VjEXAMPLE//0123456789abcdefghijklmnopqrstuvwxyz+=='
    let made = ''
    const signedFetch = create({
      credentials: { ...keys, sessionToken },
      fetch: async (...args) => {
        const headers = new Map(args[1]?.headers as [string, string][])
        made = `GET\n/changed%20on%20the%20way\n\nhost:${new URL(url.base).host}\nx-amz-date:${headers.get('x-amz-date')}\nx-amz-security-token:${sessionToken}\n\nhost;x-amz-date;x-amz-security-token\n${hash('sha256', '')}`
        const message = `${mismatch}\n\nThe Canonical String for this request should have been\n'${made}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n…'\n`
        const type = { 'x-amzn-errortype': 'InvalidSignatureException' }
        url.answers.push(answer(403, JSON.stringify({ message }), type))
        return fetch(...args)
      },
    })
    const { refusal } = await signedFetch(url.base + 'sent')
    expect(refusal?.differences.map(({ part }) => part)).toContain('path')
    expect(refusal).toMatchObject({ kind: 'signature', reason: 'mismatch', message: mismatch })
    expect(JSON.stringify(refusal)).not.toContain(sessionToken.slice(10, 40))
  })

  const streamed = (text: string, hashed = text): SignedRequestInit => ({
    method: 'PUT',
    body: new Blob([text]).stream(),
    payloadHash: hash('sha256', hashed),
  })

  it('suspects the given hash of a stream that is gone', async () => {
    const { refusal } = await create()(url.base, streamed('sent', 'hashed'))
    expect(refusal).toMatchObject({ kind: 'signature', diagnosis: [{ cause: 'payload-hash-mismatch' }] })
    expect(refusal?.says).toContain('not the hash of the bytes that were sent')
  })

  it('says that a stream was not sent again at another time', async () => {
    url.skewMs = 3_600_000
    const signedFetch = create()
    const { refusal } = await signedFetch(url.base, streamed('x'))
    expect(refusal).toMatchObject({ reason: 'clock', diagnosis: [{ cause: 'clock-skew' }] })
    expect(refusal?.says).toContain('not sent again')
    expect(refusal?.fix).toContain('time is known now')
    expect((await signedFetch(url.base, streamed('x'))).status).toBe(200)
  })

  it('checks keys and region of a stream', async () => {
    const credentials = { ...keys, accessKeyId: 'ASIAOTHER' }
    const unknown = await create({ credentials })(url.base, streamed('x'))
    expect(unknown.refusal?.diagnosis).toMatchObject([{ cause: 'missing-session-token' }])
    const elsewhere = await create({ region: 'eu-west-1' })(url.base, streamed('x'))
    expect(elsewhere.refusal?.diagnosis).toMatchObject([{ cause: 'wrong-region' }])
  })

  it('names the region that was signed for, and the one that S3 wants', async () => {
    const { refusal } = await create({ region: 'eu-west-1' })(url.base)
    expect(refusal).toMatchObject({ reason: 'scope', diagnosis: [{ cause: 'wrong-region' }] })
    expect(refusal?.says).toContain("for the region 'eu-west-1', and the URL lies in another")
    const s3 = `<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message></Error>`
    url.answers.push(answer(400, s3))
    const other = await create()(url.base)
    expect(other.refusal?.says).toBe(
      "The request is signed for the region 'us-east-1', and it was sent to 'eu-central-1'.",
    )
  })

  it('tells of the clock when its correction is of no use', async () => {
    // The server's time runs away: what was learnt is wrong again at once.
    url.headers = {}
    const signedFetch = create({ now: () => new Date((url.skewMs += 3_600_000)) })
    const { refusal } = await signedFetch(url.base)
    expect(refusal).toMatchObject({ kind: 'signature', reason: 'clock' })
    expect(refusal?.diagnosis[0]).toMatchObject({ cause: 'clock-skew' })
  })
})

describe('isSignatureError() and isAccessDenied()', () => {
  let url: FunctionUrl
  beforeAll(async () => void (url = await startFunctionUrl()))
  afterAll(() => url.close())
  afterEach(() => void (url.arrivals.length = 0))
  const wrong = { ...keys, secretAccessKey: 'wrong' }
  const denied = (): void =>
    void url.answers.push(answer(403, forbidden, { 'x-amzn-errortype': 'AccessDeniedException' }))

  it('take a response', async () => {
    const options = { region: 'us-east-1', credentials: wrong }
    const refused = await createSignedFetch(options)(url.base)
    expect([isSignatureError(refused), isAccessDenied(refused)]).toEqual([true, false])
    const explained = await createSignedFetch({ ...options, explain: true })(url.base)
    expect([isSignatureError(explained), isAccessDenied(explained)]).toEqual([true, false])
    const fine = await createSignedFetch({ ...options, credentials: keys })(url.base)
    expect([isSignatureError(fine), isAccessDenied(fine)]).toEqual([false, false])
  })

  it('take an error of axios', async () => {
    const refused = await axios
      .get(url.base, { headers: { authorization: 'AWS4-HMAC-SHA256 nothing' } })
      .catch((error: unknown) => error)
    expect([isSignatureError(refused), isAccessDenied(refused)]).toEqual([true, false])
  })

  it('take an error of ky', async () => {
    const signedFetch = createSignedFetch({ region: 'us-east-1', credentials: keys })
    denied()
    const refused = await ky.get(url.base, { fetch: signedFetch, retry: 0 }).catch((error: unknown) => error)
    expect([isSignatureError(refused), isAccessDenied(refused)]).toEqual([false, true])
  })

  it.each([
    ['AccessDenied', 403, [false, true]],
    ['InvalidClientTokenId', 403, [true, false]],
    ['SignatureDoesNotMatch', 403, [true, false]],
    ['ExpiredToken', 400, [true, false]],
    ['MalformedPolicyDocument', 400, [false, false]],
  ])(
    'take an error of the AWS SDK, by itself and within a failed provider: %s',
    async (code, status, expected) => {
      const server = createServer((request, response) => {
        request.resume()
        response
          .writeHead(status, { 'content-type': 'text/xml' })
          .end(
            `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
          )
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const provider = fromTemporaryCredentials({
        // The SDK writes into the credentials it is given.
        masterCredentials: { ...keys },
        params: { RoleArn: 'arn:aws:iam::111122223333:role/caller' },
        clientConfig: { endpoint, region: 'us-east-1', maxAttempts: 1 },
      })
      const refused = await provider().catch((error: unknown) => error)
      expect([isSignatureError(refused), isAccessDenied(refused)]).toEqual(expected)
      const failed = await createSignedFetch({ region: 'us-east-1', credentials: provider })(url.base).catch(
        (error: unknown) => error,
      )
      server.closeAllConnections()
      server.close()
      expect(failed).toBeInstanceOf(FetchError)
      expect(failed).toMatchObject({ code: 'CredentialsFailed' })
      expect([isSignatureError(failed), isAccessDenied(failed)]).toEqual(expected)
      expect(url.arrivals).toHaveLength(0)
    },
  )

  it.each([
    undefined,
    null,
    1,
    'AccessDeniedException',
    new Error('AccessDenied'),
    {},
    { response: {} },
    { status: 403 },
  ])('say no to %s', (value) => {
    expect([isSignatureError(value), isAccessDenied(value)]).toEqual([false, false])
  })

  it('come to an end with an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    expect(isSignatureError(error)).toBe(false)
  })
})
