import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type Outcome, say, sayTable } from '../report.ts'
import { createMutants, engine, engineFiles, isEquivalent, listStale, type Mutant } from './mutants.ts'
import { timeFiles, tryMutants, type Verdict } from './pool.ts'

const usualSeed = 1

/**
 * Changes the IAM engine in one small way after the other and lets its tests find each change.
 * @param flags `--limit N` (default all), `--seed N` for which of them, `--file NAME`, `--threads N`
 * @returns the counts; not ok when a mutant survives that is not judged equivalent
 */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const files = readFiles(flags)
  const all = createMutants(files)
  const seed = readNumber(flags, '--seed') ?? usualSeed
  const mutants = choose(all, readNumber(flags, '--limit') ?? all.length, seed)
  const threads = readNumber(flags, '--threads') ?? Math.min(2, availableParallelism())
  const testFiles = readdirSync(engine).filter((name) => name.endsWith('.test.ts'))
  const timed = await timeFiles(testFiles)
  say(`${mutants.length} of ${all.length} mutants (seed ${seed}) against ${timed.tests} tests\n`)
  let done = 0
  const onVerdict = (): void => {
    done += 1
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length}`)
  }
  const verdicts = await tryMutants(mutants, timed.files, { threads, onVerdict })
  if (process.stderr.isTTY) process.stderr.write('\r')
  return show(files, verdicts, all)
}

function readFiles(flags: readonly string[]): readonly string[] {
  const index = flags.indexOf('--file')
  if (index < 0) return engineFiles
  const name = flags[index + 1] ?? ''
  if (engineFiles.includes(name)) return [name]
  throw new TypeError(`--file must be followed by one of ${engineFiles.join(', ')}`)
}

function readNumber(flags: readonly string[], name: string): number | undefined {
  const index = flags.indexOf(name)
  if (index < 0) return undefined
  const value = Number(flags[index + 1])
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`${name} must be followed by a whole number above 0`)
}

/** Takes some of the mutants, the same ones for the same seed, in the order of the files. */
function choose(all: readonly Mutant[], count: number, seed: number): Mutant[] {
  if (count >= all.length) return [...all]
  let state = seed >>> 0
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const drawn = all.map((mutant, index) => ({ mutant, index, lot: random() }))
  const chosen = drawn.toSorted((left, right) => left.lot - right.lot).slice(0, count)
  return chosen.toSorted((left, right) => left.index - right.index).map(({ mutant }) => mutant)
}

function show(files: readonly string[], verdicts: readonly Verdict[], all: readonly Mutant[]): Outcome {
  const survivors = verdicts.filter(({ how }) => how === 'survived')
  const open = survivors.filter(({ mutant }) => !isEquivalent(mutant))
  const stale = listStale(all).filter((line) => files.some((file) => line.startsWith(`${file}:`)))
  const lines = files.map((file) => count(file, verdicts))
  const total = count('all', verdicts)
  sayTable([
    ['file', 'mutants', 'killed', 'timed out', 'equivalent', 'survived', 'score'],
    ...[...lines, total].map(cellsOf),
  ])
  for (const { mutant } of open) say(`\nSURVIVED ${describe(mutant)}`)
  for (const line of stale) say(`\nSTALE in equivalent.ts: ${line}`)
  return {
    rows: [...lines, total].flatMap(({ name, score, mutants, equivalent }) => [
      { row: `${name}: mutants`, value: mutants, unit: 'mutants' },
      { row: `${name}: equivalent`, value: equivalent, unit: 'mutants' },
      { row: `${name}: score`, value: score, unit: '%' },
    ]),
    ok: open.length === 0 && stale.length === 0,
  }
}

interface Count {
  readonly name: string
  readonly mutants: number
  readonly killed: number
  readonly timedOut: number
  readonly equivalent: number
  readonly survived: number
  /** Killed of those that are not equivalent, in percent. */
  readonly score: number
}

function count(name: string, verdicts: readonly Verdict[]): Count {
  const own = verdicts.filter(({ mutant }) => name === 'all' || mutant.file === name)
  const sum = (is: (verdict: Verdict) => boolean): number => own.filter(is).length
  const killed = sum(({ how }) => how === 'failed')
  const timedOut = sum(({ how }) => how === 'timed out')
  const equivalent = sum(({ how, mutant }) => how === 'survived' && isEquivalent(mutant))
  const survived = own.length - killed - timedOut - equivalent
  const counted = own.length - equivalent
  const score = counted === 0 ? 100 : (100 * (killed + timedOut)) / counted
  return { name, mutants: own.length, killed, timedOut, equivalent, survived, score }
}

function cellsOf({ name, mutants, killed, timedOut, equivalent, survived, score }: Count): string[] {
  return [name, ...[mutants, killed, timedOut, equivalent, survived].map(String), `${score.toFixed(1)} %`]
}

function describe({ file, line, sort, code, original, replacement }: Mutant): string {
  const short = original.length > 60 ? `${original.slice(0, 60)}…` : original
  return `${file}:${line} ${sort}: ${short} → ${replacement}\n  ${code}`
}
