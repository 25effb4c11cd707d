/** Holds the pages to the examples: what a reader copies is what the tests run. */
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readBlocks } from '../site/markdown.ts'

/** Folders of pages; each has its examples in the folder of the same name. */
const sections = ['calling', 'deploying', 'explaining', 'granting', 'hosting', 'local', 'setup', 'walk']
const repository = new URL('../', import.meta.url)

/** Files that only carry the tests. */
const ofTests: ReadonlySet<string> = new Set(['stage.ts', 'books.ts'])

const repositoryFile = (path: string): URL => new URL(path, repository)

async function readPages(section: string): Promise<{ section: string; name: string; text: string }[]> {
  const folder = repositoryFile(`docs/${section}/`)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  return Promise.all(
    names.map(async (name) => ({ section, name, text: await readFile(new URL(name, folder), 'utf8') })),
  )
}

const all = (await Promise.all(sections.map(readPages))).flat()

describe.each(all)('docs/$section/$name', ({ section, text }) => {
  it('shows files of examples/ as they are, and no other code', async () => {
    for (const { source, language, text: shown } of readBlocks(text)) {
      // What is answered is no code, nor what is printed: answers.test.ts and broken-set-ups.test.ts ask for it.
      if (language === 'http' || language === 'console') continue
      expect(source, shown).toMatch(new RegExp(`^examples/(?:${section}|vitest)/[\\w.-]+$`))
      expect(shown).toBe(await readFile(repositoryFile(source ?? ''), 'utf8'))
    }
  })
})

/** Where sentences of ours name commands of furlong. */
const sources = ['packages/fetch/', 'packages/sigv4/', 'docs/', 'examples/calling/']

async function listTexts(folder: string): Promise<{ name: string; text: string }[]> {
  const files = await readdir(new URL(folder, repository), { recursive: true })
  const names = files.filter(
    (name) => /\.(?:md|ts|sh|yml)$/.test(name) && !/(?:^|\/)(?:dist|node_modules)\//.test(name),
  )
  const read = (name: string): Promise<string> => readFile(new URL(folder + name, repository), 'utf8')
  return Promise.all(names.map(async (name) => ({ name: folder + name, text: await read(name) })))
}

describe('every `furlong …` that we name', () => {
  it('is a command', async () => {
    const files = await readdir(new URL('packages/furlong/src/commands/', repository))
    const commands = new Set(files.map((file) => file.replace(/\.ts$/, '')))
    const texts = (await Promise.all(sources.map(listTexts))).flat()
    const named = texts.flatMap(({ name, text }) =>
      [...text.matchAll(/(?:npx furlong|`furlong) (?!…|-|\\?<)(\S+?)(?=[\s`'",.;:)\\$]|$)/gm)].map(
        ([, command = '']) => ({ name, command }),
      ),
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(({ command }) => !commands.has(command))).toEqual([])
  })
})

describe.each(sections)('docs/%s', (section) => {
  const pages = all.filter((page) => page.section === section)

  it('shows every example', async () => {
    const shown = new Set(pages.flatMap(({ text }) => readBlocks(text)).map(({ source }) => source))
    const files = await readdir(repositoryFile(`examples/${section}/`))
    const examples = files.filter((file) => !file.endsWith('.test.ts') && !ofTests.has(file))
    expect(examples.filter((file) => !shown.has(`examples/${section}/${file}`))).toEqual([])
  })

  it('is linked from the README, page by page from its index', async () => {
    expect(await readFile(repositoryFile('README.md'), 'utf8')).toContain(`(docs/${section}`)
    const index = pages.find(({ name }) => name === 'README.md')?.text ?? ''
    for (const { name } of pages) if (name !== 'README.md') expect(index).toContain(`](${name})`)
  })
})
