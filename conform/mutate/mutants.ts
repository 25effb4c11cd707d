import { readFileSync } from 'node:fs'
import { type Change, findChanges } from './mutators.ts'
import { equivalents, type Equivalent } from './equivalent.ts'

/** Where the engine and its tests are. */
export const engine: URL = new URL('../../packages/iam/src/', import.meta.url)

/** The files of the engine: what decides, and the questions it is asked. Words are not its business. */
export const engineFiles: readonly string[] = [
  'decide.ts',
  'unknown-policies.ts',
  'compile.ts',
  'conditions.ts',
  'condition-operators.ts',
  'match-statement.ts',
  'principal-match.ts',
  'arn-match.ts',
  'glob.ts',
  'gap-search.ts',
  'substring-search.ts',
  'variables.ts',
  'ip-range.ts',
  'trust.ts',
  'url-permissions.ts',
  'endpoint-kinds.ts',
  'contexts.ts',
]

/** The engine with one small change. */
export interface Mutant extends Change {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** The line as it was, and the piece of it that is replaced. */
  readonly code: string
  readonly original: string
}

/**
 * Makes all mutants of some files.
 *
 * @param files names within the engine
 * @returns the mutants, in the order of the files
 */
export function createMutants(files: readonly string[]): Mutant[] {
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, engine), 'utf8')
    return findChanges(file, text).map((change) => ({ ...change, file, ...locate(text, change) }))
  })
}

/**
 * Applies a mutant's change.
 *
 * @param text the source
 * @param mutant one of its mutants
 * @returns the changed source
 */
export function applyChange(text: string, { start, end, replacement }: Change): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

/**
 * Tells whether a mutant is judged to decide as the engine does.
 *
 * @param mutant a mutant
 * @returns whether a row of the list is about it
 */
export function isEquivalent(mutant: Mutant): boolean {
  return equivalents.some((row) => isAbout(row, mutant) && row.changes.some((one) => isOf(one, mutant)))
}

/**
 * Lists the changes of the list that no mutant makes any more.
 *
 * @param mutants all mutants
 * @returns each as a text
 */
export function listStale(mutants: readonly Mutant[]): string[] {
  return equivalents.flatMap((row) => {
    const own = mutants.filter((mutant) => isAbout(row, mutant))
    const unused = row.changes.filter((one) => !own.some((mutant) => isOf(one, mutant)))
    return unused.map(([original, replacement]) => `${row.file}: ${original} → ${replacement} in ${row.code}`)
  })
}

function isAbout(row: Equivalent, { file, code }: Mutant): boolean {
  return row.file === file && row.code === code
}

function isOf([original, replacement]: Equivalent['changes'][number], mutant: Mutant): boolean {
  return original === mutant.original && replacement === mutant.replacement
}

function locate(text: string, { start, end }: Change): Pick<Mutant, 'line' | 'code' | 'original'> {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const to = text.indexOf('\n', start)
  return {
    line: text.slice(0, start).split('\n').length,
    code: text.slice(from, to === -1 ? undefined : to).trim(),
    original: text.slice(start, end),
  }
}
