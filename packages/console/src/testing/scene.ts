/** A local side with functions, callers and requests of every kind, made by real clients. */
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { type Local, type LocalOptions, startLocal } from '@furlong/local'
import { type Credentials, sign } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'

/** What the scene has been set up with. */
export interface Scene {
  readonly local: Local
  readonly lambda: Lambda
  readonly iam: IAM
  /** URLs by the name of their function. */
  readonly urls: Readonly<Record<'orders' | 'reports' | 'broken' | 'public', string>>
  /** Keys of users: granted both permissions, half of them, both for the wrong auth type, none; and one of the other account. */
  readonly keys: Readonly<Record<'granted' | 'half' | 'mistyped' | 'stranger' | 'foreign', Credentials>>
  close(): Promise<void>
}

const sources = {
  orders: `export const handler = async (event) => {
    console.log('order', event.rawPath)
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: event.rawPath, query: event.queryStringParameters ?? {} }) }
  }`,
  reports: `export const handler = async (event) => {
    await new Promise((done) => setTimeout(done, 20))
    return { statusCode: event.rawPath === '/missing' ? 404 : 200, body: 'a report' }
  }`,
  broken: `export const handler = async (event) => {
    console.log('about to read the order of', event.rawPath)
    const order = undefined
    return { statusCode: 200, body: order.id }
  }`,
  public: `export const handler = async () => ({ statusCode: 200, body: 'hello' })`,
} as const

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** Sets the scene up; no function has been called yet. */
export async function setScene(options: LocalOptions = {}): Promise<Scene> {
  const local = await startLocal({ memory: true, recordPayloads: true, ...options })
  const [home, abroad] = local.accounts
  if (home === undefined || abroad === undefined) throw new TypeError('The side has no two accounts.')
  const configuration = { endpoint: local.endpoint, region: local.region, maxAttempts: 1 }
  const lambda = new Lambda({ ...configuration, credentials: { ...home } })
  const iam = new IAM({ ...configuration, credentials: { ...home } })
  const foreignIam = new IAM({ ...configuration, credentials: { ...abroad } })

  const deploy = async (name: keyof typeof sources): Promise<string> => {
    const { Role } = await iam.createRole({ RoleName: `${name}-role`, AssumeRolePolicyDocument: trust })
    await lambda.createFunction({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn ?? '',
      Timeout: 10,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(sources[name]) }) },
      Environment: { Variables: { STAGE: 'test' } },
    })
    const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
      FunctionName: name,
      AuthType: name === 'public' ? 'NONE' : 'AWS_IAM',
      ...(name === 'public' ? { Cors: { AllowOrigins: ['*'], AllowMethods: ['GET'] } } : {}),
    })
    return FunctionUrl
  }
  const urls = {
    orders: await deploy('orders'),
    reports: await deploy('reports'),
    broken: await deploy('broken'),
    public: await deploy('public'),
  }
  const createUser = async (client: IAM, UserName: string): Promise<{ arn: string; keys: Credentials }> => {
    const { User } = await client.createUser({ UserName })
    const { AccessKey } = await client.createAccessKey({ UserName })
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
    return { arn: User?.Arn ?? '', keys: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } }
  }
  const granted = await createUser(iam, 'checkout-service')
  const half = await createUser(iam, 'invoice-service')
  const mistyped = await createUser(iam, 'nightly-batch')
  const stranger = await createUser(iam, 'curious-colleague')
  const foreign = await createUser(foreignIam, 'partner-service')

  const permit = async (
    name: keyof typeof urls,
    principal: string,
    which: 'both' | 'url' | 'mistyped',
  ): Promise<void> => {
    const who = principal.split('/').at(-1) ?? 'anyone'
    await lambda.addPermission({
      FunctionName: name,
      StatementId: `url-${who === '*' ? 'public' : who}`,
      Action: 'lambda:InvokeFunctionUrl',
      Principal: principal,
      FunctionUrlAuthType: name === 'public' || which === 'mistyped' ? 'NONE' : 'AWS_IAM',
    })
    if (which === 'url') return
    await lambda.addPermission({
      FunctionName: name,
      StatementId: `invoke-${who === '*' ? 'public' : who}`,
      Action: 'lambda:InvokeFunction',
      Principal: principal,
      InvokedViaFunctionUrl: true,
    })
  }
  await permit('orders', granted.arn, 'both')
  await permit('orders', half.arn, 'url')
  await permit('orders', mistyped.arn, 'mistyped')
  await permit('reports', granted.arn, 'both')
  await permit('broken', granted.arn, 'both')
  await permit('public', '*', 'both')

  return {
    local,
    lambda,
    iam,
    urls,
    keys: {
      granted: granted.keys,
      half: half.keys,
      mistyped: mistyped.keys,
      stranger: stranger.keys,
      foreign: foreign.keys,
    },
    close: async () => {
      lambda.destroy()
      iam.destroy()
      foreignIam.destroy()
      await local.close()
    },
  }
}

