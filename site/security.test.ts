/** SECURITY.md names for every threat the tests that hold what is said, and they are there. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readLinks } from './markdown.ts'
import { repositoryFile } from './repository.ts'

const text = readFileSync(repositoryFile('SECURITY.md'), 'utf8')
const threats = text
  .slice(0, text.indexOf('## What is not promised'))
  .split(/^- \*\*/m)
  .slice(1)
  .map((entry) => ({ threat: entry.split(':**')[0] ?? '', entry }))

describe('the threats of SECURITY.md', () => {
  it('are told', () => {
    expect(threats.length).toBeGreaterThan(20)
  })

  it.each(threats)('$threat', ({ entry }) => {
    const tests = readLinks(entry.slice(entry.indexOf('Held by '))).map(({ target }) => target)
    expect(tests.length).toBeGreaterThan(0)
    for (const file of tests) {
      expect(file).toMatch(/\.test\.ts$/)
      expect(readFileSync(repositoryFile(file), 'utf8')).toMatch(
        /\bexpect\(|runUrlSuite|runFidelity|expectNo/,
      )
    }
  })
})
