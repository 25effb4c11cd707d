/** The API reference: what TypeDoc reads of the doc comments of every entry. */
import { rmSync } from 'node:fs'
import { posix } from 'node:path'
import { entries } from './entries.ts'
import { runTool } from './tools.ts'

/**
 * Writes a page for each entry, and an index of them.
 *
 * @param folder a path
 * @throws {Error} when a doc comment is missing, or names what is not there
 */
export async function writeReference(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  // TypeDoc calls a module after the folders that the entries do not share.
  const names = entries.map(({ name, file }) => [
    file.replace(/^packages\//, '').replace(/(?:\/index)?\.ts$/, ''),
    name,
  ])
  const options: Readonly<Record<string, string>> = {
    plugin: './site/node_modules/typedoc-plugin-markdown/dist/index.js',
    tsconfig: 'tsconfig.check.json',
    entryPointStrategy: 'resolve',
    out: folder,
    readme: 'none',
    name: 'API reference',
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: 'true',
    hideBreadcrumbs: 'true',
    // Its own count of headings of the same name is another than that of the site.
    useHTMLAnchors: 'true',
    parametersFormat: 'table',
    typeDeclarationFormat: 'table',
    disableSources: 'true',
    excludeExternals: 'true',
    skipErrorChecking: 'true',
    'validation.notDocumented': 'true',
    treatWarningsAsErrors: 'true',
    logLevel: 'Warn',
  }
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const files = entries.flatMap(({ file }) => ['--entryPoints', posix.normalize(file)])
  await runTool('typedoc/bin/typedoc', [...words, '--plugin', './site/name-entries.mjs', ...files], {
    FURLONG_ENTRIES: JSON.stringify(Object.fromEntries(names)),
  })
}
