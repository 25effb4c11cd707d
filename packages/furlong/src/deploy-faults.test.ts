import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createBundle,
  createClients,
  createUrl,
  deploy,
  destroy,
  getUrl,
  grant,
  planDeployment,
  type Bundle,
  type Clients,
  type Deployment,
  type DeployOptions,
  type LoadedConfig,
  type Target,
  trustPolicy,
} from '@furlong/aws'
import { createSignedFetch } from '@furlong/fetch'
import { startLocal, type Local } from '@furlong/local'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findHostModule } from './host-module.ts'
import {
  openFaultyEndpoint,
  type Fault,
  type FaultyEndpoint,
  type SeenRequest,
} from './testing/faulty-endpoint.ts'

let folder = ''
let local: Local
let direct: Target
let clients: Clients
let faulty: FaultyEndpoint
/** The same account, through the endpoint that fails. */
let target: Target
let config: LoadedConfig
/** Made once: bundling is not what fails here. */
let bundles: Record<'app' | 'other', Bundle>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-faults-'))
  await writeFile(
    join(folder, 'app.mjs'),
    'export default { fetch: () => new Response(process.env.GREETING) }\n',
  )
  await writeFile(join(folder, 'other.mjs'), 'export default { fetch: () => new Response("other") }\n')
  const bundle = (file: string): Promise<Bundle> =>
    createBundle(join(folder, file), { hostModule: findHostModule() })
  bundles = { app: await bundle('app.mjs'), other: await bundle('other.mjs') }
  local = await startLocal({ memory: true })
  const [owner] = local.accounts
  direct = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials: owner! }
  clients = createClients(direct)
  faulty = await openFaultyEndpoint(local.endpoint)
  target = { ...direct, endpoint: faulty.endpoint }
  config = {
    path: join(folder, 'furlong.config.json'),
    config: {
      entry: 'app.mjs',
      environment: { GREETING: 'hello' },
      tags: { team: 'shop' },
      role: {
        policies: {
          read: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
          },
        },
      },
      url: { cors: ['https://app.example'] },
      alias: 'live',
      grants: [{ to: '444455556666' }, { to: { user: 'administrator' } }],
    },
  }
})

afterAll(async () => {
  await faulty.close()
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

const options = (name: string, more: Partial<DeployOptions> = {}): DeployOptions => ({
  config,
  name,
  bundle: bundles.app,
  ...more,
})

/** How often the SDK tries by itself; a process that is killed tries nothing again. */
const useAttempts = (attempts: number): void => void vi.stubEnv('AWS_MAX_ATTEMPTS', String(attempts))

/** The requests to stop at: some of them, and each with `npm run prove -- deploy`. */
const chosen = (requests: readonly SeenRequest[]): readonly SeenRequest[] =>
  requests.filter(({ number }) => isEvery || number % 4 === 1 || number === requests.length)
const isEvery = process.env['FURLONG_TEST_EVERY_REQUEST'] === '1'

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  )

async function expectAnswer(name: string, body: string): Promise<void> {
  const { url } = await getUrl(direct, { functionName: `${name}:live` })
  const credentials = async () => local.accounts[0]!
  const signedFetch = createSignedFetch({ credentials, region: local.region, service: 'lambda' })
  const response = await signedFetch(url)
  expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: body })
}

/** All of it, and each part once. */
async function expectWhole(name: string, deployment: Deployment): Promise<void> {
  const lambda = await clients.lambda()
  const { Versions = [] } = await lambda.listVersionsByFunction({ FunctionName: name })
  expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', deployment.alias?.version])
  const { Policy = '{}' } = await lambda.getPolicy({ FunctionName: name, Qualifier: 'live' })
  const { Statement } = JSON.parse(Policy) as { Statement: { Action: string; Resource: string }[] }
  expect(Statement.map(({ Action }) => Action).toSorted()).toEqual([
    ...Array.from({ length: 2 }, () => 'lambda:InvokeFunction'),
    ...Array.from({ length: 2 }, () => 'lambda:InvokeFunctionUrl'),
  ])
  expect(new Set(Statement.map(({ Resource }) => Resource))).toEqual(
    new Set([`${deployment.functionArn}:live`]),
  )
  const iam = await clients.iam()
  const RoleName = `${name}-role`
  expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual(['read'])
  expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(1)
  const { Tags } = await lambda.getFunction({ FunctionName: name })
  expect(Tags).toEqual({ team: 'shop', 'furlong:made': 'function' })
  const { cors } = await getUrl(direct, { functionName: `${name}:live` })
  expect(cors?.AllowOrigins).toEqual(['https://app.example'])
}

