/** The home page: site/home.txt, and beside its title a session that shows what furlong is for. */
import { readFileSync } from 'node:fs'
import { readBlocks } from './markdown.ts'
import { repositoryFile } from './repository.ts'

/** What a test types and compares; its first set-up is half a grant. */
const sessions = 'docs/explaining/broken-set-ups.md'

/**
 * Renders the home page.
 *
 * @returns its Markdown; `session` of its front matter is what the theme shows as a terminal
 */
export function renderHome(): string {
  const text = readFileSync(repositoryFile('site/home.txt'), 'utf8')
  return text.replace(/\n---\n$/, `\nsession: ${JSON.stringify(readSession())}\n---\n`)
}

/** The same by the AWS CLI is one very long line, and left out. */
function readSession(): string {
  const [block] = readBlocks(readFileSync(repositoryFile(sessions), 'utf8'))
  if (block?.language !== 'console') throw new Error(`${sessions} does not begin with a session.`)
  const parts = block.text.trimEnd().split('\n\n')
  return parts.filter((part) => !part.startsWith('The same by the AWS CLI\n')).join('\n\n')
}
