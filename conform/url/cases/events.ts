/** What the function sees of a request. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { Case, Part } from '../case.ts'
import type { Calling, Client, Event } from '../client.ts'

interface EventRow {
  readonly name: string
  readonly mark: Case['mark']
  readonly calling?: Partial<Calling>
  readonly sees: (event: Event, client: Client) => void
}

const post = (type: string | undefined, body: string | Uint8Array): Partial<Calling> => ({
  method: 'POST',
  body,
  headers: type === undefined ? [] : [['Content-Type', type]],
})

/** Whether a body of this type travels as base64. */
const bodies: readonly (readonly [type: string | undefined, mark: Case['mark'], base64: boolean])[] = [
  ['text/plain', 'reported', false],
  ['text/html; charset=utf-8', 'reported', false],
  ['application/json', 'reported', false],
  ['application/json; charset=utf-8', 'reported', false],
  ['application/xml', 'guess', false],
  ['application/javascript', 'guess', false],
  ['application/x-www-form-urlencoded', 'reported', true],
  ['multipart/form-data; boundary=b', 'reported', true],
  ['application/octet-stream', 'reported', true],
  ['image/png', 'reported', true],
  [undefined, 'guess', true],
  ['application/vnd.api+json', 'guess', true],
  ['image/svg+xml', 'guess', true],
]

