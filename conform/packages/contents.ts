/** What a package must hold, found from its sources, and nothing beside it. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { listTargets, repository, type Manifest, type Packed } from './pack.ts'

/** In every package. */
const always = ['LICENSE', 'README.md', 'package.json'] as const
/** Only in the repository: tests and what they share. */
const isOfTests = (path: string): boolean => /\.(?:test|test-d)\.ts$|^(?:src|dist)\/testing\//.test(path)

/**
 * Compares what was packed with what is meant.
 *
 * @param packed the package
 * @param place where it is unpacked
 * @returns what is missing, what is too much, and what leads nowhere
 */
export function findContentFaults({ manifest, folder, paths }: Packed, place: string): string[] {
  const meant = new Set<string>([
    ...always,
    ...listSources(folder).flatMap((path) => [path, ...listTypes(path)]),
    ...listScripts(manifest, place),
    ...(manifest.files ?? [])
      .filter((name) => !/^(?:!|dist$|src$)/.test(name))
      .flatMap((name) => listFolder(folder, name)),
  ])
  const has = new Set(paths)
  return [
    ...[...meant].filter((path) => !has.has(path)).map((path) => `${path} is missing`),
    ...paths.filter((path) => !meant.has(path)).map((path) => `${path} has no use there`),
    ...paths.filter((path) => path.endsWith('.map')).flatMap((path) => findLostSources(place, path, has)),
    ...findLostTargets(manifest, has),
    ...(has.has('LICENSE') && !isEqual(join(place, 'LICENSE'), join(repository, 'LICENSE'))
      ? ['LICENSE is another than the repository’s']
      : []),
    ...(has.has('README.md') &&
    !readFileSync(join(place, 'README.md'), 'utf8').startsWith(`# ${manifest.name}\n`)
      ? [`README.md does not begin with # ${manifest.name}`]
      : []),
  ]
}

const isEqual = (a: string, b: string): boolean => readFileSync(a).equals(readFileSync(b))

/** Source maps and the condition of the repository lead to them. */
function listSources(folder: string): string[] {
  return readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(folder, posix.join(entry.parentPath, entry.name)))
    .filter((path) => !isOfTests(path))
}

function listTypes(path: string): string[] {
  return path.endsWith('.ts') ? [path.replace(/^src\/(.*)\.ts$/, 'dist/$1.d.ts')] : []
}

/** The scripts that the entries load, now or later, each with its map. */
function listScripts(manifest: Manifest, place: string): string[] {
  const found = new Set<string>()
  const visit = (path: string): void => {
    if (found.has(path) || !path.startsWith('dist/')) return
    found.add(path).add(`${path}.map`)
    const text = readFileSync(join(place, path), 'utf8')
    for (const [, to = ''] of text.matchAll(/(?:\bfrom|\bimport\(?)\s*['"](\.[^'"]+)['"]/g)) {
      visit(posix.join(posix.dirname(path), to))
    }
  }
  for (const row of Object.values({ ...manifest.exports, ...manifest.imports })) {
    for (const { path } of listTargets(row)) if (path.endsWith('.js')) visit(path)
  }
  return [...found]
}

/** Folders beside: as they are in git, or as they were built. */
function listFolder(folder: string, name: string): string[] {
  const inGit = execFileSync('git', ['ls-files', name], { cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
  if (inGit.length > 0) return inGit
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(folder, posix.join(entry.parentPath, entry.name)))
}

function findLostSources(place: string, path: string, has: ReadonlySet<string>): string[] {
  const { sources } = JSON.parse(readFileSync(join(place, path), 'utf8')) as { sources: readonly string[] }
  return sources
    .map((source) => posix.join(posix.dirname(path), source))
    .filter((source) => !has.has(source))
    .map((source) => `${path} leads to ${source}, which is not there`)
}

function findLostTargets({ exports, imports, bin }: Manifest, has: ReadonlySet<string>): string[] {
  const rows = Object.values({ ...exports, ...imports, ...bin })
  return rows
    .flatMap((row) => listTargets(row).map(({ path }) => path))
    .filter((path) => !path.includes('*') && !has.has(path))
    .map((path) => `package.json names ${path}, which is not there`)
}
