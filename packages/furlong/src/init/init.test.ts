/** Projects as users get them: made by the real program, installed from packed packages, and tested by their own tests. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Answer } from '../testing/program.ts'

const execute = promisify(execFile)
const repository = fileURLToPath(new URL('../../../../', import.meta.url))

let place: Place

beforeAll(async () => {
  place = await Place.make()
})
afterAll(() => place.close())

describe('furlong init', () => {
  it('writes a project that says its name, its account and its repository', async () => {
    const words = ['--account', '444455556666', '--region', 'eu-west-1', '--repository', 'my-company/shop']
    const made = await place.run('init', 'shop', ...words, '--format', 'json')
    expect(made.code).toBe(0)
    const { files } = JSON.parse(made.out) as { files: string[] }
    expect(files).toEqual([
      '.github/aws/deploy-policy.json',
      '.github/aws/trust-policy.json',
      '.github/workflows/deploy.yml',
      '.gitignore',
      'README.md',
      'app.test.ts',
      'app.ts',
      'furlong.config.ts',
      'package.json',
      'tsconfig.json',
    ])
    const texts = await Promise.all(files.map((file) => readFile(join(place.folder, 'shop', file), 'utf8')))
    const all = texts.join('\n')
    expect(all.replaceAll(/\$\{\{ .*? \}\}/g, '')).not.toMatch(/\{\{|\}\}|111122223333/)
    expect(all).toContain('arn:aws:lambda:eu-west-1:444455556666:function:shop')
    expect(all).toContain('"repo:my-company/shop:ref:refs/heads/main"')
    expect(all).not.toContain('To be filled in')
  })

  it('says what is left to be filled in', async () => {
    expect(await place.run('init', 'open', '--python', '--name', 'Books')).toMatchObject({ code: 0 })
    const readme = await readFile(join(place.folder, 'open/README.md'), 'utf8')
    expect(readme).toContain(
      'To be filled in here and in both files: the account `111122223333` and the repo',
    )
    expect(JSON.parse(await readFile(join(place.folder, 'open/package.json'), 'utf8'))).toMatchObject({
      name: 'books',
    })
  })

  it('replaces nothing, and minds no fresh repository of git', async () => {
    await mkdir(join(place.folder, 'full/.git'), { recursive: true })
    await writeFile(join(place.folder, 'full/notes.txt'), 'mine')
    const refused = await place.run('init', 'full')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toMatch(/Folder not empty.*full holds notes\.txt.*replaces nothing/s)
    expect(await readdir(join(place.folder, 'full'))).toEqual(['.git', 'notes.txt'])
    await rm(join(place.folder, 'full/notes.txt'))
    expect(await place.run('init', 'full')).toMatchObject({ code: 0 })
  })

  it.each([
    [['--expres'], 'Try: --express'],
    [['--express', '--python'], '--express and --python exclude each other'],
    [['--account', '12'], '--account 12: 12 digits'],
    [['--region', 'moon'], '--region moon: a region'],
    [['--repository', 'my-company/*'], '--repository my-company/*: <owner>/<name>'],
  ])('refuses %j as wrong usage', async (words, says) => {
    const refused = await place.run('init', 'never', ...words)
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(says)
    expect(await readdir(place.folder)).not.toContain('never')
  })

  it('refuses a name that no function can have', async () => {
    const refused = await place.run('init', 'never', '--name', 'a b')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain("The function name 'a b' is not valid")
  })

  it('takes the versions that this repository is tested with', async () => {
    const { devDependencies: tested } = await readManifest(repository)
    for (const kind of ['hono', 'express']) {
      const { dependencies, devDependencies } = await readManifest(
        join(repository, 'packages/furlong/templates', kind),
      )
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect([name, version]).toEqual([name, tested[name] ?? '{{furlong}}'])
      }
    }
  })
})

type Manifest = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>> & {
  readonly private?: boolean
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

function findMissing(program: string, ...words: readonly string[]): string {
  try {
    execFileSync(program, words, { stdio: 'ignore', timeout: 20_000 })
    return ''
  } catch {
    return ` (not run: ${[program, ...words].join(' ')} fails)`
  }
}
const noRegistry = findMissing('npm', 'ping')

/** npm and what it starts run on the Node of this test. */
const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)

