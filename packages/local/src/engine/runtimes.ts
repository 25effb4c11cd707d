import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LocalError } from '../errors.ts'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { FunctionSpec } from './types.ts'

/** Folder of the bootstraps, the value of LAMBDA_RUNTIME_DIR. */
export const runtimeFolder: string = dirname(fileURLToPath(import.meta.resolve('#runtime/node.cjs')))

/** How a process of a function is started. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Says what runs, for the INIT_START line. */
  readonly label: string
  /** Says that the interpreter is not of the version that the runtime names, and what to do. */
  readonly notice?: string
}

interface Settings {
  /** The program named in the options. */
  readonly own: string | undefined
  /** Arguments of the interpreter, before the bootstrap. */
  readonly debugging: readonly string[]
  readonly bytecodeFolder: string
}

interface Runtime {
  readonly family: RuntimeFamily
  /** Finds the program. */
  resolve(spec: FunctionSpec, settings: Settings): Promise<Launch | FailureReport>
  /** Tries a program that is to take the place of the default one. */
  check(id: string, program: string): Promise<unknown>
}

/** What runtimes of one kind have in common. */
export type RuntimeFamily = 'nodejs' | 'python' | 'provided'

const node: Runtime = {
  family: 'nodejs',
  resolve: async (spec, { own, debugging }) => {
    const { runtime } = spec
    const found =
      own === undefined
        ? { program: process.execPath, version: process.versions.node }
        : await askProgram(own, askNode, runtime)
    return {
      program: found.program,
      args: [...createNodeArguments(spec), ...debugging, join(runtimeFolder, 'node.cjs')],
      label: `Node.js v${found.version} for ${runtime}`,
      ...describeMismatch(runtime, 'Node.js', found),
    }
  },
  check: (id, program) => askProgram(program, askNode, id),
}

// Those of Lambda's own bootstrap but --expose-gc, for which Node.js throws away its compiled code: a twentieth of the memory for what is new, nine tenths for what is old.
function createNodeArguments({ memorySizeMb, environment }: FunctionSpec): string[] {
  const general = ['--max-http-header-size=81920']
  if (/--max[-_](semi|old)[-_]space[-_]size/.test(environment['NODE_OPTIONS'] ?? '')) return general
  const newMb = Math.floor(memorySizeMb / 20)
  return [
    ...general,
    `--max-semi-space-size=${Math.floor(newMb / 2)}`,
    `--max-old-space-size=${Math.floor((memorySizeMb * 9) / 10)}`,
  ]
}

const python: Runtime = {
  family: 'python',
  resolve: async ({ runtime }, { own, debugging, bytecodeFolder }) => {
    const found = await findPython(runtime, own)
    return {
      program: found.program,
      // Lambda's code folder is read-only, so bytecode goes elsewhere; -u: lines leave as they are printed.
      args: ['-X', `pycache_prefix=${bytecodeFolder}`, '-u', ...debugging, join(runtimeFolder, 'python.py')],
      label: `Python ${found.version} for ${runtime}`,
      ...describeMismatch(runtime, 'Python', found),
    }
  },
  check: (id, program) => askProgram(program, askPython, id),
}

async function findPython(runtime: string, own: string | undefined): Promise<Program> {
  if (own !== undefined) return await askProgram(own, askPython, runtime)
  // The interpreter of that version first: most systems have several, and python3 is one of them.
  return await askProgram(runtime, askPython, runtime).catch(() => askProgram('python3', askPython, runtime))
}

const provided: Runtime = {
  family: 'provided',
  resolve: async ({ runtime, codeFolder }, { own }) => {
    const bootstrap = own ?? join(codeFolder, 'bootstrap')
    try {
      await access(bootstrap, constants.F_OK)
    } catch {
      return createFailureReport(
        'Runtime.InvalidEntrypoint',
        `Couldn't find valid bootstrap(s): [${bootstrap}]`,
      )
    }
    try {
      await access(bootstrap, constants.X_OK)
    } catch {
      return createFailureReport('Runtime.InvalidEntrypoint', `fork/exec ${bootstrap}: permission denied`)
    }
    return { program: bootstrap, args: [], label: runtime }
  },
  check: async (id, program) => {
    try {
      await access(program, constants.X_OK)
    } catch (error) {
      throw createMissingError(id, program, error)
    }
  },
}

const runtimes: Readonly<Record<string, Runtime>> = {
  'nodejs18.x': node,
  'nodejs20.x': node,
  'nodejs22.x': node,
  'nodejs24.x': node,
  'python3.9': python,
  'python3.10': python,
  'python3.11': python,
  'python3.12': python,
  'python3.13': python,
  'python3.14': python,
  'provided.al2': provided,
  'provided.al2023': provided,
}

