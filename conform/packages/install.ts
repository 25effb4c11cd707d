/** Projects that install the packages, as a user's does. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repository, type Packed } from './pack.ts'

const execute = promisify(execFile)
const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']

/** Packages of others, by name, in the versions that this repository is tested with. */
type Others = readonly string[]

/**
 * Makes an empty project and installs packages into it, as a project does that may import them all.
 *
 * @param folder where the project is to be
 * @param packages what is installed
 * @param others what is installed beside
 */
export async function install(
  folder: string,
  packages: readonly Packed[],
  others: Others = [],
): Promise<void> {
  const { packages: locked } = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly version: string }>>
  }
  const dependencies = {
    ...toFiles(packages),
    ...Object.fromEntries(others.map((name) => [name, locked[`node_modules/${name}`]?.version ?? 'latest'])),
  }
  await installProject(folder, { dependencies })
}

/**
 * Makes an empty project that installs one package, so that only what a package declares is found: nothing is hoisted.
 *
 * @param folder where the project is to be
 * @param packed the package
 * @param all where what it depends on comes from
 * @returns names of what came along
 */
export async function installAlone(
  folder: string,
  packed: Packed,
  all: readonly Packed[],
): Promise<readonly string[]> {
  const { [packed.manifest.name]: file, ...overrides } = toFiles(all)
  await installProject(
    folder,
    { dependencies: { [packed.manifest.name]: file }, overrides },
    '--install-strategy=linked',
  )
  const { stdout } = await execute('npm', ['query', '*'], { cwd: folder, maxBuffer: 1 << 26 })
  const found = JSON.parse(stdout) as readonly { readonly name?: string }[]
  return [...new Set(found.flatMap(({ name }) => (name === undefined ? [] : [name])))].filter(
    (name) => name !== packed.manifest.name,
  )
}

function toFiles(packages: readonly Packed[]): Record<string, string> {
  return Object.fromEntries(packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]))
}

async function installProject(folder: string, manifest: object, ...more: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', ...manifest }),
  )
  await execute('npm', ['install', ...options, ...more], { cwd: folder, maxBuffer: 1 << 26 })
}

/**
 * Runs something in a project, with a home of its own and no keys of anybody.
 *
 * @param folder the project's folder
 * @param words program and arguments
 * @returns what it wrote when it failed; undefined when it ended well
 */
export async function runIn(
  folder: string,
  [program = '', ...words]: readonly string[],
): Promise<string | undefined> {
  const run = join(folder, '.run')
  await mkdir(run, { recursive: true, mode: 0o700 })
  const { PATH = '' } = process.env
  const env = { PATH, HOME: folder, XDG_RUNTIME_DIR: run, NO_COLOR: '1' }
  try {
    await execute(program, words, { cwd: folder, env, timeout: 240_000, maxBuffer: 1 << 26 })
    return undefined
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    return `${message}\n${stdout}${stderr}`
  }
}

/**
 * Copies a program of `uses/` into a project and runs it there.
 *
 * @param folder the project's folder
 * @param name of the program, without `.ts`
 * @returns what it wrote when it failed
 */
export async function use(folder: string, name: string): Promise<string | undefined> {
  const file = `${name}.ts`
  await cp(new URL(`uses/${file}`, import.meta.url), join(folder, file))
  return runIn(folder, [process.execPath, file])
}
