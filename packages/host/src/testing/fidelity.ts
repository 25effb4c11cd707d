/**
 * The cases every host of an HTTP application behind a function URL is judged on: what the application must have seen, and what
 * the client must see. They know nothing of how a request is sent, so they run in process, through the local side and on AWS.
 */
import type { EventKind, HeaderPair, IamAuthorizer } from '@furlong/events'
import { binaryTypes, gzipBytes, largeBytes, latin1Bytes, pngBytes, zstdBytes } from './answers.ts'
import type { Echo } from './echo.ts'

/** A request as a client sends it, and what only a front door can say about it. */
export interface FidelityRequest {
  readonly method?: string
  readonly target?: string
  readonly headers?: readonly HeaderPair[]
  readonly body?: Uint8Array<ArrayBuffer>
  /** The rest cannot be chosen by a client: it is set where the event is made. */
  readonly event?: {
    readonly kind?: EventKind
    readonly stage?: string
    readonly sourceIp?: string
    readonly iam?: IamAuthorizer
    /** Members written over the event, as JSON has them. */
    readonly overwrite?: Readonly<Record<string, unknown>>
    /** Option of toLambda(). */
    readonly trustProxy?: number
    /** Milliseconds until the function's timeout. */
    readonly remainingMs?: number
  }
}

/** What the client saw. */
export interface FidelityView {
  readonly statusCode: number
  readonly headers: readonly HeaderPair[]
  readonly body: Uint8Array
  /** Whether the answer broke off: a client must not take it for a whole one. */
  readonly truncated: boolean
}

/** Where the suite runs. */
export interface FidelitySetting {
  readonly family: 'fetch' | 'node'
  readonly mode: 'buffered' | 'stream'
  /** Address that the suite's client has there; `fidelityAddress` when absent. */
  readonly address?: string
}

/** One case. */
export interface FidelityCase {
  readonly name: string
  readonly request: FidelityRequest
  /** Settings it makes sense in; all when absent. */
  readonly only?: Partial<FidelitySetting>
  /** @returns What is wrong, or undefined. */
  readonly judge: (view: FidelityView, setting: FidelitySetting) => string | undefined
}

/** Name of the host that clients of the suite call. */
export const fidelityHost = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws'
/** Address such clients have. */
export const fidelityAddress = '203.0.113.7'

/** A role session. */
export const fidelityCaller: IamAuthorizer = {
  accessKey: 'ASIAEXAMPLE',
  accountId: '111122223333',
  callerId: 'AROAEXAMPLE:alice',
  cognitoIdentity: null,
  principalOrgId: 'o-abcdefghij',
  userArn: 'arn:aws:sts::111122223333:assumed-role/caller/alice',
  userId: 'AROAEXAMPLE:alice',
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')
const everyByte = new Uint8Array(256).map((_, index) => index)
const fourMiB = new Uint8Array(4 << 20).map((_, index) => index * 7)
const multipart = bytes('--x\r\ncontent-disposition: form-data; name="f"\r\n\r\n\u00ff\r\n--x--\r\n')
const show = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 200)

type Check = FidelityCase['judge']

