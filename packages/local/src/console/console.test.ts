import { readAuthorization } from '@furlong/sigv4'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Recording } from '../record/recording.ts'
import { Records } from '../record/records.ts'
import type { RequestRecord } from '../record/record.ts'
import { call, type Calling } from '../testing/call.ts'
import { type ConsoleSide, startConsoleSide } from '../testing/console-side.ts'
import {
  type Administrator,
  createAdministrator,
  deployFunction,
  grantBoth,
} from '../testing/deploy-function.ts'
import type { Keys } from '../testing/iam-side.ts'
import type {
  AccessAnswer,
  AccessPicture,
  FixAnswer,
  FunctionDetail,
  Metrics,
  Replay,
  RequestDetail,
  RequestPage,
  Step,
} from './contract.ts'
import { Ring } from '../record/ring.ts'
import type { LogLine } from '../engine/index.ts'
import { MetricsRecorder } from './metrics.ts'
import { streamEvents } from './stream.ts'

let side: ConsoleSide
let administrator: Administrator
let url: string
let urlId: string
let functionArn: string
const users: Record<'granted' | 'half' | 'foreign', { arn: string; keys: Keys }> = {
  granted: { arn: '', keys: { accessKeyId: '', secretAccessKey: '' } },
  half: { arn: '', keys: { accessKeyId: '', secretAccessKey: '' } },
  foreign: { arn: '', keys: { accessKeyId: '', secretAccessKey: '' } },
}

beforeAll(async () => {
  side = await startConsoleSide()
  administrator = createAdministrator(side.local)
  const { lambda } = administrator
  const source = `export const handler = async (event) => {
    if (event.rawPath === '/fail') throw new TypeError('as asked')
    return { statusCode: 200, headers: { 'x-path': event.rawPath }, cookies: ['session=secret-cookie'], body: JSON.stringify({ body: event.body ?? null, note: event.headers['x-note'] ?? null, cookie: event.headers.cookie ?? null, caller: event.requestContext.authorizer?.iam.userArn }) }
  }`
  functionArn = (await deployFunction(administrator, 'orders', source)).functionArn
  await lambda.updateFunctionConfiguration({
    FunctionName: 'orders',
    Environment: { Variables: { TOKEN: 'secret-variable' } },
  })
  const configured = await lambda.createFunctionUrlConfig({ FunctionName: 'orders', AuthType: 'AWS_IAM' })
  url = configured.FunctionUrl ?? ''
  for (const [index, name] of (['granted', 'half', 'foreign'] as const).entries()) {
    const { iam } = index === 2 ? createAdministrator(side.local, 1) : administrator
    const { User } = await iam.createUser({ UserName: name })
    const { AccessKey } = await iam.createAccessKey({ UserName: name })
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
    users[name] = { arn: User?.Arn ?? '', keys: { accessKeyId, secretAccessKey } }
  }
  await grantBoth(administrator, 'orders', users.granted.arn)
  await lambda.addPermission({
    FunctionName: 'orders',
    StatementId: 'half-url',
    Action: 'lambda:InvokeFunctionUrl',
    Principal: users.half.arn,
    FunctionUrlAuthType: 'AWS_IAM',
  })
  const [, { functions }] = (await side.ask('GET /functions')) as [
    number,
    { functions: { urls: { urlId: string }[] }[] },
  ]
  urlId = functions[0]?.urls[0]?.urlId ?? ''
}, 60_000)
afterAll(() => side.close())

const latest = async (query = ''): Promise<string> => {
  const [, page] = (await side.ask(`GET /requests?limit=1&${query}`)) as [number, RequestPage]
  return page.rows[0]?.id ?? ''
}
const detailOf = async (id: string): Promise<RequestDetail> =>
  (await side.ask(`GET /requests/${id}`))[1] as RequestDetail

