/** Links of the repository's Markdown: internal ones lead somewhere, external ones are listed. */
import { readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { readAnchors, readLinks } from './markdown.ts'
import { listPages, repositoryFile } from './repository.ts'

/** What was found in all Markdown of the repository. */
export interface Findings {
  /** A sentence for each link that leads nowhere. */
  readonly broken: readonly string[]
  /** How many links lead from one file of the repository to another, or to a heading. */
  readonly internal: number
  /** Addresses outside of the repository, each with the files that name it; they are not fetched. */
  readonly external: ReadonlyMap<string, readonly string[]>
}

/**
 * Follows a link as far as the repository goes.
 *
 * @param file the path of the page it stands in
 * @param target as written
 * @returns path and anchor in the repository; undefined for what leads out of it
 */
export function resolveLink(file: string, target: string): { path: string; anchor: string } | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined
  const [path = '', anchor = ''] = target.split('#', 2)
  if (path === '') return { path: file, anchor }
  return { path: posix.join(posix.dirname(file), decodeURI(path)), anchor }
}

/**
 * Reads every link in every Markdown file of the repository.
 *
 * @returns what was found
 */
export function checkLinks(): Findings {
  const broken: string[] = []
  const external = new Map<string, string[]>()
  let internal = 0
  for (const file of listPages()) {
    for (const { target, line } of readLinks(readFileSync(repositoryFile(file), 'utf8'))) {
      const resolved = resolveLink(file, target)
      if (resolved === undefined) {
        external.set(target, [...(external.get(target) ?? []), file])
      } else {
        internal += 1
        const why = findFault(resolved.path, resolved.anchor)
        if (why !== undefined) broken.push(`${file}:${line} links to ${target}: ${why}`)
      }
    }
  }
  return { broken, internal, external }
}

function findFault(path: string, anchor: string): string | undefined {
  if (path.startsWith('..')) return 'it leads out of the repository'
  const found = statSync(repositoryFile(path), { throwIfNoEntry: false })
  if (found === undefined) return 'there is no such file'
  if (anchor === '' || !path.endsWith('.md')) return undefined
  const anchors = readAnchors(readFileSync(repositoryFile(path), 'utf8'))
  return anchors.has(anchor) ? undefined : `${path} has no heading of that name`
}
