/** Grants across two accounts by two profiles of a real configuration file: what AWS would be is a local side, by its endpoint. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClients, type Clients, type Target } from '@furlong/aws'
import { listSides, type Side } from '@furlong/local/sides'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Place, type Answer } from '../testing/program.ts'

// Each command is a process of its own, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 })

let place: Place
let side: Side
let shop: Clients
let env: Record<string, string>

const roleArn = 'arn:aws:iam::444455556666:role/reader'
const bookArn = 'arn:aws:lambda:eu-west-1:111122223333:function:books'

beforeAll(async () => {
  place = await Place.make()
  await writeFile(join(place.folder, 'app.mjs'), 'export default { fetch: () => new Response("page 1") }\n')
  const up = place.start(['up', '--memory', '--port', '0'])
  const [, port] = await up.until('err', /127\.0\.0\.1:(\d+)/)
  const sides = await listSides(join(place.folder, 'run/furlong'))
  side = sides.find((one) => String(one.port) === port)!
  const [books, other] = side.accounts
  const target = { kind: 'local', endpoint: side.endpoint, region: 'eu-west-1' } as const
  shop = createClients({ ...target, credentials: other! } satisfies Target)
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' },
  })
  await (await shop.iam()).createRole({ RoleName: 'reader', AssumeRolePolicyDocument })
  const keysOf = (account: typeof books): string =>
    `aws_access_key_id = ${account?.accessKeyId}\naws_secret_access_key = ${account?.secretAccessKey}\n`
  await writeFile(
    join(place.folder, 'config'),
    `[profile books]\nregion = eu-west-1\n${keysOf(books)}\n[profile shop]\n${keysOf(other)}`,
  )
  env = { AWS_CONFIG_FILE: join(place.folder, 'config'), AWS_ENDPOINT_URL: side.endpoint }
  expect(await run('deploy', 'app.mjs', '--name', 'books')).toMatchObject({ code: 0 })
})

afterAll(async () => {
  await place.close()
})

const run = (...argv: string[]): Promise<Answer> =>
  place.start([...argv, '--profile', 'books'], { env }).ended

const call = (): Promise<Answer> =>
  place.run('call', bookArn, '--as', roleArn, '--port', String(side.port), '--format', 'json')

async function readPolicies(): Promise<readonly string[]> {
  const { PolicyNames = [] } = await (await shop.iam()).listRolePolicies({ RoleName: 'reader' })
  return PolicyNames
}

describe('--caller-profile', () => {
  it('lets grant put both sides, doctor read both, and revoke take both back', async () => {
    const open = await run('doctor', 'books', '--as', roleArn, '--no-probe')
    expect(open.out).toMatch(/account 444455556666, whose policies cannot be read with these credentials/)

    const ill = await run('doctor', 'books', '--as', 'reader', '--caller-profile', 'shop')
    expect(ill.out).toMatch(
      new RegExp(`^  npx furlong grant books --to ${roleArn} --caller-profile shop$`, 'm'),
    )

    const granted = await run('grant', 'books', '--to', 'reader', '--caller-profile', 'shop', '--wait')
    expect(granted).toMatchObject({ code: 0 })
    expect(granted.err).toMatch(/^target: AWS, profile books, eu-west-1/)
    expect(granted.out).toMatch(/^Identity policy furlong-111122223333-books of \S+:role\/reader: added$/m)
    expect(granted.out).toMatch(/^A signed GET \/ was let in at call \d+: 200$/m)
    expect(await call()).toMatchObject({ code: 0 })
    expect(
      await run('doctor', 'books', '--as', 'reader', '--caller-profile', 'shop', '--no-probe'),
    ).toMatchObject({ code: 0 })

    const revoked = await run('revoke', 'books', '--from', 'reader', '--caller-profile', 'shop')
    expect(revoked.out).toMatch(
      /may no longer call: removed \S+, \S+\nIdentity policy furlong-111122223333-books of \S+: removed\n$/,
    )
    expect(await readPolicies()).toEqual([])
    expect(await call()).toMatchObject({ code: 1 })
    const again = await run('revoke', 'books', '--from', 'reader', '--caller-profile', 'shop')
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/no grant to .*\n.*: was not there\n$/),
    })
  })

  it('leaves a policy of that name alone that somebody has changed', async () => {
    expect(await run('grant', 'books', '--to', 'reader', '--caller-profile', 'shop')).toMatchObject({
      code: 0,
    })
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
    })
    const PolicyName = 'furlong-111122223333-books'
    await (await shop.iam()).putRolePolicy({ RoleName: 'reader', PolicyName, PolicyDocument })
    const revoked = await run('revoke', 'books', '--from', 'reader', '--caller-profile', 'shop')
    expect(revoked.out).toMatch(/: stays, for it is not as furlong grant writes it$/m)
    expect(await readPolicies()).toEqual([PolicyName])
  })

  it('mends both sides by doctor --fix', async () => {
    await (
      await shop.iam()
    ).deleteRolePolicy({ RoleName: 'reader', PolicyName: 'furlong-111122223333-books' })
    const argv = ['doctor', 'books', '--as', 'reader', '--caller-profile', 'shop', '--no-probe', '--fix']
    expect((await run(...argv)).err).toContain('nobody has said yes')
    expect(await call()).toMatchObject({ code: 1 })
    const fixed = await run(...argv, '--yes')
    expect(fixed).toMatchObject({ code: 0, err: expect.stringContaining('done: aws iam put-role-policy') })
    expect(await call()).toMatchObject({ code: 0 })
  })

  it('names a profile that is not there, and credentials of the wrong account', async () => {
    const missing = await run('grant', 'books', '--to', roleArn, '--caller-profile', 'nobody')
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('nobody') })
    const wrong = await run('revoke', 'books', '--from', roleArn, '--caller-profile', 'books')
    expect(wrong.err).toMatch(/OtherAccount[^]*are of account 111122223333, and \S+ is of 444455556666/)
  })
})
