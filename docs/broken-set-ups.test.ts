/**
 * Breaks set-ups in every way that we know, asks furlong doctor about each, does what it says, and sees the call succeed. What was
 * typed and printed is docs/explaining/broken-set-ups.md: `npx vitest run docs/broken-set-ups.test.ts --update` writes it.
 */
import { describe, expect, it } from 'vitest'
import { noAws } from '../examples/calling/stage.ts'
import { type Case, type Mended, setUps } from './broken-set-ups/set-ups.ts'
import { type Said, Stage } from './broken-set-ups/stage.ts'

const page = 'explaining/broken-set-ups.md'
const sections: string[] = []

describe.skipIf(noAws)(`furlong doctor${noAws ? ` (needs ${noAws})` : ''}`, () => {
  it.each(setUps)('$title', { timeout: 120_000 }, async (setUp) => {
    const { title, says, refused, finds, fix } = setUp
    const stage = await Stage.open()
    let ill: Case | undefined
    try {
      ill = await setUp.make(stage)
      const { call, doctor, variables } = ill
      const before = await stage.type(call, variables)
      expect(before.out.trimEnd()).toMatch(refused)

      const examined = await stage.type(doctor, variables)
      const told = examined.out + withoutTarget(examined.err)
      expect(told).toMatch(finds)
      const lines = readFixes(told)
      expect(lines.join('\n')).toMatch(fix)
      // A warning is not wrong as far as the set-up goes.
      expect(examined.code).toBe(/^ {2}✗|^furlong:/m.test(told) ? 1 : 0)

      const { typed, after } = await mend(stage, ill, lines)
      expect(after).toMatchObject({ out: 'page 1\n', code: 0 })
      const session = [`$ ${call}`, before.out, `$ ${doctor}`, told, ...typed, after.out]
      sections.push(`## ${title}\n\n${says}\n\n\`\`\`console\n${unify(session)}\n\`\`\`\n`)
    } finally {
      await ill?.close?.()
      await stage.close()
    }
  })

  it(`is shown in docs/${page}`, async () => {
    expect(sections.length).toBe(setUps.length)
    await expect(`${intro}\n${sections.join('\n')}`).toMatchFileSnapshot(page)
  })
})

/** @returns what was typed, and what the last line of it was answered */
async function mend(
  stage: Stage,
  ill: Case,
  printed: readonly string[],
): Promise<{ typed: string[]; after: Said }> {
  const { call, doctor, variables } = ill
  if (ill.mend === 'fix') {
    const fixed = await stage.type(`${doctor} --fix`, variables)
    expect(fixed.code, fixed.err).toBe(0)
    const done = fixed.err.split('\n').filter((line) => line.startsWith('done: '))
    expect(done.length).toBeGreaterThan(0)
    const after = await stage.type(call, variables)
    return { typed: [`$ ${doctor} --fix`, '…', ...done, fixed.out, `$ ${call}`], after }
  }
  const by: Mended & { readonly says?: string } =
    ill.mend === 'printed' ? { lines: printed } : { says: ill.mend.says, ...(await ill.mend.do()) }
  const lines = by.lines ?? []
  const isCall = lines.at(-1)?.startsWith('npx furlong call') === true
  const script = [...lines.slice(0, isCall ? -1 : undefined), isCall ? (lines.at(-1) ?? '') : call]
  const quiet = script.map((line, index) =>
    index === script.length - 1 || line.startsWith('#')
      ? line
      : `{ ${line}\n} > done.txt 2>&1 || { cat done.txt; exit 1; }`,
  )
  const after = await stage.type(quiet.join('\n'), by.variables ?? variables)
  const typed = script.filter((line) => !line.startsWith('#')).map((line) => `$ ${line}`)
  return { typed: [...(by.says === undefined ? [] : [`# ${by.says}`]), ...typed], after }
}

const withoutTarget = (text: string): string => text.replace(/^target: .*\n/m, '')

/** The lines under Fix and under what is left to a person. */
function readFixes(told: string): string[] {
  const parts = told.split('\n\n').filter((part) => /^(?:Fix|Left to you.*)\n/.test(part))
  return parts.flatMap((part) => part.trimEnd().split('\n').slice(1)).map((line) => line.trim())
}

/** What differs from one run to the next: ports, ids, and the second that a clock is at. */
function unify(session: readonly string[]): string {
  const ports = new Map<string, number>()
  const text = session
    .map((part) => part.trimEnd())
    .filter((part) => part !== '')
    .map((part, index) => (index > 0 && /^[$#] /.test(part) ? `\n${part}` : part))
    .join('\n')
    .replaceAll(/127\.0\.0\.1:(\d+)/g, (_, port: string) => {
      if (!ports.has(port)) ports.set(port, 20_000 + ports.size)
      return `127.0.0.1:${ports.get(port)}`
    })
  const ids = new Map<string, string>()
  return text
    .replaceAll(/\bAROA[A-Z0-9]{16,}/g, 'AROAEXAMPLEEXAMPLE000')
    .replaceAll(/\b[a-z0-9]{32}(?=\.lambda-url\.)/g, (id) => {
      if (!ids.has(id)) ids.set(id, 'ab'[ids.size]?.repeat(32) ?? '')
      return ids.get(id) ?? ''
    })
    .replaceAll(/\b\d{8}T\d{6}Z/g, '20261122T120000Z')
    .replace(/\b\d+ s behind/, '600 s behind')
}

const intro = `# Broken set-ups, and what \`furlong doctor\` says of them

A function \`books\` with a URL, and a role \`reader\` that is to call it. Each part below breaks that in one way, asks \`furlong doctor\`, does what it says, and
calls again. The lines are those of a run on the local side, where the same commands take \`--aws\` or \`--profile\` for an account on AWS; a
test runs them all, and compares.

The marks: \`✓\` is as it must be, \`✗\` keeps the caller out, \`!\` does no harm here and is worth knowing, \`?\` could not be settled. The lines under
“Fix” and “Left to you” can be given to a shell as they are, once what stands in angle brackets is filled in; \`--fix\` does the former, and nothing does the latter by itself, since a Deny, a boundary
or a function switched off is somebody's decision.
`
