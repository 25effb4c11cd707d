/** What is refused, in which words and in which order. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Case, Part } from '../case.ts'
import { type Calling, refusalOf } from '../client.ts'
import { signDeclaredHash } from '../declared-hash.ts'
import { presignedTarget } from '../presigned.ts'
import { talk, valueOf } from '../wire.ts'

const forbidden =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
const mismatch =
  '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}'
const invalidToken = '{"message":"The security token included in the request is invalid."}'

const denied = { status: 403, type: 'AccessDeniedException', body: forbidden }
const badSignature = { status: 403, type: 'InvalidSignatureException', body: mismatch }
const failed = { status: 502, type: undefined, body: 'Internal Server Error' }

interface RefusalRow {
  readonly name: string
  readonly mark: Case['mark']
  readonly calling: Calling
  readonly is: { readonly status: number; readonly type: string | undefined; readonly body: string | RegExp }
}

const granted = { to: 'iam', as: 'granted' } as const
const hour = 60 * 60 * 1000
const unknownKey = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody' }

const refusals: readonly RefusalRow[] = [
  { name: 'no signature', mark: 'reported', calling: { to: 'iam' }, is: denied },
  {
    name: 'OPTIONS on a URL without CORS is an ordinary request',
    mark: 'reported',
    calling: { to: 'iam', method: 'OPTIONS', headers: [['Origin', 'https://a.example']] },
    is: denied,
  },
  {
    name: 'a caller whom nothing allows',
    mark: 'reported',
    calling: { to: 'iam', as: 'denied' },
    is: denied,
  },
  {
    name: 'NONE with one of the two public statements',
    mark: 'documented',
    calling: { to: 'halfPublic' },
    is: denied,
  },
  {
    name: 'a wrong secret',
    mark: 'reported',
    calling: { ...granted, forged: { secretAccessKey: 'another' } },
    is: badSignature,
  },
  {
    name: 'a body that is not the signed one',
    mark: 'reported',
    calling: { ...granted, method: 'POST', body: 'sent', forged: { body: 'signed' } },
    is: badSignature,
  },
  {
    name: 'an unknown access key',
    mark: 'guess',
    calling: { ...granted, forged: unknownKey },
    is: { status: 403, type: 'UnrecognizedClientException', body: invalidToken },
  },
  {
    name: 'another service in the scope',
    mark: 'reported',
    calling: { ...granted, forged: { service: 'execute-api' } },
    is: {
      status: 403,
      type: 'InvalidSignatureException',
      body: '{"message":"Credential should be scoped to correct service: \'lambda\'. "}',
    },
  },
  {
    name: 'another region in the scope',
    mark: 'guess',
    calling: { ...granted, forged: { region: 'xx-other-1' } },
    is: {
      status: 403,
      type: 'InvalidSignatureException',
      body: '{"message":"Credential should be scoped to a valid region. "}',
    },
  },
  {
    name: 'a signature of an hour ago',
    mark: 'guess',
    calling: { ...granted, forged: { now: new Date(Date.now() - hour) } },
    is: {
      status: 403,
      type: 'InvalidSignatureException',
      body: /^\{"message":"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)"\}$/,
    },
  },
  {
    name: 'a signature of an hour to come',
    mark: 'guess',
    calling: { ...granted, forged: { now: new Date(Date.now() + hour) } },
    is: {
      status: 403,
      type: 'InvalidSignatureException',
      body: /^\{"message":"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)"\}$/,
    },
  },
  {
    name: 'a Bearer token on AWS_IAM',
    mark: 'guess',
    calling: { to: 'iam', headers: [['Authorization', 'Bearer abc']] },
    is: { status: 403, type: 'IncompleteSignatureException', body: /^\{"message":"/ },
  },
  { name: 'a function that throws', mark: 'reported', calling: { ...granted, target: '/throw' }, is: failed },
  {
    name: 'a function whose process ends',
    mark: 'reported',
    calling: { ...granted, target: '/exit' },
    is: failed,
  },
  {
    name: 'a function that takes too long',
    mark: 'reported',
    calling: { ...granted, target: '/sleep' },
    is: failed,
  },
]

const hashOfX = createHash('sha256').update('x').digest('hex')

/** What is declared and signed as the hash of the body `x`. */
const declaredHashes: readonly (readonly [
  name: string,
  mark: Case['mark'],
  declared: string,
  allowed: boolean,
])[] = [
  ['a declared hash that is the body’s is taken', 'documented', hashOfX, true],
  ['UNSIGNED-PAYLOAD', 'documented', 'UNSIGNED-PAYLOAD', false],
  ['a declared hash that is not the body’s', 'reported', 'a'.repeat(64), false],
]

