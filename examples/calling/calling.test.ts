/** Every example of docs/calling, run as its reader would run it. */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createClients, deploy, grant } from 'furlong'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromIdentityPool } from './cognito.ts'
import { fileOf, findMissing, keysOf, noAws, type Stage, startStage } from './stage.ts'

let stage: Stage
const servers: Server[] = []

beforeAll(async () => {
  stage = await startStage()
})
afterAll(async () => {
  for (const server of servers) server.close()
  await stage?.close()
})

/** Serves on loopback until the tests are over. */
async function serve(
  answer: (path: string, response: ServerResponse, token: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const token = request.headers.authorization ?? request.headers['x-aws-ec2-metadata-token'] ?? ''
    answer(`${request.method} ${request.url}`, response, String(token))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const read = '200 {"page":5}'
const noPython = findMissing('python3', '-c', 'import botocore, requests')
const noYaml = findMissing('python3', '-c', 'import yaml')
const noCurl = findMissing('curl', '--version')

describe('granting', () => {
  it('is needed', async () => {
    const { code, stdout } = await stage.run('read-book.ts', keysOf(await stage.assumeRole('reader')))
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^403 .*urls-auth\.html/)])
    expect(stage.local.records.latestRefusal()?.refusal?.cause).toContain('no policy allows')
  })

  it('is asked for with `explain`', async () => {
    const { stdout } = await stage.run('why.ts', keysOf(await stage.assumeRole('reader')))
    expect(stdout).toMatch(/^403 access-denied\n.*lambda:InvokeFunction/)
    expect(stdout).toMatch(/Run `(npx furlong explain \w+)`.*\nThe whole story: \1$/)
  })

  it('tells what AWS made of a refused signature', async () => {
    const env = { ...keysOf(await stage.assumeRole('reader')), AWS_SECRET_ACCESS_KEY: 'of-another-key' }
    const { stdout } = await stage.run('why.ts', env)
    expect(stdout).toMatch(/^403 signature\n.*secret that was given for ASIA/)
  })

  it('takes one line of furlong', async () => {
    const granted = await stage.run('grant.sh', { FURLONG_ENDPOINT: stage.local.endpoint })
    expect(granted, granted.stderr).toMatchObject({ code: 0 })
    const { stdout } = await stage.run('read-book.ts', keysOf(await stage.assumeRole('reader')))
    expect(stdout).toBe(read)
  })

  it.skipIf(noAws)(
    'takes two lines of the AWS CLI, with the same statements (needs the AWS CLI)',
    async () => {
      const env = { ...stage.local.environment(), CALLER: stage.roleArn('ci') }
      expect(await stage.run('grant-by-hand.sh', env)).toMatchObject({ code: 0 })
      const ofReader = await statementsFor(stage.roleArn('reader'))
      expect(await statementsFor(stage.roleArn('ci'))).toEqual(ofReader)
      expect(ofReader).toHaveLength(2)
      const { stdout } = await stage.run('read-book.ts', keysOf(await stage.assumeRole('ci')))
      expect(stdout).toBe(read)
    },
  )
})

/** Action and condition of each statement for a principal. */
async function statementsFor(principal: string): Promise<unknown[]> {
  const lambda = await createClients(stage.target).lambda()
  const { Policy = '' } = await lambda.getPolicy({ FunctionName: 'books' })
  const { Statement } = JSON.parse(Policy) as { Statement: Record<string, object>[] }
  return Statement.filter(({ Principal }) => JSON.stringify(Principal).includes(`"${principal}"`)).map(
    ({ Action, Condition }) => ({ Action, Condition }),
  )
}

