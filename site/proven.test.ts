/** docs/reference/proven.md claims what commands and tests do: they are there, and each of them knows a counterpart that it is named for. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLinks } from './markdown.ts'
import { repositoryFile } from './repository.ts'

const page = 'docs/reference/proven.md'
const text = readFileSync(repositoryFile(page), 'utf8')

/** Folders of what can be run, by `conform <name>` and `prove <name>`. */
const commands = new Map(
  ['conform', 'prove'].flatMap((script) =>
    [
      ...readFileSync(repositoryFile(`${script}/main.ts`), 'utf8').matchAll(
        /^ {2}(\w+): \(\) => import\('\.\/([^']+)'\)/gm,
      ),
    ].map(([, name = '', file = '']): [string, string] => [
      `${script} ${name}`,
      posix.dirname(`${script}/${file}`),
    ]),
  ),
)

const readCommands = (cell: string): string[] =>
  [...cell.matchAll(/`npm run (conform|prove) -- (\w+)`/g)].map(
    ([, script = '', name = '']) => `${script} ${name}`,
  )

interface Claim {
  readonly counterpart: string
  readonly shownBy: string
}

const claims: readonly Claim[] = text
  .slice(0, text.indexOf('## Only against itself'))
  .split('\n')
  .filter((line) => /^\| (?!-|counterpart)/.test(line))
  .map((line) => {
    const [, counterpart = '', , shownBy = ''] =
      line.split(' | ').length === 3 ? ['', ...line.split(' | ')] : []
    return { counterpart: counterpart.replace(/^\| /, '').trim(), shownBy }
  })

/** Text of a file, or of all programs in a folder. */
function read(path: string): string {
  const url = repositoryFile(path)
  if (statSync(url).isFile()) return readFileSync(url, 'utf8')
  return readdirSync(url, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.(?:ts|mjs|py|sh|json)$/.test(entry.name) &&
        !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => readFileSync(posix.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}

describe('docs/reference/proven.md', () => {
  it('names every command that proves something, and no other', () => {
    expect(new Set(readCommands(text))).toEqual(new Set(commands.keys()))
  })

  it('makes claims', () => {
    expect(claims.length).toBeGreaterThan(20)
  })

  it.each(claims)('$counterpart', ({ counterpart, shownBy }) => {
    const names = [...counterpart.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const places = [
      ...readCommands(shownBy).map((command) => commands.get(command) ?? ''),
      ...readLinks(shownBy).map(({ target }) => posix.join(posix.dirname(page), target)),
    ]
    expect(names.length * places.length).toBeGreaterThan(0)
    const texts = places.map((place) => ({ place, found: read(place).toLowerCase() }))
    const knows = (found: string, name: string): boolean => found.includes(name.toLowerCase())
    expect(names.filter((name) => !texts.some(({ found }) => knows(found, name)))).toEqual([])
    expect(
      texts.filter(({ found }) => !names.some((name) => knows(found, name))).map(({ place }) => place),
    ).toEqual([])
  })
})
