/**
 * `npm run build`: the packages as they are published. `tsc -b` writes their types; rollup makes of each entry one file, and chunks of what
 * entries share, because Node takes about a millisecond for every file that it imports (`decisions/016`). The entries are those that
 * `exports` and `imports` of a package name under `dist`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { rollup, type Plugin } from 'rollup'

/** A row of `exports` or `imports`: a path, or rows by condition. */
type Row = string | { readonly [condition: string]: Row }

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, Row>>
  readonly imports?: Readonly<Record<string, Row>>
}

/** Paths of sources by names of outputs. */
type Entries = Record<string, string>

const root = fileURLToPath(new URL('.', import.meta.url))
const source = '@furlong/source'
/** A chunk with fewer characters is put into another where nobody loads more than before. */
const minChunkSize = 20_000

/** `conform/host` brings applications that share modules with the host, as no user's does: they have one of their own. */
const testing: Readonly<Record<string, Entries>> = {
  '@furlong/host': Object.fromEntries(
    ['applications.node', 'fidelity', 'front-door.node', 'host'].map((name) => [
      `testing/${name}`,
      `./src/testing/${name}.ts`,
    ]),
  ),
}

async function buildPackage(folder: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const { forNode, anywhere } = readEntries(manifest)
  const runsAnywhere = Object.keys(forNode).length > 0
  const written = await write(folder, anywhere, [
    createResolver(folder, manifest, runsAnywhere ? 'default' : 'node'),
    stripTypes,
    ...(runsAnywhere ? [] : [builtins]),
  ])
  for (const entries of [forNode, testing[manifest.name] ?? {}]) {
    written.push(...(await write(folder, entries, [createResolver(folder, manifest, 'node'), stripTypes])))
  }
  removeOthers(folder, new Set(written))
}

/** A package that runs anywhere has entries for Node beside the others. */
function readEntries({ exports, imports }: Manifest): { forNode: Entries; anywhere: Entries } {
  const found = { forNode: {} as Entries, anywhere: {} as Entries }
  for (const row of Object.values({ ...exports, ...imports })) {
    const from = typeof row === 'object' ? row[source] : undefined
    if (typeof row !== 'object' || typeof from !== 'string') continue
    for (const [condition, to] of Object.entries(row)) {
      const output = typeof to === 'string' ? /^\.\/dist\/(.*)\.js$/.exec(to)?.[1] : undefined
      if (output === undefined) continue
      const isForNode = condition === 'node' || from.endsWith('.node.ts')
      found[isForNode ? 'forNode' : 'anywhere'][output] = from
    }
  }
  return found
}

/** @returns the paths of what was written */
async function write(folder: string, entries: Entries, plugins: readonly Plugin[]): Promise<string[]> {
  if (Object.keys(entries).length === 0) return []
  const dist = join(folder, 'dist')
  const input = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(folder, path)]))
  const bundle = await rollup({
    input,
    plugins: [...plugins],
    // An entry of types alone would take in a chunk otherwise, and export what that holds.
    preserveEntrySignatures: 'strict',
    logLevel: 'warn',
    onwarn: ({ code, message }) => {
      // What types alone make.
      if (code !== 'EMPTY_BUNDLE') throw new Error(message)
    },
  })
  const { output } = await bundle.write({
    dir: dist,
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    experimentalMinChunkSize: minChunkSize,
    // Beside the first entry: tests of the host are not published.
    chunkFileNames: `${/^testing\//.exec(Object.keys(entries)[0] ?? '')?.[0] ?? ''}chunks/[name]-[hash].js`,
  })
  await bundle.close()
  return output.map(({ fileName }) => join(dist, fileName))
}

/** Sources of the same package are bundled; other packages, ours too, are imported at run time. */
function createResolver(folder: string, { imports = {} }: Manifest, condition: 'node' | 'default'): Plugin {
  return {
    name: 'sources',
    resolveId: (id) => {
      if (!/^[#a-z@]/.test(id)) return null
      const row = imports[id]
      const path = typeof row === 'object' ? row[condition] : row
      return typeof path === 'string' ? join(folder, path) : { id, external: true }
    },
  }
}

const stripTypes: Plugin = {
  name: 'types',
  transform: async (code, id) => {
    if (!id.endsWith('.ts')) return null
    const { code: stripped, map } = await transform(code, {
      loader: 'ts',
      target: 'es2024',
      sourcemap: 'external',
      sourcefile: id,
    })
    return { code: stripped, map }
  },
}

/**
 * Takes Node's modules from `process.getBuiltinModule()`. For an import statement Node reads everything that a module exports, and with it
 * loads what it keeps for later: `WebSocket` of `node:http` is the whole of its fetch, 27 ms.
 */
const builtins: Plugin = {
  name: 'builtins',
  resolveId: {
    order: 'pre',
    handler: (id) => (id.startsWith('node:') ? { id: `\0${id}`, moduleSideEffects: false } : null),
  },
  resolveDynamicImport: (id) =>
    typeof id === 'string' && id.startsWith('node:') ? { id, external: true } : null,
  load: (id) => {
    if (!id.startsWith('\0node:')) return null
    const name = id.slice(1)
    const module = `process.getBuiltinModule('${name}')`
    const exports = Object.keys(process.getBuiltinModule(name) ?? {}).map(
      (key) => `export const ${key} = /* @__PURE__ */ (() => builtin.${key})()`,
    )
    return [`const builtin = /* @__PURE__ */ ${module}`, ...exports].join('\n')
  },
}

/** Deletes scripts of an earlier build, and types whose source is gone: `tsc -b` leaves them. */
function removeOthers(folder: string, written: ReadonlySet<string>): void {
  const dist = join(folder, 'dist')
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile()) continue
    const isOldScript = /\.js(?:\.map)?$/.test(path) && !written.has(path)
    const source = join(folder, 'src', relative(dist, path).replace(/\.d\.ts$/, '.ts'))
    if (isOldScript || (path.endsWith('.d.ts') && !existsSync(source))) rmSync(path)
  }
}

const compiler = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: ['ignore', 2, 2] })
if (status === 0) {
  const packages = join(root, 'packages')
  for (const name of readdirSync(packages)) await buildPackage(join(packages, name))
} else {
  process.exitCode = status ?? 1
}
