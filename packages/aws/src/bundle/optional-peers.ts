import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Plugin } from 'esbuild'

/** Ways of loading that an application survives when there is nothing to load. */
const lateKinds: ReadonlySet<string> = new Set(['dynamic-import', 'require-call', 'require-resolve'])

/** Marks the question this plugin asks itself. */
const asked = Symbol('asked')

/**
 * Leaves out packages that a dependency declares as optional peers, loads as it runs, and that are not installed. Nest loads
 * seven modules so; for whoever uses none of them a bundle without them is whole. Anything else that is missing stays an error.
 */
export const optionalPeers: Plugin = {
  name: 'optional-peers',
  setup(build) {
    const known = new Map<string, ReadonlySet<string>>()
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === asked || !lateKinds.has(kind)) return undefined
      if (!findOptionalPeers(dirname(importer), known).has(readPackageName(path))) return undefined
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: asked })
      return found.errors.length === 0 ? found : { path, external: true }
    })
  },
}

function readPackageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Reads the optional peers of the package that a folder belongs to. */
function findOptionalPeers(folder: string, known: Map<string, ReadonlySet<string>>): ReadonlySet<string> {
  const before = known.get(folder)
  if (before !== undefined) return before
  const parent = dirname(folder)
  const peers = readOptionalPeers(folder) ?? (parent === folder ? none : findOptionalPeers(parent, known))
  known.set(folder, peers)
  return peers
}

const none: ReadonlySet<string> = new Set()

/** Gives undefined where no package begins; a package.json without a name only sets the kind of its modules. */
function readOptionalPeers(folder: string): ReadonlySet<string> | undefined {
  try {
    const manifest = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as {
      readonly name?: unknown
      readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: unknown }>>
    }
    if (manifest.name === undefined) return undefined
    const peers = Object.entries(manifest.peerDependenciesMeta ?? {})
    return new Set(peers.filter(([, { optional }]) => optional === true).map(([name]) => name))
  } catch {
    return undefined
  }
}
