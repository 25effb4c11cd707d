/** What the tests of diagnosis have real clients do. */
import { execFile, spawnSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SignatureV4 } from '@smithy/signature-v4'
import aws4 from 'aws4'
import { type Diagnosis, type MistakeId, presign, sign } from '../index.ts'
import { signByHand, type Slips } from './hand-signer.node.ts'
import { credentials, temporary } from './keys.ts'
import { startProxy, type WireServer } from './wire-server.node.ts'

export const run = promisify(execFile)
export const proved = 'signature-matches'
export const evidence = 'evidence'

/** One mistake: the client that makes it, how, and what has to be found. */
export interface Case {
  client: string
  mistake: string
  make: (server: WireServer) => Promise<unknown>
  finds: readonly (readonly [cause: MistakeId, proof: Diagnosis['proof']])[]
  says: RegExp
  /** A program without which the client cannot run. */
  needs?: 'curl' | 'python3 with botocore and requests'
}

/** Signs as this package does, with headers ready for any client. */
export function signed(
  server: WireServer,
  path: string,
  request: { method?: string; headers?: [string, string][]; body?: string } = {},
  with_: { service?: string; region?: string; credentials?: typeof credentials } = {},
): Record<string, string> {
  const all = { credentials, region: 'us-east-1', service: 'lambda', now: new Date(), ...with_ }
  return Object.fromEntries(sign({ method: 'GET', url: server.origin + path, ...request }, all).headers)
}

export const json = '{"name":"café","tags":[1,2]}'
export const jsonType: [string, string] = ['content-type', 'application/json']
export const post = { method: 'POST', body: json, headers: [jsonType] }

export type HttpRequest = Parameters<SignatureV4['sign']>[0]

/** A hash as @smithy/signature-v4 takes it. */
export class Sha256 {
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>
  readonly #secret: string | Uint8Array | undefined
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret as string | Uint8Array | undefined
    this.#hash = this.#start()
  }
  #start(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }
  update(data: Uint8Array): void {
    this.#hash.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()))
  }
  reset(): void {
    this.#hash = this.#start()
  }
}

export function smithy(with_: { uriEscapePath?: boolean; service?: string } = {}): SignatureV4 {
  return new SignatureV4({ credentials, region: 'us-east-1', service: 'lambda', sha256: Sha256, ...with_ })
}

export function smithyRequest(
  server: WireServer,
  path: string,
  more: Partial<HttpRequest> = {},
): HttpRequest {
  return {
    method: 'GET',
    protocol: 'http:',
    hostname: '127.0.0.1',
    port: server.port,
    path,
    headers: { host: server.host },
    ...more,
  }
}

export async function sendBySmithy(
  server: WireServer,
  url: string,
  signer: SignatureV4,
  request: HttpRequest,
): Promise<void> {
  const { headers, method } = await signer.sign(request)
  await sendByHttp(server, url, {
    method,
    headers,
    body: typeof request.body === 'string' ? request.body : '',
  })
}

/** Sends with node:http, which leaves target and headers as they are. */
export async function sendByHttp(
  server: WireServer,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '' as string | Uint8Array,
  }: { method?: string; headers?: object; body?: string | Uint8Array } = {},
): Promise<void> {
  await new Promise<void>((done, fail) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: server.port,
      path,
      method,
      headers: { ...headers },
    })
    outgoing.on('response', (answer) => answer.resume().on('end', done))
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

export async function sendByHand(
  server: WireServer,
  path: string,
  slips: Slips,
  more: object = {},
): Promise<void> {
  const {
    method = 'GET',
    headers = {},
    body = '',
  } = more as { method?: string; headers?: object; body?: string }
  await sendByHttp(server, path, { method, body, headers: { ...headers, ...signByHand(server.host, slips) } })
}

export async function curl(server: WireServer, path: string, ...flags: string[]): Promise<void> {
  await run('curl', ['-s', '--noproxy', '*', '--globoff', '--max-time', '20', ...flags, server.origin + path])
}

export const curlKeys = ['--user', `${credentials.accessKeyId}:${credentials.secretAccessKey}`]
export const curlSigns = (provider = 'aws:amz:us-east-1:lambda'): string[] => [
  '--aws-sigv4',
  provider,
  ...curlKeys,
]
export const asFlags = (headers: Record<string, string>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])

export const pythonFile = fileURLToPath(new URL('python-mistakes.py', import.meta.url))

export async function python(server: WireServer, name: string): Promise<void> {
  const env = {
    ...process.env,
    KEY_ID: credentials.accessKeyId,
    SECRET: credentials.secretAccessKey,
    TOKEN: temporary.sessionToken,
    NO_PROXY: '*',
    no_proxy: '*',
  }
  await run('python3', [pythonFile, name, server.origin], { env, timeout: 30_000 })
}

export function byPython(
  name: string,
  mistake: string,
  cause: MistakeId,
  proof: Diagnosis['proof'],
  says: RegExp,
): Case {
  return {
    client: 'python3',
    mistake,
    make: (server) => python(server, name),
    finds: [[cause, proof]],
    says,
    needs: 'python3 with botocore and requests',
  }
}

export function byHand(
  mistake: string,
  cause: MistakeId,
  says: RegExp,
  slips: Slips,
  path = '/',
  more: object = {},
): Case {
  return {
    client: "a person's own signer on node:http",
    mistake,
    make: (server) => sendByHand(server, path, { ...slips }, more),
    finds: [[cause, proved]],
    says,
  }
}

export function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
}

export function presigned(server: WireServer, path: string): string {
  const all = { credentials, region: 'us-east-1', service: 'lambda', now: new Date(), expiresInSeconds: 60 }
  return presign({ method: 'GET', url: server.origin + path }, all).url
}

export function withoutHost(headers: object | undefined): Record<string, string> {
  const others = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'host')
  return Object.fromEntries(others.map(([name, value]) => [name, String(value)]))
}

export async function sendByAws4(
  server: WireServer,
  {
    path,
    keys = credentials,
    ...more
  }: {
    path: string
    region?: string
    headers?: Record<string, string>
    keys?: { accessKeyId: string; secretAccessKey: string }
  },
): Promise<void> {
  const { headers } = aws4.sign(
    { service: 'lambda', region: 'us-east-1', host: server.host, path, ...more },
    keys,
  )
  await sendByHttp(server, path, { headers: headers ?? {} })
}

export async function throughProxy(
  server: WireServer,
  rewrite: { prefix?: string; host?: string },
  send: (origin: string) => Promise<unknown>,
): Promise<void> {
  const proxy = await startProxy(server, rewrite)
  try {
    await send(proxy.origin)
  } finally {
    await proxy.close()
  }
}

export async function withFile(
  text: string,
  use: (file: string, text: string) => Promise<unknown>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sigv4-'))
  try {
    const file = join(folder, 'body.json')
    await writeFile(file, text)
    await use(file, text)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export const isHere = {
  curl: spawnSync('curl', ['--version']).status === 0,
  'python3 with botocore and requests':
    spawnSync('python3', ['-c', 'import botocore.auth, requests']).status === 0,
}