async function expectGone(name: string): Promise<void> {
  await destroy(direct, { functionName: name })
  const [lambda, iam] = [await clients.lambda(), await clients.iam()]
  await expect(lambda.getFunction({ FunctionName: name })).rejects.toThrow('not found')
  await expect(iam.getRole({ RoleName: `${name}-role` })).rejects.toThrow('cannot be found')
}

describe('deploy(), stopped after each of its requests', () => {
  const count = async (name: string, more: Partial<DeployOptions> = {}): Promise<readonly SeenRequest[]> => {
    faulty.failWith(() => undefined)
    await deploy(target, options(name, more))
    return [...faulty.seen]
  }

  it.each([{ fault: 'cut-before' }, { fault: 'cut-after' }] as const)(
    'makes the first deployment whole when it runs again ($fault)',
    { timeout: 240_000 },
    async ({ fault }) => {
      useAttempts(1)
      const requests = await count(`clean-${fault}`)
      expect(requests.length).toBeGreaterThan(15)
      await expectGone(`clean-${fault}`)
      for (const { number } of chosen(requests)) {
        const name = `${fault}-${number}`
        faulty.failWith((request) =>
          request.number < number ? undefined : request.number === number ? fault : 'cut-before',
        )
        expect(await outcome(deploy(target, options(name))), name).toMatchObject({
          code: 'TargetUnreachable',
        })
        faulty.failWith(() => undefined)
        const again = await deploy(target, options(name))
        await expectWhole(name, again)
        expect(await planDeployment(target, options(name)), name).toMatchObject({ hasChanges: false })
        if (number % 8 === 1) await expectAnswer(name, 'hello')
        await expectGone(name)
      }
    },
  )

  it('makes a change whole when it runs again', { timeout: 240_000 }, async () => {
    useAttempts(1)
    const change: Partial<DeployOptions> = {
      bundle: bundles.other,
      memorySizeMb: 1024,
      stream: true,
    }
    await deploy(direct, options('changing-clean'))
    const requests = await count('changing-clean', change)
    for (const { number } of chosen(requests)) {
      const name = `changing-${number}`
      await deploy(direct, options(name))
      faulty.failWith((request) => (request.number < number ? undefined : 'cut-after'))
      expect(await outcome(deploy(target, options(name, change))), name).toMatchObject({
        code: 'TargetUnreachable',
      })
      faulty.failWith(() => undefined)
      await deploy(target, options(name, change))
      const { invokeMode } = await getUrl(direct, { functionName: `${name}:live` })
      expect(invokeMode).toBe('RESPONSE_STREAM')
      expect(await planDeployment(target, options(name, change))).toMatchObject({ hasChanges: false })
      // A process for each would be most of the time.
      if (number % 8 === 1) await expectAnswer(name, 'other')
      await destroy(direct, { functionName: name })
    }
  })

  it('goes through when any one answer is lost and asked for again', { timeout: 240_000 }, async () => {
    const requests = await count('lost-clean')
    for (const { number } of chosen(requests)) {
      const name = `lost-${number}`
      faulty.failWith((request) => (request.number === number ? 'cut-after' : undefined))
      await expectWhole(name, await deploy(target, options(name)))
    }
  })
})

