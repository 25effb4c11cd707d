import { existsSync } from 'node:fs'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { findChromium, runInChromium } from './chromium.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { loadVectors, officialIsAbsent } from './load-vectors.ts'
import { installRuntimes, runIn, type Runtime, runtimes } from './runtimes.ts'
import type { SuiteRow } from './check.ts'
import type { Vectors } from './vectors.ts'

/** The suite in one place. */
interface Run {
  readonly name: string
  readonly branch: string
  readonly rows: readonly SuiteRow[]
  /** Why it was not run. */
  readonly notRun?: string
}

/**
 * Runs the suite of `@furlong/sigv4` in every runtime and prints what came of it.
 * @returns one row for each group in each runtime
 */
export async function run(): Promise<Outcome> {
  const vectors = loadVectors()
  const failure = await installRuntimes()
  const consumer = await createConsumer(vectors)
  try {
    const runs: Run[] = []
    for (const runtime of runtimes) runs.push(...(await runRuntime(runtime, consumer, failure)))
    runs.push(...(await runBrowser(consumer, vectors)))
    return report(runs, vectors)
  } finally {
    await consumer.remove()
  }
}

async function runRuntime(runtime: Runtime, consumer: Consumer, failure: string | undefined): Promise<Run[]> {
  const missing = existsSync(runtime.executable) ? undefined : (failure ?? 'it is not installed')
  if (missing !== undefined) return [notRun(runtime.name, missing)]
  const { folder, packed, bundled, probe, bundle } = consumer
  try {
    const { version, branch } = JSON.parse(await runIn(runtime, folder, probe)) as Record<string, string>
    const name = `${runtime.name.split(' ')[0]} ${version}`
    return [
      {
        name: `${name}, package`,
        branch: branch ?? 'none',
        rows: read(await runIn(runtime, folder, packed)),
      },
      {
        name: `${name}, browser bundle`,
        branch: bundle.branch,
        rows: read(await runIn(runtime, folder, bundled)),
      },
    ]
  } catch (error) {
    return [notRun(runtime.name, String(error).split('\n').slice(0, 3).join(' '), true)]
  }
}

function read(text: string): SuiteRow[] {
  return JSON.parse(text) as SuiteRow[]
}

async function runBrowser({ bundle }: Consumer, vectors: Vectors): Promise<Run[]> {
  const executable = findChromium()
  if (executable === undefined) return [notRun('Chromium', 'there is none on the PATH')]
  const { version, inPage, inWorker } = await runInChromium(executable, bundle.text, vectors)
  return [
    { name: `Chromium ${version}, page`, branch: bundle.branch, rows: inPage },
    { name: `Chromium ${version}, worker`, branch: bundle.branch, rows: inWorker },
  ]
}

/** A runtime that is here and in which the programs broke is no better than one in which a check failed. */
function notRun(name: string, why: string, isFailure = false): Run {
  const rows = isFailure ? [{ name: 'the suite', passed: 0, failed: [{ check: 'runs', detail: why }] }] : []
  return { name, branch: '', rows, notRun: why }
}

function report(runs: readonly Run[], vectors: Vectors): Outcome {
  if (!vectors.official) say(`${officialIsAbsent}\n`)
  sayTable([
    ['', 'runtime', '#sha256', 'checks passed'],
    ...runs.map(({ name, branch, rows, notRun: why }, index) => {
      const cells = [String(index + 1), name, branch]
      return [...cells, why === undefined ? countOf(rows) : `not run: ${why}`]
    }),
  ])
  say()
  const groups = [...new Set(runs.flatMap(({ rows }) => rows.map(({ name }) => name)))]
  sayTable([
    ['passed of checks, by runtime', ...runs.map((_, index) => String(index + 1))],
    ...groups.map((group) => [
      group,
      ...runs.map(({ rows }) => countOf(rows.filter(({ name }) => name === group))),
    ]),
  ])
  for (const { name, rows } of runs) {
    for (const { name: group, failed } of rows) {
      for (const { check, detail } of failed) say(`FAILED ${name}: ${group}: ${check}: ${detail}`)
    }
  }
  return {
    rows: runs.flatMap(rowsOf),
    ok: runs.every(({ rows }) => rows.every(({ failed }) => failed.length === 0)),
  }
}

function countOf(rows: readonly SuiteRow[]): string {
  if (rows.length === 0) return '-'
  const passed = rows.reduce((sum, row) => sum + row.passed, 0)
  return `${passed}/${rows.reduce((sum, row) => sum + row.failed.length, passed)}`
}

function rowsOf({ name, branch, rows, notRun: why }: Run): Row[] {
  if (why !== undefined) return [{ row: `${name}: not run: ${why}`, value: 0, unit: 'checks' }]
  return rows.map((row) => ({
    row: `${name} (${branch}): ${row.name}`,
    value: row.passed,
    unit: `of ${row.passed + row.failed.length} checks`,
  }))
}
