/** What each package.json says, against what is in the package and what the others say. */
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { repository, type Manifest, type Packed } from './pack.ts'

/**
 * Looks for what a release would get wrong.
 *
 * @param packed the package
 * @param place where it is unpacked
 * @returns what is wrong with its package.json
 */
export async function findManifestFaults({ manifest, paths }: Packed, place: string): Promise<string[]> {
  const { name, description = '', license, type, engines, publishConfig, scripts } = manifest
  const wanted: readonly (readonly [holds: boolean, says: string])[] = [
    [description.length > 20, 'description is missing'],
    [license === 'MIT', 'license is not MIT'],
    [type === 'module', 'type is not module'],
    [engines?.['node'] === '>=22.13', 'engines.node is not >=22.13'],
    // Without it the first publish of a name with a scope is refused, or private.
    [!name.startsWith('@') || publishConfig?.['access'] === 'public', 'publishConfig.access is not public'],
    [scripts?.['prepack'] === 'cd ../.. && npm run build', 'prepack does not build'],
  ]
  return [
    ...wanted.filter(([holds]) => !holds).map(([, says]) => says),
    ...findDependencyFaults(manifest, await listImported(paths, place)),
  ]
}

/** A peer may be looked for under a name that no bundler sees. */
function findDependencyFaults(manifest: Manifest, imported: ReadonlySet<string>): string[] {
  const { name: own, dependencies, optionalDependencies, peerDependencies = {} } = manifest
  const brought = Object.keys({ ...dependencies, ...optionalDependencies })
  const known = new Set([...brought, ...Object.keys(peerDependencies), own])
  return [
    ...[...imported].filter((name) => !known.has(name)).map((name) => `${name} is imported and not declared`),
    ...brought.filter((name) => !imported.has(name)).map((name) => `${name} is declared and not imported`),
  ]
}

/** Names of the packages that scripts and types import. */
async function listImported(paths: readonly string[], place: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: place,
    entryPoints: paths.filter((path) => /^(?:bin|dist|runtime)\/.*\.c?js$/.test(path)),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2024',
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const ofScripts = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external === true).map(({ path }) => path),
  )
  const read = (end: string, pattern: RegExp): string[] =>
    paths
      .filter((path) => path.endsWith(end))
      .flatMap((path) => [...readFileSync(join(place, path), 'utf8').matchAll(pattern)])
      .map(([, found = '']) => found)
  const named = [
    ...ofScripts,
    ...read('.d.ts', /\b(?:from |import\()['"]([^'"]+)/g),
    ...read('.js', /\bimport\.meta\.resolve\(['"]([^'"]+)/g),
  ]
  const packages = named.filter((path) => /^[a-z@]/.test(path) && !isBuiltin(path))
  return new Set(packages.map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path))
}

/**
 * Compares the versions of the packages, and what they ask of each other, with the change log.
 *
 * @param manifests of the packages
 * @param changelog text of CHANGELOG.md
 * @returns what does not agree
 */
export function findVersionFaults(
  manifests: readonly Manifest[],
  changelog: string = readFileSync(join(repository, 'CHANGELOG.md'), 'utf8'),
): string[] {
  const [version = '', ...others] = new Set(manifests.map((manifest) => manifest.version))
  const asked = manifests.flatMap(({ name, dependencies = {} }) =>
    Object.entries(dependencies)
      .filter(([other, wanted]) => manifests.some((one) => one.name === other) && wanted !== version)
      .map(([other, wanted]) => `${name} wants ${other} ${wanted}, and ${version} is published`),
  )
  return [
    ...others.map((other) => `there is the version ${other} beside ${version}`),
    ...asked,
    ...findChangelogFaults(changelog, version),
  ]
}

function findChangelogFaults(changelog: string, version: string): string[] {
  const headings = [...changelog.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
  const released = headings.filter((heading) => heading !== 'Unreleased')
  const sorted = released.toSorted((a, b) => compareVersions(readVersion(b), readVersion(a)))
  return [
    ...(headings.indexOf('Unreleased') > 0 ? ['CHANGELOG.md: Unreleased is not on top'] : []),
    ...(released.join() === sorted.join()
      ? []
      : [`CHANGELOG.md: ${released.join(', ')} is not newest first`]),
    ...(readVersion(released[0] ?? '') === version
      ? []
      : [`CHANGELOG.md: ${version} is not the newest release`]),
    ...headings
      .filter((heading, index) => headings.indexOf(heading) !== index)
      .map((heading) => `CHANGELOG.md: ${heading} stands twice`),
  ]
}

const readVersion = (heading: string): string => heading.split(' ')[0] ?? ''

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
