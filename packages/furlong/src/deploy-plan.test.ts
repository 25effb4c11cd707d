import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createBundle,
  createClients,
  deploy,
  destroy,
  getUrl,
  grant,
  planDeployment,
  planDestroy,
  updateUrl,
  type Bundle,
  type Clients,
  type DeployOptions,
  type FurlongConfig,
  type Plan,
  type Target,
  trustPolicy,
} from '@furlong/aws'
import { startLocal, type Local } from '@furlong/local'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findHostModule } from './host-module.ts'
import { openFaultyEndpoint, type FaultyEndpoint } from './testing/faulty-endpoint.ts'

let folder = ''
let local: Local
let clients: Clients
/** Sees every request; fails none here. */
let endpoint: FaultyEndpoint
let target: Target
let bundles: readonly [Bundle, Bundle]

const policy = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-plan-'))
  const hostModule = findHostModule()
  const bundle = async (text: string): Promise<Bundle> => {
    await writeFile(join(folder, 'app.mjs'), `export default { fetch: () => new Response('${text}') }\n`)
    return createBundle(join(folder, 'app.mjs'), { hostModule })
  }
  bundles = [await bundle('one'), await bundle('two')]
  local = await startLocal({ memory: true })
  endpoint = await openFaultyEndpoint(local.endpoint)
  target = {
    kind: 'local',
    endpoint: endpoint.endpoint,
    region: local.region,
    credentials: local.accounts[0]!,
  }
  clients = createClients({ ...target, endpoint: local.endpoint })
  const iam = await clients.iam()
  for (const RoleName of ['reader', 'writer'])
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trustPolicy })
})