/** What to send; signed when there are credentials. */
export interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly credentials?: Credentials
  readonly service?: string
  readonly region?: string
  /** Changes the request after it was signed. */
  readonly spoil?: (url: string) => string
  readonly now?: Date
}

/**
 * Sends one request.
 *
 * @returns its status and the id of its record, where it was refused
 */
export async function send(url: string, sending: Sending = {}): Promise<{ status: number; id: string }> {
  const {
    method = 'GET',
    headers = {},
    body,
    credentials,
    service = 'lambda',
    region = 'us-east-1',
  } = sending
  const plain = [['host', new URL(url).host], ...Object.entries(headers)] as [string, string][]
  const { spoil = (text) => text, now = new Date() } = sending
  const signed =
    credentials === undefined
      ? plain
      : sign(
          { method, url, headers: plain, ...(body === undefined ? {} : { body }) },
          { credentials, service, region, now },
        ).headers
  const response = await fetch(spoil(url), {
    method,
    headers: Object.fromEntries([...signed].filter(([name]) => name.toLowerCase() !== 'host')),
    ...(body === undefined ? {} : { body }),
  })
  await response.arrayBuffer()
  return {
    status: response.status,
    id: /[a-z0-9]+$/.exec(response.headers.get('x-furlong-why') ?? '')?.[0] ?? '',
  }
}

/** Requests of every kind, one after the other, the refused ones by what refused them. */
export async function play({ urls, keys }: Scene): Promise<Readonly<Record<PlayedName, string>>> {
  const { granted: credentials } = keys
  await send(`${urls.orders}book?page=5`, { credentials })
  await send(`${urls.reports}2026/11?format=pdf&sort=desc`, { credentials })
  await send(urls.public, {})
  await send(urls.public, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
  })
  await send(`${urls.reports}missing`, { credentials })
  await send(`${urls.orders}items`, {
    method: 'POST',
    body: '{"sku":"A-17","count":2}',
    credentials,
    headers: { 'content-type': 'application/json' },
  })
  const refused = async (url: string, sending: Sending): Promise<string> => (await send(url, sending)).id
  const wrong = { ...credentials, secretAccessKey: `${credentials.secretAccessKey.slice(0, -1)}x` }
  return {
    unsigned: await refused(`${urls.orders}book`, {}),
    wrongService: await refused(`${urls.orders}book`, { credentials, service: 'execute-api' }),
    changedQuery: await refused(`${urls.orders}book?page=5&size=20`, {
      credentials,
      spoil: (url) => url.replace('page=5', 'page=6'),
    }),
    wrongSecret: await refused(`${urls.orders}book`, { credentials: wrong }),
    halfGranted: await refused(`${urls.orders}book?page=1`, { credentials: keys.half }),
    mistyped: await refused(`${urls.orders}book?page=3`, { credentials: keys.mistyped }),
    stranger: await refused(`${urls.orders}book?page=2`, { credentials: keys.stranger }),
    foreign: await refused(`${urls.reports}2026`, { credentials: keys.foreign }),
    broken: await refused(`${urls.broken}orders/17`, { credentials }),
  }
}

/** The refused requests of `play()`. */
export type PlayedName =
  | 'unsigned'
  | 'wrongService'
  | 'changedQuery'
  | 'wrongSecret'
  | 'halfGranted'
  | 'mistyped'
  | 'stranger'
  | 'foreign'
  | 'broken'
