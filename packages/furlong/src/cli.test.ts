import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClients, type Target, trustPolicy } from '@furlong/aws'
import { listSides, type LocalAccount, type Side } from '@furlong/local/sides'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Answer, type Running } from './testing/program.ts'

const urlId = 'abcdefghijklmnopqrstuvwxyz012345'
const app = `export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'POST') return Response.json(await request.json())
    if (pathname === '/book') return Response.json({ page: searchParams.get('page') })
    console.log('asked for ' + pathname)
    return new Response('first edition', { status: pathname === '/' ? 200 : 404 })
  },
}
`

let place: Place
let folder = ''

/** The program itself where sides, signals or other programs are looked at; elsewhere the same words in this process. */
const furlong = (...argv: string[]): Promise<Answer> => place.run(...argv)

async function up(...argv: string[]): Promise<{ side: Running; port: string }> {
  const side = place.start(['up', '--port', '0', ...argv])
  const [, port = ''] = await side.until('err', /127\.0\.0\.1:(\d+).*\n/)
  return { side, port }
}

async function sideAt(port: string): Promise<Side> {
  const sides = await listSides(join(folder, 'run/furlong'))
  return sides.find((one) => String(one.port) === port) as Side
}

function targetOf(side: Side, account: number): Target {
  const { accessKeyId, secretAccessKey } = side.accounts[account] as LocalAccount
  return {
    kind: 'local',
    region: side.region,
    endpoint: side.endpoint,
    credentials: { accessKeyId, secretAccessKey },
  }
}

beforeAll(async () => {
  place = await Place.make()
  folder = place.folder
  await writeFile(join(folder, 'app.mjs'), app)
  await writeFile(join(folder, 'caller.mjs'), 'export const handler = async () => ({ ok: true })\n')
})

afterAll(() => place.close())