describe.skipIf(noRegistry)(`a project installed from packed packages${noRegistry}`, () => {
  let tarballs: string[] = []

  beforeAll(async () => {
    const folder = join(place.folder, 'packed')
    await mkdir(folder)
    const folders = (await readdir(join(repository, 'packages'))).map((name) => join('packages', name))
    for (const workspace of folders) {
      const { private: isPrivate } = await readManifest(join(repository, workspace))
      if (isPrivate === true) continue
      const words = ['pack', '--workspace', workspace, '--ignore-scripts', '--pack-destination', folder]
      await execute('npm', words, { cwd: repository })
    }
    tarballs = (await readdir(folder)).map((name) => join(folder, name))
  }, 120_000)

  async function install(folder: string): Promise<void> {
    const words = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs]
    await execute('npm', words, { cwd: folder, env: { ...process.env, PATH: path } })
  }

  /** Runs a program in a project, and says all that it wrote when it fails. */
  async function runIn(folder: string, program: string, ...words: string[]): Promise<Answer> {
    const env = { ...place.env, ...pipOfTest, PATH: path }
    return execute(program, words, { cwd: folder, env }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (error: { code?: unknown; stdout?: unknown; stderr?: unknown }) => ({
        code: Number(error.code),
        out: String(error.stdout),
        err: String(error.stderr),
      }),
    )
  }

  it.each(['hono', 'express'])(
    '%s: passes its own test, compiles, and is deployed and called',
    async (kind) => {
      const name = `my-${kind}`
      expect(await place.run('init', name, `--${kind}`)).toMatchObject({ code: 0 })
      const folder = join(place.folder, name)
      await install(folder)
      const tested = await runIn(folder, 'npm', 'test')
      expect(tested, tested.out + tested.err).toMatchObject({ code: 0 })
      expect(tested.out).toMatch(/Tests .*4 passed/)
      const checked = await runIn(folder, 'npm', 'run', 'check')
      expect(checked, checked.out).toMatchObject({ code: 0 })
      await deployAndCall(folder, name)
    },
    300_000,
  )

  async function deployAndCall(folder: string, name: string): Promise<void> {
    const furlong = join(folder, 'node_modules/.bin/furlong')
    const up = await runIn(folder, furlong, 'up', '--detach', '--port', '0')
    const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(up.out + up.err) ?? []
    try {
      const deployed = await runIn(folder, furlong, 'deploy')
      expect(deployed, deployed.err).toMatchObject({ code: 0 })
      expect((await runIn(folder, furlong, 'call', name)).out).toContain('arn:aws:iam::111122223333:')
    } finally {
      await runIn(folder, furlong, 'down', '--port', port)
    }
  }

  /** pip's own settings: an index that lies on this machine, or the one that FURLONG_TEST_PIP_INDEX names. */
  const pipIndex = process.env['FURLONG_TEST_PIP_INDEX'] ?? findIndexOnDisk()
  const pipOfTest: Record<string, string> = { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: pipIndex }
  const noFastApi = findUnavailable(pipIndex, 'fastapi')
  const noMangum = noFastApi || findUnavailable(pipIndex, 'mangum')

  async function testPython(name: string): Promise<void> {
    expect(await place.run('init', name, '--python')).toMatchObject({ code: 0 })
    const folder = join(place.folder, name)
    await install(folder)
    const tested = await runIn(folder, 'npm', 'test')
    expect(tested, tested.out + tested.err).toMatchObject({ code: 0 })
    expect(tested.out).toMatch(/pass 4/)
    await deployAndCall(folder, name)
  }

  it.skipIf(noMangum)(
    `python: passes its own test, and is deployed and called${noMangum}`,
    () => testPython('my-python'),
    300_000,
  )

  // Stands in for Mangum where pip has none, so that everything around it is tried all the same.
  it.skipIf(noFastApi || !noMangum)(
    `python, with an adapter of this test in the place of Mangum${noFastApi}`,
    async () => {
      const wheels = await mkdtemp(join(tmpdir(), 'furlong-wheels-'))
      try {
        await makeAdapterWheel(wheels)
        pipOfTest['PIP_FIND_LINKS'] = wheels
        await testPython('my-adapted')
      } finally {
        delete pipOfTest['PIP_FIND_LINKS']
        await rm(wheels, { recursive: true, force: true })
      }
    },
    300_000,
  )
})

function findIndexOnDisk(): string {
  try {
    const text = execFileSync('python3', ['-m', 'pip', 'config', 'list'], { encoding: 'utf8' })
    return /file:\/\/[^\s']+/.exec(text)?.[0] ?? ''
  } catch {
    return ''
  }
}

function findUnavailable(index: string, name: string): string {
  const says = ` (not run: no index on this machine has ${name}; FURLONG_TEST_PIP_INDEX names another)`
  if (index === '') return says
  const folder = mkdtempSync(join(tmpdir(), 'furlong-pip-'))
  try {
    const words = ['-m', 'pip', 'download', '--no-deps', '--dest', folder, '--index-url', index, name]
    execFileSync('python3', words, { stdio: 'ignore', env: { ...process.env, PIP_CONFIG_FILE: '/dev/null' } })
    return ''
  } catch {
    return says
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As little of ASGI as one answer in one piece needs. */
const adapter = `import asyncio, base64
class Mangum:
    def __init__(self, app, lifespan="auto"):
        self.app = app
    def __call__(self, event, context):
        return asyncio.run(self.answer(event, context))
    async def answer(self, event, context):
        body = event.get("body") or ""
        body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        http = event["requestContext"]["http"]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": http["method"],
                 "path": event["rawPath"], "raw_path": event["rawPath"].encode(), "root_path": "", "scheme": "https",
                 "query_string": event["rawQueryString"].encode(), "client": (http["sourceIp"], 0), "server": None,
                 "headers": [(name.encode(), value.encode()) for name, value in event["headers"].items()],
                 "aws.event": event, "aws.context": context}
        sent = []
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}
        async def send(message):
            sent.append(message)
        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
        return {"statusCode": sent[0]["status"], "headers": headers, "body": text}
`

async function makeAdapterWheel(folder: string): Promise<void> {
  const info = 'mangum-0.19.0+of.a.test.dist-info'
  const files = {
    'mangum.py': adapter,
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: mangum\nVersion: 0.19.0+of.a.test\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  }
  const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))
  await writeFile(join(folder, 'mangum-0.19.0+of.a.test-py3-none-any.whl'), zipSync(bytes))
}