/** The first thing that is wrong. */
const all =
  (...checks: readonly Check[]): Check =>
  (view, setting) => {
    for (const check of checks) {
      const wrong = check(view, setting)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }

const status =
  (wanted: number): Check =>
  ({ statusCode, truncated }) =>
    statusCode === wanted && !truncated
      ? undefined
      : `status ${statusCode}${truncated ? ', truncated' : ''}, not ${wanted}`

const header =
  (name: string, ...wanted: readonly string[]): Check =>
  ({ headers }) => {
    const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
    return show(values) === show(wanted) ? undefined : `${name} is ${show(values)}, not ${show(wanted)}`
  }

const body =
  (wanted: Uint8Array | string): Check =>
  (view) => {
    const expected = typeof wanted === 'string' ? Buffer.from(wanted) : Buffer.from(wanted)
    if (expected.equals(view.body)) return undefined
    return `body of ${view.body.length} bytes ${show(Buffer.from(view.body.subarray(0, 60)).toString('latin1'))}, not ${expected.length} bytes`
  }

/** The application was reached and saw what `check` wants. */
const saw = (check: (echo: Echo, setting: FidelitySetting) => string | undefined): Check =>
  all(status(200), (view, setting) => check(JSON.parse(Buffer.from(view.body).toString()) as Echo, setting))

const sawMember = <Name extends keyof Echo>(name: Name, wanted: Echo[Name]): Check =>
  saw((echo) =>
    show(echo[name]) === show(wanted) ? undefined : `${name} is ${show(echo[name])}, not ${show(wanted)}`,
  )

const sawHeader = (name: string, wanted: string | undefined): Check =>
  saw(({ headers }) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    return value === wanted ? undefined : `header ${name} is ${show(value)}, not ${show(wanted)}`
  })

const sawBody = (wanted: Uint8Array): Check =>
  saw((echo) =>
    echo.body === base64(wanted) ? undefined : `body ${show(echo.body)}, not ${show(base64(wanted))}`,
  )

const ask = (answer: string, ...more: readonly HeaderPair[]): FidelityRequest => ({
  headers: [['x-answer', answer], ...more],
})

const post = (type: string | undefined, value: Uint8Array<ArrayBuffer>): FidelityRequest => ({
  method: 'POST',
  headers: type === undefined ? [] : [['content-type', type]],
  body: value,
})

const target = (name: string, sent: string, fetched: string = sent): FidelityCase => ({
  name,
  request: { target: sent },
  judge: saw((echo, { family }) => {
    const wanted = family === 'fetch' ? fetched : sent
    if (echo.target !== wanted) return `target ${show(echo.target)}, not ${show(wanted)}`
    return echo.host === fidelityHost ? undefined : `host ${show(echo.host)}`
  }),
})

/** guess: the front door hands on a `www-authenticate` under this name; two of them are one line. */
const challenge = 'x-amzn-remapped-www-authenticate'