/** Refusals, row by row. */
export const refusalPart: Part = {
  part: 'refusals',
  cases: [
    ...refusals.map(({ name, mark, calling, is }): Case => ({
      name,
      mark,
      look: async (client) => {
        const answer = refusalOf(await client.call(calling))
        if (typeof is.body === 'string') deepEqual(answer, is)
        else {
          deepEqual({ ...answer, body: '' }, { ...is, body: '' })
          match(answer.body, is.body)
        }
      },
    })),
    {
      name: 'an id that does not exist: 403 with a null message',
      mark: 'reported',
      look: async ({ target }) => {
        const host = `${'z'.repeat(32)}.lambda-url.${target.region}.on.aws`
        const [answer] = await talk(target.anyHost, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
        ok(answer)
        deepEqual(refusalOf(answer), { ...denied, body: '{"Message":null}' })
      },
    },
    ...declaredHashes.map(([name, mark, declared, allowed]): Case => ({
      name,
      mark,
      look: async (client) => {
        const headers = signDeclaredHash(client.target, declared)
        const answer = await client.call({ to: 'iam', method: 'POST', body: 'x', headers })
        if (allowed) equal(answer.status, 200)
        else deepEqual(refusalOf(answer), badSignature)
      },
    })),
    {
      name: 'a presigned link with a body',
      mark: 'reported',
      look: async (client) => {
        const target = presignedTarget(client.target)
        equal((await client.call({ to: 'iam', target })).status, 200)
        const answer = await client.call({ to: 'iam', target, method: 'GET', body: 'payload' })
        deepEqual(refusalOf(answer), badSignature)
      },
    },
    {
      name: 'the signature is checked before the policy',
      mark: 'reported',
      look: async (client) => {
        const calling = { to: 'iam', as: 'denied', forged: { secretAccessKey: 'x' } } as const
        deepEqual(refusalOf(await client.call(calling)), badSignature)
      },
    },
    {
      name: 'the head of a refusal: date, type, length, kept alive, ids, no end of line behind the body',
      mark: 'reported',
      look: async (client) => {
        const { statusLine, headers, body } = await client.call({ to: 'iam' })
        equal(statusLine, 'HTTP/1.1 403 Forbidden')
        deepEqual(
          headers.map(([name]) => name).filter((name) => name !== 'x-furlong-why'),
          ['Date', 'Content-Type', 'Content-Length', 'Connection', 'x-amzn-RequestId', 'x-amzn-ErrorType'],
        )
        equal(valueOf(headers, 'content-type'), 'application/json')
        equal(valueOf(headers, 'content-length'), '144')
        equal(valueOf(headers, 'connection'), 'keep-alive')
        match(valueOf(headers, 'x-amzn-requestid') ?? '', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
        equal(body.length, 144)
      },
    },
    {
      name: 'a refused request does not reach the function, and refusals carry no CORS headers',
      mark: 'guess',
      look: async (client) => {
        const headers = [['Origin', 'https://app.example']] as const
        const answer = await client.call({ to: 'cors', headers })
        deepEqual(refusalOf(answer), denied)
        equal(valueOf(answer.headers, 'access-control-allow-origin'), undefined)
        const broken = await client.call({ to: 'cors', as: 'granted', headers, target: '/throw' })
        equal(broken.status, 502)
        equal(valueOf(broken.headers, 'access-control-allow-origin'), undefined)
      },
    },
  ],
}