describe('from another Lambda', () => {
  it('is refused before it is granted, and let in after', async () => {
    const environment = { BOOKS_URL: stage.booksUrl }
    await deploy(stage.target, { entry: fileOf('caller.ts'), name: 'other', url: false, environment })
    const lambda = await createClients(stage.target).lambda()
    const call = async (): Promise<unknown> => {
      const { Payload } = await lambda.invoke({ FunctionName: 'other', Payload: '{"page":5}' })
      return JSON.parse(Buffer.from(Payload!).toString('utf8'))
    }
    expect(await call()).toMatchObject({ status: 403 })
    await grant(stage.target, { functionName: 'books', to: 'other' })
    expect(await call()).toEqual({ status: 200, text: '{"page":5}' })
  })

  it.skipIf(noAws)('is deployed, granted and invoked in three lines (needs the AWS CLI)', async () => {
    const env = { ...stage.local.environment(), FURLONG_ENDPOINT: stage.local.endpoint }
    const ended = await stage.run('deploy-caller.sh', env)
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain(JSON.stringify({ status: 200, text: '{"page":5}' }))
  })
})

describe('from ECS or EC2', () => {
  it('finds the keys of a task, where the container agent would hand them out', async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await stage.assumeRole('reader')
    const asked: string[] = []
    const agent = await serve((path, response, token) => {
      asked.push(`${path} ${token}`)
      response.setHeader('content-type', 'application/json')
      const RoleArn = stage.roleArn('reader')
      const keys = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken }
      response.end(JSON.stringify({ RoleArn, ...keys, Expiration: expiration.toISOString() }))
    })
    const ended = await stage.run('read-book.ts', {
      AWS_REGION: 'us-east-1',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent}/v2/credentials/task`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-the-task',
    })
    expect(ended).toEqual({ code: 0, stdout: read, stderr: '' })
    expect(asked).toEqual(['GET /v2/credentials/task of-the-task'])
  })

  it('finds the keys of an instance, where the metadata service would hand them out', async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await stage.assumeRole('reader')
    const asked: string[] = []
    const metadata = await serve((path, response, token) => {
      asked.push(path)
      const answers: Readonly<Record<string, string>> = {
        'PUT /latest/api/token': 'of-the-instance',
        'GET /latest/meta-data/iam/security-credentials/': 'reader',
        'GET /latest/meta-data/iam/security-credentials/reader': JSON.stringify({
          Code: 'Success',
          Type: 'AWS-HMAC',
          LastUpdated: new Date().toISOString(),
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          Token: sessionToken,
          Expiration: expiration.toISOString(),
        }),
      }
      const isIn = path.startsWith('PUT') || token === 'of-the-instance'
      response.writeHead(isIn ? (path in answers ? 200 : 404) : 401).end(isIn ? answers[path] : '')
    })
    const ended = await stage.run('read-book.ts', {
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
    })
    expect(ended).toEqual({ code: 0, stdout: read, stderr: '' })
    expect(asked[0]).toBe('PUT /latest/api/token')
  })
})

describe('from a laptop', () => {
  it('finds the keys of a profile that assumes a role', async () => {
    const { accessKeyId, secretAccessKey } = stage.local.accounts[0]!
    const config = join(stage.folder, 'config')
    const credentials = join(stage.folder, 'credentials')
    await writeFile(config, await readFile(fileOf('profile.ini')))
    await writeFile(
      credentials,
      `[me]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    )
    const env = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_PROFILE: 'reader',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: stage.local.endpoint,
    }
    expect(await stage.run('read-book.ts', env)).toEqual({ code: 0, stdout: read, stderr: '' })
  })

  it('says what to do when there is nothing to find', async () => {
    const { code, stderr } = await stage.run('read-book.ts', {
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    })
    expect(code).toBe(1)
    expect(stderr).toContain('There are no credentials')
  })
})

