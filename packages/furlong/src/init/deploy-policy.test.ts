/** The permissions that a project's workflow has on AWS, held by the local side: enough for what furlong deploy does, and for nothing else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClients, deploy, grant, type Target } from '@furlong/aws'
import { startLocal, type Local } from '@furlong/local'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProjectFiles } from './project.ts'

let local: Local
let folder: string
let owner: Target
let workflow: Target

beforeAll(async () => {
  local = await startLocal({ memory: true })
  folder = await mkdtemp(join(tmpdir(), 'furlong-policy-'))
  await writeFile(join(folder, 'app.mjs'), 'export const handler = async () => "1"\n')
  const { endpoint, region, accounts } = local
  const [account] = accounts
  if (account === undefined) throw new Error('no account')
  owner = { kind: 'local', endpoint, region, credentials: account }

  const names = { name: 'books', repository: 'my-company/books', placeholders: '', furlong: '' }
  const files = await createProjectFiles('hono', { ...names, account: account.accountId, region })
  const read = (name: string): string => files.find(({ path }) => path === `.github/aws/${name}`)?.text ?? ''
  const iam = await createClients(owner).iam()
  const { Role } = await iam.createRole({
    RoleName: 'books-deploy',
    AssumeRolePolicyDocument: read('trust-policy.json'),
  })
  await iam.putRolePolicy({
    RoleName: 'books-deploy',
    PolicyName: 'deploy',
    PolicyDocument: read('deploy-policy.json'),
  })
  workflow = { ...owner, credentials: local.mintSession(Role?.Arn ?? '') }
})

afterAll(async () => {
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

const deployAs = (target: Target, name: string) => deploy(target, { entry: 'app.mjs', cwd: folder, name })

it('deploys the function, its role and its URL, again with other code, and grants', async () => {
  expect((await deployAs(workflow, 'books')).steps.map(({ what }) => what)).toContain('url')
  await writeFile(join(folder, 'app.mjs'), 'export const handler = async () => "2"\n')
  const again = await deploy(workflow, {
    entry: 'app.mjs',
    cwd: folder,
    name: 'books',
    stream: true,
    timeoutSeconds: 60,
  })
  expect(again.steps.find(({ what }) => what === 'code')?.outcome).toBe('changed')
  await expect(grant(workflow, { functionName: 'books', to: '222222222222' })).resolves.toBeDefined()
})

it('deploys no other function, and touches none', async () => {
  await expect(deployAs(workflow, 'films')).rejects.toMatchObject({ code: 'AccessDenied' })
  await deployAs(owner, 'films')
  await expect(deployAs(workflow, 'films')).rejects.toMatchObject({ code: 'AccessDenied' })
})

it('can give the function’s role no more than its log, and run the function with no other role', async () => {
  const iam = await createClients(workflow).iam()
  const denied = { name: 'AccessDenied' }
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await expect(iam.attachRolePolicy({ RoleName: 'books-role', PolicyArn })).rejects.toMatchObject(denied)
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
  })
  await expect(
    iam.putRolePolicy({ RoleName: 'books-role', PolicyName: 'all', PolicyDocument: document }),
  ).rejects.toMatchObject(denied)
  await expect(
    iam.createRole({ RoleName: 'other', AssumeRolePolicyDocument: document }),
  ).rejects.toMatchObject(denied)
  const lambda = await createClients(workflow).lambda()
  const Role = 'arn:aws:iam::111122223333:role/films-role'
  await expect(lambda.updateFunctionConfiguration({ FunctionName: 'books', Role })).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('iam:PassRole') as string,
  })
})
