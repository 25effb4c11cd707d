/** `npm run conform -- packages`: the packages as they would be published: what is in them, what they say of themselves, and that they work alone. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { findContentFaults } from './contents.ts'
import { install, installAlone, runIn, use } from './install.ts'
import { findManifestFaults, findVersionFaults } from './manifests.ts'
import { buildAll, listEntries, packAll, repository, unpack, type Packed } from './pack.ts'
import { findTypeFaults } from './types.ts'

const execute = promisify(execFile)

/** Where no registry is: whatever wants one fails at once. */
const noRegistry = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' }

/**
 * Packs, looks into the tarballs, rehearses the publication, then installs and uses each package alone, and all together.
 *
 * @returns a row for each check: the number of faults; and the sizes of each package
 */
export async function run(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-packages-'))
  const rows: Row[] = []
  const check = async (row: string, find: () => Promise<readonly string[]>): Promise<void> => {
    const faults = await find()
    say(`${faults.length === 0 ? 'passed' : 'FAILED'}  ${row}`)
    for (const fault of faults) say(`  ${fault}`)
    rows.push({ row, value: faults.length, unit: 'faults' })
  }
  try {
    await buildAll()
    const packages = await packAll(folder)
    const sizes = describeSizes(packages)
    await check('versions and the change log', async () =>
      findVersionFaults(packages.map(({ manifest }) => manifest)),
    )
    await check('npm publish --dry-run, without a registry', () => rehearse(packages))
    for (const packed of packages) {
      const { name } = packed.manifest
      const home = join(folder, 'unpacked')
      const place = await unpack(packed, home)
      await check(`${name}: contents`, async () => findContentFaults(packed, place))
      await check(`${name}: package.json`, () => findManifestFaults(packed, place))
      await check(`${name}: alone`, () => useAlone(packed, packages, join(folder, basename(packed.folder))))
    }
    await check('npx furlong up, status, completion, down', () => runUp(join(folder, 'furlong')))
    await check('types of every entry, by node16 and bundler', () =>
      compileAll(packages, join(folder, 'together')),
    )
    await check('@furlong/fetch with axios and undici', async () =>
      toFaults(await use(join(folder, 'together'), 'fetch-peers')),
    )
    return { rows: [...rows, ...sizes], ok: rows.every(({ value }) => value === 0) }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const toFaults = (said: string | undefined): string[] => (said === undefined ? [] : [said])

function describeSizes(packages: readonly Packed[]): Row[] {
  sayTable([
    ['package', 'files', 'packed', 'unpacked'],
    ...packages.map(({ manifest, paths, size, unpackedSize }) => [
      manifest.name,
      String(paths.length),
      `${Math.round(size / 1000)} kB`,
      `${Math.round(unpackedSize / 1000)} kB`,
    ]),
  ])
  return packages.flatMap(({ manifest, paths, size, unpackedSize }) => [
    { row: `${manifest.name}: files`, value: paths.length, unit: 'files' },
    { row: `${manifest.name}: packed`, value: size, unit: 'bytes' },
    { row: `${manifest.name}: unpacked`, value: unpackedSize, unit: 'bytes' },
  ])
}

/** What npm would send is what was looked into; one package is built by its own script, as a release builds each. */
async function rehearse(packages: readonly Packed[]): Promise<string[]> {
  const env = { ...process.env, ...noRegistry }
  const publish = async (
    ...options: string[]
  ): Promise<Readonly<Record<string, { readonly integrity: string }>>> => {
    const words = ['publish', '--dry-run', '--json', '--loglevel=error', ...options]
    const { stdout } = await execute('npm', words, { cwd: repository, env, maxBuffer: 1 << 26 })
    // A build script writes on stdout as well.
    return JSON.parse(stdout.slice(stdout.search(/^\{$/m))) as Record<string, { integrity: string }>
  }
  try {
    const sent = {
      ...(await publish('--workspaces', '--ignore-scripts')),
      ...(await publish('-w', '@furlong/sigv4')),
    }
    const wanted = new Map(packages.map(({ manifest, integrity }) => [manifest.name, integrity]))
    return [
      ...Object.keys(sent)
        .filter((name) => !wanted.has(name))
        .map((name) => `${name} would be published`),
      ...[...wanted]
        .filter(([name, integrity]) => sent[name]?.integrity !== integrity)
        .map(([name]) => `${name} would not be published, or with other contents`),
    ]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** With a package comes what it and those of this repository declare, and a program that uses it finds all it needs. */
async function useAlone(packed: Packed, all: readonly Packed[], folder: string): Promise<string[]> {
  const came = await installAlone(folder, packed, all)
  const declared = new Set(listDeclared(packed, all))
  const bringsOthers = [...declared].some((name) => all.every(({ manifest }) => manifest.name !== name))
  const tooMuch = bringsOthers ? [] : came.filter((name) => !declared.has(name))
  return [
    ...[...declared].filter((name) => !came.includes(name)).map((name) => `${name} did not come along`),
    ...tooMuch.map((name) => `${name} came along`),
    ...toFaults(await use(folder, basename(packed.folder))),
  ]
}

function listDeclared({ manifest }: Packed, all: readonly Packed[]): string[] {
  return Object.keys(manifest.dependencies ?? {}).flatMap((name) => {
    const own = all.find((one) => one.manifest.name === name)
    return own === undefined ? [name] : [name, ...listDeclared(own, all)]
  })
}

async function runUp(folder: string): Promise<string[]> {
  const script = `npx furlong up --port 0 --detach
trap 'npx furlong down' EXIT
npx furlong status
npx furlong completion bash | bash -n
trap - EXIT
npx furlong down`
  return toFaults(await runIn(folder, ['sh', '-euc', script]))
}

async function compileAll(packages: readonly Packed[], folder: string): Promise<string[]> {
  const peers = packages.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
  await install(folder, packages, [...new Set([...peers, '@types/node'])])
  const names = [...packages.map((packed) => basename(packed.folder)), 'fetch-peers']
  const programs = names.map((name) => `${name}.ts`)
  for (const program of programs) await cp(join(import.meta.dirname, 'uses', program), join(folder, program))
  return findTypeFaults(
    folder,
    packages.flatMap(({ manifest }) => listEntries(manifest)),
    programs,
  )
}
