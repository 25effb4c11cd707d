import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pages, placeOf } from './contents.ts'
import { gatherPage } from './gather.ts'
import { renderHome } from './home.ts'
import { checkLinks } from './links.ts'
import { createSlug, readAnchors, readBlocks, readLinks, rewriteLinks } from './markdown.ts'
import { listPages, repositoryFile } from './repository.ts'

describe('the contents', () => {
  it('hold every Markdown file of the repository once', () => {
    expect(pages.map(({ file }) => file).toSorted()).toEqual(listPages())
  })

  it('give every page a place of its own', () => {
    const places = pages.map(({ file }) => placeOf(file))
    expect(new Set(places).size).toBe(places.length)
  })

  it('keep titles apart', () => {
    const titles = pages.map(({ title }) => title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })
})

describe('the links of all Markdown', () => {
  const { broken, internal, external } = checkLinks()

  it('lead to files and headings that are there', () => {
    expect(internal).toBeGreaterThan(40)
    expect(broken).toEqual([])
  })

  it('leave the repository by https alone', () => {
    expect([...external.keys()].filter((link) => !link.startsWith('https://'))).toEqual([])
  })
})

describe('gatherPage()', () => {
  it('leads links to pages of the site', () => {
    expect(
      gatherPage('docs/hosting/README.md', 'See [the host](../../packages/host/README.md#modes).'),
    ).toContain('[the host](../packages/host.md#modes)')
    expect(gatherPage('README.md', '[a folder with a page](packages/host)')).toContain('(packages/host.md)')
  })

  it('leaves of a link to no page its words', () => {
    expect(gatherPage('README.md', 'See [examples](examples/calling).')).toContain('See examples.')
  })

  it('keeps code, and what is at another place', () => {
    const text = '`[a](b.ts)` [x](https://example.com/)\n\n```md\n[a](b.ts)\n```\n'
    expect(gatherPage('README.md', text)).toContain(text)
  })
})

describe('renderHome()', () => {
  it('shows a session that ends well, of commands and what they print alone', () => {
    const session = JSON.parse(/^session: (".*")$/m.exec(renderHome())?.[1] ?? '""') as string
    expect(session).toMatch(/^\$ npx furlong call .*\n\{"Message":"Forbidden\..*\n\n\$ npx furlong doctor /)
    expect(session).toMatch(/\n {2}✗ permissions {2}.*lambda:InvokeFunction is missing[^]*\n\nFix\n/)
    expect(session).toMatch(/\n\$ npx furlong grant .*\n\n\$ npx furlong call .*\npage 1$/)
  })
})

describe('Markdown', () => {
  it('finds links outside of code alone', () => {
    const text = 'a [b `c`](d.md "t") `[no](x)`\n```md\n[no](x)\n```\n[e](f_(g).md)'
    expect(readLinks(text)).toEqual([
      { target: 'd.md', line: 1 },
      { target: 'f_(g).md', line: 5 },
    ])
  })

  it('rewrites links and nothing else', () => {
    const rewritten = rewriteLinks('[a](b) `[a](b)` [`x`](y)', (label, target) => `${label}(${target}!)`)
    expect(rewritten).toBe('[a](b!) `[a](b)` [`x`](y!)')
  })

  it.each([
    ['403: what it means', '403-what-it-means'],
    ['`Authorization`', 'authorization'],
    ['Grüße & more', 'grüße--more'],
  ])('makes of the heading %j the anchor of GitHub', (heading, anchor) => {
    expect(readAnchors(`# ${heading}\n`)).toEqual(new Set([anchor]))
  })

  it('numbers headings that repeat, and skips those in code', () => {
    expect([...readAnchors('# A\n\n## A\n\n```sh\n# B\n```\n')]).toEqual(['a', 'a-1'])
    expect(createSlug('A (b) c')).toBe('a-b-c')
  })

  it('reads blocks with the file named before them', () => {
    expect(readBlocks('<!-- a/b.sh -->\n\n```sh\nx\n```\n\n```\ny\n```\n')).toEqual([
      { source: 'a/b.sh', language: 'sh', text: 'x\n' },
      { source: undefined, language: '', text: 'y\n' },
    ])
  })

  it('reads the README as it is', () => {
    expect(readBlocks(readFileSync(repositoryFile('README.md'), 'utf8')).length).toBeGreaterThan(4)
  })
})