describe('deploy(), while AWS refuses for a moment', () => {
  const notYet: Fault = {
    status: 400,
    code: 'InvalidParameterValueException',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  }
  const throttled: Fault = {
    status: 429,
    code: 'TooManyRequestsException',
    message: 'Rate exceeded',
    headers: { 'retry-after': '0' },
  }
  const slowDown: Fault = { status: 400, code: 'Throttling', message: 'Rate exceeded' }
  const busy: Fault = {
    status: 409,
    code: 'ResourceConflictException',
    message: 'The operation cannot be performed at this time. An update is in progress for resource: x',
  }
  const concurrent: Fault = {
    status: 409,
    code: 'ResourceConflictException',
    message:
      'The function could not be updated due to a concurrent update operation. Please try again later.',
  }
  const precondition: Fault = {
    status: 412,
    code: 'PreconditionFailedException',
    message:
      'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
  }

  it.each<readonly [string, RegExp, Fault]>([
    ['a role that Lambda does not know yet', /^POST \S+\/functions$/, notYet],
    ['a throttled AddPermission', /^POST \S+\/policy$/, throttled],
    ['a concurrent AddPermission', /^POST \S+\/policy$/, concurrent],
    ['a policy that another writer changed', /^POST \S+\/policy$/, precondition],
    ['a throttled IAM', /^CreateRole$/, slowDown],
    ['a function that is being updated', /^POST \S+\/versions$/, busy],
    ['a throttled look', /^GET \S+\/configuration$/, throttled],
  ])('goes on after %s', async (what, operation, fault) => {
    useAttempts(1)
    const name = `patient-${what.replaceAll(/\W+/g, '-')}`
    let refused = 0
    faulty.failWith((request) =>
      operation.test(request.operation) && (refused += 1) <= 4 ? fault : undefined,
    )
    await expectWhole(name, await deploy(target, options(name)))
    expect(refused).toBeGreaterThan(4)
  })

  it('does not go on after a refusal that stays, and takes the new role back', async () => {
    faulty.failWith(({ operation }) =>
      /^POST \S+\/functions$/.test(operation)
        ? { status: 403, code: 'AccessDeniedException', message: 'You may not lambda:CreateFunction' }
        : undefined,
    )
    expect(await outcome(deploy(target, options('forbidden')))).toMatchObject({ code: 'AccessDenied' })
    await expect((await clients.iam()).getRole({ RoleName: 'forbidden-role' })).rejects.toThrow(
      'cannot be found',
    )
  })
})

describe('grant(), several at once', () => {
  it('is serialised where Lambda takes one change of a policy at a time', async () => {
    await deploy(direct, {
      entry: join(folder, 'app.mjs'),
      name: 'shared',
      url: false,
      hostModule: findHostModule(),
    })
    await createUrl(direct, { functionName: 'shared' })
    const iam = await clients.iam()
    const callers = Array.from({ length: 6 }, (_, index) => `caller-${index}`)
    for (const RoleName of callers) await iam.createRole({ RoleName, AssumeRolePolicyDocument: trustPolicy })
    let [under, refused] = [0, 0]
    const { promise: another, resolve: anotherCame } = Promise.withResolvers<void>()
    faulty.failWith(async ({ operation }) => {
      if (!/^POST \S+\/policy$/.test(operation)) return undefined
      under += 1
      try {
        if (under > 1) {
          refused += 1
          anotherCame()
          return {
            status: refused % 2 === 0 ? 412 : 409,
            code: refused % 2 === 0 ? 'PreconditionFailedException' : 'ResourceConflictException',
            message:
              'The function could not be updated due to a concurrent update operation. Please try again later.',
          }
        }
        // The first goes on once another came in between.
        await another
        return undefined
      } finally {
        under -= 1
      }
    })
    const grants = await Promise.all(callers.map((to) => grant(target, { functionName: 'shared', to })))
    expect(grants.flatMap(({ statements }) => statements.map(({ outcome }) => outcome))).toEqual(
      Array.from({ length: 12 }, () => 'added'),
    )
    expect(refused).toBeGreaterThan(0)
    const { Policy = '{}' } = await (await clients.lambda()).getPolicy({ FunctionName: 'shared' })
    expect((JSON.parse(Policy) as { Statement: unknown[] }).Statement).toHaveLength(12)
  })
})
