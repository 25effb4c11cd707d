import { execFile } from 'node:child_process'
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundleInstalled, bundleSuite } from './bundle.ts'
import type { Vectors } from './vectors.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** The entries of the package: without and with Node's own hash. */
const branches = ['index.js', 'index.node.js']

/** A folder that has the packed package installed, as a user's project has, and programs that use it. */
export interface Consumer {
  readonly folder: string
  /** Runs the suite on the installed package, as the runtime resolves it. */
  readonly packed: string
  /** Runs the suite as bundled for browsers. */
  readonly bundled: string
  /** Tells which entry the runtime resolved. */
  readonly probe: string
  /** The bundle, and the branch in it. */
  readonly bundle: { readonly text: string; readonly branch: string }
  remove(): Promise<void>
}

/**
 * Packs `@furlong/sigv4`, installs the tarball in a temporary folder, and writes the programs beside it.
 * @param vectors the data
 */
export async function createConsumer(vectors: Vectors): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-conform-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    return { folder, remove, ...(await fillFolder(folder, vectors)) }
  } catch (error) {
    await remove()
    throw error
  }
}

async function fillFolder(folder: string, vectors: Vectors): Promise<Omit<Consumer, 'folder' | 'remove'>> {
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const pack = await execute(
    'npm',
    ['pack', '-w', '@furlong/sigv4', '--json', '--pack-destination', folder],
    {
      cwd: root,
    },
  )
  const tarball = /"filename": "([^"]+)"/.exec(pack.stdout)?.[1] ?? ''
  await execute('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder })
  const installed = join(folder, 'node_modules', '@furlong', 'sigv4')
  await writeProbe(folder, installed)
  await writeFile(join(folder, 'suite.mjs'), (await bundleSuite()).text)
  const bundle = await bundleInstalled(join(folder, 'suite.mjs'))
  await writeFile(join(folder, 'bundle.mjs'), bundle.text)
  await writeFile(join(folder, 'vectors.mjs'), `export const vectors = ${JSON.stringify(vectors)}`)
  await writeFile(join(folder, 'packed.mjs'), programOf('suite.mjs'))
  await writeFile(join(folder, 'bundled.mjs'), programOf('bundle.mjs'))
  return { packed: 'packed.mjs', bundled: 'bundled.mjs', probe: join('probe', 'probe.mjs'), bundle }
}

function programOf(file: string): string {
  return `import { runHere } from './${file}'
import { vectors } from './vectors.mjs'
console.log(JSON.stringify(await runHere(vectors)))
`
}

// A copy of the package whose branches tell their names when they are loaded: the suite runs on the untouched one.
async function writeProbe(folder: string, installed: string): Promise<void> {
  const copy = join(folder, 'probe', 'node_modules', '@furlong', 'sigv4')
  await cp(installed, copy, { recursive: true })
  for (const branch of branches) {
    await appendFile(join(copy, 'dist', branch), `\nglobalThis.furlongBranch = ${JSON.stringify(branch)}\n`)
  }
  await writeFile(
    join(folder, 'probe', 'probe.mjs'),
    "import '@furlong/sigv4'\nconst { process, Deno, Bun, furlongBranch } = globalThis\nconst version = Bun?.version ?? Deno?.version.deno ?? process.versions.node\nconsole.log(JSON.stringify({ version, branch: furlongBranch }))\n",
  )
}