const requestCases: readonly FidelityCase[] = [
  target('%2F in the path', '/a%2Fb'),
  target('%2B in the path', '/a%2Bb+c'),
  target('%20, %25, UTF-8 escapes in the path', '/a%20b/100%25/caf%C3%A9'),
  target('path starting //evil.example', '//evil.example/echo'),
  target('backslash in the path', '/\\evil.example', '/%5Cevil.example'),
  target('dot segments', '/a/../b/%2e/c', '/b/c'),
  target('@ and : in the path', '/@evil.example:80/x'),
  target(
    'duplicates in order, +/%20, empty, malformed %, brackets in the query',
    '/?b=2&a=1&b=1&p=a+b%20c&e=&f&m=%zz&x[0]=y',
  ),
  target('comma inside one query value', '/?a=1,2&a=3'),
  target('escaped &=# in the query', '/?q=%26%3D%23&r=a%2Bb'),
  target('question marks in the query', '/?a=b?c&d=/e'),
  target(
    '1,000 parameters',
    `/?${Array.from({ length: 1000 }, (_, index) => `p${index}=${index}`).join('&')}`,
  ),
  {
    name: 'cookies[] only (HTTP API)',
    request: { headers: [['cookie', 'a=1; b=2']], event: { kind: 'http-api' } },
    judge: sawHeader('cookie', 'a=1; b=2'),
  },
  {
    name: 'cookies[] and cookie header (function URL)',
    request: { headers: [['cookie', 'a=1; b=2']] },
    judge: sawHeader('cookie', 'a=1; b=2'),
  },
  {
    name: 'decoded path of an HTTP API',
    request: { target: '/a%20b/100%25/caf%C3%A9%3Fd', event: { kind: 'http-api', stage: 'dev' } },
    judge: sawMember('target', '/a%20b/100%25/caf%C3%A9%3Fd'),
  },
  { name: 'empty-valued request header', request: { headers: [['x-a', '']] }, judge: sawHeader('x-a', '') },
  {
    name: 'Latin-1 request header',
    request: { headers: [['x-a', 'caf\u00e9']] },
    judge: sawHeader('x-a', 'caf\u00e9'),
  },
  {
    name: 'request header beyond Latin-1',
    request: { event: { overwrite: { headers: { host: fidelityHost, 'x-a': '€' } } } },
    judge: sawHeader('x-a', '\u00e2\u0082\u00ac'),
  },
  {
    name: 'a header named __proto__',
    request: {
      headers: [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
    },
    judge: sawHeader('constructor', 'y'),
  },
  {
    name: 'repeated request headers',
    request: {
      headers: [
        ['x-a', '1'],
        ['x-a', '2'],
      ],
    },
    judge: saw(({ headers }) => (/^1, ?2$/.test(headers['x-a'] ?? '') ? undefined : show(headers['x-a']))),
  },
  {
    name: '30 KiB of headers',
    request: { headers: [['x-long', 'x'.repeat(30_000)]] },
    judge: sawHeader('x-long', 'x'.repeat(30_000)),
  },
  {
    name: 'JSON body, as text, through the parser of the framework',
    request: {
      ...post('application/json', bytes('{"a":"λ"}')),
      headers: [
        ['content-type', 'application/json'],
        ['x-answer', 'parsed'],
      ],
    },
    judge: all(status(200), body('{"parsed":{"a":"λ"}}')),
  },
  {
    name: 'JSON body, as base64, through the parser of the framework',
    request: {
      ...post('application/json', bytes('{"a":"λ"}')),
      headers: [
        ['content-type', 'application/json'],
        ['x-answer', 'parsed'],
      ],
      event: { overwrite: { body: base64(bytes('{"a":"λ"}')), isBase64Encoded: true } },
    },
    judge: all(status(200), body('{"parsed":{"a":"λ"}}')),
  },
  { name: 'text body', request: post('text/plain', bytes('\ufeffλ')), judge: sawBody(bytes('\ufeffλ')) },
  {
    name: 'form body',
    request: post('application/x-www-form-urlencoded', bytes('a=1&b=%CE%BB')),
    judge: sawBody(bytes('a=1&b=%CE%BB')),
  },
  { name: 'binary body', request: post('image/png', everyByte), judge: sawBody(everyByte) },
  { name: 'binary body without a type', request: post(undefined, everyByte), judge: sawBody(everyByte) },
  {
    name: 'bytes that are no UTF-8 under a text type',
    request: post('text/plain', everyByte),
    judge: sawBody(everyByte),
  },
  {
    name: 'multipart body',
    request: post('multipart/form-data; boundary=x', multipart),
    judge: sawBody(multipart),
  },
  {
    name: '4 MiB body',
    request: { ...post('application/octet-stream', fourMiB), method: 'PUT' },
    judge: sawBody(fourMiB),
  },
  {
    name: 'GET with a body',
    request: { ...post('text/plain', bytes('x')), method: 'GET' },
    // `Request` cannot have one: it is dropped there, and its length with it.
    judge: saw((echo, { family }) =>
      echo.body === (family === 'fetch' ? '' : base64(bytes('x'))) &&
      echo.headers['content-length'] === (family === 'fetch' ? undefined : '1')
        ? undefined
        : show([echo.body, echo.headers['content-length']]),
    ),
  },
  {
    name: 'content-length filled in when absent',
    request: post('text/plain', bytes('λ')),
    judge: sawHeader('content-length', '2'),
  },
  {
    name: 'content-length equal to the bytes',
    request: {
      ...post('text/plain', bytes('λ')),
      event: { overwrite: { headers: { host: fidelityHost, 'content-length': '99' } } },
    },
    judge: sawHeader('content-length', '2'),
  },
  {
    name: 'empty POST',
    request: { method: 'POST', headers: [['content-length', '0']] },
    judge: sawBody(bytes('')),
  },
  { name: 'empty POST without a length', request: { method: 'POST' }, judge: sawBody(bytes('')) },
  {
    name: 'Host header ≠ domainName',
    request: { headers: [['host', 'app.example:8443']] },
    judge: sawMember('host', 'app.example:8443'),
  },
  {
    name: 'a Host header that is no host',
    request: { headers: [['host', 'user@evil.example/x?']] },
    only: { family: 'fetch' },
    judge: sawMember('host', fidelityHost),
  },
  { name: 'scheme https', request: {}, judge: sawMember('scheme', 'https') },
  {
    name: 'forged x-forwarded-host and -proto',
    request: {
      headers: [
        ['x-forwarded-host', 'evil.example'],
        ['x-forwarded-proto', 'http'],
      ],
    },
    judge: all(sawMember('host', fidelityHost), sawMember('scheme', 'https')),
  },
  {
    name: 'IPv6 source address',
    request: { event: { sourceIp: '2001:db8::7' } },
    judge: sawMember('address', '2001:db8::7'),
  },
  {
    name: 'forged x-forwarded-for',
    request: { headers: [['x-forwarded-for', '6.6.6.6']] },
    judge: (view, setting) => sawMember('address', setting.address ?? fidelityAddress)(view, setting),
  },
  {
    name: 'x-forwarded-for of a trusted proxy',
    request: { headers: [['x-forwarded-for', '6.6.6.6, 198.51.100.4']], event: { trustProxy: 1 } },
    only: { family: 'node' },
    judge: sawMember('address', '198.51.100.4'),
  },
  {
    name: 'x-forwarded-host of a trusted proxy',
    request: { headers: [['x-forwarded-host', 'www.example.com']], event: { trustProxy: 1 } },
    only: { family: 'fetch' },
    judge: sawMember('host', 'www.example.com'),
  },
  { name: 'PROPFIND', request: { method: 'PROPFIND' }, judge: sawMember('method', 'PROPFIND') },
  {
    name: 'the IAM caller',
    request: { event: { iam: fidelityCaller } },
    judge: sawMember('callerArn', fidelityCaller.userArn),
  },
  {
    name: 'forged identity headers',
    request: {
      headers: [
        ['x-amzn-request-context', '{"authorizer":{"iam":{"userArn":"arn:aws:iam::999:root"}}}'],
        ['authorization', 'AWS4-HMAC-SHA256 Credential=AKIAEVIL/20260101/us-west-2/lambda/aws4_request'],
      ],
    },
    judge: sawMember('callerArn', null),
  },
  {
    name: 'explicit nulls as in the sample of the guide',
    request: {
      event: {
        overwrite: {
          cookies: null,
          body: null,
          queryStringParameters: null,
          pathParameters: null,
          stageVariables: null,
        },
      },
    },
    judge: sawMember('method', 'GET'),
  },
  { name: 'the context', request: {}, judge: sawMember('functionName', 'fn') },
  {
    name: 'expect: 100-continue',
    request: {
      ...post('text/plain', bytes('x')),
      headers: [
        ['expect', '100-continue'],
        ['content-type', 'text/plain'],
      ],
    },
    judge: sawBody(bytes('x')),
  },
]

const responseCases: readonly FidelityCase[] = [
  {
    name: 'two Set-Cookie, one with Expires',
    request: ask('cookies'),
    judge: all(
      status(200),
      header('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/', 'b=2'),
    ),
  },
  { name: 'two Link', request: ask('links'), judge: header('link', '</a>; rel=preload, </b>; rel=preload') },
  {
    name: 'two WWW-Authenticate',
    request: ask('challenges'),
    judge: header(challenge, 'Basic realm="a", Bearer realm="b"'),
  },
  { name: '204', request: ask('nothing'), judge: all(status(204), header('etag', '"x"'), body('')) },
  { name: '304', request: ask('unmodified'), judge: all(status(304), header('etag', '"x"'), body('')) },
  { name: '200, empty body', request: ask('empty'), judge: all(status(200), header('x-a', 'b'), body('')) },
  {
    name: 'HEAD with content-length',
    request: { ...ask('sized'), method: 'HEAD' },
    judge: all(status(200), header('content-type', 'text/plain'), body('')),
  },
  ...binaryTypes.map((type): FidelityCase => ({
    name: type,
    request: ask(type),
    judge: all(status(200), header('content-type', type), body(pngBytes)),
  })),
  {
    name: 'bytes, no content-type',
    request: ask('untyped'),
    judge: all(status(200), header('content-type', 'application/octet-stream'), body(pngBytes)),
  },
  { name: 'text in ISO-8859-1', request: ask('latin1'), judge: all(status(200), body(latin1Bytes)) },
  {
    name: 'content-encoding gzip',
    request: ask('gzip'),
    judge: all(status(200), header('content-encoding', 'gzip'), body(gzipBytes)),
  },
  {
    name: 'content-encoding zstd',
    request: ask('zstd'),
    judge: all(status(200), header('content-encoding', 'zstd'), body(zstdBytes)),
  },
  { name: 'UTF-8 html', request: ask('html'), judge: all(status(200), body('<p>λ – café</p>')) },
  { name: 'problem+json', request: ask('problem'), judge: all(status(200), body('{"title":"λ"}')) },
  {
    name: 'a byte order mark',
    request: ask('byte order mark'),
    judge: body(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61])),
  },
  { name: 'Latin-1 response header', request: ask('latin1 header'), judge: header('x-name', 'caf\u00e9') },
  {
    name: 'absolute redirect, no body',
    request: ask('redirect'),
    judge: all(status(302), header('location', 'https://example.com/there?a=1')),
  },
  { name: '418', request: ask('teapot'), judge: all(status(418), body('short and stout')) },
  {
    name: '7 MiB body',
    request: ask('large'),
    judge: (view, setting) =>
      setting.mode === 'stream'
        ? all(status(200), body(new Uint8Array(largeBytes).fill(7)))(view, setting)
        : all(status(500), body('The response is too large to be sent.\n'))(view, setting),
  },
  {
    name: '6.2 MB of text',
    request: ask('large text'),
    judge: all(status(200), body('a'.repeat(6_200_000))),
  },
]