describe('one request', () => {
  it('is told whole, without what it gives away', async () => {
    const { status } = await call({
      url: `${url}a%20b?page=5`,
      method: 'POST',
      headers: [
        ['content-type', 'text/plain'],
        ['cookie', 'session=of-the-client'],
        ['x-note', 'kept'],
      ],
      body: 'a body',
      credentials: users.granted.keys,
    })
    expect(status).toBe(200)
    const detail = await detailOf(await latest('function=orders'))
    expect(detail.sent).toMatchObject({
      method: 'POST',
      target: '/a%20b?page=5',
      body: { text: 'a body', bytes: 6 },
    })
    expect(detail.event?.text).toContain('"rawPath":"/a%20b"')
    expect(detail.result?.text).toContain('"x-path":"/a%20b"')
    expect(detail.code?.curl).toBe(`${url}a%20b?page=5`)
    expect(detail.replay).toEqual({ possible: true, as: users.granted.arn })
    const text = JSON.stringify(detail)
    for (const secret of ['of-the-client', 'secret-cookie', users.granted.keys.secretAccessKey])
      expect(text).not.toContain(secret)
    expect(text).not.toMatch(/Signature=[0-9a-f]{16}/)
  })

  describe('has the answer as the client got it', () => {
    /** What the client got, as the page shows it; secrets aside. */
    const compare = async (path: string, calling: Partial<Calling> = {}): Promise<RequestDetail> => {
      const got = await call({ url: `${url}${path}`, credentials: users.granted.keys, ...calling })
      const detail = await detailOf(await latest('function=orders'))
      const { answer } = detail
      expect(answer?.status).toBe(got.status)
      const headers = (answer?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value])
      expect({ ...Object.fromEntries(headers), 'set-cookie': '' }).toEqual({
        ...got.headers,
        'set-cookie': '',
      })
      expect(answer?.body).toMatchObject({ text: got.body, bytes: Buffer.byteLength(got.body), isCut: false })
      return detail
    }

    it('of a function, secrets masked', async () => {
      const { answer } = await compare('x', { headers: [['x-note', 'kept']] })
      expect(answer).toMatchObject({ status: 200, statusText: 'OK' })
      expect(answer?.headers).toContainEqual(['set-cookie', '***'])
      expect(answer?.headers).toContainEqual(['x-path', '/x'])
      expect(JSON.parse(answer?.body?.text ?? '')).toMatchObject({ note: 'kept' })
    })

    it('of a policy, of a signature and of a function that failed: AWS’s own bodies', async () => {
      const denied = await compare('', { credentials: users.foreign.keys })
      expect(denied.answer?.body?.text).toMatch(/^\{"Message":"Forbidden\. For troubleshooting/)
      expect(denied.answer?.headers).toContainEqual(['x-amzn-ErrorType', 'AccessDeniedException'])
      expect(denied.answer?.headers.at(-1)).toEqual([
        'x-furlong-why',
        `npx furlong explain ${denied.record.id}`,
      ])
      const unsigned = await compare('', { service: 'execute-api' })
      expect(unsigned.answer?.body?.text).toMatch(/^\{"message":"/)
      const failed = await compare('fail')
      expect(failed.answer).toMatchObject({ status: 502, statusText: 'Bad Gateway' })
      expect(failed.answer?.body?.text).toBe('Internal Server Error')
    })

    it('to HEAD without a body, to anything with its own head when it is a stream', async () => {
      const head = await compare('', { method: 'HEAD' })
      expect(head.answer?.body?.bytes).toBe(0)
      await deployFunction(
        administrator,
        'streamed',
        `export const handler = awslambda.streamifyResponse(async (event, stream) => {
          const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-kind': 'stream' } })
          out.write('one')
          out.end('two')
        })`,
      )
      const { FunctionUrl = '' } = await administrator.lambda.createFunctionUrlConfig({
        FunctionName: 'streamed',
        AuthType: 'AWS_IAM',
        InvokeMode: 'RESPONSE_STREAM',
      })
      await grantBoth(administrator, 'streamed', users.granted.arn)
      const got = await call({ url: FunctionUrl, credentials: users.granted.keys })
      expect(got.body).toBe('onetwo')
      const { answer } = await detailOf(await latest('function=streamed'))
      expect(answer).toMatchObject({ status: 201, statusText: 'Created' })
      expect(answer?.headers).toContainEqual(['x-kind', 'stream'])
      expect(answer).not.toHaveProperty('body')
    })
  })

  it('shows both sides of a signature, and what differs', async () => {
    const path = '?b=2&a=1'
    // What an API Gateway client does: the right request, signed for another service.
    await call({ url: `${url}${path}`, credentials: users.granted.keys, service: 'execute-api' })
    const { signature } = await detailOf(await latest('gate=authenticate'))
    expect(signature?.causes).toContain('wrong-service')
    expect(signature?.server.stringToSign).toContain('/us-east-1/lambda/aws4_request')
    expect(signature?.client?.stringToSign).toContain('/us-east-1/execute-api/aws4_request')
    expect(signature?.differences?.map(({ part }) => part)).toEqual(['scope'])
  })

  it('shows the error document of a function that failed', async () => {
    await call({ url: `${url}fail`, credentials: users.granted.keys })
    const { errorDocument, event, result } = await detailOf(await latest('status=502'))
    expect(JSON.parse(errorDocument?.text ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'as asked',
    })
    expect(event?.text).toContain('/fail')
    expect(result).toBeUndefined()
  })
})

describe('fixes', () => {
  it('are done as the administrator, and the request is sent once more', async () => {
    await call({ url: `${url}fixed`, credentials: users.half.keys })
    const id = await latest('gate=authorize')
    const { fixes } = await detailOf(id)
    expect(fixes).toMatchObject({ canApply: true, furlong: ['add-permission'] })
    const [status, answer] = (await side.ask('POST /fixes', { recordId: id, replay: true })) as [
      number,
      FixAnswer,
    ]
    expect(status).toBe(200)
    expect(answer.steps.map(({ operation, outcome }) => [operation, outcome])).toEqual([
      ['lambda:AddPermission', 'done'],
    ])
    expect(answer.replay).toMatchObject({ status: 200, as: users.half.arn })
    const replayed = await detailOf(answer.replay?.recordId ?? '')
    expect(replayed.record).toMatchObject({ url: '/fixed', caller: { arn: users.half.arn } })
    // What was done stands among the requests, like any other call.
    const [, page] = (await side.ask('GET /requests?text=AddPermission&limit=1')) as [number, RequestPage]
    expect(page.rows[0]).toMatchObject({ operation: 'AddPermission', status: 201 })
  })

  it('of another account are done there too', async () => {
    await call({ url: `${url}abroad`, credentials: users.foreign.keys })
    const [, answer] = (await side.ask('POST /fixes', {
      recordId: await latest('caller=foreign'),
      replay: true,
    })) as [number, FixAnswer]
    expect(answer.steps.map(({ operation }) => operation)).toEqual([
      'lambda:AddPermission',
      'lambda:AddPermission',
      'iam:PutUserPolicy',
    ])
    expect(answer.replay?.status).toBe(200)
  })

  it('that nothing here can do are refused with a sentence', async () => {
    await call({ url })
    const [status, answer] = await side.ask('POST /fixes', { recordId: await latest('gate=authenticate') })
    expect([status, answer]).toEqual([409, { error: 'Nothing that could be done here mends this request.' }])
  })
})

describe('who may call what', () => {
  it('is drawn, explained, granted and revoked', async () => {
    const { User } = await administrator.iam.createUser({ UserName: 'newcomer' })
    const pair = { caller: User?.Arn ?? '', urlId }
    const explain = async (): Promise<AccessAnswer> =>
      (await side.ask(`GET /access/pair?${new URLSearchParams(pair).toString()}`))[1] as AccessAnswer
    expect(await explain()).toMatchObject({ verdict: 'none', fixes: { canApply: true } })
    const [, granted] = (await side.ask('POST /grants', pair)) as [number, { steps: Step[] }]
    expect(granted.steps.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
    expect(await explain()).toMatchObject({ verdict: 'granted' })
    expect((await side.ask('POST /grants', pair))[1]).toEqual({ steps: [] })
    const [, picture] = (await side.ask('GET /access')) as [number, AccessPicture]
    expect(picture.callers.map(({ name }) => name)).toContain('newcomer')
    const edge = picture.edges.find(({ caller }) => caller === pair.caller)
    expect(edge).toMatchObject({ verdict: 'granted', missing: [] })
    expect(edge?.statementIds).toHaveLength(2)
    await administrator.lambda.removePermission({
      FunctionName: 'orders',
      StatementId: edge?.statementIds.find((id) => id.endsWith('invoke')) ?? '',
    })
    expect(await explain()).toMatchObject({ verdict: 'half' })
    const half = ((await side.ask('GET /access'))[1] as AccessPicture).edges
    expect(half.find(({ caller }) => caller === pair.caller)?.missing).toEqual(['lambda:InvokeFunction'])
    expect((await side.ask('POST /revocations', pair))[0]).toBe(200)
    expect(await explain()).toMatchObject({ verdict: 'none' })
    expect((await side.ask('POST /revocations', pair))[0]).toBe(409)
  })

  describe('across accounts', () => {
    let abroad: { urlId: string; account: string; user: string; role: string }
    const draw = async (): Promise<AccessPicture> => (await side.ask('GET /access'))[1] as AccessPicture
    const explain = async (caller: string): Promise<AccessAnswer> =>
      (
        await side.ask(`GET /access/pair?${new URLSearchParams({ caller, urlId: abroad.urlId }).toString()}`)
      )[1] as AccessAnswer
    const permit = async (Principal: string, which: 'both' | 'url' = 'both'): Promise<void> => {
      const FunctionName = 'shared'
      await administrator.lambda.addPermission({
        FunctionName,
        StatementId: 'abroad-url',
        Action: 'lambda:InvokeFunctionUrl',
        Principal,
        FunctionUrlAuthType: 'AWS_IAM',
      })
      if (which === 'url') return
      await administrator.lambda.addPermission({
        FunctionName,
        StatementId: 'abroad-invoke',
        Action: 'lambda:InvokeFunction',
        Principal,
        InvokedViaFunctionUrl: true,
      })
    }
    const forbid = async (): Promise<void> => {
      const { policies } = (
        await side.ask(`GET /function?arn=${functionArn.replace('orders', 'shared')}`)
      )[1] as FunctionDetail
      for (const { sid } of policies.flatMap(({ statements }) => statements))
        await administrator.lambda.removePermission({ FunctionName: 'shared', StatementId: sid })
    }
    /** Of the shared URL, by caller: verdict, what nothing grants, what lacks, what is not known. */
    const edges = async (): Promise<Readonly<Record<string, unknown>>> =>
      Object.fromEntries(
        (await draw()).edges
          .filter(({ urlId: id }) => id === abroad.urlId)
          .map(({ caller, verdict, missing, lacks, unknown, statementIds }) => [
            caller,
            [verdict, missing, lacks ?? [], unknown ?? [], statementIds.length],
          ]),
      )

    beforeAll(async () => {
      await deployFunction(
        administrator,
        'shared',
        'export const handler = async () => ({ statusCode: 200 })',
      )
      await administrator.lambda.createFunctionUrlConfig({ FunctionName: 'shared', AuthType: 'AWS_IAM' })
      const { urls } = await draw()
      const foreign = createAdministrator(side.local, 1).iam
      const { User } = await foreign.createUser({ UserName: 'visitor' })
      const { Role } = await foreign.createRole({
        RoleName: 'visiting-job',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        }),
      })
      abroad = {
        urlId: urls.find((one) => one.functionArn.endsWith(':shared'))?.urlId ?? '',
        account: side.local.accounts[1]?.accountId ?? '',
        user: User?.Arn ?? '',
        role: Role?.Arn ?? '',
      }
    })
    afterEach(forbid)

    it('a grant of the function’s side waits for the identity policy of the other', async () => {
      await permit(abroad.user)
      expect(await edges()).toMatchObject({ [abroad.user]: ['half', [], ['identity'], [], 2] })
      const answer = await explain(abroad.user)
      expect(answer).toMatchObject({
        verdict: 'half',
        fixes: { canApply: true, furlong: ['put-user-policy'] },
      })
      expect(answer.explanation.says).toContain('that account must allow the call, too')
      const [, { steps }] = (await side.ask('POST /grants', {
        caller: abroad.user,
        urlId: abroad.urlId,
      })) as [number, { steps: Step[] }]
      expect(steps.map(({ operation }) => operation)).toEqual(['iam:PutUserPolicy'])
      expect(await edges()).toMatchObject({ [abroad.user]: ['granted', [], [], [], 2] })
      // Its own account alone is no grant of anybody here.
      await forbid()
      expect(await edges()).not.toHaveProperty([abroad.user])
      const { iam } = createAdministrator(side.local, 1)
      await iam.deleteUserPolicy({ UserName: 'visitor', PolicyName: 'furlong-call-shared' })
    })

    it('half of a grant names both what the policy lacks and what the account lacks', async () => {
      await permit(abroad.role, 'url')
      expect(await edges()).toMatchObject({
        [abroad.role]: ['half', ['lambda:InvokeFunction'], ['identity'], [], 1],
      })
    })

    it('an account is drawn as such, with each of its callers by its own policies', async () => {
      const root = `arn:aws:iam::${abroad.account}:root`
      await permit(abroad.account)
      expect(await edges()).toMatchObject({
        [root]: ['half', [], [], ['identity'], 2],
        [abroad.user]: ['half', [], ['identity'], [], 0],
        [side.local.accounts[1]?.userArn ?? '']: ['granted', [], [], [], 0],
      })
      const { callers } = await draw()
      expect(callers.find(({ arn }) => arn === root)).toEqual({
        arn: root,
        type: 'account',
        accountId: abroad.account,
        name: abroad.account,
      })
      const answer = await explain(root)
      expect(answer.verdict).toBe('half')
      expect(answer.explanation.says).toMatch(
        /lets account \d+ in; which of its callers get in, its own identity policies decide/,
      )
      expect(answer.fixes?.steps).toEqual([])
      expect((await side.ask('POST /revocations', { caller: root, urlId: abroad.urlId }))[0]).toBe(200)
      expect(Object.keys(await edges())).not.toContain(root)
    })

    it('of an account that is not of this side it is said that its policies are not known', async () => {
      const root = 'arn:aws:iam::999988887777:root'
      await permit('999988887777', 'url')
      expect(await edges()).toMatchObject({
        [root]: ['half', ['lambda:InvokeFunction'], [], ['identity'], 1],
      })
      expect((await draw()).callers.find(({ arn }) => arn === root)?.isUnknown).toBe(true)
      const { explanation, fixes } = await explain(root)
      expect(explanation.says).toContain('but not for lambda:InvokeFunction')
      expect(explanation.says).toContain('It is no account of this side')
      expect(fixes?.steps).toMatchObject([{ action: 'lambda:InvokeFunction', principal: root }])
      await side.ask('POST /grants', { caller: root, urlId: abroad.urlId })
      expect(await edges()).toMatchObject({ [root]: ['half', [], [], ['identity'], 3] })
    })

    it('* lets every account in that allows it, and nobody unsigned', async () => {
      await permit('*')
      const drawn = await edges()
      expect(drawn).toMatchObject({
        'arn:aws:iam::*:root': ['half', [], [], ['identity'], 2],
        [abroad.user]: ['half', [], ['identity'], [], 0],
        [users.half.arn]: ['granted', [], [], [], 0],
      })
      expect(drawn).not.toHaveProperty(['*'])
      const [status, answer] = await side.ask('POST /grants', { caller: '*', urlId: abroad.urlId })
      expect([status, answer]).toEqual([409, { error: expect.stringContaining('sign') as string }])
    })

    it('somebody who was deleted is not let in', async () => {
      const { User } = await administrator.iam.createUser({ UserName: 'short-lived' })
      await permit(User?.Arn ?? '')
      await administrator.iam.deleteUser({ UserName: 'short-lived' })
      const [id] = Object.keys(await edges()).filter((caller) => caller.startsWith('AIDA'))
      expect(id).toBe(User?.UserId)
      const { verdict, explanation } = await explain(id ?? '')
      expect(verdict).toBe('half')
      expect(explanation.says).toContain('was deleted')
      expect((await side.ask('POST /revocations', { caller: id, urlId: abroad.urlId }))[0]).toBe(200)
    })

    it('a boundary that does not allow what is granted is named, at home too', async () => {
      const { iam } = administrator
      const document = (statement: object): string =>
        JSON.stringify({ Version: '2012-10-17', Statement: statement })
      const { Policy } = await iam.createPolicy({
        PolicyName: 'storage-only',
        PolicyDocument: document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
      })
      const { Role } = await iam.createRole({
        RoleName: 'bounded',
        PermissionsBoundary: Policy?.Arn,
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      })
      await permit(Role?.Arn ?? '')
      expect(await edges()).toMatchObject({ [Role?.Arn ?? '']: ['half', [], ['boundary'], [], 2] })
    })

    it('a service needs no policy but the function’s', async () => {
      await permit('cloudfront.amazonaws.com')
      expect(await edges()).toMatchObject({ 'cloudfront.amazonaws.com': ['granted', [], [], [], 2] })
    })
  })

  it('names what is not there', async () => {
    expect((await side.ask('POST /grants', { caller: users.half.arn, urlId: 'x' }))[0]).toBe(404)
    expect((await side.ask(`GET /access/pair?caller=arn:nobody&urlId=${urlId}`))[0]).toBe(404)
    // Another account's caller need not exist here; a name that is none is refused by Lambda itself.
    const [, answer] = (await side.ask('POST /grants', { caller: 'nobody', urlId })) as [
      number,
      { steps: Step[] },
    ]
    expect(answer.steps).toMatchObject([
      { outcome: 'failed', error: expect.stringContaining('principal') as string },
    ])
  })
})

describe('a replay', () => {
  it('is signed by whom it should be, and sends what was sent', async () => {
    const sent = {
      url: `${url}again?x=1`,
      method: 'PUT',
      headers: [
        ['x-note', 'first'],
        ['cookie', 'session=of-the-client'],
      ] as const,
      body: Buffer.from([0, 255, 1]),
      credentials: users.granted.keys,
    }
    await call(sent)
    const recordId = await latest('function=orders')
    const [, plain] = (await side.ask('POST /replays', { recordId })) as [number, Replay]
    expect(plain).toMatchObject({ status: 200, as: users.granted.arn })
    expect(plain.headers.find(([name]) => name === 'set-cookie')?.[1]).toBe('***')
    expect((await detailOf(plain.recordId)).sent?.body).toMatchObject({ text: 'AP8B', encoding: 'base64' })
    const role = functionArn.replace(/^.*?:(\d{12}):.*$/, 'arn:aws:iam::$1:role/orders-role')
    const [, asRole] = (await side.ask('POST /replays', { recordId, as: role })) as [number, Replay]
    expect(asRole).toMatchObject({ status: 403, as: role })
    const [, unsigned] = (await side.ask('POST /replays', { recordId, as: '*' })) as [number, Replay]
    expect((await detailOf(unsigned.recordId)).record.refusal?.code).toBe(
      'MissingAuthenticationTokenException',
    )
  })

  it('sends what was edited; what was masked and left alone goes as it was', async () => {
    const secret = 'session=of-the-client'
    await call({
      url: `${url}edit`,
      method: 'POST',
      headers: [
        ['cookie', secret],
        ['x-note', 'first'],
        ['content-type', 'application/json'],
      ],
      body: '{"a":1}',
      credentials: users.granted.keys,
    })
    const recordId = await latest('function=orders')
    const { sent } = await detailOf(recordId)
    const headers = (sent?.headers ?? []).map(([name, value]) => [name, name === 'x-note' ? 'second' : value])
    expect(Object.fromEntries(headers)).toMatchObject({ cookie: '***' })
    const edit = { method: 'POST', target: '/edited', headers, body: { text: '{"b":2}', encoding: 'utf8' } }
    const [status, answer] = (await side.ask('POST /replays', { recordId, edit })) as [number, Replay]
    expect(status).toBe(200)
    expect(JSON.parse(answer.body.text)).toMatchObject({ body: '{"b":2}', note: 'second' })
    expect(answer.headers).toContainEqual(['x-path', '/edited'])
    const kept = side.local.records.exchanges.get(answer.recordId)?.request
    expect(kept?.rawHeaders).toContain(secret)
  })

  it.each([
    { method: 'GET\r\nX: y', target: '/', headers: [] },
    { method: 'GET', target: 'http://evil.example/', headers: [] },
    { method: 'GET', target: '/a b', headers: [] },
    { method: 'GET', target: '/\r\nHost: x', headers: [] },
    { method: 'GET', target: '/', headers: [['x-a', 'b\r\nx-c: d']] },
    { method: 'GET', target: '/', headers: [['x a', 'b']] },
  ])('is refused when it is no request: %j', async (edit) => {
    await call({ url, credentials: users.granted.keys })
    const [status] = await side.ask('POST /replays', { recordId: await latest('function=orders'), edit })
    expect(status).toBe(400)
  })

  it('goes to the function URL it came to, and to nothing else of the side', async () => {
    await side.send(`/_url/${urlId}/x`)
    const recordId = await latest('function=orders')
    const edit = { method: 'POST', target: '/_furlong/shutdown', headers: [] }
    expect((await side.ask('POST /replays', { recordId, edit }))[0]).toBe(400)
    const api = await latest('text=ListFunctions')
    expect((await detailOf(api === '' ? await latest('text=CreateUser') : api)).replay.possible).toBe(false)
  })

  it('signs by keys of its own where the user has none', async () => {
    const { User } = await administrator.iam.createUser({ UserName: 'keyless' })
    await call({ url, credentials: users.granted.keys })
    const recordId = await latest('function=orders')
    const [, answer] = (await side.ask('POST /replays', { recordId, as: User?.Arn })) as [number, Replay]
    expect(answer.status).toBe(403)
    const { record } = await detailOf(answer.recordId)
    expect(record.caller?.arn).toBe(User?.Arn)
    const kept = side.local.records.exchanges.get(answer.recordId)?.request
    expect(kept && readAuthorization(kept)?.accessKeyId).toMatch(/^ASIA/)
  })
})

describe('functions', () => {
  it('are told with policies, environments and without their variables', async () => {
    const [, detail] = (await side.ask(`GET /function?arn=${functionArn}`)) as [number, FunctionDetail]
    expect(detail).toMatchObject({ name: 'orders', runtime: 'nodejs24.x', environments: { busy: 0 } })
    expect(detail.configuration).toMatchObject({ Environment: { Variables: { TOKEN: '***' } } })
    expect(detail.pools[0]?.environments.length).toBeGreaterThan(0)
    const statements = detail.policies[0]?.statements ?? []
    expect(statements.find(({ sid }) => sid === 'url')?.statement).toMatchObject({
      Principal: { AWS: users.granted.arn },
    })
    expect((await side.ask('GET /function?arn=arn:nothing'))[0]).toBe(404)
  })
})

interface Event {
  readonly event: string
  readonly data: Record<string, unknown>
}

async function* follow(query: string, signal: AbortSignal): AsyncGenerator<Event> {
  const response = await fetch(`${side.base}/api/stream?${query}`, {
    headers: { authorization: `Bearer ${side.token}` },
    signal,
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let rest = ''
  for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)))
      if (fields['event'] !== undefined)
        yield { event: fields['event'], data: JSON.parse(fields['data'] ?? '') as Record<string, unknown> }
    }
  }
}

