/** The packages as `npm publish` would send them. */
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Absolute path of the repository, with `/` at its end. */
export const repository: string = fileURLToPath(new URL('../../', import.meta.url))

/** A row of `exports` or `imports`: a path, or rows by condition. */
export type Row = string | { readonly [condition: string]: Row }

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly private?: boolean
  readonly type?: string
  readonly bin?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, Row>>
  readonly imports?: Readonly<Record<string, Row>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
  readonly publishConfig?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** One packed package. */
export interface Packed {
  readonly manifest: Manifest
  /** Absolute path of its folder in the repository. */
  readonly folder: string
  /** Absolute path of the tarball. */
  readonly tarball: string
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number
  readonly unpackedSize: number
  /** Hash of the tarball, as the registry keeps it: equal contents have equal ones. */
  readonly integrity: string
  /** Paths of what is in it, sorted. */
  readonly paths: readonly string[]
}

interface Report {
  readonly name: string
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly integrity: string
  readonly files: readonly { readonly path: string }[]
}

/** Builds the packages, as each of them is before it is published. */
export async function buildAll(): Promise<void> {
  await execute('npm', ['run', 'build'], { cwd: repository, maxBuffer: 1 << 26 })
}

/**
 * Packs every package that is published, as it was built.
 *
 * @param folder where the tarballs are put
 * @returns the packages; private ones are left out
 */
export async function packAll(folder: string): Promise<readonly Packed[]> {
  const options = ['--workspaces', '--json', '--ignore-scripts', '--pack-destination', folder]
  const { stdout } = await execute('npm', ['pack', ...options], { cwd: repository, maxBuffer: 1 << 26 })
  const parsed = JSON.parse(stdout) as readonly Report[] | Readonly<Record<string, Report>>
  const packed = await Promise.all(
    Object.values(parsed).map(async (report) => {
      const home = join(repository, 'packages', report.name.replace('@furlong/', ''))
      return {
        manifest: JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Manifest,
        folder: home,
        tarball: join(folder, report.filename),
        size: report.size,
        unpackedSize: report.unpackedSize,
        integrity: report.integrity,
        paths: report.files.map(({ path }) => path).toSorted(),
      }
    }),
  )
  return packed.filter(({ manifest }) => manifest.private !== true)
}

/**
 * Unpacks a package where Node looks for it.
 *
 * @param packed the package
 * @param folder a project's folder
 * @returns the package's own folder
 */
export async function unpack({ manifest, tarball }: Packed, folder: string): Promise<string> {
  const place = join(folder, 'node_modules', manifest.name)
  await mkdir(place, { recursive: true })
  await execute('tar', ['-xzf', tarball, '-C', place, '--strip-components=1'])
  return place
}

/**
 * @param manifest a package
 * @returns what an import says for each public entry: `@furlong/fetch/axios`
 */
export function listEntries({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports).map((key) => name + key.slice(1))
}

/**
 * @param row a row of `exports` or `imports`
 * @returns every path that it leads to, by the condition next to it
 */
export function listTargets(row: Row, condition = 'default'): { condition: string; path: string }[] {
  return typeof row === 'string'
    ? [{ condition, path: row.replace('./', '') }]
    : Object.entries(row).flatMap(([name, inner]) => listTargets(inner, name))
}
