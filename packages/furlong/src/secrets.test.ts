/** No error, be it printed or kept, tells a secret: real commands that fail, with secrets in every place where people put some. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Place, type Running } from './testing/program.ts'

// Each command is a process of its own: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Nothing of these may be told; where each comes from stands in its name. */
const secrets = {
  environmentKey: 'envSecretKey/K7MDENG+bPxRfiCYzEXAMPLEKEY',
  environmentToken: 'envSessionToken//////////wEaCXVzLWVhc3QtMSJHMEUCIQD=',
  profileKey: 'profileSecretKey/7MDENG+bPxRfiCYzEXAMPLEKEY',
  profileToken: 'profileSessionToken//////wEaCXVzLWVhc3QtMSJHMEUCIQD=',
  processWord: 'processPassw0rd-of-the-vault',
  proxyToken: 'proxyBearerToken-of-the-environment',
  proxyPassword: 'httpsProxyPassw0rd',
  urlPassword: 'urlPassw0rd-of-basic',
  header: 'headerBearerToken-of-the-application',
  variable: 'variablePassw0rd-of-the-database',
  curlKey: 'curlSecretKey/abcdENG+bPxRfiCYzEXAMPLEKEY',
  curlToken: 'curlSessionToken//////////wEaCXVzLWVhc3QtMSJHMEUCIQD=',
} as const

/** With the side's own keys, which are read when it runs. */
const all = new Map<string, string>(Object.entries(secrets))

const env: Record<string, string> = {
  FURLONG_PROXY_TOKEN: secrets.proxyToken,
  HTTPS_PROXY: `http://user:${secrets.proxyPassword}@127.0.0.1:9`,
}
const keys = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: secrets.environmentKey,
  AWS_SESSION_TOKEN: secrets.environmentToken,
}

let place: Place
let side: Running
let port = ''
/** Presigned for one path, and this is another. */
let link = ''
/** Answers as AWS does to a wrong signature: with all that should have been signed, the session token among it. */
let echo = ''
const server = createServer((request, response) => {
  request.resume()
  const said = describeCanonicalRequest(request)
  const isQuery = request.headers['content-type']?.includes('form-urlencoded') === true
  response.writeHead(403, { 'content-type': isQuery ? 'text/xml' : 'application/json' })
  response.end(
    isQuery
      ? `<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>${said}</Message></Error></ErrorResponse>`
      : JSON.stringify({ message: said, __type: 'InvalidSignatureException' }),
  )
})

