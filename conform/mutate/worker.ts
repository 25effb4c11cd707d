/** Runs the engine's tests on one mutant after the other, inside a thread that may be ended at any time. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { configureGlobal } from 'fast-check'
import * as ts from 'typescript'
import { runCollected } from './harness.ts'
import { applyChange, engine, type Mutant } from './mutants.ts'

/** A mutant to try, and the files of tests in the order to try them. */
export interface Task {
  /** Differs for each task, for modules are loaded once under each name. */
  readonly id: number
  /** Absent: the engine as it is. */
  readonly mutant?: Mutant
  readonly testFiles: readonly string[]
}

/** What a worker tells: which file of tests is on, and what came of a mutant. */
export type Report =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'done'; readonly tests: number; readonly killedBy?: string; readonly error?: string }

const harness = new URL('./harness.ts', import.meta.url).href
const compiled = new Map<string, string>()
let current: Mutant | undefined

// The same cases for every mutant; and that a case fails is enough, however small it could be made.
configureGlobal({ seed: 20_261_122, endOnFailure: true })

registerHooks({
  resolve: (specifier, context, next) => {
    const parent = context.parentURL ?? ''
    if (!parent.startsWith(engine.href)) return next(specifier, context)
    if (specifier === 'vitest') return { url: harness, shortCircuit: true }
    if (!specifier.startsWith('.')) return next(specifier, context)
    return { url: new URL(specifier, parent).href + new URL(parent).search, shortCircuit: true }
  },
  load: (url, context, next) =>
    url.startsWith(engine.href)
      ? { format: 'module', source: read(new URL(url)), shortCircuit: true }
      : next(url, context),
})

parentPort?.on('message', (task: Task) => {
  void run(task).then(tell)
})

async function run({ id, mutant, testFiles }: Task): Promise<Report> {
  current = mutant
  let tests = 0
  for (const file of testFiles) {
    tell({ kind: 'file', file })
    try {
      await import(new URL(`${file}?mutant=${id}`, engine).href)
      tests += await runCollected()
    } catch (error) {
      return { kind: 'done', tests, killedBy: file, error: String(error) }
    }
  }
  return { kind: 'done', tests }
}

function tell(report: Report): void {
  parentPort?.postMessage(report, [])
}

function read(url: URL): string {
  const file = url.href.slice(engine.href.length).replace(/\?.*/, '')
  if (current?.file === file) return compile(file, applyChange(readText(file), current))
  const known = compiled.get(file)
  if (known !== undefined) return known
  const fresh = compile(file, readText(file))
  compiled.set(file, fresh)
  return fresh
}

function readText(file: string): string {
  return readFileSync(new URL(file, engine), 'utf8')
}

function compile(fileName: string, text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(text, { fileName, compilerOptions }).outputText
}