/** The runtime ids this engine can run. */
export const runtimeIds: readonly string[] = Object.keys(runtimes)

/**
 * Tells whether the engine can run a runtime id.
 * @param id The runtime id.
 * @returns True for the ids of `runtimeIds`.
 */
export function isKnownRuntime(id: string): boolean {
  return Object.hasOwn(runtimes, id)
}

/**
 * Finds the program of a function.
 * @param spec The function.
 * @param options Programs that take the place of the default ones, by runtime id; arguments of the interpreter for a
 *   debugger, of which a bootstrap of the bundle gets none; where Python keeps its bytecode.
 * @returns How to start it, or the report of a bundle without a usable bootstrap.
 * @throws {LocalError} `UnknownRuntime`, or `RuntimeMissing` when the program is not on this machine.
 */
export async function resolveRuntime(
  spec: FunctionSpec,
  options: {
    readonly programs: Readonly<Record<string, string>> | undefined
    readonly debugging: readonly string[] | undefined
    readonly bytecodeFolder: string
  },
): Promise<Launch | FailureReport> {
  const { programs = {}, debugging = [], bytecodeFolder } = options
  const { program: own = programs[spec.runtime], arguments: before = [] } = spec.interpreter ?? {}
  const settings = { own, debugging: [...debugging, ...before], bytecodeFolder }
  return await findRuntime(spec.runtime).resolve(spec, settings)
}

/**
 * Tries the programs that are to take the place of the default ones.
 * @param programs Programs by runtime id.
 * @throws {LocalError} `UnknownRuntime`, or `RuntimeMissing` when a program is not there or does not run.
 */
export async function checkRuntimes(programs: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(Object.entries(programs).map(([id, program]) => findRuntime(id).check(id, program)))
}

/**
 * Tells the family of a runtime id.
 * @param id The runtime id.
 * @returns The family.
 * @throws {LocalError} `UnknownRuntime`.
 */
export function runtimeFamily(id: string): RuntimeFamily {
  return findRuntime(id).family
}

function findRuntime(id: string): Runtime {
  const runtime = Object.hasOwn(runtimes, id) ? runtimes[id] : undefined
  if (runtime === undefined) {
    throw new LocalError(
      'UnknownRuntime',
      `The runtime ${id} cannot be run here; known are ${runtimeIds.join(', ')}`,
    )
  }
  return runtime
}

/** An interpreter of this machine. */
interface Program {
  /** Its real path. */
  readonly program: string
  /** For example `3.12.4`. */
  readonly version: string
}

// Asked of the interpreter itself: its path and its version, one a line.
const askNode = ['-p', "process.execPath + '\\n' + process.versions.node"] as const
const askPython = [
  '-c',
  'import platform, sys; print(sys.executable); print(platform.python_version())',
] as const

const programs = new Map<string, Promise<Program>>()

// A version manager's shim costs 100 ms at every start, so the interpreter behind it is asked for once.
function askProgram(program: string, question: readonly string[], id: string): Promise<Program> {
  const known = programs.get(program)
  if (known !== undefined) return known
  const asked = runQuestion(program, question, id)
  programs.set(program, asked)
  asked.catch(() => programs.delete(program))
  return asked
}

async function runQuestion(program: string, question: readonly string[], id: string): Promise<Program> {
  try {
    const { stdout } = await promisify(execFile)(program, question, { timeout: 10_000 })
    const [executable = '', version = ''] = stdout.split(/\r?\n/)
    if (!/^\d+\.\d+/.test(version)) throw new Error(`it answers ${JSON.stringify(stdout.slice(0, 80))}`)
    return { program: executable === '' ? program : executable, version }
  } catch (error) {
    throw createMissingError(id, program, error)
  }
}

function createMissingError(id: string, program: string, error: unknown): LocalError {
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return new LocalError(
    'RuntimeMissing',
    `The runtime ${id} needs ${program}, and it could not be run: ${reason}. Install it, or name another program with --runtime ${id}=<program>.`,
    { cause: error },
  )
}

/** A function should run on what it was made for: where it does not, that is said. */
function describeMismatch(
  runtime: string,
  language: string,
  { program, version }: Program,
): { readonly notice?: string } {
  const wanted = /\d+(\.\d+)?/.exec(runtime)?.[0] ?? ''
  if (`${version}.`.startsWith(`${wanted}.`)) return {}
  return {
    notice: `${runtime} functions run on ${language} ${version} (${program}). To run them on ${language} ${wanted}, start with --runtime ${runtime}=<program>.`,
  }
}