function describeCanonicalRequest({ method, url, headers }: IncomingMessage): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${String(value)}`)
  return `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'${method}\n${url}\n\n${lines.join('\n')}\n'`
}

/** Every way in which somebody may write a secret down. */
const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
]

/** @returns the names of the secrets that a text tells */
function findTold(told: string): string[] {
  return [...all]
    .filter(([, secret]) => spellings(secret).some((form) => told.includes(form)))
    .map(([name]) => name)
}

beforeAll(async () => {
  place = await Place.make()
  await writeFile(join(place.folder, 'app.mjs'), 'export default { fetch: () => new Response("ok") }\n')
  side = place.start(['up', '--state', 'side', '--port', '0', '--record-payloads'], { env })
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
  for (const name of ['books', 'reader']) {
    expect(await place.run('deploy', 'app.mjs', '--name', name, '--port', port)).toMatchObject({ code: 0 })
  }
  const { out } = await place.run('env', '--port', port, '--shell', 'json')
  const own = /"AWS_SECRET_ACCESS_KEY": *"([^"]+)/.exec(out)?.[1] ?? ''
  expect(own.length).toBeGreaterThan(30)
  all.set('the side’s own key', own)
  const presigned = new URL(
    (await place.run('presign', 'books', '--as', 'reader', '--port', port)).out.trim(),
  )
  for (const name of ['X-Amz-Signature', 'X-Amz-Security-Token']) {
    const value = presigned.searchParams.get(name) ?? ''
    expect(value.length).toBeGreaterThan(30)
    all.set(`${name} of a link`, value)
  }
  presigned.pathname = '/other'
  link = presigned.href
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  echo = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await mkdir(join(place.folder, '.aws'))
  await writeFile(
    join(place.folder, '.aws/credentials'),
    `[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = ${secrets.profileKey}\naws_session_token = ${secrets.profileToken}\n`,
  )
  await writeFile(
    join(place.folder, '.aws/config'),
    `[profile work]\nregion = us-east-1\n[profile vault]\nregion = us-east-1\ncredential_process = sh -c "echo ${secrets.processWord} >&2; exit 3" --password ${secrets.processWord}\n`,
  )
  await writeFile(
    join(place.folder, 'wrong.config.mjs'),
    `export default { entry: 'app.mjs', environment: { PASSWORD: ['${secrets.variable}'], OTHER: '${secrets.variable}' } }\n`,
  )
  await writeFile(
    join(place.folder, 'broken.config.mjs'),
    `throw new Error('no vault at https://ada:${secrets.urlPassword}@vault.example/')\n`,
  )
  await writeFile(
    join(place.folder, 'curl.txt'),
    [
      `$ curl -v --aws-sigv4 aws:amz:us-east-1:lambda -u AKIAIOSFODNN7EXAMPLE:${secrets.curlKey} http://127.0.0.1:1/book`,
      '> GET /book HTTP/1.1',
      '> Host: abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws',
      `> Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261129/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=${'0123456789abcdef'.repeat(4)}`,
      '> X-Amz-Date: 20261129T120000Z',
      `> X-Amz-Security-Token: ${secrets.curlToken}`,
      `> Cookie: session=${secrets.header}`,
      '>',
      '< HTTP/1.1 403 Forbidden',
      '< x-amzn-ErrorType: InvalidSignatureException',
      '<',
      '{"message":"The request signature we calculated does not match the signature you provided."}',
    ].join('\n'),
  )
  await writeFile(join(place.folder, 'notes.txt'), `password: ${secrets.header}\n`)
})

afterAll(async () => {
  server.close()
  await side.end()
  await place.close()
})

/** A command that fails: what is typed, by which error code or status of the URL it is refused, and its environment. */
type Case = readonly [argv: readonly string[], fails: string | number, env?: Readonly<Record<string, string>>]

const here = (): string[] => ['--port', port]
const toEcho = (): Record<string, string> => ({
  ...keys,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_LAMBDA: echo,
  AWS_ENDPOINT_URL_IAM: echo,
  AWS_ENDPOINT_URL_STS: echo,
})
const toSide = (): Record<string, string> => {
  const endpoint = `http://127.0.0.1:${port}`
  return {
    ...toEcho(),
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_IAM: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
  }
}
const bearer = `Authorization: Bearer ${secrets.header}`
const withPassword = (rest: string): string => `http://user:${secrets.urlPassword}@${rest}`

const forged = [
  '-H',
  `Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261129/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0123456789abcdef'.repeat(4)}`,
  '-H',
  `X-Amz-Security-Token: ${secrets.curlToken}`,
]
const linkTo = (host: string): string => link.replace(/127\.0\.0\.1:\d+/, host)
const noMachine = { AWS_EC2_METADATA_DISABLED: 'true' }

