import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sign } from '@furlong/sigv4'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RequestRecord } from './record/record.ts'
import { type Local, startLocal } from './start.ts'
import { call } from './testing/call.ts'
import {
  type Administrator,
  createAdministrator,
  deployFunction,
  grantBoth,
} from './testing/deploy-function.ts'

const forbidden =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
const mismatch =
  '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}'

const echo = `
export const handler = async (event) => {
  if (event.rawPath === '/crash') process.exit(3)
  if (event.rawPath === '/throw') throw new TypeError('no such book')
  if (event.rawPath === '/binary') {
    const bytes = Buffer.from(Array.from({ length: event.rawQueryString * 256 }, (_, at) => at % 256))
    return { statusCode: 200, headers: { 'content-type': 'image/png' }, body: bytes.toString('base64'), isBase64Encoded: true }
  }
  if (event.rawPath === '/malformed') return { statusCode: 'no number' }
  if (event.rawPath === '/unprocessable') return { statusCode: 422, body: '{"detail":"missing"}' }
  return event
}`

const streamed = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'content-type': 'text/plain', 'x-name': 'caf\u00e9' } })
  out.write('one ')
  await new Promise((done) => setTimeout(done, 30))
  if (event.rawPath === '/late') throw new Error('broke half-way')
  if (event.rawPath === '/endless') {
    for (;;) { out.write('x'.repeat(65536)); await new Promise((done) => setTimeout(done, 5)) }
  }
  out.end('two')
})`

describe('startLocal()', () => {
  let local: Local
  let administrator: Administrator
  let url: string
  let urlId: string
  let roleArn: string

  beforeAll(async () => {
    local = await startLocal({ memory: true })
    administrator = createAdministrator(local)
    roleArn = (await deployFunction(administrator, 'echo', echo)).roleArn
    const config = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'echo',
      AuthType: 'AWS_IAM',
    })
    url = config.FunctionUrl ?? ''
    const status = await ownApi('GET', '/status')
    urlId = (JSON.parse(status.body) as { urls: { urlId: string }[] }).urls[0]!.urlId
  })
  afterAll(() => local.close())

  const ownApi = (method: string, path: string, token = local.side.token) =>
    call({
      url: `${local.endpoint}/_furlong${path}`,
      method,
      headers: [['authorization', `Bearer ${token}`]],
    })
  const recordOf = (headers: Awaited<ReturnType<typeof call>>['headers']): RequestRecord | undefined =>
    local.records.get(String(headers['x-furlong-why']).split(' ').at(-1) ?? '')

  describe('a function URL with AWS_IAM', () => {
    it('refuses an unsigned request with AWS’s bytes, and says why in the record', async () => {
      const { status, headers, body } = await call({ url: `${url}book?page=5` })
      expect({ status, body }).toEqual({ status: 403, body: forbidden })
      expect(Buffer.byteLength(body)).toBe(144)
      expect(headers).toMatchObject({
        'x-amzn-errortype': 'AccessDeniedException',
        'content-type': 'application/json',
        connection: 'close',
        'x-furlong-why': expect.stringMatching(/^npx furlong explain [a-z0-9]+$/),
        'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      expect(recordOf(headers)).toMatchObject({
        kind: 'function-url',
        status: 403,
        refusal: { gate: 'authenticate', code: 'MissingAuthenticationTokenException' },
      })
    })

    it('answers 403 with a null message for an id that does not exist', async () => {
      const host = `${'z'.repeat(32)}.lambda-url.us-east-1.on.aws`
      const { status, headers, body } = await call({ url: local.endpoint, headers: [['host', host]] })
      expect({ status, body }).toEqual({ status: 403, body: '{"Message":null}' })
      expect(headers['x-amzn-errortype']).toBe('AccessDeniedException')
    })

    it('refuses a session that nobody was granted, and proves the fix', async () => {
      const credentials = local.mintSession(roleArn, 'tester')
      const { status, headers, body } = await call({ url, credentials })
      expect({ status, body }).toEqual({ status: 403, body: forbidden })
      const { refusal } = recordOf(headers)!
      expect(refusal?.gate).toBe('authorize')
      expect(refusal?.explanation?.actions.map(({ action, allowed }) => [action, allowed])).toEqual([
        ['lambda:InvokeFunctionUrl', false],
        ['lambda:InvokeFunction', false],
      ])
      expect(refusal?.explanation?.fixes).toHaveLength(2)
    })

    it('lets the administrator in by its identity policy, and hands the caller to the function', async () => {
      const credentials = local.accounts[0]!
      const { status, body } = await call({
        url: `${url}a%2Fb//c?x=1&x=2&flag`,
        method: 'POST',
        headers: [['content-type', 'application/json']],
        body: '{"a":1}',
        credentials,
      })
      expect(status).toBe(200)
      const event = JSON.parse(body)
      expect(event).toMatchObject({
        version: '2.0',
        rawPath: '/a%2Fb//c',
        body: '{"a":1}',
        isBase64Encoded: false,
        requestContext: {
          accountId: '111122223333',
          apiId: urlId,
          authorizer: {
            iam: {
              accessKey: credentials.accessKeyId,
              userArn: 'arn:aws:iam::111122223333:user/administrator',
            },
          },
        },
      })
      expect(event.headers.authorization).toBeUndefined()
      expect(local.records.list({ limit: 1 })[0]).toMatchObject({
        status: 200,
        caller: { arn: 'arn:aws:iam::111122223333:user/administrator' },
        allowedBy: [
          expect.stringContaining('lambda:InvokeFunctionUrl: arn:aws:iam::aws:policy/AdministratorAccess'),
          expect.stringContaining('lambda:InvokeFunction: '),
        ],
        gates: [
          { gate: 'route' },
          { gate: 'authenticate' },
          { gate: 'authorize' },
          { gate: 'admit' },
          { gate: 'invoke' },
          { gate: 'respond' },
        ],
      })
    })

    it('accepts a signature over the host without its port, and notes it', async () => {
      const { status } = await call({ url, credentials: local.accounts[0]!, signedHost: '127.0.0.1' })
      expect(status).toBe(200)
      expect(local.records.list({ limit: 1 })[0]?.notes[0]).toContain('without the port')
      const other = await call({ url, credentials: local.accounts[0]!, signedHost: 'example.com' })
      expect({ status: other.status, body: other.body }).toEqual({ status: 403, body: mismatch })
    })

    it('answers under the path prefix, verifying the path as received', async () => {
      const prefixed = `${local.endpoint}/_url/${urlId}/book?page=5`
      const { status, body } = await call({ url: prefixed, credentials: local.accounts[0]! })
      expect(status).toBe(200)
      expect(JSON.parse(body)).toMatchObject({ rawPath: '/book', rawQueryString: 'page=5' })
    })

    it('answers by Host on the main port, for that region only', async () => {
      const byHost = (region: string) =>
        call({
          url: `${local.endpoint}/book`,
          headers: [['host', `${urlId}.lambda-url.${region}.localhost:${local.port}`]],
          credentials: local.accounts[0]!,
        })
      expect((await byHost('us-east-1')).status).toBe(200)
      expect((await byHost('eu-west-1')).body).toBe('{"Message":null}')
    })

    it.each([
      ['/crash', 'Runtime.ExitError'],
      ['/throw', 'TypeError'],
      ['/malformed', 'MalformedResponse'],
    ])('answers 502 for %s, and names %s', async (path, code) => {
      const { status, headers, body } = await call({
        url: `${url}${path.slice(1)}`,
        credentials: local.accounts[0]!,
      })
      expect({ status, body }).toEqual({ status: 502, body: 'Internal Server Error' })
      expect(headers['x-amzn-errortype']).toBeUndefined()
      expect(recordOf(headers)?.refusal?.code).toBe(code)
    })

    it.each([1, 1000])('sends %i times 256 bytes unchanged', async (times) => {
      const { bytes, headers } = await call({ url: `${url}binary?${times}`, credentials: local.accounts[0]! })
      expect(headers['content-length']).toBe(String(times * 256))
      expect(bytes.equals(Buffer.from(Array.from({ length: times * 256 }, (_, at) => at % 256)))).toBe(true)
    })

    it('refuses a body over the limit with 413, behind the route and the missing signature', async () => {
      const body = new Uint8Array(6_291_457)
      const post = { method: 'POST', body } as const
      const { status, headers } = await call({ ...post, url, credentials: local.accounts[0]! })
      expect(status).toBe(413)
      expect(headers['x-amzn-errortype']).toBe('RequestEntityTooLargeException')
      expect((await call({ ...post, url })).body).toBe(forbidden)
      const nowhere = `${local.endpoint}/_url/${'z'.repeat(32)}/`
      expect((await call({ ...post, url: nowhere })).body).toBe('{"Message":null}')
    })

    it('answers for its own hosts only, whatever the port', async () => {
      const foreign = { url, credentials: local.accounts[0]!, headers: [['host', 'evil.example']] } as const
      expect((await call(foreign)).body).toBe('{"Message":null}')
      const own = `${urlId}.lambda-url.us-east-1.on.aws`
      const twin = { url, credentials: local.accounts[0]!, headers: [['host', own]] } as const
      expect((await call(twin)).status).toBe(200)
    })

    it('leaves the address of a deleted URL to nobody else', async () => {
      await deployFunction(administrator, 'first', echo)
      await deployFunction(administrator, 'second', echo)
      const create = async (FunctionName: string): Promise<string> => {
        const config = await administrator.lambda.createFunctionUrlConfig({
          FunctionName,
          AuthType: 'AWS_IAM',
        })
        return config.FunctionUrl ?? ''
      }
      const deleted = await create('first')
      await administrator.lambda.deleteFunctionUrlConfig({ FunctionName: 'first' })
      expect(await create('second')).not.toBe(deleted)
      const answered = await call({ url: deleted, credentials: local.accounts[0]! })
      expect({ status: answered.status, body: answered.body }).toEqual({
        status: 403,
        body: '{"Message":null}',
      })
    })

    it('does not become a WebSocket, and says so', async () => {
      const headers = [
        ['connection', 'Upgrade'],
        ['upgrade', 'websocket'],
      ] as const
      const answered = await call({ url, headers, credentials: local.accounts[0]! })
      expect(answered.status).toBe(200)
      expect(local.records.list({ limit: 1 })[0]?.notes).toEqual([expect.stringContaining('WebSockets')])
    })

    it('hints at a missing content type when the application refuses a JSON body', async () => {
      await call({
        url: `${url}unprocessable`,
        method: 'POST',
        body: '{"user":"Ada"}',
        credentials: local.accounts[0]!,
      })
      expect(local.records.list({ limit: 1 })[0]?.notes).toEqual([
        expect.stringContaining('content-type: application/json'),
      ])
    })
  })

  describe('a grant', () => {
    it('works for a caller of another account only with its own policy as well', async () => {
      const partner = createAdministrator(local, 1)
      await partner.iam.createUser({ UserName: 'partner' })
      const { AccessKey } = await partner.iam.createAccessKey({ UserName: 'partner' })
      const credentials = {
        accessKeyId: AccessKey!.AccessKeyId!,
        secretAccessKey: AccessKey!.SecretAccessKey!,
      }
      const arn = 'arn:aws:iam::444455556666:user/partner'
      await grantBoth(administrator, 'echo', arn)
      const refused = await call({ url, credentials })
      expect(refused.status).toBe(403)
      expect(recordOf(refused.headers)?.refusal?.cause).toContain('444455556666')
      await partner.iam.putUserPolicy({
        UserName: 'partner',
        PolicyName: 'call',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
            Resource: 'arn:aws:lambda:us-east-1:111122223333:function:echo',
          },
        }),
      })
      const { status, body } = await call({ url, credentials })
      expect(status).toBe(200)
      expect(JSON.parse(body).requestContext.authorizer.iam.userArn).toBe(arn)
    })
  })

  describe('a function URL with NONE', () => {
    it('still needs both public statements', async () => {
      await deployFunction(administrator, 'public', echo)
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'public',
        AuthType: 'NONE',
        Cors: { AllowOrigins: ['https://example.com'], AllowMethods: ['GET'] },
      })
      await administrator.lambda.addPermission({
        FunctionName: 'public',
        StatementId: 'FunctionURLAllowPublicAccess',
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        FunctionUrlAuthType: 'NONE',
      })
      expect((await call({ url: FunctionUrl })).body).toBe(forbidden)
      await administrator.lambda.addPermission({
        FunctionName: 'public',
        StatementId: 'FunctionURLAllowInvokeAction',
        Action: 'lambda:InvokeFunction',
        Principal: '*',
        InvokedViaFunctionUrl: true,
      })
      const { status, headers, body } = await call({
        url: FunctionUrl,
        headers: [
          ['origin', 'https://example.com'],
          ['authorization', 'Bearer mine'],
        ],
      })
      expect(status).toBe(200)
      expect(headers['access-control-allow-origin']).toBe('https://example.com')
      const event = JSON.parse(body)
      expect(event.requestContext.accountId).toBe('anonymous')
      expect(event.requestContext.authorizer).toBeUndefined()
      expect(event.headers.authorization).toBe('Bearer mine')

      const preflight = await call({
        url: FunctionUrl,
        method: 'OPTIONS',
        headers: [
          ['origin', 'https://example.com'],
          ['access-control-request-method', 'GET'],
        ],
      })
      expect(preflight).toMatchObject({
        status: 200,
        body: '',
        headers: { 'access-control-allow-methods': 'GET', vary: 'Origin', 'content-length': '0' },
      })
    })
  })

  describe('a BUFFERED URL of a function that streams', () => {
    it('collects the stream, and refuses one that is too large', async () => {
      const source = `
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          const out = awslambda.HttpResponseStream.from(stream, { statusCode: 202 })
          out.write('x'.repeat(event.rawPath === '/large' ? 7_000_000 : 3)); out.end()
        })`
      await deployFunction(administrator, 'collected', source)
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'collected',
        AuthType: 'AWS_IAM',
      })
      const credentials = local.accounts[0]!
      expect(await call({ url: FunctionUrl, credentials })).toMatchObject({ status: 202, body: 'xxx' })
      const large = await call({ url: `${FunctionUrl}large`, credentials })
      expect({ status: large.status, body: large.body }).toEqual({
        status: 502,
        body: 'Internal Server Error',
      })
      expect(recordOf(large.headers)?.refusal?.cause).toContain('Function.ResponseSizeTooLarge')
    })
  })

  describe('a streamed answer', () => {
    let streamUrl: string
    beforeAll(async () => {
      await deployFunction(administrator, 'streamed', streamed)
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'streamed',
        AuthType: 'AWS_IAM',
        InvokeMode: 'RESPONSE_STREAM',
      })
      streamUrl = FunctionUrl
    })

    it('arrives with the prelude’s status and headers', async () => {
      const { status, headers, body } = await call({ url: streamUrl, credentials: local.accounts[0]! })
      expect({ status, body }).toEqual({ status: 201, body: 'one two' })
      expect(headers['content-type']).toBe('text/plain')
      expect(headers['transfer-encoding']).toBe('chunked')
      // One byte a character, as it came: a head that goes out alone is no UTF-8.
      expect(headers['x-name']).toBe('caf\u00e9')
    })

    it('is torn off when the function fails after the first byte', async () => {
      await expect(call({ url: `${streamUrl}late`, credentials: local.accounts[0]! })).rejects.toThrow(
        /aborted|hang up|ECONNRESET/,
      )
      await expect.poll(() => local.records.latestRefusal()?.refusal?.gate).toBe('respond')
    })

    it('stops the function when the caller goes away, and the next call works', async () => {
      const signed = sign(
        { method: 'GET', url: `${streamUrl}endless` },
        { credentials: local.accounts[0]!, service: 'lambda', region: 'us-east-1', now: new Date() },
      )
      const sent = request(signed.url, { headers: Object.fromEntries(signed.headers), agent: false }).end()
      const [response] = await once(sent, 'response')
      await once(response, 'data')
      sent.destroy()
      expect((await call({ url: streamUrl, credentials: local.accounts[0]! })).body).toBe('one two')
      const left = (): RequestRecord | undefined =>
        local.records.list().find(({ url: target }) => target === '/endless')
      await expect.poll(() => left()?.gates.at(-1)?.says).toContain('the caller closed the connection')
      expect(left()?.refusal).toBeUndefined()
    })
  })

  describe('a caller that leaves while the function is thinking', () => {
    it('holds nothing up', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'furlong-thinking-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      const source = `
        import { existsSync, writeFileSync } from 'node:fs'
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          writeFileSync('${folder}/begun', '')
          while (!existsSync('${folder}/gate')) await new Promise((done) => setTimeout(done, 5))
          const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
          for (let at = 0; at < 50; at += 1) out.write('x'.repeat(65536))
          out.end()
        })`
      await deployFunction(administrator, 'thinking', source)
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'thinking',
        AuthType: 'AWS_IAM',
        InvokeMode: 'RESPONSE_STREAM',
      })
      const signed = sign(
        { method: 'GET', url: `${FunctionUrl}left` },
        { credentials: local.accounts[0]!, service: 'lambda', region: 'us-east-1', now: new Date() },
      )
      const sent = request(signed.url, { headers: Object.fromEntries(signed.headers), agent: false })
      sent.on('error', () => {}).end()
      await expect.poll(() => existsSync(join(folder, 'begun'))).toBe(true)
      const closed = new Promise((done) => sent.once('close', done))
      sent.destroy()
      await closed
      // By the time of this answer the side knows that the other connection is gone.
      await ownApi('GET', '/status')
      await writeFile(join(folder, 'gate'), '')
      await expect
        .poll(
          () =>
            local.records
              .list()
              .find(({ url: target }) => target === '/left')
              ?.gates.at(-1)?.says,
        )
        .toContain('the caller closed the connection')
      expect((await call({ url: FunctionUrl, credentials: local.accounts[0]! })).body.length).toBe(
        50 * 65_536,
      )
    })
  })

  describe('its own API', () => {
    it('answers nobody without the token', async () => {
      expect((await call({ url: `${local.endpoint}/_furlong/status` })).status).toBe(403)
      expect((await ownApi('GET', '/status', 'wrong')).status).toBe(403)
      expect((await ownApi('GET', '/nothing')).status).toBe(404)
    })

    it('never shows keys', async () => {
      const { body } = await ownApi('GET', '/status')
      expect(body).toContain('111122223333')
      for (const { secretAccessKey } of local.accounts) expect(body).not.toContain(secretAccessKey)
      expect(body).not.toContain(local.side.token)
    })

    it('lists refusals and logs', async () => {
      const { records } = JSON.parse((await ownApi('GET', '/records?refused=1&limit=2')).body)
      expect(records).toHaveLength(2)
      expect(JSON.parse((await ownApi('GET', `/records/${records[0].id}`)).body)).toEqual(records[0])
      const { lines } = JSON.parse((await ownApi('GET', '/logs?function=echo')).body)
      expect(lines.some(({ text }: { text: string }) => text.startsWith('REPORT RequestId'))).toBe(true)
    })

    it('mints a session of a role or user, and refuses what does not exist', async () => {
      const post = (arn: string) =>
        call({
          url: `${local.endpoint}/_furlong/sessions`,
          method: 'POST',
          headers: [['authorization', `Bearer ${local.side.token}`]],
          body: JSON.stringify({ principalArn: arn }),
        })
      expect(JSON.parse((await post(roleArn)).body).accessKeyId).toMatch(/^ASIA/)
      const [administrator] = local.accounts
      expect(JSON.parse((await post(administrator?.userArn ?? '')).body).accessKeyId).toMatch(/^ASIA/)
      const refused = await post('arn:aws:iam::111122223333:role/nobody')
      expect(refused.status).toBe(400)
      expect(refused.body).toContain('does not exist')
    })
  })

  describe('the control plane', () => {
    it('refuses unknown keys, unsigned calls and denied callers as AWS does', async () => {
      const unsigned = await call({ url: `${local.endpoint}/2015-03-31/functions/` })
      expect(unsigned.status).toBe(403)
      expect(unsigned.headers['x-amzn-errortype']).toContain('MissingAuthenticationTokenException')
      const stranger = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody' }
      const unknown = await call({ url: `${local.endpoint}/2015-03-31/functions/`, credentials: stranger })
      expect(unknown).toMatchObject({
        status: 403,
        body: '{"message":"The security token included in the request is invalid."}',
      })
      expect(recordOf(unknown.headers)?.refusal?.fix).toContain('furlong env')
      const denied = await call({
        url: `${local.endpoint}/2015-03-31/functions/`,
        credentials: local.mintSession(roleArn, 'tester'),
      })
      expect(denied.status).toBe(403)
      expect(denied.body).toContain(
        'User: arn:aws:sts::111122223333:assumed-role/echo-role/tester is not authorized to perform: lambda:ListFunctions',
      )
    })
  })
})

describe('the clock', () => {
  it('is one for signatures, sessions and environments: a warm function stays warm', async () => {
    const lastYear = new Date('2025-11-01T00:00:00Z')
    await using local = await startLocal({ memory: true, now: () => lastYear })
    const refused = await call({
      url: `${local.endpoint}/2015-03-31/functions/`,
      credentials: local.accounts[0]!,
    })
    expect(refused.body).toContain('Signature not yet current')
    await using today = await startLocal({ memory: true, now: () => new Date(Date.now() + 60_000) })
    const administrator = createAdministrator(today)
    const pid = 'export const handler = async () => process.pid'
    await deployFunction(administrator, 'warm', pid)
    const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'warm',
      AuthType: 'AWS_IAM',
    })
    const credentials = today.accounts[0]!
    expect((await call({ url: FunctionUrl, credentials })).body).toBe(
      (await call({ url: FunctionUrl, credentials })).body,
    )
  })

  it('ends a session, and a function URL says so', async () => {
    let hoursAgo = 13
    await using local = await startLocal({
      memory: true,
      now: () => new Date(Date.now() - hoursAgo * 3_600_000),
    })
    const { roleArn } = await deployFunction(
      createAdministrator(local),
      'old',
      'export const handler = () => 1',
    )
    const credentials = local.mintSession(roleArn, 'yesterday')
    hoursAgo = 0
    const administrator = createAdministrator(local)
    const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'old',
      AuthType: 'AWS_IAM',
    })
    const { status, headers, body } = await call({ url: FunctionUrl, credentials })
    expect({ status, type: headers['x-amzn-errortype'], body }).toEqual({
      status: 403,
      type: 'ExpiredTokenException',
      body: '{"message":"The security token included in the request is expired"}',
    })
  })
})

describe('misuse', () => {
  it('is a TypeError that names what excludes what', async () => {
    await expect(startLocal({ memory: true, stateFolder: '/tmp/x' })).rejects.toThrow(TypeError)
    await expect(startLocal({ memory: true, accounts: [] })).rejects.toThrow('at least one account')
    await expect(startLocal({ memory: true, accounts: ['12'] })).rejects.toThrow(TypeError)
    await expect(startLocal({ memory: true, port: 70_000 })).rejects.toThrow('0 to 65535, not 70000')
    await expect(startLocal({ memory: true, urlPorts: [5, 1] })).rejects.toThrow('the lower first')
    await expect(startLocal({ memory: true, freezeAfterMs: -1 })).rejects.toThrow(
      '0 or more milliseconds, not -1',
    )
    await expect(startLocal({ memory: true, optFolder: '/no/such' })).rejects.toMatchObject({
      code: 'OptFolderMissing',
    })
    for (const [runtimes, code] of [
      [{ 'nodejs22.x': '/no/such/node' }, 'RuntimeMissing'],
      [{ 'nodejs22.x': '/bin/echo' }, 'RuntimeMissing'],
      [{ 'provided.al2023': '/no/such/bootstrap' }, 'RuntimeMissing'],
      [{ 'ruby3.3': 'ruby' }, 'UnknownRuntime'],
    ] as const) {
      await expect(startLocal({ memory: true, runtimes })).rejects.toMatchObject({ code })
    }
    await expect(startLocal({ stateFoldr: 'x' } as object)).rejects.toThrow('no option stateFoldr')
  })
})

describe('two local sides', () => {
  it('run side by side without knowing each other', async () => {
    await using one = await startLocal({ memory: true })
    await using other = await startLocal({ memory: true, accounts: ['123456789012'] })
    const answered = await call({
      url: `${other.endpoint}/2015-03-31/functions/`,
      credentials: one.accounts[0]!,
    })
    expect(answered.status).toBe(403)
    expect(other.accounts.map(({ accountId }) => accountId)).toEqual(['123456789012'])
    expect(() => one.environment('123456789012')).toThrow('not on this local side')
  })
})

// Nobody else may take a port while the side that has it is being started anew.
const urlPorts = [30_100, 30_119] as const

describe('a state folder', () => {
  it('brings everything back: function, URL, port, policy and keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-state-'))
    try {
      const first = await startLocal({ stateFolder: join(folder, '.furlong'), urlPorts })
      const administrator = createAdministrator(first)
      await deployFunction(administrator, 'kept', echo)
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'kept',
        AuthType: 'AWS_IAM',
      })
      await expect(startLocal({ stateFolder: join(folder, '.furlong'), urlPorts })).rejects.toMatchObject({
        code: 'StateFolderInUse',
      })
      await first.close()
      expect((await stat(join(folder, '.furlong', 'state.db'))).mode & 0o077).toBe(0)
      await writeFile(join(folder, '.furlong', 'code', 'mine.txt'), 'not furlong’s')

      const second = await startLocal({ stateFolder: join(folder, '.furlong'), urlPorts })
      expect(second.accounts).toEqual(first.accounts)
      expect((await call({ url: FunctionUrl, credentials: first.accounts[0]! })).status).toBe(200)
      await second.close()
      expect(await readdir(join(folder, '.furlong', 'code'))).toContain('mine.txt')

      const squatter = createServer().listen(Number(new URL(FunctionUrl).port), '127.0.0.1')
      await once(squatter, 'listening')
      await expect(startLocal({ stateFolder: join(folder, '.furlong'), urlPorts })).rejects.toMatchObject({
        code: 'UrlPortInUse',
        message: expect.stringContaining('--move-ports'),
      })
      const moved = await startLocal({ stateFolder: join(folder, '.furlong'), urlPorts, movePorts: true })
      const { FunctionUrl: movedUrl } = await createAdministrator(moved).lambda.getFunctionUrlConfig({
        FunctionName: 'kept',
      })
      expect(movedUrl).not.toBe(FunctionUrl)
      await moved.close()
      squatter.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('names who holds the main port', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    await expect(startLocal({ memory: true, port })).rejects.toMatchObject({
      code: 'PortInUse',
      message: expect.stringContaining(`Port ${port} is in use`),
    })
    squatter.close()
  })
})
