import { relative, resolve } from 'node:path'
import type { BuildFailure, Message } from 'esbuild'
import { AwsError, type AwsErrorCode, type SourcePlace } from '../errors.ts'

/**
 * Turns esbuild's failure into one error with its message, file, line and the line itself.
 * @param error whatever esbuild threw or reported
 * @param options `from`, folder that esbuild's paths start from; `cwd`, folder that they are told from; what failed, and its code
 * @returns the coded error; its `source` is the place of the first
 */
export function toBuildError(
  error: unknown,
  options: {
    readonly from: string
    readonly cwd: string
    readonly says: string
    readonly code: AwsErrorCode
  },
): Error {
  const { from, cwd, says, code } = options
  const failures = (error as Partial<BuildFailure>).errors
  if (!Array.isArray(failures) || failures.length === 0) {
    return new AwsError(code, `${says}: ${String(error)}`, { cause: error })
  }
  const places = failures.map((failure) => toPlace(failure, from, cwd))
  const more = places.length > 3 ? `\n(and ${places.length - 3} more)` : ''
  const told = places.slice(0, 3).map(describePlace).join('\n')
  return new AwsError(code, `${says}:\n${told}${more}`, {
    ...(places[0] === undefined ? {} : { source: places[0] }),
    cause: error,
  })
}

function toPlace({ text, location }: Message, from: string, cwd: string): SourcePlace {
  if (location === null) return { message: text }
  const { file, line, column, lineText } = location
  return { message: text, file: relative(cwd, resolve(from, file)), line, column: column + 1, lineText }
}

function describePlace({ message, file, line, column = 1, lineText }: SourcePlace): string {
  if (file === undefined) return message
  return `${file}:${line}:${column}: ${message}\n    ${lineText}\n    ${' '.repeat(column - 1)}^`
}