const behaviourCases: readonly FidelityCase[] = [
  {
    name: 'error before headers',
    request: ask('throws'),
    judge: ({ statusCode, truncated }) =>
      (statusCode === 500 || statusCode === 502) && !truncated ? undefined : `status ${statusCode}`,
  },
  {
    name: 'error after the first chunk',
    request: ask('fails half way'),
    judge: ({ statusCode, truncated }, { mode }) =>
      statusCode === 502 || (mode === 'stream' && truncated) ? undefined : `a clean ${statusCode}`,
  },
  {
    name: 'res.destroy() before headers',
    request: ask('destroys at once'),
    only: { family: 'node' },
    judge: status(502),
  },
  {
    name: 'write(x, "hex"/"latin1"/"base64")',
    request: ask('write encodings'),
    only: { family: 'node' },
    judge: all(status(200), body(Uint8Array.from([0, 0xff, 0xe9, 0x80, 1, 2]))),
  },
  {
    name: 'writeHead(200, [k, v, …])',
    request: ask('flat head'),
    only: { family: 'node' },
    judge: all(
      status(201),
      header('x-a', '1'),
      header('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'),
    ),
  },
  {
    name: 'early hints, 100 and trailers',
    request: ask('early hints'),
    only: { family: 'node' },
    judge: all(status(200), header('trailer'), body('hello')),
  },
  {
    name: 'transfer-encoding: chunked by hand',
    request: ask('chunked'),
    only: { family: 'node' },
    judge: all(status(200), header('transfer-encoding'), header('connection'), body('onetwo')),
  },
  {
    name: 'server-sent events',
    request: ask('events'),
    judge: all(
      status(200),
      header('content-type', 'text/event-stream'),
      body([1, 2, 3].map((id) => `id: ${id}\ndata: tick\n\n`).join('')),
    ),
  },
  {
    name: 'res.setTimeout() with a listener',
    request: ask('sets itself a time'),
    only: { family: 'node' },
    judge: all(status(503), body('out of time')),
  },
  {
    name: 'res.setTimeout() without a listener closes the connection',
    request: ask('sets itself a time and forgets it'),
    only: { family: 'node' },
    judge: status(502),
  },
  {
    name: 'told before the deadline: 504 of its own',
    request: { ...ask('waits for the deadline'), event: { remainingMs: 120 } },
    judge: all(status(504), body('mine')),
  },
  {
    name: 'never answers: 504 in its place',
    request: { ...ask('never answers'), event: { remainingMs: 120 } },
    judge: (view) =>
      view.statusCode === 504 && view.body.length > 0 ? undefined : `status ${view.statusCode}`,
  },
]

