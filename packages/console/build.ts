/** Builds the page: all that is served, packed as browsers take it; nothing of it refers to anything outside. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A file of the page, by its name in `index.html`. */
type Built = Readonly<Record<'begin.js' | 'console.js' | 'console.css' | 'icon.svg', string>>

/**
 * Builds the page.
 *
 * @param folder where to, made anew; default that of the package `furlong`, which ships it
 */
export async function buildPage(folder: string = here('../furlong/page')): Promise<void> {
  const { metafile, outputFiles } = await build({
    entryPoints: [
      { in: here('src/begin.ts'), out: 'begin' },
      { in: here('src/main.tsx'), out: 'console' },
      { in: here('src/styles/console.css'), out: 'console' },
      { in: here('src/icon.svg'), out: 'icon' },
    ],
    outdir: folder,
    // Kept for ever by browsers: another content has another name.
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    // What only one view needs comes when that is opened.
    splitting: true,
    loader: { '.svg': 'copy' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    conditions: ['@furlong/source'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
    ...output,
    name: basename(path),
  }))
  /** The file that a source went into, whole. */
  const find = (source: string): string =>
    outputs.find(({ inputs }) => Object.keys(inputs).some((path) => path.endsWith(source)))?.name ?? source
  const built: Built = {
    'begin.js': find('src/begin.ts'),
    'console.js': find('src/main.tsx'),
    'console.css': find('src/styles/console.css'),
    'icon.svg': find('src/icon.svg'),
  }
  const linked = Object.entries(built).reduce(
    (html, [name, hashed]) => html.replace(`"${name}"`, `"${hashed}"`),
    await readFile(here('src/index.html'), 'utf8'),
  )
  // What the first script imports is fetched beside it, not behind it.
  const first = outputs.find(({ name }) => name === built['console.js'])
  const preloads = (first?.imports ?? [])
    .filter(({ kind, path }) => kind === 'import-statement' && basename(path) !== built['begin.js'])
    .map(({ path }) => `    <link rel="modulepreload" href="${basename(path)}" />\n`)
  const page = linked.replace('  </head>', `${preloads.join('')}  </head>`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  // What two scripts share has a file of its own, and that of the first one holds nothing else: the page takes it from there.
  const empty = outputs.find(({ entryPoint }) => entryPoint?.endsWith('src/begin.ts'))?.name
  const files = outputFiles
    .map(({ path, contents }) => [basename(path), Buffer.from(contents)] as const)
    .filter(([name]) => name !== empty || name === built['begin.js'])
  for (const [name, bytes] of [['index.html', Buffer.from(page)] as const, ...files]) {
    await writeFile(join(folder, name), bytes)
    await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    await writeFile(
      join(folder, `${name}.br`),
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage()
