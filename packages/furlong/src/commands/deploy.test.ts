import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { listSides, type Side } from '@furlong/local/sides'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openFaultyEndpoint, type FaultyEndpoint } from '../testing/faulty-endpoint.ts'
import { noTerminal, Place, type Answer, type Running } from '../testing/program.ts'

// Each command is a process of its own, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 })

let place: Place
let side: Running
let port = ''
let endpoint: FaultyEndpoint
/** The account as `--aws` finds it, through the endpoint that can fail. */
let aws: Record<string, string>
let tries = 0

beforeAll(async () => {
  place = await Place.make()
  await mkdir(join(place.folder, 'shop'))
  await writeFile(
    join(place.folder, 'shop/app.ts'),
    'export default { fetch: (_: Request): Response => new Response(process.env.GREETING) }\n',
  )
  await writeFile(join(place.folder, 'shop/caller.mjs'), 'export const handler = async () => 1\n')
  await writeFile(
    join(place.folder, 'shop/furlong.config.ts'),
    `import { defineConfig } from 'furlong'
     export default defineConfig({
       entry: 'app.ts', name: 'books', memorySizeMb: 256, environment: { GREETING: 'hello' },
       alias: 'live', grants: [{ to: { function: 'caller' } }],
     })\n`,
  )
  side = place.start(['up', '--memory', '--port', '0'])
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
  const sides = await listSides(join(place.folder, 'run/furlong'))
  const found = sides.find((one) => String(one.port) === port) as Side
  endpoint = await openFaultyEndpoint(found.endpoint)
  const [account] = found.accounts
  aws = {
    AWS_ENDPOINT_URL: endpoint.endpoint,
    AWS_REGION: found.region,
    AWS_ACCESS_KEY_ID: account?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: account?.secretAccessKey ?? '',
  }
})

afterAll(async () => {
  await endpoint.close()
  await side.end()
  await place.close()
})

const start = (argv: readonly string[], env: Record<string, string> = {}): Running =>
  place.start(argv, { cwd: join(place.folder, 'shop'), env })
const here = (...argv: string[]): Promise<Answer> => start([...argv, '--port', port]).ended
const onAws = (...argv: string[]): Promise<Answer> => start([...argv, '--aws'], aws).ended

describe('furlong deploy with furlong.config.ts', () => {
  it('shows the plan, carries it out, and has nothing to do the second time', async () => {
    const caller = await here('deploy', 'caller.mjs', '--no-url')
    expect(caller).toMatchObject({ code: 0 })
    expect(caller.err).toContain('furlong.config.ts is of app.ts, and not used for caller.mjs.')

    const plan = await here('deploy', '--plan')
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.out).toMatch(/^Plan for books:live\n {2}role +create +books-role\n/)
    expect(plan.out).toMatch(/^ {2}grant +create +arn:aws:iam::111122223333:role\/caller-role \(/m)
    expect((await here('url', 'get', 'books')).err).toContain('FunctionNotFound')

    const first = await here('deploy')
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toContain(plan.out.trimEnd())
    expect(first.err).toMatch(/^ {2}alias +created +live → 1$/m)
    expect(first.out).toMatch(/^alias +live → version 1$/m)
    expect(await here('call', 'books:live', '--as', 'caller')).toMatchObject({ code: 0, out: 'hello' })

    const second = await here('deploy', '--format', 'json')
    expect(second.err).toContain('Nothing to change for books:live')
    expect(JSON.parse(second.out)).toMatchObject({
      functionName: 'books',
      hasChanges: false,
      alias: { version: '1' },
    })

    const changed = await here(
      'deploy',
      '--memory-size',
      '512',
      '--grant',
      '444455556666',
      '--plan',
      '--format',
      'json',
    )
    const { steps } = JSON.parse(changed.out) as { steps: { what: string; action: string; says: string }[] }
    expect(
      steps.filter(({ action }) => action !== 'keep').map(({ what, says }) => `${what} ${says}`),
    ).toEqual([
      'configuration memory 256 → 512 MB',
      'version published of $LATEST',
      'alias live 1 → the new version',
      expect.stringMatching(/^grant 444455556666 /),
    ])
  })

  it('says what is wrong with a configuration, and touches nothing', async () => {
    await writeFile(
      join(place.folder, 'bad.config.ts'),
      'export default { timeoutSeconds: 1000, name: "x" }\n',
    )
    const { code, err } = await here('deploy', 'app.ts', '--config', '../bad.config.ts')
    expect(code).toBe(1)
    expect(err).toMatch(
      /^furlong: Config invalid \[ConfigInvalid\]\n {2}bad\.config\.ts is not valid:\n {2}timeoutSeconds is 1000: a whole number of seconds from 1 to 900 is wanted\.\n {2}Try: .+\n$/,
    )
  })
})