const cases: Readonly<Record<string, () => Case>> = {
  'a URL with a password': () => [['call', withPassword('127.0.0.1:1/'), ...here()], 'wrong-usage'],
  'a URL with a password where nobody answers': () => [
    ['call', withPassword('127.0.0.1:1/'), '--unsigned', ...here()],
    'not-sent',
  ],
  'a URL with a password, of nobody': () => [['call', withPassword('other.example/')], 'wrong-usage'],
  'a URL with a password that is none': () => [['call', withPassword('ho st/')], 'wrong-usage'],
  'a presigned link where nobody answers': () => [
    ['call', linkTo('127.0.0.1:1'), '--unsigned', ...here()],
    'not-sent',
  ],
  'a presigned link for another path': () => [['call', link, '--unsigned', ...here()], 403],
  'a presigned link that is signed again': () => [['call', link, ...here()], 'wrong-usage'],
  'a presigned link to a proxy': () => [['proxy', link, ...here()], 'wrong-usage'],
  'a header without a colon': () => [
    ['call', 'books', '-H', bearer.replace(':', ''), ...here()],
    'wrong-usage',
  ],
  'a header without quotes': () => [['call', 'books', '-H', ...bearer.split(' '), ...here()], 'wrong-usage'],
  'a short header without quotes': () => [
    ['call', 'books', '-H', 'x-api-key:', secrets.header, ...here()],
    'wrong-usage',
  ],
  'a header with a line break': () => [
    ['call', 'books', '-H', `X-Api-Key: ${secrets.header}\nX: y`, ...here()],
    'wrong-usage',
  ],
  'a method that is none': () => [
    ['call', 'books', '-X', 'GE T', '-H', bearer, '-d', secrets.header, ...here()],
    'wrong-usage',
  ],
  'a token of the application, unsigned': () => [
    [
      'call',
      'books',
      '--unsigned',
      '-H',
      bearer,
      '-H',
      `x-api-key: ${secrets.header}`,
      '-H',
      `cookie: a=${secrets.header}`,
      ...here(),
    ],
    403,
  ],
  'a signature that was made up': () => [['call', 'books', '--unsigned', ...forged, ...here()], 403],
  'a caller that may not': () => [
    [
      'call',
      'books',
      '--as',
      'reader',
      '-X',
      'POST',
      '-d',
      secrets.header,
      '-H',
      `x-api-key: ${secrets.header}`,
      ...here(),
    ],
    403,
  ],
  'a variable without a name': () => [
    ['deploy', 'app.mjs', '-e', secrets.variable, ...here()],
    'wrong-usage',
  ],
  'a variable with a wrong name': () => [
    ['deploy', 'app.mjs', '-e', `1-PASSWORD=${secrets.variable}`, ...here()],
    'InvalidVariableName',
  ],
  'a variable that Lambda keeps for itself': () => [
    ['deploy', 'app.mjs', '--name', 'taken', '-e', `AWS_REGION=${secrets.variable}`, ...here()],
    'AwsRefused',
  ],
  'variables that are too large': () => [
    ['deploy', 'app.mjs', '--name', 'large', '-e', `PASSWORD=${secrets.variable.repeat(200)}`, ...here()],
    'AwsRefused',
  ],
  'an entry that is not there': () => [
    ['deploy', 'nothing.ts', '-e', `PASSWORD=${secrets.variable}`, ...here()],
    'EntryNotFound',
  ],
  'a configuration that is wrong': () => [
    ['deploy', '--config', 'wrong.config.mjs', ...here()],
    'ConfigInvalid',
  ],
  'a configuration that fails': () => [
    ['deploy', '--config', 'broken.config.mjs', ...here()],
    'ConfigFailed',
  ],
  'a mistyped option': () => [
    ['deploy', 'app.mjs', '--evn', `PASSWORD=${secrets.variable}`, ...here()],
    'unknown-option',
  ],
  'a mistyped option with =': () => [
    ['deploy', 'app.mjs', `--evn=PASSWORD=${secrets.variable}`, ...here()],
    'unknown-option',
  ],
  'a flag with a value': () => [['call', 'books', `--unsigned=${secrets.header}`, ...here()], 'wrong-usage'],
  'keys that the target does not know': () => [['url', 'list', '--aws'], 'CredentialsRefused', toSide()],
  'keys of a profile that the target does not know': () => [
    ['url', 'list', '--profile', 'work'],
    'CredentialsRefused',
    toSide(),
  ],
  'a refusal by Lambda with all that should have been signed': () => [
    ['url', 'list', '--aws'],
    'CredentialsRefused',
    toEcho(),
  ],
  'a refusal by IAM with all that should have been signed': () => [
    ['call', 'https://abc.lambda-url.us-east-1.on.aws/', '--as', 'role/reader', '--aws'],
    'CredentialsRefused',
    toEcho(),
  ],
  'a deployment that is refused so': () => [
    [
      'deploy',
      'app.mjs',
      '--name',
      'far',
      '-e',
      `PASSWORD=${secrets.variable}`,
      '--profile',
      'work',
      '--yes',
    ],
    'CredentialsRefused',
    toEcho(),
  ],
  'a diagnosis that is refused so': () => [['doctor', 'books', '--aws'], 'CredentialsRefused', toEcho()],
  'half of the keys': () => [
    ['url', 'list', '--aws', '--region', 'us-east-1'],
    'CredentialsMissing',
    { ...noMachine, AWS_SECRET_ACCESS_KEY: secrets.environmentKey },
  ],
  'a process that gives no keys': () => [
    ['url', 'list', '--profile', 'vault'],
    'CredentialsMissing',
    noMachine,
  ],
  'a shell that points at the local side': () => [
    ['url', 'list', '--aws'],
    'shell-is-local',
    { ...toSide(), FURLONG_ENDPOINT: `http://127.0.0.1:${port}` },
  ],
  'a file with a password': () => [['explain', '--from', 'notes.txt', ...here()], 'not-a-transcript'],
  'a program that is not there': () => [
    ['run', ...here(), '--', 'no-such-program', secrets.variable],
    'program-not-found',
  ],
  'a port of a proxy that is taken': () => [
    ['proxy', 'books', '--token', '--listen', port, ...here()],
    'not-started',
  ],
  'a side that is not there': () => [['call', 'books', '-H', bearer, '--port', '1'], 'no-local-side'],
}