afterAll(async () => {
  await endpoint.close()
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

const options = (
  name: string,
  config: FurlongConfig = {},
  more: Partial<DeployOptions> = {},
): DeployOptions => ({
  config: { path: join(folder, 'furlong.config.ts'), config: { entry: 'app.mjs', name, ...config } },
  bundle: bundles[0],
  ...more,
})

const lines = ({ steps }: Pick<Plan, 'steps'>): string[] =>
  steps.map(({ what, action, says }) => `${what} ${action} ${says}`)

/** What was asked of the account since it was last looked at, reads left out. */
function readWrites(): { operation: string; input: unknown }[] {
  const writes = endpoint.seen.filter(({ operation }) => !/^(?:GET |Get|List)/.test(operation))
  endpoint.failWith(() => undefined)
  return writes.map(({ operation, input }) => ({
    operation: operation.replace(/\/\d{4}-\d\d-\d\d/, ''),
    input,
  }))
}

async function readStatements(
  FunctionName: string,
  Qualifier?: string,
): Promise<{ Sid: string; Principal: unknown }[]> {
  const lambda = await clients.lambda()
  const { Policy = '{}' } = await lambda
    .getPolicy({ FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) })
    .catch(() => ({ Policy: '{"Statement":[]}' }))
  return (JSON.parse(Policy) as { Statement: { Sid: string; Principal: unknown }[] }).Statement
}

describe('planDeployment()', () => {
  it('shows what deploy then does, and changes nothing', async () => {
    const config: FurlongConfig = {
      memorySizeMb: 256,
      environment: { TOKEN: 'a secret' },
      role: { policies: { read: policy('s3:GetObject') } },
      alias: 'live',
      grants: [{ to: { role: 'reader' } }],
    }
    readWrites()
    const plan = await planDeployment(target, options('shown', config))
    expect(lines(plan)).toEqual([
      'role create shown-role',
      'policy create shown-role: service-role/AWSLambdaBasicExecutionRole',
      'policy create shown-role: read',
      expect.stringMatching(
        /^function create shown \(nodejs24\.x, index\.handler, 256 MB, 30 s, zip of [\d.]+ kB\)$/,
      ),
      'version create published of $LATEST',
      'alias create live → the new version',
      'url create AWS_IAM, BUFFERED',
      'grant create arn:aws:iam::111122223333:role/reader (the role reader)',
    ])
    expect(plan).toMatchObject({
      functionName: 'shown',
      alias: 'live',
      hasChanges: true,
      opensToEverybody: false,
    })
    expect(readWrites()).toEqual([])
    const seen: Plan[] = []
    const deployment = await deploy(
      target,
      options('shown', config, { onPlan: (one) => void seen.push(one) }),
    )
    expect(seen).toEqual([plan])
    expect(deployment.steps.map(({ outcome }) => outcome)).toEqual(plan.steps.map(() => 'created'))
    expect(deployment.alias).toEqual({ name: 'live', version: '1' })

    readWrites()
    const again = await deploy(target, options('shown', config))
    expect(again).toMatchObject({ hasChanges: false, url: deployment.url, alias: deployment.alias })
    expect(readWrites()).toEqual([])
  })

  it('names what changes, from and to, and of variables the names alone', async () => {
    await deploy(target, options('changing', { alias: 'live', environment: { TOKEN: 'old' } }))
    const plan = await planDeployment(
      target,
      options(
        'changing',
        {
          alias: 'live',
          timeoutSeconds: 5,
          environment: { TOKEN: 'new secret', TABLE: 'x' },
          tags: { team: 'shop' },
          url: { invokeMode: 'RESPONSE_STREAM' },
        },
        { bundle: bundles[1] },
      ),
    )
    expect(lines(plan)).toEqual([
      expect.stringMatching(/^role keep arn:/),
      expect.stringMatching(/^function keep arn:/),
      expect.stringMatching(/^code change zip of /),
      'configuration change timeout 30 → 5 s, variables TOKEN +TABLE +FURLONG_INVOKE_MODE',
      'tags change team',
      'version create published of $LATEST',
      'alias change live 1 → the new version',
      'url change BUFFERED → RESPONSE_STREAM',
    ])
    expect(JSON.stringify(plan)).not.toContain('secret')
  })

  it('refuses what cannot be done before anything is made', async () => {
    readWrites()
    for (const [config, code] of [
      [{ grants: [{ to: { function: 'nobody' } }] }, 'FunctionNotFound'],
      [{ role: 'nobody' }, 'RoleNotFound'],
      [{ role: { managedPolicies: ['NoSuchAccess'] } }, 'PolicyNotFound'],
    ] as const) {
      await expect(deploy(target, options('never', config))).rejects.toMatchObject({ code })
    }
    await expect(
      deploy(target, {
        ...options('never'),
        onPlan: () => {
          throw new Error('no')
        },
      }),
    ).rejects.toThrow('no')
    expect(readWrites()).toEqual([])
  })
})

describe('deploy()', () => {
  it('sends nothing of a URL that was not said: neither an AuthType nor anything else', async () => {
    await deploy(target, options('opened'))
    await updateUrl(target, { functionName: 'opened', public: true })
    readWrites()
    expect(await deploy(target, options('opened'))).toMatchObject({
      hasChanges: false,
      url: { authType: 'NONE' },
    })
    expect(readWrites()).toEqual([])
    await deploy(target, options('opened', { url: { invokeMode: 'RESPONSE_STREAM' } }))
    expect(readWrites().at(-1)).toEqual({
      operation: 'PUT /functions/opened/url',
      input: { InvokeMode: 'RESPONSE_STREAM' },
    })
    expect((await getUrl(target, { functionName: 'opened' })).authType).toBe('NONE')
  })

  it('opens to everybody with both statements, says so in the plan, and takes both back', async () => {
    const open = { url: { authType: 'NONE' } } as const
    expect(await planDeployment(target, options('public', open))).toMatchObject({ opensToEverybody: true })
    const { url } = await deploy(target, options('public', open))
    expect((await readStatements('public')).map(({ Sid }) => Sid)).toEqual([
      'FunctionURLAllowPublicAccess',
      'FunctionURLAllowInvokeAction',
    ])
    expect((await fetch(url?.url ?? '')).status).toBe(200)
    expect(await planDeployment(target, options('public', open))).toMatchObject({
      opensToEverybody: false,
      hasChanges: false,
    })
    const closed = await deploy(target, options('public', { url: { authType: 'AWS_IAM' } }))
    expect(lines(closed)).toContain('grant remove everybody')
    expect(await readStatements('public')).toEqual([])
    expect((await fetch(url?.url ?? '')).status).toBe(403)
  })

  it('publishes for an alias, whose URL and statements stay as the alias moves', async () => {
    const config: FurlongConfig = { alias: 'live', grants: [{ to: { role: 'reader' } }] }
    const first = await deploy(target, options('aliased', config))
    expect(await readStatements('aliased')).toEqual([])
    const lambda = await clients.lambda()
    await lambda.publishVersion({ FunctionName: 'aliased' })
    const second = await deploy(target, options('aliased', config, { bundle: bundles[1] }))
    expect(second).toMatchObject({ alias: { version: '2' }, url: { url: first.url?.url } })
    expect(await readStatements('aliased', 'live')).toHaveLength(2)
    await lambda.updateAlias({
      FunctionName: 'aliased',
      Name: 'live',
      RoutingConfig: { AdditionalVersionWeights: { '1': 0.1 } },
    })
    const third = await planDeployment(target, options('aliased', config, { bundle: bundles[1] }))
    expect(lines(third)).toContain('alias keep live → 2; 10 % of calls still go to version 1')
  })

  it('names grants that left the configuration, and leaves them', async () => {
    const both: FurlongConfig = { grants: [{ to: { role: 'reader' } }, { to: { role: 'writer' } }] }
    await deploy(target, options('granted', both))
    await (
      await clients.lambda()
    ).addPermission({
      FunctionName: 'granted',
      StatementId: 'bucket',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::books',
    })
    const one = await deploy(target, options('granted', { grants: [{ to: { role: 'reader' } }] }))
    expect(one.hasChanges).toBe(false)
    expect(one.steps.filter(({ outcome }) => outcome === 'left')).toEqual([
      {
        what: 'grant',
        action: 'leave',
        outcome: 'left',
        says: 'arn:aws:iam::111122223333:role/writer, which the configuration does not have',
        tryThis: 'npx furlong revoke granted --from arn:aws:iam::111122223333:role/writer',
      },
    ])
    expect(await readStatements('granted')).toHaveLength(5)
    // Who says nothing about grants hears nothing about them.
    expect((await deploy(target, options('granted'))).steps.map(({ what }) => what)).not.toContain('grant')
  })

  it('finds statements of deleted principals before it changes anything', async () => {
    const iam = await clients.iam()
    await iam.createRole({ RoleName: 'gone', AssumeRolePolicyDocument: trustPolicy })
    await deploy(target, options('orphaned', { grants: [{ to: { role: 'gone' } }] }))
    await iam.deleteRole({ RoleName: 'gone' })
    readWrites()
    const adding = deploy(
      target,
      options('orphaned', { grants: [{ to: { role: 'reader' } }] }, { bundle: bundles[1] }),
    )
    await expect(adding).rejects.toMatchObject({
      code: 'OrphanedStatements',
      message: expect.stringMatching(/furlong-role-gone-\w+-url, furlong-role-gone-\w+-invoke\.$/) as string,
      tryThis: 'npx furlong revoke orphaned --orphans',
    })
    expect(readWrites()).toEqual([])
    // One that is made again takes the place of its own dead statements.
    await iam.createRole({ RoleName: 'gone', AssumeRolePolicyDocument: trustPolicy })
    await deploy(target, options('orphaned', { grants: [{ to: { role: 'gone' } }] }))
    expect(JSON.stringify(await readStatements('orphaned'))).not.toContain('AROA')
  })

  it('gives its own role policies and takes them off, and touches no others', async () => {
    const iam = await clients.iam()
    const { Policy } = await iam.createPolicy({
      PolicyName: 'shared',
      PolicyDocument: JSON.stringify(policy('sqs:*')),
    })
    const managedPolicies = [Policy?.Arn ?? '']
    await deploy(
      target,
      options('ruled', { role: { managedPolicies, policies: { read: policy('s3:GetObject') } } }),
    )
    await iam.putRolePolicy({
      RoleName: 'ruled-role',
      PolicyName: 'byhand',
      PolicyDocument: JSON.stringify(policy('s3:*')),
    })
    const changed = await deploy(
      target,
      options('ruled', { role: { policies: { read: policy('s3:PutObject') } } }),
    )
    expect(lines(changed).filter((line) => line.startsWith('policy'))).toEqual([
      `policy remove ruled-role: ${Policy?.Arn}`,
      'policy change ruled-role: read',
    ])
    const { PolicyNames } = await iam.listRolePolicies({ RoleName: 'ruled-role' })
    expect(PolicyNames?.toSorted()).toEqual(['byhand', 'read'])
    expect(await planDestroy(target, { functionName: 'ruled' })).toContainEqual(
      expect.objectContaining({
        what: 'role',
        kept: expect.stringContaining('did not give it: byhand') as string,
      }),
    )
    await iam.deleteRolePolicy({ RoleName: 'ruled-role', PolicyName: 'byhand' })
    await destroy(target, { functionName: 'ruled' })
    await expect(iam.getRole({ RoleName: 'ruled-role' })).rejects.toThrow('cannot be found')
  })

  it('gives no policies to a role of that name which somebody else made', async () => {
    await (await clients.iam()).createRole({ RoleName: 'theirs-role', AssumeRolePolicyDocument: trustPolicy })
    const role = { policies: { read: policy('s3:GetObject') } }
    await expect(deploy(target, options('theirs', { role }))).rejects.toMatchObject({ code: 'RoleExists' })
  })

  it('stops between two steps when it is told to, and goes on the next time', async () => {
    const stopping = new AbortController()
    const stopped = deploy(target, {
      ...options('stopped'),
      signal: stopping.signal,
      onStep: ({ what }) => what === 'function' && stopping.abort(),
    })
    await expect(stopped).rejects.toMatchObject({
      code: 'Interrupted',
      message: expect.stringContaining('at url:') as string,
    })
    expect(
      lines(await planDeployment(target, options('stopped'))).map((line) => line.split(' ', 2).join(' ')),
    ).toEqual(['role keep', 'function keep', 'url create'])
  })
})

describe('destroy()', () => {
  async function createByHand(name: string): Promise<void> {
    const lambda = await clients.lambda()
    await lambda.createFunction({
      FunctionName: name,
      Role: 'arn:aws:iam::111122223333:role/reader',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: bundles[0].zip },
      Tags: { owner: 'ann' },
    })
    await lambda.publishVersion({ FunctionName: name })
    await lambda.createAlias({ FunctionName: name, Name: 'old', FunctionVersion: '1' })
    await lambda.createFunctionUrlConfig({ FunctionName: name, Qualifier: 'old', AuthType: 'AWS_IAM' })
  }

  it('leaves a function that deploy did not make, and takes away what it put there', async () => {
    await createByHand('byhand')
    await grant(target, { functionName: 'byhand:old', to: 'reader' })
    await deploy(target, options('byhand', { alias: 'live', grants: [{ to: { role: 'writer' } }] }))
    const plan = await planDestroy(target, { functionName: 'byhand' })
    expect(
      plan.map(({ what, kept }) => `${what} ${kept === undefined ? 'goes' : 'stays'}`).toSorted(),
    ).toEqual([
      'alias goes',
      'function stays',
      'permission goes',
      'permission goes',
      'url goes',
      'url stays',
      'version stays',
    ])
    await destroy(target, { functionName: 'byhand' })
    const lambda = await clients.lambda()
    const { FunctionUrlConfigs } = await lambda.listFunctionUrlConfigs({ FunctionName: 'byhand' })
    expect(FunctionUrlConfigs?.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1))).toEqual(['old'])
    const { Aliases } = await lambda.listAliases({ FunctionName: 'byhand' })
    expect(Aliases?.map(({ Name }) => Name)).toEqual(['old'])
    expect(await readStatements('byhand', 'old')).toHaveLength(2)
    expect((await lambda.getFunction({ FunctionName: 'byhand' })).Tags).toEqual({ owner: 'ann' })
    expect(await planDestroy(target, { functionName: 'byhand' })).toMatchObject([
      { what: 'url', kept: 'furlong deploy did not make it' },
      { what: 'function', kept: expect.stringContaining('furlong:made=function') as string },
    ])
  })

  it(
    'is done when it was stopped after any of its requests and runs again',
    { timeout: 240_000 },
    async () => {
      const config: FurlongConfig = {
        alias: 'live',
        role: { policies: { read: policy('s3:GetObject') } },
        url: { authType: 'NONE' },
      }
      vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
      const step = process.env['FURLONG_TEST_EVERY_REQUEST'] === '1' ? 1 : 3
      const lambda = await clients.lambda()
      for (const isByHand of [false, true]) {
        // The requests to stop at: some of them, and each with `npm run prove -- deploy`.
        for (let number = 1, isCut = true; isCut; number += step) {
          const name = `ended-${isByHand}-${number}`
          if (isByHand) await createByHand(name)
          await deploy(target, options(name, config))
          endpoint.failWith((request) => (request.number < number ? undefined : 'cut-after'))
          isCut = await destroy(target, { functionName: name }).then(
            () => false,
            () => true,
          )
          endpoint.failWith(() => undefined)
          // Nothing is left to take away when the cut was at the last request of all.
          await destroy(target, { functionName: name }).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'FunctionNotFound' })
          })
          const there = await lambda.getFunction({ FunctionName: name }).catch(() => undefined)
          expect(there?.Tags, name).toEqual(isByHand ? { owner: 'ann' } : undefined)
          if (!isByHand) continue
          expect((await lambda.listAliases({ FunctionName: name })).Aliases).toHaveLength(1)
          expect(await readStatements(name, 'live')).toEqual([])
        }
      }
      const { Roles = [] } = await (await clients.iam()).listRoles({})
      expect(Roles.filter(({ RoleName }) => RoleName?.startsWith('ended-'))).toEqual([])
    },
  )
})