const rows: readonly EventRow[] = [
  {
    name: 'its members: none is null, none is there for nothing',
    mark: 'reported',
    sees: (event) => {
      deepEqual(Object.keys(event).sort(), [
        'headers',
        'isBase64Encoded',
        'rawPath',
        'rawQueryString',
        'requestContext',
        'routeKey',
        'version',
      ])
      deepEqual(Object.keys(event.requestContext).sort(), [
        'accountId',
        'apiId',
        'authorizer',
        'domainName',
        'domainPrefix',
        'http',
        'requestId',
        'routeKey',
        'stage',
        'time',
        'timeEpoch',
      ])
      deepEqual(
        [event.version, event.routeKey, event.requestContext.routeKey, event.requestContext.stage],
        ['2.0', '$default', '$default', '$default'],
      )
      equal(event.isBase64Encoded, false)
      equal(event.rawQueryString, '')
    },
  },
  {
    name: 'rawPath keeps its escapes, http.path is decoded once',
    mark: 'reported',
    calling: { target: '/capture/space%20value/pa2%25Fth//a%2Fb/%E2%82%AC' },
    sees: ({ rawPath, requestContext }) => {
      equal(rawPath, '/capture/space%20value/pa2%25Fth//a%2Fb/%E2%82%AC')
      equal(requestContext.http['path'], '/capture/space value/pa2%Fth//a/b/€')
    },
  },
  {
    name: 'rawPath keeps dot segments and case',
    mark: 'guess',
    calling: { target: '/a/../B/./c%2f' },
    sees: ({ rawPath }) => equal(rawPath, '/a/../B/./c%2f'),
  },
  {
    name: 'the query: raw as sent; decoded, + a blank, repeats joined by a comma',
    mark: 'reported',
    calling: {
      target:
        '/?repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=',
    },
    sees: ({ rawQueryString, queryStringParameters }) => {
      equal(
        rawQueryString,
        'repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=',
      )
      deepEqual(queryStringParameters, {
        repeat: 'one,two',
        redirect: 'https://example.com/a/b',
        literalPlus: 'a b',
        encodedPlus: 'a+b',
        empty: '',
      })
    },
  },
  {
    name: 'headers: lower case, repeats joined by a comma without a blank',
    mark: 'reported',
    calling: {
      headers: [
        ['X-Probe', 'first'],
        ['x-other', 'o'],
        ['X-PROBE', 'second'],
      ],
    },
    sees: ({ headers }) => {
      equal(headers['x-probe'], 'first,second')
      for (const name of Object.keys(headers)) equal(name, name.toLowerCase())
    },
  },
  {
    name: 'connection is taken away, content-length is kept',
    mark: 'reported',
    calling: { method: 'POST', body: 'abc', headers: [['Connection', 'keep-alive']] },
    sees: ({ headers }) => {
      equal(headers['connection'], undefined)
      equal(headers['content-length'], '3')
    },
  },
  {
    name: 'cookies: an array, and the header beside it',
    mark: 'reported',
    calling: { headers: [['Cookie', 'session=abc123; theme=dark']] },
    sees: ({ cookies, headers }) => {
      deepEqual(cookies, ['session=abc123', 'theme=dark'])
      equal(headers['cookie'], 'session=abc123; theme=dark')
    },
  },
  {
    name: 'authorization is taken away, the other headers of the signature stay',
    mark: 'reported',
    sees: ({ headers }) => {
      equal(headers['authorization'], undefined)
      match(headers['x-amz-date'] ?? '', /^\d{8}T\d{6}Z$/)
    },
  },
  {
    name: 'NONE: authorization is passed on, the caller is anonymous',
    mark: 'reported',
    calling: { to: 'public', as: undefined as never, headers: [['Authorization', 'Bearer mine']] },
    sees: ({ headers, requestContext }) => {
      equal(headers['authorization'], 'Bearer mine')
      equal(requestContext.accountId, 'anonymous')
      equal('authorizer' in requestContext, false)
    },
  },
  {
    name: 'the caller: authorizer.iam with its seven members',
    mark: 'documented',
    sees: ({ requestContext }, { target }) => {
      const iam = requestContext.authorizer?.iam ?? {}
      deepEqual(Object.keys(iam).sort(), [
        'accessKey',
        'accountId',
        'callerId',
        'cognitoIdentity',
        'principalOrgId',
        'userArn',
        'userId',
      ])
      equal(iam['accessKey'], target.callers.granted.accessKeyId)
      equal(iam['cognitoIdentity'], null)
      equal(iam['userId'], iam['callerId'])
      equal(iam['accountId'], requestContext.accountId)
      match(iam['userArn'] ?? '', /^arn:aws[\w-]*:(?:iam|sts)::\d{12}:/)
    },
  },
  {
    name: 'what the front adds: trace id, TLS, where it came from',
    mark: 'reported',
    sees: ({ headers, requestContext: { http } }) => {
      match(headers['x-amzn-trace-id'] ?? '', /^(?:Self=[^;]+;)?Root=1-[0-9a-f]{8}-[0-9a-f]{24}/)
      match(headers['x-amzn-tls-version'] ?? '', /^TLSv1\.[23]$/)
      ok(headers['x-amzn-tls-cipher-suite'])
      equal(headers['x-forwarded-proto'], 'https')
      equal(headers['x-forwarded-port'], '443')
      equal(headers['x-forwarded-for'], http['sourceIp'])
    },
  },
  {
    name: 'a client’s own x-forwarded-for is appended to, proto and port are not believed',
    mark: 'guess',
    calling: {
      headers: [
        ['X-Forwarded-For', '203.0.113.7'],
        ['X-Forwarded-Proto', 'gopher'],
        ['X-Forwarded-Port', '70'],
      ],
    },
    sees: ({ headers, requestContext: { http } }) => {
      equal(headers['x-forwarded-for'], `203.0.113.7, ${http['sourceIp']}`)
      equal(headers['x-forwarded-proto'], 'https')
      equal(headers['x-forwarded-port'], '443')
    },
  },
  {
    name: 'method, protocol, user agent, ids and time',
    mark: 'documented',
    calling: { method: 'PATCH', body: 'x', headers: [['User-Agent', 'suite/1']] },
    sees: ({ headers, requestContext }) => {
      const { http, apiId, domainPrefix, domainName, requestId, time, timeEpoch } = requestContext
      deepEqual([http['method'], http['protocol'], http['userAgent']], ['PATCH', 'HTTP/1.1', 'suite/1'])
      match(apiId, /^[a-z0-9]{32}$/)
      equal(domainPrefix, apiId)
      equal(domainName, headers['host'])
      match(requestId, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
      ok(Math.abs(Date.now() - timeEpoch) < 5 * 60_000)
    },
  },
  ...bodies.map(([type, mark, base64]): EventRow => ({
    name: `a body of ${type ?? 'no type'} comes as ${base64 ? 'base64' : 'text'}`,
    mark,
    calling: post(type, 'λ=1&b={}'),
    sees: ({ body, isBase64Encoded }) => {
      equal(isBase64Encoded, base64)
      equal(base64 ? Buffer.from(body ?? '', 'base64').toString() : body, 'λ=1&b={}')
    },
  })),
  {
    name: 'an empty body is absent',
    mark: 'reported',
    calling: post('application/json', ''),
    sees: (event) => {
      equal('body' in event, false)
      equal(event.isBase64Encoded, false)
    },
  },
  {
    name: 'any method reaches the function',
    mark: 'guess',
    calling: { method: 'PROPFIND' },
    sees: ({ requestContext }) => equal(requestContext.http['method'], 'PROPFIND'),
  },
]

/** Events, field by field. */
export const eventPart: Part = {
  part: 'event',
  cases: [
    ...rows.map(({ name, mark, calling, sees }): Case => ({
      name,
      mark,
      look: async (client) => sees(await client.event(calling), client),
    })),
    {
      name: 'the alias’s URL has its own policy, and its function is called by the qualified ARN',
      mark: 'reported',
      look: async (client) => {
        const { status, body } = await client.call({ to: 'alias', as: 'granted', target: '/arn' })
        equal(status, 200)
        match(body.toString(), /:function:[^:]+:[A-Za-z][\w-]*$/)
        equal((await client.call({ to: 'alias', as: 'denied' })).status, 403)
      },
    },
    {
      name: 'requestId of the event is the x-amzn-RequestId of the answer',
      mark: 'guess',
      look: async (client) => {
        const { headers, body } = await client.call({ to: 'iam', as: 'granted' })
        const { requestContext } = JSON.parse(body.toString()) as Event
        ok(
          headers.some(
            ([name, value]) => /^x-amzn-requestid$/i.test(name) && value === requestContext.requestId,
          ),
        )
      },
    },
  ],
}
