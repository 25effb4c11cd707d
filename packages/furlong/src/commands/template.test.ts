import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClients, type CloudFormationTemplate, type Target, trustPolicy } from '@furlong/aws'
import { listSides } from '@furlong/local/sides'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Running } from '../testing/program.ts'

const distribution = 'arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE'
const config = `import { defineConfig } from 'furlong'
export default defineConfig({
  entry: 'app.mjs',
  name: 'books',
  alias: 'live',
  memorySizeMb: 1024,
  environment: { TITLE: 'On Distance' },
  tags: { team: 'library' },
  url: { invokeMode: 'RESPONSE_STREAM', cors: ['https://app.example'] },
  grants: [{ to: '444455556666' }, { to: '${distribution}' }],
})
`

let place: Place
let side: Running
let port = ''

beforeAll(async () => {
  place = await Place.make()
  for (const entry of ['app.mjs', 'other.mjs']) {
    await writeFile(join(place.folder, entry), "export default { fetch: () => new Response('hi') }\n")
  }
  await writeFile(join(place.folder, 'furlong.config.ts'), config)
  side = place.start(['up', '--memory', '--port', '0'])
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
})

afterAll(async () => {
  await side.end()
  await place.close()
})

async function readTemplate(
  ...words: string[]
): Promise<CloudFormationTemplate & { readonly notes: string }> {
  const { code, out, err } = await place.runInside(['template', ...words, '--format', 'json'])
  expect(code, err).toBe(0)
  return { ...(JSON.parse(out) as CloudFormationTemplate), notes: err }
}

/** What a template says of its resources of one type, whatever they are called. */
const propertiesOf = ({ Resources }: CloudFormationTemplate, type: string): Record<string, unknown>[] =>
  Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [{ ...Properties }] : []))

/** A version is called after its code, and a bundle's after the folder it was made in. */
const nameless = (template: CloudFormationTemplate): CloudFormationTemplate =>
  JSON.parse(JSON.stringify(template).replaceAll(/Version[\da-f]{12}/g, 'Version')) as CloudFormationTemplate

async function targetOfSide(): Promise<Target> {
  const sides = await listSides(join(place.folder, 'run/furlong'))
  const own = sides.find((one) => String(one.port) === port)
  const [credentials] = own?.accounts ?? []
  if (own === undefined || credentials === undefined) throw new Error('no side')
  return { kind: 'local', endpoint: own.endpoint, region: own.region, credentials }
}