describe('what fails', () => {
  it.each(Object.entries(cases))('tells no secret: %s', async (_what, make) => {
    const [argv, fails, more] = make()
    const end = argv.includes('--') ? argv.indexOf('--') : argv.length
    const asJson = argv.toSpliced(end, 0, '--format', 'json')
    const options = { env: { ...env, ...more } }
    // The SDK looks for keys in the variables of its process.
    const findsKeys = argv.includes('--aws') || argv.includes('--profile')
    const [plain, json] = await Promise.all([
      place.start(argv, options).ended,
      findsKeys ? place.start(asJson, options).ended : place.runInside(asJson, options),
    ])
    for (const { code, out, err } of [plain, json]) {
      expect(code, out + err).not.toBe(0)
      expect(findTold(out + err), out + err).toEqual([])
    }
    // It failed for what it was to fail for.
    const { status, error } = JSON.parse(json.out) as { status?: number; error?: { code: string } }
    expect(status ?? error?.code).toBe(fails)
  })

  it.each([[['--port']], [['--profile', 'work']]])(
    'tells no secret of what curl -v wrote: %j',
    async (options) => {
      const words = options.flatMap((option) => (option === '--port' ? here() : [option]))
      for (const format of ['human', 'json']) {
        const { code, out, err } = await place.run(
          'explain',
          '--from',
          'curl.txt',
          ...words,
          '--format',
          format,
        )
        expect({ code, told: findTold(out + err) }, out + err).toEqual({ code: 0, told: [] })
      }
    },
  )

  it('leaves no secret in the records and the lines of the side', async () => {
    const { out } = await place.run('explain', '--format', 'json', ...here())
    expect(JSON.parse(out)).toMatchObject({ record: { status: 403 } })
    expect(findTold(out + side.out + side.err)).toEqual([])
    expect(await side.end()).toMatchObject({ code: 0 })
    const files = (await readdir(join(place.folder, 'side'))).filter((name) => name.startsWith('records'))
    expect(files.length).toBeGreaterThan(0)
    for (const name of files) {
      const bytes = await readFile(join(place.folder, 'side', name), 'latin1')
      expect(bytes.length).toBeGreaterThan(0)
      expect(findTold(bytes), name).toEqual([])
    }
  })
})
