/** What becomes of a function's result. */
import { deepEqual, equal, match } from 'node:assert/strict'
import type { Case, Part } from '../case.ts'
import { refusalOf } from '../client.ts'
import { valueOf, valuesOf, type WireAnswer } from '../wire.ts'

interface ResultRow {
  readonly name: string
  readonly mark: Case['mark']
  readonly result: unknown
  readonly status?: number
  readonly body?: string | Buffer
  readonly type?: string
  readonly also?: (answer: WireAnswer) => void
}

/** Names of a header that the function set and the front took for itself. */
const remapped = ['content-length', 'connection', 'server', 'www-authenticate', 'date'] as const

const rows: readonly ResultRow[] = [
  {
    name: 'an object without statusCode',
    mark: 'documented',
    result: { a: [1, 'b'] },
    body: '{"a":[1,"b"]}',
  },
  { name: 'an array', mark: 'reported', result: ['hello', 3, true], body: '["hello",3,true]' },
  { name: 'a string, without its quotes', mark: 'reported', result: 'hello', body: 'hello' },
  { name: 'a number', mark: 'reported', result: 42, body: '42' },
  { name: 'a boolean', mark: 'reported', result: true, body: 'true' },
  { name: 'null', mark: 'guess', result: null, body: '' },
  {
    name: 'statusCode and body',
    mark: 'documented',
    result: { statusCode: 201, body: 'x' },
    status: 201,
    body: 'x',
  },
  { name: 'statusCode as a string', mark: 'reported', result: { statusCode: '418', body: 'x' }, status: 418 },
  {
    name: 'a body that is an object',
    mark: 'reported',
    result: { statusCode: 200, body: { a: 1 } },
    body: '{"a":1}',
  },
  { name: 'no body', mark: 'reported', result: { statusCode: 200 }, body: '' },
  {
    name: 'base64',
    mark: 'documented',
    result: {
      statusCode: 200,
      body: 'AP9/gA==',
      isBase64Encoded: true,
      headers: { 'Content-Type': 'image/png' },
    },
    type: 'image/png',
    body: Buffer.from([0, 255, 127, 128]),
  },
  {
    name: 'headers: passed on',
    mark: 'documented',
    result: { statusCode: 200, body: 'x', headers: { 'X-One': '1', 'content-type': 'text/x' } },
    type: 'text/x',
    also: ({ headers }) => equal(valueOf(headers, 'x-one'), '1'),
  },
  {
    name: 'multiValueHeaders: ignored',
    mark: 'reported',
    result: { statusCode: 200, body: 'x', multiValueHeaders: { 'x-two': ['1', '2'] } },
    also: ({ headers }) => equal(valueOf(headers, 'x-two'), undefined),
  },
  {
    name: 'cookies: one Set-Cookie each, in order',
    mark: 'documented',
    result: {
      statusCode: 200,
      body: 'x',
      cookies: ['a=1; Secure', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
    },
    also: ({ headers }) =>
      deepEqual(valuesOf(headers, 'set-cookie'), [
        'a=1; Secure',
        'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
      ]),
  },
  {
    name: 'a single set-cookie among the headers works, too',
    mark: 'reported',
    result: { statusCode: 200, body: 'x', headers: { 'set-cookie': 'a=1' } },
    also: ({ headers }) => deepEqual(valuesOf(headers, 'set-cookie'), ['a=1']),
  },
  ...remapped.map((name): ResultRow => ({
    name: `the header ${name}: remapped`,
    mark: name === 'date' ? 'guess' : 'reported',
    result: { statusCode: 200, body: 'x', headers: { [name]: 'mine' } },
    body: 'x',
    also: ({ headers }) => {
      equal(valueOf(headers, `x-amzn-remapped-${name}`), 'mine')
      equal(valuesOf(headers, name).includes('mine'), false)
    },
  })),
  {
    name: 'transfer-encoding and upgrade: dropped',
    mark: 'guess',
    result: { statusCode: 200, body: 'x', headers: { 'transfer-encoding': 'chunked', upgrade: 'h2c' } },
    body: 'x',
    also: ({ headers }) => {
      equal(valueOf(headers, 'transfer-encoding'), undefined)
      equal(valueOf(headers, 'upgrade'), undefined)
    },
  },
  { name: '204 with a body', mark: 'guess', result: { statusCode: 204, body: 'x' }, status: 204, body: '' },
  { name: '304 with a body', mark: 'guess', result: { statusCode: 304, body: 'x' }, status: 304, body: '' },
  {
    name: '404 and 500 of the function’s own',
    mark: 'reported',
    result: { statusCode: 500, body: 'mine' },
    status: 500,
    body: 'mine',
  },
  {
    name: 'a redirect',
    mark: 'documented',
    result: { statusCode: 302, headers: { location: 'https://a.example/' } },
    status: 302,
    body: '',
    also: ({ headers }) => equal(valueOf(headers, 'location'), 'https://a.example/'),
  },
]

const malformed: readonly (readonly [name: string, mark: Case['mark'], result: unknown])[] = [
  ['a statusCode that is no number', 'reported', { statusCode: 'no', body: 'x' }],
  ['a statusCode out of range', 'guess', { statusCode: 99, body: 'x' }],
  [
    'a body that is not base64 although it says so',
    'guess',
    { statusCode: 200, body: '%%%', isBase64Encoded: true },
  ],
  [
    'a header value with a line break',
    'guess',
    { statusCode: 200, body: 'x', headers: { a: 'b\r\nSet-Cookie: c=d' } },
  ],
]

/** Results of a BUFFERED URL, row by row. */
export const resultPart: Part = {
  part: 'result',
  cases: [
    ...rows.map(({ name, mark, result, status = 200, body, type, also }): Case => ({
      name,
      mark,
      look: async (client) => {
        const answer = await client.returns(result)
        equal(answer.status, status)
        if (body !== undefined)
          deepEqual(answer.body.toString('latin1'), Buffer.from(body as string).toString('latin1'))
        equal(valueOf(answer.headers, 'content-type'), type ?? 'application/json')
        also?.(answer)
      },
    })),
    ...malformed.map(([name, mark, result]): Case => ({
      name: `${name}: 502`,
      mark,
      look: async (client) =>
        deepEqual(refusalOf(await client.returns(result)), {
          status: 502,
          type: undefined,
          body: 'Internal Server Error',
        }),
    })),
    {
      name: 'undefined is answered as null is',
      mark: 'guess',
      look: async (client) => {
        const { status, body } = await client.call({ to: 'iam', as: 'granted', target: '/nothing' })
        deepEqual([status, body.toString()], [200, ''])
      },
    },
    {
      name: 'HEAD: the function sees HEAD, the body stays away',
      mark: 'guess',
      look: async (client) => {
        const { status, headers, body } = await client.call({ to: 'iam', as: 'granted', method: 'HEAD' })
        deepEqual([status, body.length], [200, 0])
        equal(valueOf(headers, 'transfer-encoding'), undefined)
      },
    },
    {
      name: 'the head of a success: date, ids, trace, kept alive, one length',
      mark: 'reported',
      look: async (client) => {
        const { headers } = await client.returns({ statusCode: 200, body: 'x' })
        match(valueOf(headers, 'date') ?? '', / GMT$/)
        match(valueOf(headers, 'x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/)
        match(
          valueOf(headers, 'x-amzn-trace-id') ?? '',
          /^root=1-[0-9a-f]{8}-[0-9a-f]{24};parent=[0-9a-f]{16};sampled=[01];lineage=\d+:[0-9a-f]{8}:\d+$/i,
        )
        equal(valueOf(headers, 'connection'), 'keep-alive')
        deepEqual(valuesOf(headers, 'content-length'), ['1'])
        equal(valueOf(headers, 'x-amzn-errortype'), undefined)
      },
    },
  ],
}
