/** The commands that furlong doctor leaves to people, for every place that a decision may stand in; each is run by the AWS CLI. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  createClients,
  examineUrl,
  grant,
  type Clients,
  type Examination,
  type Target,
  trustPolicy,
} from '@furlong/aws'
import { createUrlIdentityPolicy } from '@furlong/iam'
import { startLocal, type Local } from '@furlong/local'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { noAws } from '../../../examples/calling/stage.ts'

// Each command of the AWS CLI is a process of its own.
vi.setConfig({ testTimeout: 60_000 })

let local: Local
let target: Target
let clients: Clients

const deny = { Sid: 'No', Effect: 'Deny', Action: 'lambda:*', Resource: '*' }
const storage = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const booksArn = 'arn:aws:lambda:us-east-1:111122223333:function:books'
const document = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })

beforeAll(async () => {
  local = await startLocal({ memory: true })
  target = {
    kind: 'local',
    endpoint: local.endpoint,
    region: local.region,
    credentials: local.accounts[0]!,
  }
  clients = createClients(target)
  const iam = await clients.iam()
  await iam.createRole({ RoleName: 'books', AssumeRolePolicyDocument: trustPolicy })
  const lambda = await clients.lambda()
  await lambda.createFunction({
    FunctionName: 'books',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::111122223333:role/books',
    Code: { ZipFile: zipSync({ 'index.mjs': strToU8('export const handler = async () => 1\n') }) },
  })
  await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
})

afterAll(() => local.close())

/** A user of its own with both permissions, which a decision then takes away. */
async function createReader(name: string): Promise<string> {
  await (await clients.iam()).createUser({ UserName: name })
  await grant(target, { functionName: 'books', to: `user/${name}` })
  return `user/${name}`
}

const examine = (as: string): Promise<Examination> => examineUrl(target, { what: 'books', as, probes: false })

const run = promisify(execFile)

/** Runs the steps as they are printed. */
async function follow(as: string): Promise<string[]> {
  const { byHand, isHealthy } = await examine(as)
  expect(isHealthy).toBe(false)
  const commands = byHand.map(({ command = 'none' }) => command)
  const env = { ...process.env, ...local.environment(), AWS_PAGER: '' }
  for (const command of commands) await run('sh', ['-c', command], { env })
  return commands.toSorted()
}

const healthy = { isHealthy: true, byHand: [] }

async function createPolicy(PolicyName: string, PolicyDocument: string): Promise<string> {
  const { Policy } = await (await clients.iam()).createPolicy({ PolicyName, PolicyDocument })
  return Policy?.Arn ?? ''
}

describe.skipIf(noAws)(`the steps that doctor leaves to people${noAws ? ` (needs ${noAws})` : ''}`, () => {
  it('delete an inline policy of which nothing would be left', async () => {
    const as = await createReader('inline')
    await (
      await clients.iam()
    ).putUserPolicy({ UserName: 'inline', PolicyName: 'no', PolicyDocument: document(deny) })
    expect(await follow(as)).toEqual(['aws iam delete-user-policy --user-name inline --policy-name no'])
    expect(await examine(as)).toMatchObject(healthy)
  })

  it('take the Deny out of the policy of a group, and leave the rest', async () => {
    const as = await createReader('member')
    const iam = await clients.iam()
    await iam.createGroup({ GroupName: 'readers' })
    await iam.addUserToGroup({ GroupName: 'readers', UserName: 'member' })
    const both = document(storage, deny, { ...deny, Sid: 'NeitherThis' })
    await iam.putGroupPolicy({ GroupName: 'readers', PolicyName: 'no', PolicyDocument: both })
    const [command = ''] = await follow(as)
    expect(await examine(as)).toMatchObject(healthy)
    expect(command).toMatch(/^aws iam put-group-policy --group-name readers --policy-name no /)
    const { PolicyDocument = '' } = await iam.getGroupPolicy({ GroupName: 'readers', PolicyName: 'no' })
    expect(JSON.parse(decodeURIComponent(PolicyDocument))).toEqual(JSON.parse(document(storage)))
  })

  it('make a new version of an attached policy, or detach it where nothing would be left', async () => {
    const as = await createReader('attached')
    const iam = await clients.iam()
    const mixed = await createPolicy('mixed', document(storage, deny))
    const denies = await createPolicy('denies', document(deny))
    for (const PolicyArn of [mixed, denies]) await iam.attachUserPolicy({ UserName: 'attached', PolicyArn })
    const commands = await follow(as)
    expect(await examine(as)).toMatchObject(healthy)
    expect(commands).toHaveLength(2)
    expect(commands[0]).toMatch(
      new RegExp(`^aws iam create-policy-version --policy-arn ${mixed} .* --set-as-default$`),
    )
    expect(commands[1]).toBe(`aws iam detach-user-policy --user-name attached --policy-arn ${denies}`)
  })

  it('change a boundary, whose silence shows once its Deny is gone', async () => {
    const iam = await clients.iam()
    const boundary = await createPolicy('bound', document(storage, deny))
    await iam.createRole({
      RoleName: 'bound',
      AssumeRolePolicyDocument: trustPolicy,
      PermissionsBoundary: boundary,
    })
    await grant(target, { functionName: 'books', to: 'role/bound' })
    for (const statements of [[storage], [storage, ...createUrlIdentityPolicy(booksArn).Statement]]) {
      const [command = '', ...others] = await follow('role/bound')
      expect(others).toEqual([])
      expect(command).toContain(`aws iam create-policy-version --policy-arn ${boundary} --policy-document`)
      expect(command).toContain(document(...statements))
    }
    expect(await examine('role/bound')).toMatchObject(healthy)
  })

  it('leave a boundary of AWS to whoever set it, and say so', async () => {
    const iam = await clients.iam()
    const boundary = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    await iam.createRole({
      RoleName: 'capped',
      AssumeRolePolicyDocument: trustPolicy,
      PermissionsBoundary: boundary,
    })
    await grant(target, { functionName: 'books', to: 'role/capped' })
    expect((await examine('role/capped')).byHand).toEqual([
      { says: `let the permissions boundary ${boundary} of role capped allow the call` },
    ])
  })
})
