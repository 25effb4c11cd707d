/** What a user downloads: browser bundles, and what `npm install @furlong/fetch` brings. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build, type Platform } from 'esbuild'
import type { Goal, Row } from './report.ts'

/** A module that is bundled and weighed. */
export interface Bundle {
  readonly row: string
  /** The module that is bundled. */
  readonly code: string
  readonly platform: Platform
  readonly external?: readonly string[]
  readonly goal?: Goal
}

const here = new URL('.', import.meta.url).pathname
const root = new URL('..', import.meta.url).pathname
const sigv4 = '@furlong/sigv4'
const fetchPackage = '@furlong/fetch'

const ownBundles: readonly Bundle[] = [
  { names: 'sign', atMost: 2500 },
  { names: 'sign, verify', atMost: 4096 },
  { names: 'sign, verify, diagnose', atMost: 8192 },
].map(({ names, atMost }) => ({
  row: `${sigv4}: ${names}`,
  code: `export { ${names} } from '${sigv4}'`,
  platform: 'browser',
  goal: { atMost },
}))

const peerBundles: readonly Bundle[] = [
  { row: 'aws4fetch: AwsV4Signer', code: "export { AwsV4Signer } from 'aws4fetch'", platform: 'browser' },
  { row: 'aws4fetch: AwsClient', code: "export { AwsClient } from 'aws4fetch'", platform: 'browser' },
  {
    row: '@smithy/signature-v4, without a hash',
    code: "export { SignatureV4 } from '@smithy/signature-v4'",
    platform: 'browser',
  },
  { row: 'aws4, for Node', code: "export { default } from 'aws4'", platform: 'node' },
]

/** @returns minified and gzipped sizes, and what an installation counts and weighs */
export async function run(): Promise<Row[]> {
  const rows: Row[] = []
  for (const bundle of [...ownBundles, ...(await readFetchBundles()), ...peerBundles]) {
    rows.push(await measureBundle(bundle))
  }
  return [...rows, ...(await measureInstallation())]
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The whole package, and each of its subpaths without the client it is made for. */
async function readFetchBundles(): Promise<Bundle[]> {
  const text = await readFile(join(root, 'packages/fetch/package.json'), 'utf8')
  const { exports, peerDependencies = {} } = JSON.parse(text) as Manifest
  return Object.keys(exports)
    .filter((path) => path === '.' || !path.endsWith('.json'))
    .map((path) => {
      const entry = fetchPackage + path.slice(1)
      return {
        row: `${entry}: all`,
        code: `export * from '${entry}'`,
        platform: 'browser',
        external: Object.keys(peerDependencies),
      }
    })
}

/** @returns the size of a bundle, minified and gzipped */
export async function measureBundle({ row, code, platform, external = [], goal }: Bundle): Promise<Row> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform,
    external: [...external],
    logLevel: 'silent',
  })
  const output = outputFiles[0]?.contents ?? new Uint8Array(0)
  if (platform === 'browser' && /["']node:/.test(Buffer.from(output).toString())) {
    throw new Error(`The browser bundle of ${row} imports from node:.`)
  }
  const measured: Row = { row, value: gzipSync(output, { level: 9 }).length, unit: 'B min+gzip' }
  return goal === undefined ? measured : { ...measured, goal }
}

async function measureInstallation(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-size-'))
  try {
    const tarballs = await pack(folder)
    await writeFile(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs])
    const modules = join(folder, 'node_modules')
    const packages = await readInstalled(modules)
    const sdk = packages.filter((name) => name.startsWith('@aws-sdk/') || name.startsWith('@smithy/'))
    return [
      {
        row: `npm install ${fetchPackage}: packages`,
        value: packages.length,
        unit: 'packages',
        goal: { atMost: 2 },
      },
      {
        row: `npm install ${fetchPackage}: of an AWS SDK`,
        value: sdk.length,
        unit: 'packages',
        goal: { atMost: 0 },
      },
      { row: `npm install ${fetchPackage}: on disk`, value: await sumBytes(modules), unit: 'B' },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function pack(folder: string): Promise<string[]> {
  const workspaces = [sigv4, fetchPackage].flatMap((name) => ['--workspace', name])
  await npm(root, ['pack', '--ignore-scripts', '--pack-destination', folder, ...workspaces])
  return (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name))
}

/** Outside of the script that runs this, whose settings npm would hand on. */
async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const settings = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = { ...Object.fromEntries(settings), npm_config_update_notifier: 'false' }
  await promisify(execFile)('npm', args, { cwd, env })
}

/** npm's own list of what it installed. */
async function readInstalled(modules: string): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  return Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13))
}

async function sumBytes(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
