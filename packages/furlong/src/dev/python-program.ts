import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'

/** The Python that runs a function from its folder. */
export interface PythonProgram {
  readonly program: string
  /** Such as `3.11.7`. */
  readonly version: string
  /** Lambda's runtime of that version, be it one Lambda has or not. */
  readonly runtime: string
  readonly hasDebugpy: boolean
}

const question = `import importlib.util, platform, sys
print(platform.python_version())
print(importlib.util.find_spec("debugpy") is not None)`

/**
 * Finds the Python of a project: that of the active virtual environment, else of the nearest `.venv` or `venv` of the
 * project, else `python3`.
 * @param folders the project's folders, the nearest first
 * @param context the environment
 * @returns the program and its version
 * @throws {CliError} `python-missing` when it cannot be run
 */
export async function findPython(folders: readonly string[], { env }: Context): Promise<PythonProgram> {
  const active = env['VIRTUAL_ENV'] ?? ''
  const candidates = [
    ...(active === '' ? [] : [active]),
    ...folders.flatMap((folder) => [join(folder, '.venv'), join(folder, 'venv')]),
  ]
  const program =
    candidates.map((folder) => join(folder, 'bin/python')).find((path) => existsSync(path)) ?? 'python3'
  try {
    const { stdout } = await promisify(execFile)(program, ['-c', question], { timeout: 10_000, env })
    const [version = '', hasDebugpy = ''] = stdout.split(/\r?\n/)
    const runtime = `python${version.split('.').slice(0, 2).join('.')}`
    return { program, version, runtime, hasDebugpy: hasDebugpy === 'True' }
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new CliError('python-missing', { program, reason })
  }
}
