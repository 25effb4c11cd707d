import { accessSync, constants, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { Launch } from './runtimes.ts'

/** A program of `<opt>/extensions`, started before the runtime. */
export interface ExternalExtension {
  /** The file name, under which it registers. */
  readonly name: string
  readonly program: string
}

/**
 * Finds the external extensions.
 * @param optFolder The folder that stands for /opt.
 * @returns The files of its folder `extensions`, by name; folders are passed over, as on Lambda.
 */
export async function listExternalExtensions(
  optFolder: string | undefined,
): Promise<readonly ExternalExtension[]> {
  if (optFolder === undefined) return []
  const folder = join(optFolder, 'extensions')
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => ({ name, program: join(folder, name) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** A wrapper that cannot be run: what Lambda's bootstrap prints, and how it exits. */
export interface BrokenWrapper {
  readonly says: string
  readonly report: FailureReport
}

/**
 * Puts a wrapper script before the program of a runtime, as AWS_LAMBDA_EXEC_WRAPPER asks for.
 * @param launch How the runtime is started.
 * @param wrapper The variable's value; a path below /opt lies in the folder that stands for it.
 * @param optFolder That folder.
 * @returns How the wrapper is started, or why it cannot be.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
 */
export function wrapLaunch(
  launch: Launch,
  wrapper: string,
  optFolder: string | undefined,
): Launch | BrokenWrapper {
  const program = resolveOpt(wrapper, optFolder)
  if (statSync(program, { throwIfNoEntry: false })?.isFile() !== true) {
    const where =
      program === wrapper && wrapper.startsWith('/opt/')
        ? ' (the folder that stands for /opt is named with --opt)'
        : ''
    return { says: `${wrapper}: does not exist${where}`, report: createWrapperReport(127) }
  }
  try {
    accessSync(program, constants.X_OK)
  } catch {
    return { says: `${wrapper}: is not an executable`, report: createWrapperReport(126) }
  }
  return { ...launch, program, args: [launch.program, ...launch.args] }
}

/**
 * Finds a path of Lambda on this machine.
 * @param path The path.
 * @param optFolder The folder that stands for /opt.
 * @returns The path below that folder when it begins with /opt/, else the path as it is.
 */
function resolveOpt(path: string, optFolder: string | undefined): string {
  return optFolder !== undefined && path.startsWith('/opt/') ? join(optFolder, path.slice(5)) : path
}

function createWrapperReport(status: number): FailureReport {
  return createFailureReport('Runtime.ExitError', `Runtime exited with error: exit status ${status}`)
}
