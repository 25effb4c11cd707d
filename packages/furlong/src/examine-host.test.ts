/** Hosts before a function URL, as a stand-in for CloudFront and plain servers play them on loopback. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createClients, examineHost, grant, type Finding, type Target, trustPolicy } from '@furlong/aws'
import { startLocal, type Local } from '@furlong/local'
import type { Credentials } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Answer } from './testing/program.ts'
import { openCloudFront, type Behaviour, type CloudFront } from './testing/cloudfront.ts'

let local: Local
let cloudFront: CloudFront
let url = ''
const roleArn = 'arn:aws:iam::111122223333:role/edge'

beforeAll(async () => {
  local = await startLocal({ memory: true })
  const target: Target = {
    kind: 'local',
    endpoint: local.endpoint,
    region: local.region,
    credentials: local.accounts[0]!,
  }
  const clients = createClients(target)
  await (
    await clients.iam()
  ).createRole({
    RoleName: 'edge',
    AssumeRolePolicyDocument: trustPolicy,
  })
  const lambda = await clients.lambda()
  await lambda.createFunction({
    FunctionName: 'books',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: roleArn,
    Code: { ZipFile: zipSync({ 'index.mjs': strToU8("export const handler = async () => 'page 1'\n") }) },
  })
  const made = await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
  url = made.FunctionUrl ?? ''
  await grant(target, { functionName: 'books', to: roleArn })
  cloudFront = await openCloudFront({ origin: url })
})

afterAll(async () => {
  await cloudFront.close()
  await local.close()
})

async function examineThrough(behaviour: Omit<Behaviour, 'origin'> & { origin?: string }): Promise<string> {
  for (const name of ['signsAs', 'forwardsHost', 'blocks'] as const) delete cloudFront.behaviour[name]
  Object.assign(cloudFront.behaviour, { origin: url, ...behaviour })
  return write((await examineHost(cloudFront.url)).findings)
}

const write = (findings: readonly Finding[]): string =>
  findings
    .map(({ verdict, part, says, tryThis = '' }) => `${verdict} ${part}: ${says} [${tryThis}]`)
    .join('\n')

describe('examineHost() of CloudFront', () => {
  const signsAs = (): Credentials => local.mintSession(roleArn)

  it('tells a distribution that signs from one that does not', async () => {
    expect(await examineThrough({ signsAs: signsAs() })).toMatch(
      /^fine host: .* is CloudFront \(x-cache: Miss from cloudfront\), and a function URL is its origin\. \[\]\nfine unsigned: An unsigned GET is let in: the application answered 200/,
    )
    expect(await examineThrough({})).toMatch(
      /wrong unsigned: .*\(403\): the distribution signs nothing.*\[give the origin an origin access control/,
    )
  })

  it('knows the forwarded Host by a signature that nobody here sent', async () => {
    expect(await examineThrough({ signsAs: signsAs(), forwardsHost: true })).toMatch(
      /wrong unsigned: .*“The request signature we calculated.*AllViewerExceptHostHeader\]/,
    )
  })

  it('tells what CloudFront answers by itself from what its origin does', async () => {
    expect(await examineThrough({ blocks: true })).toMatch(
      /is CloudFront \(x-cache: Error from cloudfront\)\. \[\]\nwrong unsigned: CloudFront answered 403 by itself, without asking the function/,
    )
    expect(await examineThrough({ origin: 'http://127.0.0.1:1/' })).toMatch(
      /wrong unsigned: CloudFront answered 502 by itself: it could not reach its origin/,
    )
  })

  it('knows an origin that was deleted', async () => {
    expect(await examineThrough({ origin: `${local.endpoint}/_url/${'z'.repeat(32)}/` })).toMatch(
      /wrong unsigned: The answer is 403 \{"Message":null\}: there is no function URL of that name.*\[npx furlong url list\]/,
    )
  })

  it('names what cannot be read, with the command that shows it', async () => {
    expect(await examineThrough({})).toMatch(
      /open reading: Which distribution .* \[aws cloudfront list-distributions --query 'DistributionList\.Items\[\?contains\(Aliases\.Items/,
    )
  })
})

const noOpenssl = ((): string => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return ''
  } catch {
    return 'openssl'
  }
})()

describe.skipIf(noOpenssl !== '')(`furlong doctor of an https host${noOpenssl && ' (needs openssl)'}`, () => {
  let place: Place
  beforeAll(async () => {
    place = await Place.make()
  })
  afterAll(() => place.close())

  /** A certificate that the program is made to trust. */
  async function createCertificate(
    name: string,
  ): Promise<{ key: Buffer; cert: Buffer; env: Record<string, string> }> {
    const [key, cert] = [join(place.folder, 'key.pem'), join(place.folder, 'cert.pem')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const subject = ['-subj', '/CN=furlong', '-addext', `subjectAltName=DNS:${name}`]
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    return { key: await readFile(key), cert: await readFile(cert), env: { NODE_EXTRA_CA_CERTS: cert } }
  }

  async function doctor(name: string): Promise<Answer> {
    const { env, ...tls } = await createCertificate(name)
    const distribution = await openCloudFront({ origin: url }, tls)
    try {
      return await place.start(['doctor', distribution.url], { env }).ended
    } finally {
      await distribution.close()
    }
  }

  it('needs no local side and no keys', async () => {
    const { code, out, err } = await doctor('localhost')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatch(/^https:\/\/localhost:\d+\/, from outside\n {2}✓ host {6}localhost:\d+ is CloudFront/)
    expect(out).toContain(`'DistributionList.Items[?contains(Aliases.Items || \`[]\`, '\\''localhost'\\'')]`)
  })

  it('knows by the certificate a name that leads straight to a function URL', async () => {
    const { code, out } = await doctor('*.lambda-url.eu-west-1.on.aws')
    expect(code).toBe(1)
    expect(out).toMatch(
      /✗ host {2}localhost leads straight to a function URL[^]*\nFix\n {2}# put CloudFront between/,
    )
  })

  it('takes no caller for it, since whoever signs behind it is not known', async () => {
    const { code, err } = await place.run('doctor', 'https://books.example.com/', '--as', 'reader')
    expect(code).toBe(2)
    expect(err).toContain('npx furlong doctor <function> --as <ARN of the CloudFront distribution>')
  })
})