describe('furlong against a local side', () => {
  let side: Running
  let port = ''
  const here = (...argv: string[]): Promise<Answer> => place.runInside([...argv, '--port', port])

  beforeAll(async () => {
    ;({ side, port } = await up('--memory'))
    expect(side.err).toMatch(/^furlong is ready on http:\/\/127\.0\.0\.1:\d+ \(in memory/)
  })

  afterAll(async () => {
    expect(await side.end()).toMatchObject({ code: 0 })
  })

  it('deploys, and changes nothing the second time', async () => {
    const first = await here('deploy', 'app.mjs', '--name', 'books', '--id', urlId)
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toContain(
      `target: local side http://127.0.0.1:${port} (in memory), account 111122223333, us-east-1`,
    )
    const second = await here('deploy', 'app.mjs', '--name', 'books', '--format', 'json')
    const { steps } = JSON.parse(second.out) as { steps: { what: string; outcome: string }[] }
    expect(steps.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
      'role unchanged',
      'function unchanged',
      'url unchanged',
    ])
    expect(await here('deploy', 'caller.mjs', '--name', 'caller', '--no-url')).toMatchObject({ code: 0 })
  })

  it('calls as the administrator and says which policies let it in', async () => {
    const { code, out, err } = await here('call', 'books/book?page=5')
    expect({ code, out }).toEqual({ code: 0, out: '{"page":"5"}' })
    expect(err).toContain('arn:aws:iam::111122223333:user/administrator')
    expect(err).toContain('let in by lambda:InvokeFunctionUrl: arn:aws:iam::aws:policy/AdministratorAccess')
  })

  it('is refused as another role until the printed command is run', async () => {
    const refused = await here('call', 'books', '--as', 'caller')
    expect(refused.code).toBe(1)
    expect(refused.out).toContain('"Message":"Forbidden.')
    const fix = /fix: npx furlong (grant .+)/.exec(refused.err)?.[1] ?? ''
    expect(fix).toBe('grant books --to arn:aws:iam::111122223333:role/caller-role')
    expect(side.err).toMatch(
      /^403 authorize books GET \/ by assumed-role\/caller-role.* Fix: npx furlong grant books --to/m,
    )
    const explained = await here('explain')
    expect(explained.out).toContain(`Fix\n  npx furlong ${fix}\n`)
    expect(explained.out).toContain('aws lambda add-permission --function-name books')
    const data = JSON.parse((await here('explain', '--format', 'json')).out) as {
      commands: { furlong: string[]; aws: string[] }
    }
    expect(data.commands.furlong).toEqual([`npx furlong ${fix}`])
    expect(data.commands.aws).toHaveLength(2)

    const granted = await here(...fix.split(' '), '--wait')
    expect(granted).toMatchObject({ code: 0 })
    expect(granted.out).toContain('A signed GET / was let in at call 1: 200')
    const allowed = await here('call', 'books', '--as', 'caller', '-i')
    expect(allowed.code).toBe(0)
    expect(allowed.out).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\nfirst edition$/)
    expect(allowed.err).toContain('let in by lambda:InvokeFunction: the policy of function books')
  })

  it('calls as a user of the local side, by keys that are made for it; on AWS users have their own', async () => {
    const iam = await createClients(targetOf(await sideAt(port), 0)).iam()
    await iam.createUser({ UserName: 'shop' })
    const user = 'arn:aws:iam::111122223333:user/shop'
    const refused = await here('call', 'books', '--as', 'shop')
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('"Message":"Forbidden.') })
    expect(refused.err).toContain(`fix: npx furlong grant books --to ${user}`)
    expect(await here('grant', 'books', '--to', 'shop', '--wait')).toMatchObject({ code: 0 })
    const allowed = await here('call', 'books', '--as', 'shop')
    expect(allowed).toMatchObject({ code: 0, out: 'first edition' })
    expect(allowed.err).toContain(`→ 200  ${user}`)
    expect(await here('doctor', 'books', '--as', user)).toMatchObject({ code: 0 })
    expect((await iam.listAccessKeys({ UserName: 'shop' })).AccessKeyMetadata).toEqual([])
    const nobody = await here('call', 'books', '--as', '111122223333')
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('There are no keys to sign as') })
    expect(nobody.err).toContain('Try: name a role or a function')
  })

  it('doctors a URL: says what is missing, mends it, and finds old grants', async () => {
    expect(await here('deploy', 'caller.mjs', '--name', 'visitor', '--no-url')).toMatchObject({ code: 0 })
    const mine = await here('doctor', 'books')
    expect(mine).toMatchObject({ code: 0, err: expect.stringContaining('target: local side') })
    expect(mine.out).toMatch(
      /✓ permissions {2}Both permissions are there\.\n.*✓ unsigned .*403.*\n.*✓ signed .*200/,
    )

    const role = 'arn:aws:iam::111122223333:role/visitor-role'
    const ill = await here('doctor', 'books', '--as', 'visitor')
    expect(ill.code).toBe(1)
    expect(ill.out).toContain('no policy allows lambda:InvokeFunctionUrl or lambda:InvokeFunction')
    expect(ill.out).toContain('A signed GET / is refused (403), as the policies have it.')
    expect(ill.out).toContain(`\nFix\n  npx furlong grant books --to ${role}\n`)

    const lambda = await createClients(targetOf(await sideAt(port), 0)).lambda()
    await lambda.addPermission({
      FunctionName: 'books',
      StatementId: 'old-recipe',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: role,
      FunctionUrlAuthType: 'AWS_IAM',
    })
    const all = await here('doctor', '--all')
    expect(all).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${role}: lambda:InvokeFunction is missing`),
    })
    const mended = await here('doctor', 'books', '--as', 'visitor', '--fix', '--format', 'json')
    expect(mended).toMatchObject({ code: 0, err: expect.stringContaining('done: aws lambda add-permission') })
    expect(JSON.parse(mended.out)).toMatchObject({ isHealthy: true, caller: role, fixes: [] })
    expect(await here('doctor', '--all')).toMatchObject({ code: 0 })

    await lambda.addPermission({
      FunctionName: 'books',
      StatementId: 'older-recipe',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: 'arn:aws:iam::111122223333:user/administrator',
    })
    const upgraded = await here('grant', 'books', '--upgrade')
    expect(upgraded).toMatchObject({
      code: 0,
      out: expect.stringContaining('user/administrator  lambda:InvokeFunction  added'),
    })
    expect((await here('doctor')).code).toBe(2)
    expect((await here('doctor', 'visitor')).out).toContain('The function visitor has no URL.')
  })

  it('grants once, to the role of a function, and takes it back', async () => {
    const again = await here('grant', 'books', '--to', 'caller', '--format', 'json')
    expect(JSON.parse(again.out)).toMatchObject({
      principal: { principal: 'arn:aws:iam::111122223333:role/caller-role' },
      statements: [{ outcome: 'present' }, { outcome: 'present' }],
    })
    const revoked = JSON.parse(
      (await here('revoke', 'books', '--from', 'caller', '--format', 'json')).out,
    ) as { removed: string[] }
    expect(revoked.removed).toHaveLength(2)
    expect((await here('call', 'books', '--as', 'caller')).code).toBe(1)
    expect((await here('revoke', 'books', '--from', 'caller')).out).toContain('There was no grant to')
  })

  it('grants again to a role that was deleted and made again', async () => {
    const found = await sideAt(port)
    const clients = createClients(targetOf(found, 0))
    const [iam, lambda] = [await clients.iam(), await clients.lambda()]
    await iam.createRole({ RoleName: 'come-back', AssumeRolePolicyDocument: trustPolicy })
    expect(await here('grant', 'books', '--to', 'come-back')).toMatchObject({ code: 0 })
    await iam.deleteRole({ RoleName: 'come-back' })
    expect((await lambda.getPolicy({ FunctionName: 'books' })).Policy).toContain('"AROA')
    const other = await here('grant', 'books', '--to', '444455556666')
    expect(other.err).toMatch(
      /names principals that were deleted, .* such a policy: furlong-role-come-back-\S+-url, \S+-invoke\.\n {2}Try: npx furlong revoke books --orphans$/m,
    )
    expect((await here('revoke', 'books', '--orphans')).out).toMatch(
      /^Removed furlong-role-come-back-\S+-url, /,
    )
    expect(await here('grant', 'books', '--to', '444455556666')).toMatchObject({ code: 0 })
    expect(await here('revoke', 'books', '--from', '444455556666')).toMatchObject({ code: 0 })
    await iam.createRole({ RoleName: 'come-back', AssumeRolePolicyDocument: trustPolicy })
    const again = await here('grant', 'books', '--to', 'come-back', '--format', 'json')
    expect(JSON.parse(again.out)).toMatchObject({
      statements: [{ outcome: 'added' }, { outcome: 'added' }],
    })
    expect(await here('call', 'books', '--as', 'come-back')).toMatchObject({ code: 0 })
    expect((await here('revoke', 'books', '--from', 'come-back')).code).toBe(0)
    // Under an id of somebody's own choice it stands in the way of every other grant.
    await lambda.addPermission({
      FunctionName: 'books',
      StatementId: 'team-url',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: 'arn:aws:iam::111122223333:role/come-back',
      FunctionUrlAuthType: 'AWS_IAM',
    })
    await iam.deleteRole({ RoleName: 'come-back' })
    await iam.createRole({ RoleName: 'come-back', AssumeRolePolicyDocument: trustPolicy })
    expect((await here('call', 'books', '--as', 'come-back')).code).toBe(1)
    const steps = (await here('explain')).out
    expect(steps).toMatch(
      /^Fix\n {2}aws lambda remove-permission --function-name books --statement-id team-url .*\n {2}npx furlong grant books --to \S+come-back$/m,
    )
    expect((await here('grant', 'books', '--to', 'come-back')).code).toBe(1)
    await lambda.removePermission({ FunctionName: 'books', StatementId: 'team-url' })
    expect(await here('grant', 'books', '--to', 'come-back')).toMatchObject({ code: 0 })
    expect(await here('call', 'books', '--as', 'come-back')).toMatchObject({ code: 0 })
    expect((await here('revoke', 'books', '--from', 'come-back')).code).toBe(0)
  })

  it('refuses a grant to the Lambda service, and to nobody known', async () => {
    const service = await here('grant', 'books', '--to', 'lambda.amazonaws.com')
    expect(service.code).toBe(1)
    expect(service.err).toContain('lets none')
    expect(service.err).toContain("Try: npx furlong grant <function> --to <the calling function's name>")
    expect((await here('grant', 'books', '--to', 'nobody')).err).toContain(
      "no function, role or user named 'nobody'",
    )
    expect((await here('grant', 'nofn', '--to', 'caller')).err).toContain("There is no function 'nofn'")
  })

  it('grants to CloudFront for one distribution, and to no service as a whole', async () => {
    const [one, other] = ['E1ABC', 'E2DEF'].map((id) => `arn:aws:cloudfront::111122223333:distribution/${id}`)
    expect(await here('grant', 'books', '--to', one ?? '')).toMatchObject({ code: 0 })
    expect(await here('doctor', 'books', '--as', one ?? '', '--no-probe')).toMatchObject({ code: 0 })
    const ill = await here('doctor', 'books', '--as', other ?? '', '--no-probe')
    expect(ill).toMatchObject({
      code: 1,
      out: expect.stringContaining(`npx furlong grant books --to ${other}`),
    })
    expect(await here('doctor', 'books', '--as', other ?? '', '--no-probe', '--fix')).toMatchObject({
      code: 0,
    })
    const lambda = await createClients(targetOf(await sideAt(port), 0)).lambda()
    const sources = async (): Promise<number> =>
      (await lambda.getPolicy({ FunctionName: 'books' })).Policy?.match(/"AWS:SourceArn":/g)?.length ?? 0
    expect(await sources()).toBe(4)
    expect(await here('revoke', 'books', '--from', other ?? '')).toMatchObject({ code: 0 })
    expect(await sources()).toBe(2)
    expect(await here('revoke', 'books', '--from', one ?? '')).toMatchObject({ code: 0 })
    const whole = await here('grant', 'books', '--to', 'cloudfront.amazonaws.com')
    expect(whole).toMatchObject({
      code: 1,
      err: expect.stringContaining('arn:aws:cloudfront::<account>:distribution/<id>'),
    })
  })

  it('lets in a caller of another account when both sides allow it', async () => {
    const account = ['--account', '444455556666']
    expect(await here('deploy', 'caller.mjs', '--name', 'far', '--no-url', ...account)).toMatchObject({
      code: 0,
    })
    const granted = await here(
      'grant',
      'books',
      '--to',
      'arn:aws:iam::444455556666:role/far-role',
      '--format',
      'json',
    )
    const { identityPolicy, url } = JSON.parse(granted.out) as { identityPolicy: string; url: string }
    const before = await here('call', url, '--as', 'far', ...account)
    expect(before.code).toBe(1)
    expect(before.err).toContain('fix: aws iam put-role-policy --role-name far-role')
    expect((await here('explain')).out).toMatch(
      /^ {2}# with credentials of account 444455556666:\n {2}aws iam put-role-policy /m,
    )
    const clients = createClients(targetOf(await sideAt(port), 1))
    const iam = await clients.iam()
    await iam.putRolePolicy({
      RoleName: 'far-role',
      PolicyName: 'call-books',
      PolicyDocument: identityPolicy,
    })
    expect(await here('call', url, '--as', 'far', ...account)).toMatchObject({
      code: 0,
      out: 'first edition',
    })
  })

  it('sends bodies and headers as curl does', async () => {
    await writeFile(join(folder, 'body.json'), '{"user":"grace"}')
    const text = await here('call', 'books/login', '-d', '{"user":"ada"}')
    expect(text).toMatchObject({ code: 0, out: '{"user":"ada"}' })
    expect(text.err).toContain('content-type: application/json (guessed')
    const file = await here(
      'call',
      'books/login',
      '-d',
      '@body.json',
      '-H',
      'content-type: application/json',
      '-o',
      'answer',
    )
    expect(file).toMatchObject({ code: 0, out: '' })
    expect(await readFile(join(folder, 'answer'), 'utf8')).toBe('{"user":"grace"}')
    const timed = await here(
      'call',
      'books',
      '-N',
      '-w',
      '\\n%{http_code} %{size_download} %{time_total}%%\\n',
    )
    expect(timed.out).toMatch(/^first edition\n200 13 \d+\.\d{6}%\n$/)
    expect(await here('call', 'books', '-w', '%{ssl_verify_result}')).toMatchObject({ code: 2 })

    const missing = await here('call', 'books/nothing', '--format', 'json')
    expect(missing.code).toBe(1)
    expect(JSON.parse(missing.out)).toMatchObject({
      status: 404,
      body: 'first edition',
      record: { kind: 'function-url' },
    })
    expect((await here('call', 'books', '-d', '@nowhere')).err).toContain('nowhere: ENOENT.')
    expect((await here('call', 'books', '-X', 'G T')).code).toBe(2)
    expect((await here('call', 'https://example.com/')).err).toContain(
      'example.com is neither a function URL of AWS nor this machine',
    )
  })

  it('presigns a link that holds for its path, its caller and its time', async () => {
    const { code, out, err } = await here('presign', 'books/book?page=3', '--expires', '60')
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('target: local side') })
    const link = out.trim()
    expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('60')
    expect(await fetch(link).then((response) => response.json())).toEqual({ page: '3' })
    expect((await fetch(link.replace('page=3', 'page=4'))).status).toBe(403)

    const asCaller = await here('presign', 'books/', '--as', 'caller', '--format', 'json')
    const { url, method, expiresAt } = JSON.parse(asCaller.out)
    expect({ method, isLater: Date.parse(expiresAt) > Date.now() }).toEqual({ method: 'GET', isLater: true })
    expect(asCaller.err).toContain('the link ends with the session')
    expect((await fetch(url)).status).toBe(403)

    const tooLong = await here('presign', 'books', '--expires', '604801')
    expect(tooLong).toMatchObject({ code: 2 })
    expect(tooLong.err).toContain('--expires 604801: a whole number from 1 to 604800 is wanted.')
  })

  it('signs for programs that cannot, as a role, until a signal', async () => {
    const proxy = place.start(['proxy', 'books', '--as', 'caller', '--port', port, '--format', 'json'])
    const [first] = await proxy.until('out', /.+\n/)
    const { endpoint } = JSON.parse(first)
    const refused = await fetch(`${endpoint}book?page=8`)
    expect({ status: refused.status, type: refused.headers.get('x-amzn-errortype') }).toEqual({
      status: 403,
      type: 'AccessDeniedException',
    })
    const { code, out } = await proxy.end()
    expect(code).toBe(0)
    expect(JSON.parse(out.slice(first.length))).toMatchObject({
      type: 'request',
      method: 'GET',
      path: '/book',
      status: 403,
    })

    const taken = await here('proxy', 'books', '--listen', port)
    expect(taken).toMatchObject({ code: 1 })
    expect(taken.err).toContain(`The proxy cannot listen on 127.0.0.1:${port}: EADDRINUSE.`)
    expect((await here('proxy', 'books/?a=1')).code).toBe(2)
  })

  it('examines what was kept of a request that was refused anywhere', async () => {
    const raw = 'GET /book HTTP/1.1\r\nHost: x.lambda-url.eu-west-1.on.aws\r\n\r\n'
    await writeFile(join(folder, 'request.txt'), raw)
    const { code, out } = await place.runInside(['explain', '--from', 'request.txt'])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('carries no signature') })
    await writeFile(join(folder, 'note.txt'), 'it does not work')
    const nothing = await place.runInside(['explain', '--from', 'note.txt'])
    expect({ code: nothing.code, err: nothing.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('note.txt holds no output of curl -v'),
    })
    expect((await place.runInside(['explain', 'k3f9a', '--from', 'note.txt'])).code).toBe(2)
  })

  it('reaches the local twin of a URL of AWS', async () => {
    const twin = `https://${urlId}.lambda-url.us-east-1.on.aws/book?page=7`
    expect(await here('call', twin)).toMatchObject({ code: 0, out: '{"page":"7"}' })
  })

  it('leaves nothing behind of an id that another function has', async () => {
    await here('deploy', 'app.mjs', '--name', 'x4', '--no-url')
    expect((await here('url', 'create', 'x4', '--id', urlId)).code).toBe(1)
    expect((await here('url', 'create', 'x4')).code).toBe(0)
    await here('url', 'delete', 'x4', '--yes')
  })

  it('refuses an id that another function has, before it makes anything', async () => {
    const { code, err } = await here('deploy', 'app.mjs', '--name', 'x3', '--id', urlId)
    expect(code).toBe(1)
    expect(err).toContain(
      `The URL id ${urlId} belongs to arn:aws:lambda:us-east-1:111122223333:function:books.`,
    )
    expect((await here('url', 'get', 'x3')).err).toContain("There is no function 'x3'")
  })

  it('follows the logs until a signal', async () => {
    const logs = place.start(['logs', 'books', '--follow', '--port', port])
    await logs.until('out', /START/)
    await here('call', 'books/followed')
    await logs.until('out', /asked for \/followed/)
    expect(await logs.end('SIGINT')).toMatchObject({ code: 0 })
  })

  it('shows the logs of one function', async () => {
    const { out } = await here('logs', 'books')
    expect(out).toMatch(/^\d\d:\d\d:\d\d\.\d{3} .*asked for \/nothing/m)
    expect((await here('logs', 'caller')).out.trim()).toBe('')
  })

  it('creates, updates, lists and deletes URLs, and changes only what is said', async () => {
    expect((await here('url', 'create', 'books')).err).toContain("The function 'books' has a URL already.")
    const updated = JSON.parse(
      (await here('url', 'update', 'books', '--stream', '--format', 'json')).out,
    ) as object
    expect(updated).toMatchObject({ authType: 'AWS_IAM', invokeMode: 'RESPONSE_STREAM' })
    expect(await here('call', 'books')).toMatchObject({ code: 0, out: 'first edition' })
    expect((await here('url', 'list')).out).toMatch(
      /^books +http:\/\/127\.0\.0\.1:\d+\/ +AWS_IAM +RESPONSE_STREAM\n$/,
    )
    const lambda = await createClients(targetOf(await sideAt(port), 0)).lambda()
    await lambda.createAlias({ FunctionName: 'books', Name: 'live', FunctionVersion: '$LATEST' })
    expect(await here('url', 'create', 'books:live')).toMatchObject({ code: 0 })
    const { out: status } = await here('status')
    expect(status).toMatch(/^books +http:\S+ +AWS_IAM +RESPONSE_STREAM +us-east-1 +111122223333$/m)
    expect(status).toMatch(/^books:live +http:\S+ +AWS_IAM +RESPONSE_STREAM +us-east-1 +111122223333$/m)
    await lambda.deleteAlias({ FunctionName: 'books', Name: 'live' })
    const open = await here('url', 'update', 'books', '--public')
    expect(open.out).toContain('NONE, RESPONSE_STREAM')
    expect(await here('call', 'books', '--unsigned')).toMatchObject({ code: 0, out: 'first edition' })
    const deleted = await here('url', 'delete', 'books')
    expect(deleted.err).toContain('FunctionURLAllowPublicAccess')
    expect((await here('url', 'get', 'books')).err).toContain("The function 'books' has no URL.")
    expect((await here('revoke', 'books', '--from', '*')).out).toContain('FunctionURLAllowInvokeAction')
  })

  it('lets pages of an origin call, signed, and takes that back', async () => {
    const made = await here('deploy', 'app.mjs', '--name', 'paged', '--format', 'json')
    const { url } = (JSON.parse(made.out) as { url: { url: string } }).url
    const preflight = (): Promise<Response> =>
      fetch(url, {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
      })
    expect((await preflight()).status).toBe(403)
    const paged = await here('url', 'update', 'paged', '--cors', 'https://app.example')
    expect(paged.code).toBe(0)
    expect(paged.out).toMatch(
      /^cors +AllowOrigins https:\/\/app\.example\n +AllowMethods \*\n +AllowHeaders authorization, .*\n +ExposeHeaders .*\n +MaxAge 3600$/m,
    )
    expect((await here('url', 'get', 'paged')).out).toContain(paged.out.trimEnd())
    const { headers } = await preflight()
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('access-control-allow-headers')).toContain('authorization')
    const closed = await here('url', 'update', 'paged', '--no-cors')
    expect(closed).toMatchObject({ code: 0, out: expect.not.stringContaining('cors') })
    expect((await preflight()).status).toBe(403)
    const wrong = await here('url', 'update', 'paged', '--cors', 'https://app.example/')
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining("'https://app.example/' is no origin"),
    })
  })

  it('takes away what deploy made, and nothing that hangs on something else', async () => {
    await here('deploy', 'app.mjs', '--name', 'paged')
    expect(await here('destroy', 'paged', '--plan')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^url +goes +http.*\nfunction +goes +arn.*\nrole +goes +arn/),
    })
    expect(await here('destroy', 'paged')).toMatchObject({ code: 0 })
    expect((await here('url', 'get', 'paged')).err).toContain('FunctionNotFound')
    const clients = createClients(targetOf(await sideAt(port), 0))
    const iam = await clients.iam()
    await expect(iam.getRole({ RoleName: 'paged-role' })).rejects.toThrow('cannot be found')
    expect((await here('destroy', 'paged')).err).toContain('no role that was made for it')
  })

  it('keeps a role that something else hangs on, and says what', async () => {
    const iam = await createClients(targetOf(await sideAt(port), 0)).iam()
    await here('deploy', 'caller.mjs', '--name', 'lender', '--no-url')
    await here('deploy', 'caller.mjs', '--name', 'borrower', '--no-url', '--role', 'lender-role')
    const shared = await here('destroy', 'lender')
    expect(shared.out).toMatch(/role +stays +arn.*: the function borrower has it, too/)
    await iam.putRolePolicy({
      RoleName: 'lender-role',
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
      }),
    })
    expect((await here('destroy', 'borrower')).out).not.toContain('lender-role')
    const kept = await here('destroy', 'lender', '--plan')
    expect(kept.out).toContain('it has policies that furlong deploy did not give it: own')
    await iam.deleteRolePolicy({ RoleName: 'lender-role', PolicyName: 'own' })
    expect(await here('destroy', 'lender')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^role +gone/),
    })
  })

  it('says what is wrong with an entry, a name and an id, and makes nothing', async () => {
    await writeFile(join(folder, 'bad.ts'), 'export const handler = async ( => 1\n')
    const syntax = await here('deploy', 'bad.ts', '--format', 'json')
    expect(JSON.parse(syntax.out)).toMatchObject({
      error: { code: 'BundleFailed', message: expect.stringContaining('bad.ts:1:32') as string },
    })
    expect((await here('deploy', 'nowhere.ts')).err).toContain("There is no file or folder 'nowhere.ts'")
    const name = await here('deploy', 'app.mjs', '--name', 'my books')
    expect(name.err).toMatch(
      /'my books' is not valid: it must match \[a-zA-Z0-9-_\]\+ and be 1 to 64 .*\n {2}Try: the name my-books/,
    )
    expect((await here('deploy', 'app.mjs', '--name', 'x1', '--id', 'short')).err).toContain('it has 5')
    expect((await here('deploy', 'app.mjs', '--name', 'x1', '--role', 'none')).err).toContain(
      "There is no role 'none'",
    )
    expect((await here('url', 'get', 'x1')).err).toContain("There is no function 'x1'")
  })

  it('takes the new role back when the function is refused', async () => {
    const refused = await here('deploy', 'app.mjs', '--name', 'x2', '--runtime', 'java21')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('java21')
    expect((await here('grant', 'onward', '--to', 'role/x2-role')).err).toContain(
      "There is no role 'x2-role'",
    )
  })

  it('goes where the variables of AWS point when AWS is named, and says so', async () => {
    const { set } = JSON.parse((await here('env', '--format', 'json')).out) as { set: Record<string, string> }
    const { FURLONG_ENDPOINT: _, ...variables } = set
    const onAws = (...argv: string[]): Promise<Answer> =>
      place.start([...argv, '--aws'], { env: variables }).ended
    const { code, err, out } = await onAws('deploy', 'app.mjs', '--name', 'onaws')
    expect({ code, out: out.includes('function:onaws') }).toEqual({ code: 0, out: true })
    expect(err).toContain(
      `target: AWS, default credentials, us-east-1, sent to http://127.0.0.1:${port} by this shell's`,
    )
    const as = await onAws('call', 'onaws', '--as', 'caller')
    expect(as.code).toBe(1)
    expect(as.err).toContain('trust policy must name you')
    const id = await onAws('deploy', 'app.mjs', '--id', urlId)
    expect(id.err).toContain('AWS chooses the id of a function URL itself')
    const gone = await onAws('url', 'delete', 'onaws')
    expect(gone.err).toContain('Try: --yes')
  })

  it('runs a command with its environment and passes the exit code on', async () => {
    const script =
      'process.stdout.write(process.env.AWS_ENDPOINT_URL_STS + process.env.AWS_PROFILE); process.exitCode = 7'
    const command = place.start(['run', '--port', port, '--', process.execPath, '-e', script], {
      env: { AWS_PROFILE: 'work' },
    })
    expect(await command.ended).toMatchObject({ code: 7, out: `http://127.0.0.1:${port}undefined` })
  })
})

