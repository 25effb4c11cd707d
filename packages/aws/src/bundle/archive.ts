import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { zipSync, type Zippable } from 'fflate'

/** One file of a bundle. */
export interface BundleFile {
  /** Path inside the zip, with `/`. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Whether the file may be executed: `bootstrap` must be. */
  readonly executable?: boolean
}

/** The same files make the same zip, so that an unchanged bundle is seen to be unchanged. */
const fixedTime = new Date(2020, 0, 1)
const unix = 3

/**
 * Makes a zip of files, readable by everybody as Lambda wants them.
 * @param files the files, in any order
 * @param level how hard it tries to be small: 0 not at all, where time counts and size does not
 * @returns the zip's bytes, equal for equal files
 */
export function createZip(files: readonly BundleFile[], level: 0 | 6 = 6): Uint8Array {
  const entries: Zippable = {}
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const mode = file.executable === true ? 0o100755 : 0o100644
    // The shift's sign does not matter: fflate writes the low 32 bits.
    entries[file.path] = [file.bytes, { mtime: fixedTime, os: unix, attrs: (mode << 16) >>> 0 }]
  }
  return zipSync(entries, { level })
}

/** What never belongs into a function: version control, caches, secrets of the shell, the local side's own state. */
const skippedNames = new Set([
  '.git',
  '.furlong',
  '__pycache__',
  '.DS_Store',
  '.venv',
  'venv',
  '.pytest_cache',
  '.mypy_cache',
])

/**
 * Reads every file below a folder; links are followed, caches and version control are left out.
 * @param folder the folder
 * @param skip further names to leave out
 * @returns its files with paths relative to it
 */
export async function readFolder(folder: string, skip: readonly string[] = []): Promise<BundleFile[]> {
  const names = new Set([...skippedNames, ...skip])
  // `.env`, `.env.local` and the like hold what a shell needs, and must not travel with the code.
  return collect(folder, (name) => names.has(name) || name === '.env' || name.startsWith('.env.'))
}

/**
 * Reads a folder into which pip has installed packages, without what is different on every machine: programs that name
 * this machine's Python, and where a package came from.
 * @param folder the folder of `--target`
 * @returns its files with paths relative to it
 */
export async function readPackages(folder: string): Promise<BundleFile[]> {
  const files = await collect(folder, (name) => name === '__pycache__')
  const kept = files.filter(
    ({ path, bytes }) =>
      !(path.startsWith('bin/') && bytes[0] === 0x23 && bytes[1] === 0x21) &&
      !path.endsWith('.dist-info/direct_url.json'),
  )
  const paths = new Set(kept.map(({ path }) => path))
  return kept.map((file) => (file.path.endsWith('.dist-info/RECORD') ? dropMissing(file, paths) : file))
}

/** A `RECORD` lists the files of a package with their hashes, programs by their way from `lib/python`. */
function dropMissing(record: BundleFile, paths: ReadonlySet<string>): BundleFile {
  const lines = new TextDecoder().decode(record.bytes).split('\n')
  const kept = lines.filter((line) => {
    const [path = ''] = line.split(',')
    return path === '' || path.startsWith('"') || paths.has(path.replace(/^(?:\.\.\/)+/, ''))
  })
  return { ...record, bytes: new TextEncoder().encode(kept.join('\n')) }
}

/** A state folder of the local side under a name of its own; its database holds keys. */
const isStateFolder = (folder: string): boolean =>
  existsSync(join(folder, 'state.db')) && existsSync(join(folder, 'code'))

async function collect(root: string, isSkipped: (name: string) => boolean): Promise<BundleFile[]> {
  const files: BundleFile[] = []
  const walk = async (folder: string): Promise<void> => {
    for (const name of await readdir(folder)) {
      if (isSkipped(name)) continue
      const path = join(folder, name)
      const info = await stat(path).catch(() => undefined)
      if (info?.isDirectory() === true && !isStateFolder(path)) await walk(path)
      if (info?.isFile() === true) {
        const executable = (info.mode & 0o100) !== 0
        files.push({
          path: relative(root, path).split(sep).join('/'),
          bytes: await readFile(path),
          executable,
        })
      }
    }
  }
  await walk(root)
  return files
}
