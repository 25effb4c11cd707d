/** The packages as they would be published, unpacked; `npm run conform -- packages` also installs and runs them, and takes both ways to look for types. */
import { mkdir, mkdtemp, rm, symlink, writeFile, cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findContentFaults } from './contents.ts'
import { findManifestFaults, findVersionFaults } from './manifests.ts'
import { listEntries, packAll, repository, unpack, type Packed } from './pack.ts'
import { findTypeFaults } from './types.ts'

let folder = ''
let packages: readonly Packed[] = []
const places = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-packages-'))
  packages = await packAll(folder)
  for (const packed of packages) places.set(packed.manifest.name, await unpack(packed, folder))
}, 120_000)

/** What a check finds in any of them. */
async function collect(
  check: (packed: Packed, place: string) => string[] | Promise<string[]>,
): Promise<string[]> {
  const found: string[] = []
  for (const packed of packages) {
    const { name } = packed.manifest
    for (const fault of await check(packed, places.get(name) ?? '')) found.push(`${name}: ${fault}`)
  }
  return found
}

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the packages, as packed', () => {
  it('hold what their sources say, and nothing else', async () => {
    expect(packages.length).toBeGreaterThan(7)
    expect(await collect(findContentFaults)).toEqual([])
  })

  it('can be published, and declare what they import', async () => {
    expect(await collect(findManifestFaults)).toEqual([])
  })

  it('have one version, which is the newest of the change log', () => {
    const manifests = packages.map(({ manifest }) => manifest)
    expect(findVersionFaults(manifests)).toEqual([])
    expect(
      findVersionFaults(manifests, '# Changelog\n\n## 0.1.0\n\n## Unreleased\n\n## 0.2.0\n'),
    ).toHaveLength(2)
  })

  it('have types for every entry under node16, which wants most of them', { timeout: 120_000 }, async () => {
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    // What npm would install beside them.
    const others = new Set(
      packages.flatMap(({ manifest }) =>
        Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
      ),
    )
    for (const name of [...others, '@types/node'].filter((one) => !places.has(one))) {
      const link = join(folder, 'node_modules', name)
      await mkdir(dirname(link), { recursive: true })
      await symlink(join(repository, 'node_modules', name), link)
    }
    const program = 'furlong.ts'
    await cp(new URL(`uses/${program}`, import.meta.url), join(folder, program))
    const entries = packages.flatMap(({ manifest }) => listEntries(manifest))
    expect(entries.length).toBeGreaterThan(15)
    expect(await findTypeFaults(folder, entries, [program], ['node16'])).toEqual([])
  })
})