describe('furlong template', () => {
  it('writes what furlong.config.ts says as YAML, the same as JSON, and its code', async () => {
    const { code, out, err } = await place.run('template', '--zip', 'books.zip')
    expect(code, err).toBe(0)
    expect(out).toMatch(
      /^# Written by furlong template[^]*CodeKey=books\.zip\n\nAWSTemplateFormatVersion: "2010-09-09"/,
    )
    expect(err).toContain("In account 444455556666 each caller's own policy must allow")
    const zip = unzipSync(await readFile(join(place.folder, 'books.zip')))
    expect(Object.keys(zip)).toContain('index.mjs')

    const template = await readTemplate()
    const ofAlias = { FunctionName: { Ref: 'Alias' } }
    const toCloudFront = { ...ofAlias, Principal: 'cloudfront.amazonaws.com', SourceArn: distribution }
    expect(propertiesOf(template, 'AWS::Lambda::Permission')).toEqual([
      {
        ...ofAlias,
        Principal: '444455556666',
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'AWS_IAM',
      },
      { ...ofAlias, Principal: '444455556666', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
      { ...toCloudFront, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'AWS_IAM' },
      { ...toCloudFront, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ])
    expect(propertiesOf(template, 'AWS::Lambda::Url')).toMatchObject([
      {
        Qualifier: 'live',
        AuthType: 'AWS_IAM',
        InvokeMode: 'RESPONSE_STREAM',
        Cors: { AllowOrigins: ['https://app.example'] },
      },
    ])
  })

  it('writes what is deployed as what it was deployed from', async () => {
    const deployed = await place.runInside(['deploy', '--port', port])
    expect(deployed.code, deployed.err).toBe(0)
    const [written, read] = [await readTemplate(), await readTemplate('--from', 'books:live', '--port', port)]
    for (const type of ['Permission', 'Url', 'Alias', 'Version']) {
      expect(propertiesOf(nameless(read), `AWS::Lambda::${type}`)).toEqual(
        propertiesOf(nameless(written), `AWS::Lambda::${type}`),
      )
    }
    expect(propertiesOf(read, 'AWS::IAM::Role')).toEqual(propertiesOf(written, 'AWS::IAM::Role'))
    expect(propertiesOf(read, 'AWS::Lambda::Function')).toMatchObject([
      { MemorySize: 1024, Timeout: 30, Tags: [{ Key: 'team', Value: 'library' }] },
    ])
  })

  it('writes no value of a variable that is deployed: it is given when the stack is made', async () => {
    const { code } = await place.runInside([
      'deploy',
      'other.mjs',
      '--name',
      'secretive',
      '-e',
      'API_TOKEN=hunter2',
      '--port',
      port,
    ])
    expect(code).toBe(0)
    const template = await readTemplate('--from', 'secretive', '--port', port)
    expect(JSON.stringify(template)).not.toContain('hunter2')
    expect(template.Parameters).toMatchObject({ VariableAPITOKEN: { NoEcho: true } })
    expect(propertiesOf(template, 'AWS::Lambda::Function')).toMatchObject([
      {
        Environment: {
          Variables: { API_TOKEN: { Ref: 'VariableAPITOKEN' }, NODE_OPTIONS: '--enable-source-maps' },
        },
      },
    ])
  })

  it('says what is deployed and not in the template', async () => {
    const clients = createClients(await targetOfSide())
    const [iam, lambda] = [await clients.iam(), await clients.lambda()]
    for (const RoleName of ['runner', 'gone'])
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: trustPolicy })
    await place.runInside([
      'deploy',
      'other.mjs',
      '--name',
      'mixed',
      '--role',
      'runner',
      '--public',
      '--port',
      port,
    ])
    await place.runInside(['grant', 'mixed', '--to', 'gone', '--port', port])
    await iam.deleteRole({ RoleName: 'gone' })
    await lambda.updateFunctionConfiguration({ FunctionName: 'mixed', TracingConfig: { Mode: 'Active' } })

    const template = await readTemplate('--from', 'mixed', '--port', port)
    expect(template.notes).toMatch(
      /The statement furlong-role-gone-\w+-url is left out: its caller was deleted, AROA/,
    )
    expect(template.notes).toContain('The function has more than the template holds: active tracing.')
    expect(propertiesOf(template, 'AWS::IAM::Role')).toEqual([])
    expect(propertiesOf(template, 'AWS::Lambda::Function')).toMatchObject([
      { Role: 'arn:aws:iam::111122223333:role/runner' },
    ])
    const open = { Principal: '*', FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] } }
    expect(propertiesOf(template, 'AWS::Lambda::Permission')).toEqual([
      { ...open, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      { ...open, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ])
  })

  it('writes a construct, with a property for what only an account knows', async () => {
    const words = ['other.mjs', '--name', 'my-shop', '--grant', 'checkout', '--cdk']
    const { code, out } = await place.runInside(['template', ...words])
    expect(code).toBe(0)
    expect(out).toContain('export class MyShop extends Construct {')
    expect(out).toContain('principal: props.checkoutCallerArn,')
  })

  it.each([
    [['--format', 'xml'], '--format xml: one of yaml, json'],
    [['--from', 'books', '--name', 'other'], '--name says something else'],
    [['app.mjs', '--from', 'books'], 'app.mjs says something else'],
    [['--fron', 'books'], 'Try: --from'],
  ])('refuses %j as wrong usage', async (words, says) => {
    const refused = await place.runInside(['template', ...words])
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(says)
  })

  it('writes no construct as JSON', async () => {
    const refused = await place.runInside(['template', '--cdk', '--format', 'json'])
    expect(refused.code).toBe(2)
    expect(refused.out).toContain('--cdk writes TypeScript')
  })

  it('refuses two callers that would have one name, and a version in place of an alias', async () => {
    const twins = await place.runInside([
      'template',
      'other.mjs',
      '--grant',
      'a-b',
      '--grant',
      'a_b',
      '--name',
      'twins',
    ])
    expect(twins).toMatchObject({ code: 1, out: '' })
    expect(twins.err).toContain('Two things would both be called')
    const version = await place.runInside(['template', '--from', 'books:1', '--port', port])
    expect(version.code).toBe(1)
    expect(version.err).toContain("'1' is a version: a template is of a function or of one of its aliases.")
  })
})
