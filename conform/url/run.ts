/** `npm run conform -- url`: the suite against a local side of its own, or with `REMOTE=1` against AWS. */
import { type Outcome, say, sayTable } from '../report.ts'
import { startSuiteSide } from './local-side.ts'
import { readRemoteTarget } from './remote.ts'
import { type CaseOutcome, parts, runUrlSuite } from './suite.ts'
import type { UrlTarget } from './target.ts'

/** @returns one row for each part */
export async function run(): Promise<Outcome> {
  if (process.env['REMOTE'] === '1') return show(await look(readRemoteTarget(process.env)), 'AWS')
  const side = await startSuiteSide()
  try {
    return show(await look(side.target), 'local side')
  } finally {
    await side.close()
  }
}

const look = (target: UrlTarget): Promise<CaseOutcome[]> =>
  runUrlSuite(target, ({ part, name, mark, differs }) => {
    if (differs !== undefined) say(`DIFFERS ${part}: ${name} (${mark}): ${differs}`)
  })

function show(outcomes: readonly CaseOutcome[], where: string): Outcome {
  const rows = parts.map(({ part }) => {
    const ofPart = outcomes.filter((outcome) => outcome.part === part)
    const passed = ofPart.filter(({ differs }) => differs === undefined).length
    return { row: part, value: passed, unit: `of ${ofPart.length} cases` }
  })
  const marks = ['documented', 'reported', 'guess'] as const
  sayTable([
    [`passed of cases, ${where}`, ...marks, 'all'],
    ...parts.map(({ part }) => {
      const ofPart = outcomes.filter((outcome) => outcome.part === part)
      return [
        part,
        ...marks.map((mark) => countOf(ofPart.filter((one) => one.mark === mark))),
        countOf(ofPart),
      ]
    }),
    ['', ...marks.map((mark) => countOf(outcomes.filter((one) => one.mark === mark))), countOf(outcomes)],
  ])
  return { rows, ok: outcomes.every(({ differs }) => differs === undefined) }
}

const countOf = (outcomes: readonly CaseOutcome[]): string =>
  outcomes.length === 0
    ? '-'
    : `${outcomes.filter(({ differs }) => differs === undefined).length}/${outcomes.length}`