describe('furlong up, down and run', () => {
  it('runs detached, keeps its state, and refuses a second one beside it', async () => {
    const state = ['--state', join(folder, 'kept')]
    // Nobody else may take the URL's port while the side is down.
    const argv = ['up', '--detach', '--port', '0', '--url-ports', '30120-30139', ...state]
    const first = await furlong(...argv)
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toMatch(/^furlong is ready on http:\/\/127\.0\.0\.1:\d+ \(.*kept, process \d+\)\n$/)
    await place.runInside(['deploy', 'app.mjs', '--name', 'kept', ...state])
    const { out: before } = await place.runInside(['url', 'get', 'kept', ...state, '--format', 'json'])
    const second = await furlong(...argv)
    expect(second.code).toBe(1)
    expect(second.err).toContain('is in use by process')
    expect(await furlong('down', ...state)).toMatchObject({ code: 0 })
    expect((await place.runInside(['status', ...state])).code).toBe(1)
    expect((await furlong(...argv)).code).toBe(0)
    const { out: after } = await place.runInside(['url', 'get', 'kept', ...state, '--format', 'json'])
    expect((JSON.parse(after) as { url: string }).url).toBe((JSON.parse(before) as { url: string }).url)
    expect(await place.runInside(['call', 'kept', ...state])).toMatchObject({ code: 0, out: 'first edition' })
    expect(await furlong('down', ...state)).toMatchObject({ code: 0 })
  })

  it('lists several sides when nothing says which is meant', async () => {
    const [one, two] = [await up('--memory'), await up('--memory')]
    const { code, err } = await place.runInside(['status'])
    expect(code).toBe(1)
    expect(err).toContain(`--port ${one.port}  in memory`)
    expect(err).toContain(`--port ${two.port}  in memory`)
    for (const { side } of [one, two]) expect(await side.end()).toMatchObject({ code: 0 })
  })

  it('refuses a port in use with a sentence', async () => {
    const { side, port } = await up('--memory')
    const { code, err } = await furlong('up', '--memory', '--port', port)
    expect(code).toBe(1)
    expect(err).toContain(`Port ${port} is in use`)
    await side.end()
  })

  it('starts a side of its own for one command, and ends it', async () => {
    const { code, out, err } = await furlong('run', '--', 'sh', '-c', 'echo $FURLONG_ENDPOINT; exit 3')
    expect(code).toBe(3)
    expect(err).toContain(`target: a local side of its own, ${out.trim()} (in memory)`)
    expect(await listSides(join(folder, 'run/furlong'))).toEqual([])
    expect(await furlong('run', '--', 'no-such-program')).toMatchObject({ code: 127 })
  })

  it('passes a signal on to the command', async () => {
    const script = `process.on('SIGTERM', () => { console.log('caught'); process.exit(9) }); console.log('ready'); setInterval(() => {}, 1000)`
    const command = place.start(['run', '--', process.execPath, '-e', script])
    await command.until('out', /ready/)
    expect(await command.end()).toMatchObject({ code: 9, out: 'ready\ncaught\n' })
  })
})

