/** docs/reference/dependencies.md says why each dependency is there, and names no other. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listFiles, repositoryFile } from './repository.ts'

interface Manifest {
  readonly private?: boolean
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const page = readFileSync(repositoryFile('docs/reference/dependencies.md'), 'utf8')
const parts = page.split(/^## /m)

/** The names in the first column of the table under a heading, each with what stands in the second one. */
function readTable(heading: string): { name: string; of: string; says: string }[] {
  const part = parts.find((text) => text.startsWith(heading)) ?? ''
  return [...part.matchAll(/^\| `([^`]+)` *\|([^|]*)\|([^|]*)/gm)].map(
    ([, name = '', of = '', says = '']) => ({
      name,
      of: of.replaceAll('`', '').trim(),
      says: says.trim(),
    }),
  )
}

const manifests = listFiles('*package.json')
  // What furlong init hands out is its user's.
  .filter((file) => !file.includes('/templates/'))
  .map((file) => ({ file, manifest: JSON.parse(readFileSync(repositoryFile(file), 'utf8')) as Manifest }))
const isOfWorkspace = (file: string): boolean => file === 'package.json' || file.startsWith('packages/')
const isForeign = (name: string): boolean => name !== 'furlong' && !name.startsWith('@furlong/')
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted()

describe('docs/reference/dependencies.md', () => {
  it('names what the published packages bring, and which of them', () => {
    const brought = manifests
      .filter(({ file, manifest }) => file.startsWith('packages/') && manifest.private !== true)
      .flatMap(({ file, manifest }) =>
        Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
          .filter(isForeign)
          .map((name) => `${name} of @furlong/${file.split('/')[1]}`),
      )
    const named = readTable('Of the published packages').flatMap(({ name, of }) =>
      of.split(', ').map((owner) => `${name} of ${owner}`),
    )
    expect(sorted(named)).toEqual(sorted(brought))
  })

  it('names what only the repository uses', () => {
    const used = manifests
      .filter(({ file }) => isOfWorkspace(file))
      .flatMap(({ manifest }) => [
        ...Object.keys(manifest.devDependencies ?? {}),
        ...(manifest.private === true ? Object.keys(manifest.dependencies ?? {}) : []),
      ])
    expect(sorted(readTable('Of this repository alone').map(({ name }) => name))).toEqual(
      sorted(used.filter(isForeign)),
    )
  })

  it('names what one command installs', () => {
    const used = manifests
      .filter(({ file }) => !isOfWorkspace(file))
      .flatMap(({ file, manifest }) =>
        Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).map(
          (name) => `${name} of ${file.replace('package.json', '')}`,
        ),
      )
    expect(sorted(readTable('Of one command each').map(({ name, of }) => `${name} of ${of}`))).toEqual(
      sorted(used),
    )
  })

  it('gives a reason for each', () => {
    const all = parts.slice(1).flatMap((part) => readTable(part.split('\n')[0] ?? ''))
    expect(all.length).toBeGreaterThan(50)
    expect(all.filter(({ of, says }) => `${of}${says}`.length < 4)).toEqual([])
  })

  it('finds one version for all packages, which depend on each other by it', () => {
    const ours = manifests.filter(({ file }) => file.startsWith('packages/')).map(({ manifest }) => manifest)
    const versions = ours.flatMap((manifest) => [
      ...(manifest.private === true ? [] : [manifest.version]),
      ...Object.entries(manifest.dependencies ?? {}).flatMap(([name, version]) =>
        isForeign(name) ? [] : [version],
      ),
    ])
    expect(versions.length).toBeGreaterThan(15)
    expect(new Set(versions).size).toBe(1)
  })

  it('finds every version pinned exactly', () => {
    const loose = manifests.flatMap(({ file, manifest }) =>
      Object.entries({
        ...manifest.dependencies,
        ...manifest.optionalDependencies,
        ...manifest.devDependencies,
      })
        .filter(([, version]) => !/^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`),
    )
    expect(loose).toEqual([])
  })
})