describe('examineHost() of another host', () => {
  const servers = new Set<Server>()
  afterAll(() => {
    for (const server of servers) server.close()
  })

  async function serve(status: number, headers: OutgoingHttpHeaders, body = ''): Promise<string> {
    const server = createServer((_, response) => {
      response.writeHead(status, { connection: 'close', ...headers }).end(body)
    })
    servers.add(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  it('knows API Gateway, a proxy before a function URL, and neither', async () => {
    const gateway = await serve(
      403,
      { 'x-amzn-errortype': 'ForbiddenException', 'x-amz-apigw-id': 'a' },
      '{"message":"Forbidden"}',
    )
    expect(write((await examineHost(gateway)).findings)).toMatch(
      /^fine host: .* is API Gateway.*\nwrong unsigned: API Gateway answered 403: .*execute-api.* \[\]$/,
    )
    const refused = await fetch(url)
    const proxied = await serve(403, Object.fromEntries(refused.headers), await refused.text())
    expect(write((await examineHost(proxied)).findings)).toMatch(
      /neither a function URL nor CloudFront; what is behind it is a function URL\. \[\]\nwrong unsigned: .*nothing that may call it signs/,
    )
    const site = await examineHost(await serve(200, { server: 'nginx' }))
    expect(site.isHealthy).toBe(true)
    expect(write(site.findings)).toMatch(
      /open unsigned: .*nothing in the answer says that a function URL is behind/,
    )
  })

  it('says when nobody answers, and that a deleted URL of a local side has no port', async () => {
    const { isHealthy, findings } = await examineHost('http://127.0.0.1:1/')
    expect(isHealthy).toBe(false)
    expect(write(findings)).toMatch(
      /^wrong unsigned: No unsigned request could be sent: .+\. \[npx furlong url list\]$/,
    )
  })
})
