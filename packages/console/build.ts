/** Builds the page: `dist/page/` holds all that is served, and nothing of it refers to anything outside. */
import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * Builds the page.
 *
 * @param folder where to, made when absent; default `dist/page` of this package
 */
export async function buildPage(folder: string = here('dist/page')): Promise<void> {
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [
      { in: here('src/main.tsx'), out: 'console' },
      { in: here('src/styles/console.css'), out: 'console' },
    ],
    outdir: folder,
    bundle: true,
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
  await Promise.all(
    ['index.html', 'icon.svg'].map((name) => copyFile(here(`src/${name}`), `${folder}/${name}`)),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage()
