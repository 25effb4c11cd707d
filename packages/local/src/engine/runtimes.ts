import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LocalError } from '../errors.ts'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { FunctionSpec } from './types.ts'

/** Folder of the bootstraps, the value of LAMBDA_RUNTIME_DIR; the same depth from `src` and from `dist`. */
export const runtimeFolder: string = fileURLToPath(new URL('../../runtime/', import.meta.url))

/** How a process of a function is started. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Says what runs, for the INIT_START line. */
  readonly label: string
}

interface Runtime {
  readonly family: 'nodejs' | 'python' | 'provided'
  /** Finds the program; an own program is the one named in the options, debugger arguments go before the bootstrap. */
  resolve(
    spec: FunctionSpec,
    own: string | undefined,
    debugging: readonly string[],
  ): Promise<Launch | FailureReport>
}

const node: Runtime = {
  family: 'nodejs',
  resolve: (spec, own, debugging) =>
    Promise.resolve({
      program: own ?? process.execPath,
      args: [...debugging, join(runtimeFolder, 'node.mjs')],
      label: own ?? `Node.js ${process.version} for ${spec.runtime}`,
    }),
}

const python: Runtime = {
  family: 'python',
  resolve: async (spec, own, debugging) => {
    const found = await resolvePython(own ?? 'python3')
    return {
      program: found.executable,
      // -B: Lambda's code folder is read-only, so no bytecode is written into it; -u: lines leave as they are printed.
      args: ['-B', '-u', ...debugging, join(runtimeFolder, 'python.py')],
      label: `Python ${found.version} for ${spec.runtime}`,
    }
  },
}

const provided: Runtime = {
  family: 'provided',
  resolve: async (spec, own) => {
    const bootstrap = own ?? join(spec.codeFolder, 'bootstrap')
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
    return { program: bootstrap, args: [], label: spec.runtime }
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
 * @param programs Programs that take the place of the default ones, by runtime id.
 * @param debugging Arguments of the interpreter for a debugger; a bootstrap of the bundle gets none.
 * @returns How to start it, or the report of a bundle without a usable bootstrap.
 * @throws {LocalError} `UnknownRuntime`, or `RuntimeMissing` when the program is not on this machine.
 */
export function resolveRuntime(
  spec: FunctionSpec,
  programs: Readonly<Record<string, string>> = {},
  debugging: readonly string[] = [],
): Promise<Launch | FailureReport> {
  const { program = programs[spec.runtime], arguments: own = [] } = spec.interpreter ?? {}
  return Promise.resolve(findRuntime(spec.runtime).resolve(spec, program, [...debugging, ...own]))
}

/**
 * Tells the family of a runtime id.
 * @param id The runtime id.
 * @returns The family.
 * @throws {LocalError} `UnknownRuntime`.
 */
export function runtimeFamily(id: string): 'nodejs' | 'python' | 'provided' {
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

interface PythonProgram {
  readonly executable: string
  readonly version: string
}

const pythons = new Map<string, Promise<PythonProgram>>()

// A version manager's shim costs 100 ms at every start, so the interpreter behind it is asked for once.
function resolvePython(program: string): Promise<PythonProgram> {
  const known = pythons.get(program)
  if (known !== undefined) return known
  const asked = askPython(program)
  pythons.set(program, asked)
  asked.catch(() => pythons.delete(program))
  return asked
}

async function askPython(program: string): Promise<PythonProgram> {
  const question = 'import platform, sys; print(sys.executable); print(platform.python_version())'
  try {
    const { stdout } = await promisify(execFile)(program, ['-c', question], { timeout: 10_000 })
    const [executable = '', version = ''] = stdout.split(/\r?\n/)
    return { executable: executable === '' ? program : executable, version }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'no answer'
    throw new LocalError(
      'RuntimeMissing',
      `Python functions need ${program} on PATH, and it could not be run: ${reason}`,
    )
  }
}