describe('the stream', () => {
  it('tells requests, log lines, changes and seconds over one connection', async () => {
    const gone = new AbortController()
    const wanted = new Set(['requests', 'logs', 'changed', 'metrics'])
    const seen: Event[] = []
    const reading = (async () => {
      for await (const event of follow('metrics=1&logs=orders', gone.signal)) {
        seen.push(event)
        wanted.delete(event.event)
        if (wanted.size === 0) break
      }
    })()
    await call({ url: `${url}streamed`, credentials: users.granted.keys })
    await administrator.lambda.tagResource({ Resource: functionArn, Tags: { a: 'b' } })
    await reading
    gone.abort()
    const rows = seen.flatMap(({ event, data }) =>
      event === 'requests' ? (data['rows'] as { url: string; marks: string }[]) : [],
    )
    expect(rows.find((row) => row.url === '/streamed')?.marks).toBe('p-ppppp')
    expect(seen.find(({ event }) => event === 'changed')?.data).toEqual({ operations: ['TagResource'] })
  })

  it('gives the newest to who is behind, and says how many went by', async () => {
    const records = new Records()
    const add = (): RequestRecord => records.add(new Recording(records.nextId(), request), 200)
    const request = { kind: 'function-url', method: 'GET', url: '/', host: 'h', now: new Date() } as const
    const first = records.cursor
    for (let count = 0; count < 1_500; count += 1) add()
    const { records: found, missed } = records.since(first, 1_000)
    expect([found.length, missed, found.at(-1)?.cursor]).toEqual([1_000, 500, records.cursor])
    expect(records.since(records.cursor, 1_000)).toEqual({ records: [], missed: 0 })
  })

  it.each([
    [1_500, undefined, 1_000, 500],
    [1_500, 'orders', 1_000, 500],
    // The ring has room for 2,000, all of another function.
    [2_500, 'reports', 0, 500],
  ])('of %i log lines at once for a reader of %s', async (written, name, shown, missed) => {
    const logs = new Ring<LogLine>({ entries: 2_000, characters: Infinity, sizeOf: () => 1 })
    const metrics = new MetricsRecorder(
      () => new Date(),
      () => 0,
    )
    const records = new Records()
    const gone = new AbortController()
    const wish = { after: records.cursor, metrics: false, logs: name ?? '*' }
    const events = streamEvents({ records, logs, metrics }, wish)(gone.signal)[Symbol.asyncIterator]()
    const first = events.next()
    for (let at = 0; at < written; at += 1)
      logs.push({ functionArn, text: `line ${at}`, at: '' } as unknown as LogLine)
    const { event, data } = (await first).value as Event
    expect(event).toBe('logs')
    expect([(data['lines'] as unknown[]).length, data['missed']]).toEqual([shown, missed])
    gone.abort()
  })

  it('says how many requests there are', async () => {
    const [, page] = (await side.ask('GET /requests?limit=1')) as [number, RequestPage]
    const [, all] = (await side.ask('GET /requests?limit=1000')) as [number, RequestPage]
    expect(page.total).toBe(all.rows.length)
    const gone = new AbortController()
    for await (const { data } of follow(`after=${page.cursor - 1}`, gone.signal)) {
      expect(data['total']).toBe(page.total)
      break
    }
    gone.abort()
  })

  it('goes on from a cursor', async () => {
    const [, page] = (await side.ask('GET /requests?limit=3')) as [number, RequestPage]
    const gone = new AbortController()
    for await (const { event, data } of follow(`after=${page.cursor - 2}`, gone.signal)) {
      expect(event).toBe('requests')
      expect((data['rows'] as unknown[]).length).toBeGreaterThanOrEqual(2)
      break
    }
    gone.abort()
  })
})