describe('from GitHub Actions', () => {
  it.skipIf(noYaml)(
    'runs the shell step of the workflow with the keys of a role (needs python3 with yaml)',
    async () => {
      const print = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))'
      const workflow = JSON.parse(
        execFileSync('python3', ['-c', print, fileOf('read-book.yml')], { encoding: 'utf8' }),
      )
      expect(workflow.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
      const steps: { uses?: string; with?: Record<string, string>; run?: string }[] = workflow.jobs.read.steps
      const login = steps.findIndex(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))
      const last = steps.findIndex(({ run }) => run?.includes('read-book.ts'))
      expect(steps[login]?.with).toEqual({ 'role-to-assume': stage.roleArn('ci'), 'aws-region': 'us-east-1' })
      expect(last).toBeGreaterThan(login)
      await grant(stage.target, { functionName: 'books', to: 'ci' })
      const line = steps[last]!.run!.replace('node ', '')
      expect(line).toBe('examples/calling/read-book.ts')
      // AssumeRoleWithWebIdentity is not served locally, so the session is made by AssumeRole.
      const { stdout } = await stage.run('read-book.ts', keysOf(await stage.assumeRole('ci')))
      expect(stdout).toBe(read)
    },
  )

  it('has a trust policy that IAM takes', async () => {
    const iam = await createClients(stage.target).iam()
    const AssumeRolePolicyDocument = await readFile(fileOf('trust-github.json'), 'utf8')
    const { Role } = await iam.createRole({ RoleName: 'from-github', AssumeRolePolicyDocument })
    expect(Role?.Arn).toBe(stage.roleArn('from-github'))
  })
})

describe('from a browser', () => {
  it("reads Cognito's answers", async () => {
    const keys = {
      AccessKeyId: 'ASIA',
      SecretKey: 'secret',
      SessionToken: 'token',
      Expiration: 1_795_000_000.5,
    }
    const pool = createServer((request, response) => {
      const isId = request.headers['x-amz-target'] === 'AWSCognitoIdentityService.GetId'
      response.end(JSON.stringify(isId ? { IdentityId: 'us-east-1:1' } : { Credentials: keys }))
    })
    servers.push(pool)
    await new Promise<void>((resolve) => pool.listen(0, '127.0.0.1', resolve))
    const provider = fromIdentityPool({
      endpoint: `http://127.0.0.1:${(pool.address() as AddressInfo).port}/`,
      identityPoolId: 'us-east-1:pool',
      logins: () => ({ 'cognito-idp.us-east-1.amazonaws.com/us-east-1_pool': 'id-token' }),
    })
    expect(await provider()).toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(1_795_000_000_500),
    })
  })
})

describe('by other clients', () => {
  it.each([
    ['with-axios.ts', false],
    ['with-undici.ts', false],
    ['with-ky.ts', false],
    ['with-hono-client.ts', false],
    ['with-node-http.ts', false],
    ['with_requests.py', noPython],
  ] as const)('%s reads the book', async (file, missing) => {
    if (missing !== false) return console.warn(`${file} was not run: ${missing} fails`)
    await grant(stage.target, { functionName: 'books', to: 'reader' })
    const ended = await stage.run(file, keysOf(await stage.assumeRole('reader')))
    return expect(ended).toEqual({ code: 0, stdout: read, stderr: '' })
  })

  it.skipIf(noCurl)('with-curl.sh reads the book with temporary keys (needs curl)', async () => {
    await grant(stage.target, { functionName: 'books', to: 'reader' })
    const { stdout } = await stage.run('with-curl.sh', keysOf(await stage.assumeRole('reader')))
    expect(stdout).toBe('{"page":5} 200')
  })

  it.skipIf(noCurl)('with-curl.sh reads the book with the keys of a user (needs curl)', async () => {
    const { AWS_SESSION_TOKEN, ...env } = keysOf(stage.local.accounts[0]!)
    expect(AWS_SESSION_TOKEN).toBe('')
    for (const given of [env, { ...env, AWS_SESSION_TOKEN: '' }]) {
      expect(await stage.run('with-curl.sh', given)).toEqual({
        code: 0,
        stdout: '{"page":5} 200',
        stderr: '',
      })
    }
  })
})