describe('furlong deploy on AWS', () => {
  it('opens a URL to everybody after a yes alone', async () => {
    const refused = await onAws('deploy', 'caller.mjs', '--name', 'open', '--public')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('Plan for open')
    expect(refused.err).toMatch(
      /Opening the URL of open on AWS lets everybody call it without a signature, and nobody has said yes to that\.\n {2}Try: --yes/,
    )
    expect((await onAws('url', 'get', 'open')).err).toContain('FunctionNotFound')
    expect(await onAws('deploy', 'caller.mjs', '--name', 'open', '--public', '--yes')).toMatchObject({
      code: 0,
    })
    // What is open already is not asked for again.
    expect(await onAws('deploy', 'caller.mjs', '--name', 'open', '--public')).toMatchObject({ code: 0 })
  })

  describe.skipIf(noTerminal !== '')(`asks in a pseudo-terminal${noTerminal && ` (${noTerminal})`}`, () => {
    const ask = (...argv: string[]): Running =>
      place.startInTerminal([...argv, '--aws'], { cwd: join(place.folder, 'shop'), env: aws })
    const question = /lets everybody call it without a signature\. Go on\? \[y\/N\] /
    const ctrlC = '\u0003'

    it('and opens a URL after y alone, be it of deploy or of url', async () => {
      const deploy = ['deploy', 'caller.mjs', '--name', 'asked', '--public']
      const refused = ask(...deploy)
      await refused.until('out', question)
      refused.type('\n')
      expect(await refused.ended).toMatchObject({ code: 1 })
      expect((await onAws('url', 'get', 'asked')).err).toContain('FunctionNotFound')
      expect(await onAws('deploy', 'caller.mjs', '--name', 'asked')).toMatchObject({ code: 0 })

      const kept = ask('url', 'update', 'asked', '--public')
      await kept.until('out', question)
      kept.type('n\n')
      expect((await kept.ended).code).toBe(1)
      expect((await onAws('url', 'get', 'asked')).out).toContain('AWS_IAM')

      const opened = ask('url', 'update', 'asked', '--public')
      await opened.until('out', question)
      opened.type('y\n')
      expect(await opened.ended).toMatchObject({ code: 0, out: expect.stringContaining('NONE') })
      expect((await onAws('url', 'update', 'asked', '--public')).err).toContain('--yes')
    })

    it('and ends by ctrl-c with one sentence while it asks', async () => {
      const running = ask('deploy', 'caller.mjs', '--name', 'never', '--public')
      const [asked] = await running.until('out', question)
      running.type(ctrlC)
      const { code, out } = await running.ended
      expect(code).toBe(130)
      const after = stripVTControlCharacters(out.slice(out.indexOf(asked) + asked.length))
      expect(after.trim()).toBe('Stopped; nothing was changed.')
      expect((await onAws('url', 'get', 'never')).err).toContain('FunctionNotFound')
    })
  })

  it('ends by ctrl-c before the first change with one sentence, while it looks at what is there', async () => {
    const running = Promise.withResolvers<Running>()
    endpoint.failWith(async () => {
      const { child } = await running.promise
      child.kill('SIGINT')
      await (
        await running.promise
      ).ended
      return undefined
    })
    running.resolve(start(['deploy', 'caller.mjs', '--name', 'unborn', '--aws'], aws))
    const { code, out, err } = await (await running.promise).ended
    expect(endpoint.seen.map(({ operation }) => operation)).not.toContainEqual(
      expect.stringMatching(/^(?:POST|PUT|Create|Put)/),
    )
    endpoint.failWith(() => undefined)
    // By the signal itself.
    expect({ code, out }).toEqual({ code: null, out: '' })
    expect(err).toMatch(/^target: .*\nStopped; nothing was changed\.\n$/m)
  })

  // After every single request it is tried within one process, in deploy-faults.test.ts.
  it.each([
    ['SIGKILL', 'CreateRole'],
    ['SIGKILL', 'POST /2015-03-31/functions'],
    ['SIGKILL', 'POST /2015-03-31/functions/SIGKILL-3/aliases'],
    ['SIGINT', 'AttachRolePolicy'],
    ['SIGINT', 'POST /2015-03-31/functions/SIGINT-5/versions'],
  ] as const)('goes on after a %s while %s is under way', async (signal, operation) => {
    tries += 1
    const name = `${signal}-${tries}`
    const running = Promise.withResolvers<Running>()
    endpoint.failWith(async (request) => {
      if (request.operation !== operation) return undefined
      const { child, ended } = await running.promise
      child.kill(signal)
      // The request goes on once the signal was heard.
      await (signal === 'SIGKILL' ? ended : (await running.promise).until('err', /Stopping; ctrl-c again/))
      return undefined
    })
    running.resolve(start(['deploy', '--name', name, '--aws'], aws))
    const { code, err } = await (await running.promise).ended
    endpoint.failWith(() => undefined)
    expect(code).toBe(signal === 'SIGINT' ? 130 : null)
    if (signal === 'SIGINT')
      expect(err).toMatch(/\[Interrupted\]\n.* What was done stays\.\n {2}Try: the same/)
    expect(await onAws('deploy', '--name', name)).toMatchObject({ code: 0 })
    expect((await onAws('deploy', '--name', name, '--plan')).out).toContain(
      `Nothing to change for ${name}:live`,
    )
  })
})
