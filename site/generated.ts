/** The parts of pages that are made from code: what stands between two comments is rewritten, the rest is written by hand. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parts } from '../conform/url/suite.ts'
import { awsErrorCodes } from '../packages/aws/src/errors.ts'
import { fetchErrorCodes } from '../packages/fetch/src/errors.ts'
import { commandTable } from '../packages/furlong/src/command-table.ts'
import { catalogue, failed } from '../packages/furlong/src/errors.ts'
import { renderHelp } from '../packages/furlong/src/help.ts'
import { advice, type AdvisedCode } from '../packages/furlong/src/render/advice.ts'
import { createTitle } from '../packages/furlong/src/render/error.ts'
import { plainPaint } from '../packages/furlong/src/reporter.ts'
import { localErrorCodes } from '../packages/local/src/errors.ts'
import { listGuesses } from './guesses.ts'
import { repositoryFile } from './repository.ts'

/** One part of a page. */
interface GeneratedPart {
  readonly file: string
  /** Stands in the comment that begins it: `<!-- made of …: npm run docs -- update -->`. */
  readonly of: string
  readonly render: () => Promise<string> | string
}

const generatedParts: readonly GeneratedPart[] = [
  { file: 'docs/reference/commands.md', of: 'the command table', render: renderCommands },
  { file: 'docs/reference/errors.md', of: 'the error catalogue', render: renderErrors },
  { file: 'docs/reference/faithful.md', of: 'conform/url/cases', render: renderCases },
  { file: 'docs/reference/faithful.md', of: 'the guess comments', render: renderGuesses },
]

/**
 * Makes every part anew.
 *
 * @returns the pages whose parts were others, with their text as it should be
 */
export async function renderOutdated(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { file, of, render } of generatedParts) {
    const before = texts.get(file) ?? readFileSync(repositoryFile(file), 'utf8')
    texts.set(file, replacePart(before, of, await render()))
  }
  return new Map([...texts].filter(([file, text]) => text !== readFileSync(repositoryFile(file), 'utf8')))
}

/**
 * Rewrites the outdated pages.
 *
 * @returns their paths
 */
export async function update(): Promise<string[]> {
  const outdated = await renderOutdated()
  for (const [file, text] of outdated) writeFileSync(repositoryFile(file), text)
  return [...outdated.keys()]
}

/**
 * @param text a page
 * @param of what the part is made of
 * @param content what is to stand there
 * @returns the page with it
 * @throws {Error} when the page has no such part
 */
export function replacePart(text: string, of: string, content: string): string {
  const begin = `<!-- made of ${of}: npm run docs -- update -->\n`
  const end = '<!-- end -->'
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`there is no part ${begin.trim()} … ${end}`)
  return `${text.slice(0, from)}${begin}\n${content.trim()}\n\n${text.slice(to)}`
}

async function renderCommands(): Promise<string> {
  const groups = Map.groupBy(Object.entries(commandTable), ([, { group }]) => group)
  const sections: string[] = []
  for (const [group, rows] of groups) {
    sections.push(`## ${group}`)
    for (const [name, row] of rows) {
      const help = renderHelp(await row.load(), plainPaint)
      sections.push(`### ${name}`, `\`\`\`text\n${help.join('\n')}\n\`\`\``)
    }
  }
  return sections.join('\n\n')
}

/** What an error names stands in brackets: `--port <port>`. */
const named: Readonly<Record<string, string>> = new Proxy(
  {},
  { get: (_details, name) => (name === 'suggestion' ? undefined : `<${String(name)}>`) },
)

function renderErrors(): string {
  const own = Object.entries(catalogue).map(([code, row]) => {
    const { title, exitCode, means } = row
    const exit = exitCode === failed ? '' : ` Exit code ${exitCode}.`
    return [code, title, means + exit, row.tryThis(named)]
  })
  const ofPackage = (codes: Readonly<Partial<Record<AdvisedCode, string>>>): string[][] =>
    Object.entries(codes).map(([code, means]) => [
      code,
      createTitle(code),
      means,
      advice[code as AdvisedCode],
    ])
  const sections: readonly (readonly [title: string, rows: readonly (readonly string[])[]])[] = [
    ['Of the command', own],
    ['Of an account, on AWS or local', ofPackage(awsErrorCodes)],
    ['Of signing and sending', ofPackage(fetchErrorCodes)],
    ['Of the local side', ofPackage(localErrorCodes)],
  ]
  return sections
    .map(([title, rows]) => {
      const lines = rows.map(([code = '', name = '', means = '', tryThis = '']) => [
        `\`${code}\``,
        name,
        escape(means),
        escape(tryThis),
      ])
      return `## ${title}\n\n${renderTable([['code', 'title', 'what it means', 'Try'], ...lines])}`
    })
    .join('\n\n')
}

/** A table as the formatter leaves it. */
function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_cell, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[], fill = ' '): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`
  const [first = [], ...others] = cells
  return [
    line(first),
    line(
      head.map(() => ''),
      '-',
    ),
    ...others.map((row) => line(row)),
  ].join('\n')
}

function renderCases(): string {
  const sections = parts.map(({ part, cases }) => {
    const lines = cases.map(({ name, mark, localOnly }) => {
      const only = localOnly === true ? ', looked for on the local side alone' : ''
      return `- ${escape(name)}: **${mark}**${only}`
    })
    return `### ${part.charAt(0).toUpperCase()}${part.slice(1)}\n\n${lines.join('\n')}`
  })
  const all = parts.flatMap(({ cases }) => cases)
  const count = (mark: string): number => all.filter((one) => one.mark === mark).length
  const counts = `${all.length} cases: ${count('documented')} documented, ${count('reported')} reported, ${count('guess')} guessed.`
  return [counts, ...sections].join('\n\n')
}

function renderGuesses(): string {
  const guesses = listGuesses()
  const packages = Map.groupBy(guesses, ({ file }) => file.split('/')[1] ?? '')
  const sections = [...packages].map(([name, ofPackage]) => {
    const lines = ofPackage.map(({ file, says, of }) => {
      const place = file.replace(/^packages\/\w+\/(?:src\/)?/, '')
      return `- \`${place}\`${of === undefined ? '' : `, \`${of}\``}: ${escape(says)}`
    })
    return `### In ${name}\n\n${lines.join('\n')}`
  })
  return [`${guesses.length} guesses.`, ...sections].join('\n\n')
}

/** Keeps what would be markup outside of code spans from being read as such. */
function escape(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((span, index) => (index % 2 === 1 ? span : span.replace(/[<*[{]/g, '\\$&')))
    .join('')
}
