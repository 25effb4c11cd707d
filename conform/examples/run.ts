/** `npm run conform -- examples`: the examples, each alone, with the packages as `npm pack` makes them and nothing of this repository. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install, runIn } from '../packages/install.ts'
import { buildAll, packAll, repository } from '../packages/pack.ts'
import { type Outcome, type Row, say } from '../report.ts'

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
    await buildAll()
    const packages = await packAll(folder)
    await install(folder, packages, others)
    say(`installed ${packages.length} packages of this repository`)
    const rows: Row[] = []
    for (const { name, folder: source, script } of examples) {
      const place = join(folder, source)
      await cp(join(repository, 'examples', source), place, { recursive: true })
      const fault = await runIn(place, ['sh', '-c', script])
      say(`${fault === undefined ? 'passed' : 'FAILED'}  ${name}`)
      if (fault !== undefined) say(fault)
      rows.push({ row: name, value: fault === undefined ? 1 : 0, unit: 'passed' })
    }
    return { rows, ok: rows.every(({ value }) => value === 1) }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
