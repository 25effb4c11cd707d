/** Holds docs/explaining/answers.md to what the local side answers. */
import { readFileSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import { startLocal, type FaultRule, type Local } from '@furlong/local'
import { sign } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { talk, valueOf, type WireAnswer } from '../conform/url/wire.ts'
import { readBlocks } from '../site/markdown.ts'

const page = readFileSync(new URL('explaining/answers.md', import.meta.url), 'utf8')
/** The page's parts, each with its heading. */
const parts = page.split(/^## /m).slice(1)
const blockOf = (heading: string): string | undefined => {
  const part = parts.find((text) => text.startsWith(`${heading}\n`))
  return readBlocks(part ?? '').find(({ language }) => language === 'http')?.text
}

const functionCode = `export const handler = async ({ rawPath }) => {
  if (rawPath === '/throw') throw new TypeError('as asked')
  if (rawPath === '/exit') process.exit(3)
  if (rawPath === '/number') return { statusCode: 'none' }
  if (rawPath === '/large') return 'x'.repeat(6_291_600)
  return 'answered'
}`

let local: Local
let lambda: Lambda
let url: string

beforeAll(async () => {
  local = await startLocal({ memory: true })
  const { endpoint, region } = local
  const configuration = { endpoint, region, credentials: { ...local.accounts[0]! }, maxAttempts: 1 }
  lambda = new Lambda(configuration)
  const { Role } = await new IAM(configuration).createRole({
    RoleName: 'books',
    AssumeRolePolicyDocument: trustPolicy,
  })
  await lambda.createFunction({
    FunctionName: 'books',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: Role?.Arn,
    Code: { ZipFile: zipSync({ 'index.mjs': strToU8(functionCode) }) },
  })
  const made = await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
  url = made.FunctionUrl ?? ''
})
afterAll(() => local.close())

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly body?: Uint8Array
  readonly headers?: readonly (readonly [string, string])[]
  /** Absent for a request that nobody signed. */
  readonly signed?: {
    readonly service?: string
    readonly region?: string
    readonly accessKeyId?: string
    readonly secretAccessKey?: string
    readonly now?: Date
  }
}

async function send({ path = '', method = 'GET', body, headers = [], signed }: Sent): Promise<WireAnswer> {
  const { accessKeyId, secretAccessKey } = local.accounts[0]!
  const { service = 'lambda', region = local.region, now = new Date(), ...keys } = signed ?? {}
  const request = { method, url: url + path, headers, ...(body === undefined ? {} : { body }) }
  const credentials = { accessKeyId, secretAccessKey, ...keys }
  const all =
    signed === undefined
      ? [['Host', new URL(url).host] as const, ...headers]
      : [
          ['Host', new URL(url).host] as const,
          ...sign(request, { credentials, service, region, now }).headers,
        ]
  const head = all
    .filter(([name], index) => index === 0 || name.toLowerCase() !== 'host')
    .map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === undefined ? '' : `Content-Length: ${body.length}\r\n`
  const bytes = `${method} ${new URL(url + path).pathname} HTTP/1.1\r\n${head.join('')}${length}\r\n`
  const [answer] = await talk(url, Buffer.concat([Buffer.from(bytes), body ?? Buffer.alloc(0)]))
  if (answer === undefined) throw new Error('there was no answer')
  return answer
}

/** Sends while a fault holds. */
async function sendStruck(rule: FaultRule): Promise<WireAnswer> {
  local.faults.add(rule)
  const answer = await send({ signed: {} })
  local.faults.clear()
  return answer
}

/** Sends while nothing is reserved for the function, which switches it off. */
async function sendSwitchedOff(): Promise<WireAnswer> {
  await lambda.putFunctionConcurrency({ FunctionName: 'books', ReservedConcurrentExecutions: 0 })
  const answer = await send({ signed: {} })
  await lambda.deleteFunctionConcurrency({ FunctionName: 'books' })
  return answer
}

const hour = 60 * 60 * 1000
const unknown = 'z'.repeat(32)

/** How each answer of the page is brought about, by its heading. */
const ways: Readonly<Record<string, readonly (() => Promise<WireAnswer>)[]>> = {
  '403 Forbidden, with a link': [() => send({}), () => send({ method: 'OPTIONS' })],
  '403 with a null message': [
    async () => {
      const host = `${unknown}.lambda-url.${local.region}.on.aws`
      return (await talk(local.endpoint, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`))[0]!
    },
  ],
  '403 The request signature we calculated does not match': [
    () => send({ signed: { secretAccessKey: 'another' } }),
  ],
  '403 The security token included in the request is invalid': [
    () => send({ signed: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }),
    async () => {
      const role = `arn:aws:iam::${local.accounts[0]!.accountId}:role/books`
      const { accessKeyId, secretAccessKey } = local.mintSession(role)
      return send({ signed: { accessKeyId, secretAccessKey } })
    },
  ],
  '403 The security token included in the request is expired': [() => sendStruck({ kind: 'expired-token' })],
  '403 Credential should be scoped to correct service': [() => send({ signed: { service: 'execute-api' } })],
  '403 Credential should be scoped to a valid region': [() => send({ signed: { region: 'eu-west-9' } })],
  '403 Signature expired': [() => send({ signed: { now: new Date(Date.now() - hour) } })],
  '403 Signature not yet current': [() => send({ signed: { now: new Date(Date.now() + hour) } })],
  '403 that names a part of the signature': [() => send({ headers: [['Authorization', 'Bearer abc']] })],
  '413': [() => send({ method: 'POST', body: Buffer.alloc(5_000_000), signed: {} })],
  '429 ConcurrentInvocationLimitExceeded': [
    () => sendStruck({ kind: 'throttle', reason: 'ConcurrentInvocationLimitExceeded' }),
  ],
  '429 ReservedFunctionConcurrentInvocationLimitExceeded': [sendSwitchedOff],
  '429 ReservedFunctionInvocationRateLimitExceeded': [
    () => sendStruck({ kind: 'throttle', reason: 'ReservedFunctionInvocationRateLimitExceeded' }),
  ],
  '502': ['throw', 'exit', 'number', 'large'].map((path) => () => send({ path, signed: {} })),
  '500, 503': [() => sendStruck({ kind: 'service-error', status: 500 })],
  '400, 408, 431, 501, 505': [async () => (await talk(url, 'GET / HTTP/1.1\r\n\r\n'))[0]!],
}

/** As the page writes it: moments and hashes differ from one request to the next. */
function render({ status, headers, body }: WireAnswer): string {
  const type = valueOf(headers, 'x-amzn-errortype')
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...(type === undefined ? [] : [`x-amzn-ErrorType: ${type}`]),
  ]
  return unify(`${head.join('\n')}\n\n${body.toString()}\n`)
}
const unify = (text: string): string =>
  text.replace(/\d{8}T\d{6}Z/g, '20261122T120000Z').replace(/: '[\w+/=]{44}'/, ": '…'")

describe('docs/explaining/answers.md', () => {
  it.each(
    Object.entries(ways).flatMap(([heading, ofHeading]) =>
      ofHeading.map((way, index) => ({ heading, index, way })),
    ),
  )('shows $heading as it is answered ($index)', async ({ heading, way }) => {
    expect(render(await way())).toBe(unify(blockOf(heading) ?? `there is no heading ${heading}`))
  })

  it('shows no answer that is not asked for', () => {
    const shown = parts.filter((text) => text.includes('```http')).map((text) => text.split('\n')[0])
    expect(shown).toEqual(Object.keys(ways).toSorted((a, b) => shown.indexOf(a) - shown.indexOf(b)))
    expect(shown).toHaveLength(Object.keys(ways).length)
  })
})
