/** What the published packages export, entry by entry. */
import { readFileSync } from 'node:fs'
import { listFiles, repositoryFile } from './repository.ts'

/** One entry of a package. */
export interface Entry {
  /** As it is imported: `@furlong/fetch/axios`. */
  readonly name: string
  /** The path of its source in the repository. */
  readonly file: string
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, { readonly '@furlong/source'?: string }>>
}

/** Every entry of every published package, in the order of their names. */
export const entries: readonly Entry[] = listFiles('packages/*/package.json')
  .flatMap((manifest) => readEntries(manifest.replace('package.json', '')))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))

function readEntries(folder: string): Entry[] {
  const manifest: Manifest = JSON.parse(readFileSync(repositoryFile(`${folder}package.json`), 'utf8'))
  if (manifest.private === true) return []
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, { '@furlong/source': source }]) =>
    source === undefined
      ? []
      : [{ name: manifest.name + subpath.slice(1), file: folder + source.slice('./'.length) }],
  )
}
