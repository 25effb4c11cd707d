import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const repository: URL = new URL('../', import.meta.url)

/**
 * @param path a path in the repository
 * @returns its URL
 */
export const repositoryFile = (path: string): URL => new URL(path, repository)

/**
 * Lists what belongs to the repository: what is committed, and what is new and not ignored.
 *
 * @param pattern as git takes it: `*.md`
 * @returns paths, sorted
 */
export function listFiles(...patterns: readonly string[]): string[] {
  const words = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns]
  const listed = execFileSync('git', words, { cwd: fileURLToPath(repository), encoding: 'utf8' })
  const names = new Set(listed.split('\0').filter((name) => name !== ''))
  return [...names].filter((name) => existsSync(repositoryFile(name))).toSorted()
}

/**
 * Lists the Markdown of the repository that is to be read here: not what `furlong init` writes into projects.
 *
 * @returns paths, sorted
 */
export const listPages = (): string[] => listFiles('*.md', ':(exclude)packages/*/templates/*')