describe('metrics', () => {
  it('count what happened, second by second', async () => {
    let now = 1_000_000
    let environments = 0
    const metrics = new MetricsRecorder(
      () => new Date(now),
      () => environments,
    )
    const record = (durationMs: number, gate?: 'authorize'): RequestRecord =>
      ({
        kind: 'function-url',
        durationMs,
        ...(gate === undefined ? {} : { refusal: { gate, code: 'x', cause: 'x' } }),
      }) as RequestRecord
    for (let ms = 1; ms <= 100; ms += 1) metrics.add(record(ms))
    metrics.add(record(0.2, 'authorize'))
    metrics.add({ ...record(1), kind: 'api' })
    metrics.addColdStart()
    environments = 3
    metrics.sample()
    now += 2_000
    const read = metrics.read(1_000)
    expect(read).toMatchObject({
      from: 1_000,
      requests: [101, 0],
      refusals: { authorize: [1, 0] },
      coldStarts: [1, 0],
      // The second's sample comes late.
      environments: [3, 3],
      apiCalls: [1, 0],
    })
    const within = (value: number | null | undefined, exact: number): void =>
      expect(Math.abs((value ?? 0) - exact) / exact).toBeLessThan(0.05)
    within(read.p50Ms[0], 50)
    within(read.p90Ms[0], 90)
    within(read.p99Ms[0], 99)
    expect(read.p50Ms[1]).toBeNull()
    now += 1_000
    environments = 0
    metrics.sample()
    now += 2_000
    expect(metrics.read(1_000).environments).toEqual([3, 3, 3, 0, 0])
    // A quarter of an hour later its place is another second's.
    now += 900_000
    metrics.add(record(1))
    now += 1_000
    expect(metrics.read().requests.filter((count) => count > 0)).toEqual([1])
  })

  it('are there from the start', async () => {
    const [, metrics] = (await side.ask('GET /metrics')) as [number, Metrics]
    expect(metrics.requests).toHaveLength(899)
    expect(metrics.coldStarts.reduce((sum, count) => sum + count)).toBeGreaterThan(0)
  })
})
