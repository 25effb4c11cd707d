import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClients, createUrl, deploy, grant, revoke, type Clients, type Target } from '@furlong/aws'
import { createSignedFetch } from '@furlong/fetch'
import { startLocal, type Local } from '@furlong/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findHostModule } from './host-module.ts'
import { openFaultyEndpoint, type FaultyEndpoint } from './testing/faulty-endpoint.ts'

let folder = ''
let local: Local
let owner: Target
let other: Target
let others: Clients
let endpoint: FaultyEndpoint
let url = ''
let onRefusal: (() => Promise<unknown>) | undefined

const readerArn = 'arn:aws:iam::444455556666:role/team/reader'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-across-'))
  await writeFile(join(folder, 'app.mjs'), 'export default { fetch: () => new Response("hello") }\n')
  local = await startLocal({
    memory: true,
    onRecord: ({ status }) => {
      if (status === 403) void onRefusal?.()
    },
  })
  endpoint = await openFaultyEndpoint(local.endpoint)
  const [first, second] = local.accounts
  owner = { kind: 'local', endpoint: endpoint.endpoint, region: local.region, credentials: first! }
  other = { ...owner, credentials: second! }
  others = createClients(other)
  await deploy(owner, {
    entry: join(folder, 'app.mjs'),
    name: 'books',
    url: false,
    hostModule: findHostModule(),
  })
  url = (await createUrl(owner, { functionName: 'books' })).url
  await (
    await others.iam()
  ).createRole({
    RoleName: 'reader',
    Path: '/team/',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' },
    }),
  })
})

afterAll(async () => {
  await endpoint.close()
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

async function callAs(roleArn: string): Promise<number> {
  const credentials = async () => local.mintSession(roleArn)
  return (await createSignedFetch({ credentials, region: local.region, service: 'lambda' })(url)).status
}

describe('grant() across accounts', () => {
  it('prints what the other side needs, and puts it there when it may', async () => {
    const printed = await grant(owner, { functionName: 'books', to: readerArn })
    expect(printed).toMatchObject({ notes: [expect.stringContaining('account 444455556666') as string] })
    expect(printed.identityPolicy).toContain('lambda:InvokeFunctionUrl')
    expect(await callAs(readerArn)).toBe(403)

    // By its name alone: it is looked up on its own side.
    const put = await grant(owner, { functionName: 'books', to: 'reader', caller: other })
    expect(put).toMatchObject({
      principal: { principal: readerArn },
      callerSide: { principal: readerArn, policyName: 'furlong-111122223333-books', outcome: 'added' },
      statements: [{ outcome: 'present' }, { outcome: 'present' }],
      notes: [],
    })
    expect(await callAs(readerArn)).toBe(200)
    expect(
      (await grant(owner, { functionName: 'books', to: 'reader', caller: other })).callerSide,
    ).toMatchObject({
      outcome: 'present',
    })
    const iam = await others.iam()
    const { PolicyDocument = '' } = await iam.getRolePolicy({
      RoleName: 'reader',
      PolicyName: 'furlong-111122223333-books',
    })
    expect(JSON.parse(decodeURIComponent(PolicyDocument))).toEqual(JSON.parse(printed.identityPolicy ?? ''))
  })

  it('does it for a user, and for nobody within one account', async () => {
    const user = await grant(owner, { functionName: 'books', to: 'user/administrator', caller: other })
    expect(user.callerSide).toMatchObject({ principal: 'arn:aws:iam::444455556666:user/administrator' })
    const own = await grant(owner, { functionName: 'books', to: 'user/administrator', caller: owner })
    expect(own).not.toHaveProperty('callerSide')
    expect(own).not.toHaveProperty('identityPolicy')
  })

  it('refuses credentials of a third account, and a whole account, before anything is added', async () => {
    endpoint.failWith(() => undefined)
    for (const to of ['arn:aws:iam::777788889999:role/reader', '777788889999']) {
      await expect(grant(owner, { functionName: 'books', to, caller: other })).rejects.toMatchObject({
        code: 'OtherAccount',
        message: expect.stringContaining(to) as string,
      })
    }
    expect(endpoint.seen.map(({ operation }) => operation)).not.toContainEqual(
      expect.stringMatching(/^(?:POST \/2015|Put)/),
    )
  })
})

describe('grant() that waits', () => {
  it('goes on until a signed call of the caller is let in', async () => {
    const iam = await others.iam()
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action: 'lambda:*', Resource: '*' },
    })
    await iam.putRolePolicy({ RoleName: 'reader', PolicyName: 'not-yet', PolicyDocument })
    await revoke(owner, { functionName: 'books', from: readerArn })
    let refused = 0
    onRefusal = async () => {
      refused += 1
      if (refused === 2) await iam.deleteRolePolicy({ RoleName: 'reader', PolicyName: 'not-yet' })
    }
    const granted = await grant(owner, {
      functionName: 'books',
      to: readerArn,
      caller: other,
      wait: {
        credentialsFor: async (principal) => async () => local.mintSession(principal.principal),
        timeoutMs: 20_000,
      },
    })
    onRefusal = undefined
    expect(granted.access?.status).toBe(200)
    expect(granted.access?.attempts).toBeGreaterThan(2)
  })

  it('says after the time that the caller is still refused', async () => {
    await expect(
      grant(owner, {
        functionName: 'books',
        to: readerArn,
        wait: {
          credentialsFor: async () => ({ ...local.accounts[1]!, secretAccessKey: 'wrong' }),
          timeoutMs: 100,
        },
      }),
    ).rejects.toMatchObject({ code: 'TimedOut' })
  })
})
