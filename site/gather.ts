/** Brings the pages together under the paths that they have on the site. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { findPlace, pages, placeOf } from './contents.ts'
import { renderHome } from './home.ts'
import { resolveLink } from './links.ts'
import { rewriteLinks } from './markdown.ts'
import { repositoryFile } from './repository.ts'

/**
 * Makes a page of the site of a page of the repository: links to other pages lead to them there, and of a link to a file that is no
 * page its words remain, since the site holds no sources. Images come along.
 *
 * @param file its path in the repository
 * @param text its Markdown
 * @returns the page's Markdown
 */
export function gatherPage(file: string, text: string): string {
  const folder = posix.dirname(placeOf(file))
  return rewriteLinks(text, (label, target) => {
    const resolved = resolveLink(file, target)
    if (resolved === undefined || target.startsWith('#')) return `${label}(${target})`
    if (isImage(label)) return `${label}(${posix.relative(folder, placeOf(resolved.path))})`
    const place = findPlace(resolved.path)
    if (place === undefined) return label.slice(1, -1)
    return `${label}(${posix.relative(folder, place)}${resolved.anchor === '' ? '' : `#${resolved.anchor}`})`
  })
}

/**
 * Writes all pages and the home page.
 *
 * @param folder a path; what it held before is deleted
 */
export function gather(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  for (const { file } of pages) {
    const place = join(folder, placeOf(file))
    mkdirSync(dirname(place), { recursive: true })
    const text = readFileSync(repositoryFile(file), 'utf8')
    writeFileSync(place, gatherPage(file, text))
    for (const image of listImages(file, text)) {
      mkdirSync(dirname(join(folder, placeOf(image))), { recursive: true })
      copyFileSync(repositoryFile(image), join(folder, placeOf(image)))
    }
  }
  writeFileSync(join(folder, 'index.md'), renderHome())
}

const isImage = (label: string): boolean => label.startsWith('!')

/** The images of a page, by their paths in the repository. */
function listImages(file: string, text: string): string[] {
  const found: string[] = []
  rewriteLinks(text, (label, target) => {
    const resolved = isImage(label) ? resolveLink(file, target) : undefined
    if (resolved !== undefined) found.push(resolved.path)
    return label
  })
  return found
}
