/** Attacks of SECURITY.md that no one step of the way is answerable for, against a whole side. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocal, type Local } from './start.ts'
import { call } from './testing/call.ts'
import { type Administrator, createAdministrator, deployFunction } from './testing/deploy-function.ts'

/** Shows everything around the function that a program finds without looking for other processes. */
const lookAround = `import { readdirSync, readFileSync } from 'node:fs'
const list = (folder) => readdirSync(folder, { recursive: true }).map(String)
export const handler = async ({ rawPath }) => {
  console.log('around', process.argv.join(' '))
  if (rawPath === '/throw') throw new Error('line one\\n\\u001B[2Jline two')
  return {
    env: process.env,
    argv: [process.execPath, ...process.execArgv, ...process.argv],
    files: [...list(process.cwd()), ...list(process.env.HOME)],
    own: process.env.AWS_SECRET_ACCESS_KEY,
  }
}`

let local: Local
let administrator: Administrator
let url: string
const log: string[] = []
const folder = mkdtempSync(join(tmpdir(), 'furlong-attacks-'))

beforeAll(async () => {
  local = await startLocal({ memory: true, onLog: ({ text }) => void log.push(text) })
  administrator = createAdministrator(local)
  await deployFunction(administrator, 'around', lookAround)
  const made = await administrator.lambda.createFunctionUrlConfig({
    FunctionName: 'around',
    AuthType: 'AWS_IAM',
  })
  url = made.FunctionUrl ?? ''
})
afterAll(async () => {
  await local.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Everything that must reach nobody: keys of administrators, and what opens the side's own API. */
const secretsOf = ({ accounts, side }: Local): string[] => [
  ...accounts.flatMap(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]),
  ...Object.entries(side).flatMap(([name, value]) => (/token/i.test(name) ? [String(value)] : [])),
]

/** Sends bytes as they are, and reads until the connection ends. */
async function sendRaw(bytes: string): Promise<string> {
  const socket = createConnection(local.port, '127.0.0.1')
  socket.end(Buffer.from(bytes, 'latin1'))
  return text(socket)
}

describe('foreign keys', () => {
  it('are not in the environment, arguments, folders or log of a function, whose own keys are its role’s', async () => {
    const answer = await call({ url, credentials: local.accounts[0]! })
    expect(answer.status).toBe(200)
    const { env, argv, own } = JSON.parse(answer.body) as {
      env: Record<string, string>
      argv: string[]
      own: string
    }
    expect(env['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
    expect(own).toBe(env['AWS_SECRET_ACCESS_KEY'])
    expect(argv.length).toBeGreaterThan(1)
    expect(log.join('\n')).toContain('around ')
    const secrets = secretsOf(local)
    expect(secrets.length).toBeGreaterThan(4)
    for (const secret of secrets) {
      expect(answer.body).not.toContain(secret)
      expect(log.join('\n')).not.toContain(secret)
    }
  })
})

describe('a path that climbs', () => {
  const paths = [
    '/../../etc/passwd',
    '/_furlong/../../etc/passwd',
    '/_furlong/console/..%2f..%2f..%2fetc%2fpasswd',
  ]
  it.each([...paths, '/_furlong/console/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/_url/../../etc/passwd'])(
    'leads to no file: %s',
    async (path) => {
      const answer = await sendRaw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${local.port}\r\nConnection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 [34]\d\d /)
      expect(answer).not.toContain('root:')
    },
  )

  it('is a path like any other to a function', async () => {
    const secret = join(folder, 'secret.txt')
    writeFileSync(secret, 'not for callers')
    const answer = await call({
      url: `${url}..%2f..%2f${encodeURIComponent(secret)}`,
      credentials: local.accounts[0]!,
    })
    expect([answer.status, answer.body.includes('not for callers')]).toEqual([200, false])
    expect(existsSync(secret) && readFileSync(secret, 'utf8')).toBe('not for callers')
  })
})

describe('control characters', () => {
  it.each([
    'GET /\u001B[2J HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX-Own: a\u001B[2J\u0000b\r\n\r\n',
  ])('are no part of a request: %j', async (request) => {
    expect(await sendRaw(request)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('in the message of an error end neither the line nor the screen that tells it', async () => {
    const { status } = await call({ url: `${url}throw`, credentials: local.accounts[0]! })
    const cause = local.records.latestRefusal()?.refusal?.cause ?? ''
    expect([status, cause.slice(cause.indexOf('line'))]).toEqual([502, 'line one\\u000a\\u001b[2Jline two'])
  })
})

describe('the name __proto__', () => {
  it('is a name like any other in a variable, a tag, a header and a query, and changes no object', async () => {
    const variables = JSON.parse('{"__proto__":"a","constructor":"b","polluted":"c"}') as Record<
      string,
      string
    >
    const update = administrator.lambda.updateFunctionConfiguration({
      FunctionName: 'around',
      Environment: { Variables: variables },
    })
    const outcome = await update.then(
      ({ Environment }) => Environment?.Variables?.['polluted'],
      (error: Error) => error.name,
    )
    expect(['c', 'InvalidParameterValueException', 'ValidationException']).toContain(outcome)
    const answer = await call({
      url: `${url}?__proto__=a&__proto__[polluted]=b&constructor=c`,
      headers: [['__proto__', 'polluted']],
      credentials: local.accounts[0]!,
    })
    expect(answer.status).toBe(200)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
})
