/** `npm run conform -- examples`: the examples, each alone, with the packages as `npm pack` makes them and nothing of this repository. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Outcome, type Row, say } from '../report.ts'

const execute = promisify(execFile)
const repository = fileURLToPath(new URL('../../', import.meta.url))

/** What the examples install beside furlong, as their readers would. */
const others = ['hono', 'vitest'] as const

interface Example {
  readonly name: string
  /** The folder of examples/ that is copied. */
  readonly folder: string
  /** What is run in it, by a shell; an exit code other than 0 fails the example. */
  readonly script: string
}

const side = 'npx furlong run --'

/** Every example that is a whole program; the others are lines of guides, which run against the sources in their tests. */
const examples: readonly Example[] = [
  { name: 'vitest', folder: 'vitest', script: 'npx vitest run' },
  {
    name: 'deploying',
    folder: 'deploying',
    script: `${side} sh -eu -c '. ./deploy.sh; . ./again.sh; . ./url.sh; . ./destroy.sh'`,
  },
  { name: 'hosting, streamed', folder: 'hosting', script: `${side} sh -eu deploy-stream.sh` },
  {
    name: 'local',
    folder: 'local',
    script: `${side} sh -eu -c 'npx furlong deploy app.ts --name books && npx furlong call "books/book?page=5"'`,
  },
]

/**
 * Packs and installs, then runs each example in a folder of its own below what was installed.
 *
 * @returns a row for each: 1 for passed
 */
export async function run(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-examples-'))
  try {
    await install(folder)
    const rows: Row[] = []
    for (const { name, folder: source, script } of examples) {
      const place = join(folder, source)
      await cp(join(repository, 'examples', source), place, { recursive: true })
      const fault = await runIn(place, script)
      say(`${fault === undefined ? 'passed' : 'FAILED'}  ${name}`)
      if (fault !== undefined) say(fault)
      rows.push({ row: name, value: fault === undefined ? 1 : 0, unit: 'passed' })
    }
    return { rows, ok: rows.every(({ value }) => value === 1) }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function install(folder: string): Promise<void> {
  const pack = ['pack', '--workspaces', '--json', '--pack-destination', folder]
  const { stdout } = await execute('npm', pack, { cwd: repository, maxBuffer: 1 << 26 })
  const tarballs = [...stdout.matchAll(/"filename": "([^"]+\.tgz)"/g)]
    .map(([, file = '']) => file)
    .filter((file) => !file.startsWith('furlong-console'))
  const { devDependencies } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const wanted = others.map((name) => `${name}@${devDependencies[name] ?? 'latest'}`)
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  await execute('npm', ['install', ...options, ...tarballs.map((file) => `./${file}`), ...wanted], {
    cwd: folder,
  })
  say(`installed ${tarballs.length} packages of this repository`)
}

/** @returns what it wrote when it failed */
async function runIn(cwd: string, script: string): Promise<string | undefined> {
  const run = join(cwd, '.run')
  const env = { ...process.env, HOME: cwd, XDG_RUNTIME_DIR: run, NO_COLOR: '1' }
  try {
    await execute('sh', ['-c', `mkdir -p -m 700 "$XDG_RUNTIME_DIR"; ${script}`], {
      cwd,
      env,
      timeout: 240_000,
    })
    return undefined
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    return `${message}\n${stdout}${stderr}`
  }
}
