/** What a browser would find wrong with the built site. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** What was found. */
export interface BuiltFindings {
  readonly pages: number
  readonly links: number
  /** A sentence for each link that leads nowhere, and for each thing that a page fetches from elsewhere. */
  readonly faults: readonly string[]
}

const attribute = /<(\w+)\b[^>]*?\s(href|src)="([^"]*)"/g

/**
 * Follows every link of every page to its file and its heading.
 *
 * @param folder a path, of the built site
 * @returns what was found
 */
export function checkBuilt(folder: string): BuiltFindings {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  const texts = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const anchors = new Map([...texts].map(([name, text]) => [name, readIds(text)]))
  const faults: string[] = []
  let links = 0
  for (const [name, text] of texts) {
    for (const [, element = '', , raw = ''] of text.matchAll(attribute)) {
      const target = raw.replaceAll('&amp;', '&')
      links += 1
      if (/^(?:[a-z]+:|\/\/)/i.test(target)) {
        if (element !== 'a' && !target.startsWith('data:')) faults.push(`${name} fetches ${target}`)
        continue
      }
      const [path = '', anchor = ''] = target.split('#', 2)
      const file = path === '' ? name : findFile(folder, posix.join('/', posix.dirname(name), path), path)
      if (file === undefined) faults.push(`${name} links to ${target}, which is not there`)
      else if (anchor !== '' && anchors.get(file)?.has(decodeURIComponent(anchor)) !== true) {
        faults.push(`${name} links to ${target}, where there is no such heading`)
      }
    }
  }
  return { pages: texts.size, links, faults }
}

function readIds(text: string): Set<string> {
  return new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id))
}

/** The file that a server of static files answers with. */
function findFile(folder: string, relative: string, path: string): string | undefined {
  const absolute = decodeURI(path.startsWith('/') ? path : relative)
  const wanted = absolute.slice(1)
  const names = absolute.endsWith('/') ? [`${wanted}index.html`] : [wanted, `${wanted}.html`]
  return names.find((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
}