describe('the AWS SDK of a bundle', () => {
  it('is brought along, or left to the runtime', async () => {
    const project = await mkdtemp(join(folder, 'sdk-'))
    const sdk = join(project, 'node_modules/@aws-sdk/client-books')
    await mkdir(sdk, { recursive: true })
    await writeFile(
      join(sdk, 'package.json'),
      '{"name":"@aws-sdk/client-books","type":"module","main":"index.js"}',
    )
    await writeFile(join(sdk, 'index.js'), 'export const read = () => "from the SDK"\n')
    const entry = join(project, 'app.mjs')
    await writeFile(
      entry,
      'import { read } from "@aws-sdk/client-books"\nexport const handler = async () => read()\n',
    )
    const codeOf = async (how: 'bundled' | 'external'): Promise<string> => {
      const { zip } = await createBundle(entry, { sdk: how })
      return Buffer.from(unzipSync(zip)['index.mjs'] ?? []).toString()
    }
    expect(await codeOf('bundled')).toContain('"from the SDK"')
    expect(await codeOf('external')).toContain('from "@aws-sdk/client-books"')
    const functionName = 'with-sdk'
    await expect(
      planDeployment(target, { entry, name: functionName, sdk: 'external', runtime: 'nodejs16.x' }),
    ).rejects.toMatchObject({
      code: 'BundleFailed',
      message: expect.stringContaining('nodejs16.x has none') as string,
    })
    // The runtimes of the local side carry none.
    await deploy(target, { entry, name: functionName, sdk: 'external', url: false })
    const { Payload } = await (await clients.lambda()).invoke({ FunctionName: functionName })
    expect(Buffer.from(Payload ?? []).toString()).toBe('"from the SDK"')
    await rm(sdk, { recursive: true })
    await expect(codeOf('bundled')).rejects.toMatchObject({ code: 'BundleFailed' })
    expect(await codeOf('external')).toContain('from "@aws-sdk/client-books"')
  })
})
