import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { installRuntimes, runIn, type Runtime, runtimes } from '../sigv4/runtimes.ts'
import type { Report, SettingResult } from './suite.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const places = [
  { name: 'in memory', program: fileURLToPath(new URL('in-memory.ts', import.meta.url)) },
  { name: 'local side', program: fileURLToPath(new URL('through-local.ts', import.meta.url)) },
] as const

/** The suite in one Node, in one place. */
interface Run {
  readonly name: string
  readonly results: readonly SettingResult[]
  /** Why there are no results. */
  readonly notRun?: string
}

/**
 * Runs the cases of `@furlong/host` on every kind of application, in memory and as functions of the local side, on each Node.
 * @returns one row for each kind and mode in each Node and place
 */
export async function run(): Promise<Outcome> {
  await promisify(execFile)(process.execPath, [`${root}build.ts`])
  const failure = await installRuntimes()
  const runs: Run[] = []
  for (const { name, program } of places) {
    for (const runtime of runtimes.filter((candidate) => candidate.name.startsWith('Node'))) {
      runs.push(await runProgram(runtime, name, program, failure))
    }
  }
  return show(runs)
}

async function runProgram(
  runtime: Runtime,
  place: string,
  program: string,
  failure: string | undefined,
): Promise<Run> {
  const name = `${runtime.name}, ${place}`
  if (!existsSync(runtime.executable)) {
    return { name, results: [], notRun: failure ?? 'it is not installed' }
  }
  try {
    const { version, results } = JSON.parse(await runIn(runtime, root, program)) as Report
    return { name: `Node ${version}, ${place}`, results }
  } catch (error) {
    return { name, results: [], notRun: String(error).split('\n').slice(0, 6).join(' ') }
  }
}

function show(runs: readonly Run[]): Outcome {
  for (const [index, { name, results, notRun }] of runs.entries()) {
    const skipped = sumSkipped(results)
    const says = Object.entries(skipped).map(([why, count]) => `${count} left out, which ${why}`)
    const counted =
      notRun === undefined ? countOf(results.flatMap(({ outcomes }) => outcomes)) : `not run: ${notRun}`
    say([`${index + 1}  ${name}: ${counted}`, ...says].join('; '))
  }
  say()
  const settings = new Map(
    runs.flatMap(({ results }) => results.map(({ kind, mode }) => [`${kind}, ${mode}`, { kind, mode }])),
  )
  sayTable([
    ['passed of cases, by run', ...runs.map((_, index) => String(index + 1))],
    ...[...settings].map(([title, setting]) => [title, ...runs.map((one) => cellOf(one, setting))]),
  ])
  say()
  for (const { name, results } of runs) for (const result of results) sayFindings(name, result)
  return { rows: runs.flatMap(rowsOf), ok: runs.every(isRight) }
}

type Outcomes = SettingResult['outcomes']

/** A difference that is the framework's own counts as a case, not as a failure. */
const countOf = (outcomes: Outcomes): string =>
  `${outcomes.filter(({ result }) => result === 'passed').length}/${outcomes.length}`

function cellOf({ results }: Run, { kind, mode }: Pick<SettingResult, 'kind' | 'mode'>): string {
  const found = results.find((result) => result.kind === kind && result.mode === mode)
  return found === undefined ? '-' : countOf(found.outcomes)
}

function sumSkipped(results: readonly SettingResult[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { skipped } of results) {
    for (const [why, count] of Object.entries(skipped)) sums[why] = (sums[why] ?? 0) + count
  }
  return sums
}

function sayFindings(run: string, { kind, mode, outcomes }: SettingResult): void {
  for (const { name, result, says = '' } of outcomes) {
    if (result === 'failed') say(`FAILED ${run}: ${kind}, ${mode}: ${name}: ${says}`)
    if (result === 'differs') say(`differs by itself, ${run}: ${kind}, ${mode}: ${name}: ${says}`)
  }
}

function isRight({ results, notRun }: Run): boolean {
  return (
    notRun === undefined &&
    results.length > 0 &&
    results.every(({ outcomes }) => outcomes.every(({ result }) => result !== 'failed'))
  )
}

function rowsOf({ name, results, notRun }: Run): Row[] {
  if (notRun !== undefined) return [{ row: `${name}: not run: ${notRun}`, value: 0, unit: 'cases' }]
  return results.map(({ kind, mode, outcomes }) => ({
    row: `${name}: ${kind}, ${mode}`,
    value: outcomes.filter(({ result }) => result === 'passed').length,
    unit: `of ${outcomes.length} cases`,
  }))
}