/** All cases that one request and its answer can judge. */
export const fidelityCases: readonly FidelityCase[] = [...requestCases, ...responseCases, ...behaviourCases]

const addsCharset = 'res.send() adds a charset to the type of a text'

/** What a framework does differently by itself, however it is hosted, and why that is so. */
export const frameworkDifferences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'express 4': { 'HEAD with content-length': addsCharset },
  'express 5': { 'HEAD with content-length': addsCharset },
  nest: { 'HEAD with content-length': addsCharset },
}

/** How one case went. */
export interface FidelityOutcome {
  readonly name: string
  /** `differs` is the framework's own doing. */
  readonly result: 'passed' | 'failed' | 'differs'
  /** What is wrong, or why the framework differs. */
  readonly says?: string
}

/** Nothing here takes longer; what does hangs. */
const patienceMs = 20_000

async function withPatience<T>(sending: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined)
  })
  try {
    return await Promise.race([sending, patience])
  } finally {
    clearTimeout(timer)
  }
}

/** An answer that is no echo at all is wrong, not an end of the suite. */
function judgeSafely(judge: Check, view: FidelityView, setting: FidelitySetting): string | undefined {
  try {
    return judge(view, setting)
  } catch (error) {
    return `the answer cannot be judged: ${String(error)}`
  }
}

/**
 * Puts an application through all cases of a setting.
 *
 * @param kind Name of the application's kind, for what its framework does by itself.
 * @param setting Family and mode.
 * @param send Sends a request to the application and gives what its client saw; undefined for a request it cannot send.
 * @returns One outcome a case that makes sense there.
 */
export async function judgeFidelity(
  kind: string,
  setting: FidelitySetting,
  send: (request: FidelityRequest) => Promise<FidelityView> | undefined,
): Promise<readonly FidelityOutcome[]> {
  const outcomes: FidelityOutcome[] = []
  for (const { name, request, only, judge } of fidelityCases) {
    if ((only?.family ?? setting.family) !== setting.family || (only?.mode ?? setting.mode) !== setting.mode)
      continue
    const sending = send(request)
    if (sending === undefined) continue
    const view = await withPatience(sending)
    const wrong = view === undefined ? `no answer within ${patienceMs} ms` : judgeSafely(judge, view, setting)
    const known = frameworkDifferences[kind]?.[name]
    if (wrong === undefined) outcomes.push({ name, result: 'passed' })
    else
      outcomes.push(
        known === undefined
          ? { name, result: 'failed', says: wrong }
          : { name, result: 'differs', says: known },
      )
  }
  return outcomes
}