describe('furlong up --url-style aws', () => {
  it('reaches URLs of AWS’s own form from every command', async () => {
    const { side, port } = await up('--memory', '--url-style', 'aws')
    const on = (...argv: string[]): Promise<Answer> => place.runInside([...argv, '--port', port])
    const { out } = await on('deploy', 'app.mjs', '--name', 'books', '--id', urlId)
    expect(out).toContain(`https://${urlId}.lambda-url.us-east-1.on.aws/`)
    expect(await on('doctor', 'books')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/signed GET .*200/),
    })
    await on('deploy', 'caller.mjs', '--name', 'caller', '--no-url')
    expect(await on('grant', 'books', '--to', 'caller', '--wait', '--timeout', '20')).toMatchObject({
      code: 0,
    })
    expect(await on('call', 'books', '--as', 'caller')).toMatchObject({ code: 0, out: 'first edition' })
    expect(await side.end()).toMatchObject({ code: 0 })
  })
})

describe('furlong state', () => {
  it('exports from a running side and a stopped one, and brings it all back elsewhere', async () => {
    const [from, to] = [join(folder, 'state-from'), join(folder, 'state-to')]
    const { side, port } = await up('--state', from)
    const running = await place.runInside(['state', 'export', 'running.zip', '--port', port])
    expect(running).toMatchObject({ code: 0 })
    expect(running.out).toContain('Access keys and sessions are not in it')
    const used = await place.runInside(['state', 'import', 'running.zip', '--state', from])
    expect(used).toMatchObject({ code: 1 })
    expect(used.err).toContain('state-in-use')
    const [account] = (await sideAt(port)).accounts
    expect(await side.end()).toMatchObject({ code: 0 })

    const stopped = await place.runInside(['state', 'export', 'all.zip', '--state', from, '--with-secrets'])
    expect(stopped.out).toContain('It holds access keys and sessions')
    expect((await place.runInside(['state', 'export', 'all.zip', '--state', from])).err).toContain('--force')
    expect(await place.runInside(['state', 'import', 'all.zip', '--state', to])).toMatchObject({ code: 0 })
    expect((await place.runInside(['state', 'import', 'all.zip', '--state', to])).err).toContain('--replace')
    const again = await up('--state', to)
    expect((await sideAt(again.port)).accounts[0]).toEqual(account)
    expect(await again.side.end()).toMatchObject({ code: 0 })
  })

  it('says what it takes', async () => {
    expect(await place.runInside(['state', 'forget'])).toMatchObject({ code: 2 })
    expect(await place.runInside(['state', 'import'])).toMatchObject({ code: 2 })
  })
})
