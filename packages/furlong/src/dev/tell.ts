import { relative } from 'node:path'
import { renderSourceFailure, type LogLine, type RequestRecord, type SourceFailure } from '@furlong/local'
import type { Context } from '../context.ts'
import { createOwnLine } from '../render/log.ts'
import { renderRequestLine } from '../render/request.ts'
import type { Reporter } from '../reporter.ts'

/** What `furlong dev` tells while it runs: lines for people on stderr, or one JSON object a line on stdout. */
export interface DevTeller {
  /** A request for a function URL was answered, and nothing refused it. */
  request(record: RequestRecord): void
  log(line: LogLine): void
  updated(paths: readonly string[], ms: number): void
  /** There is no code to call. */
  failed(failure: SourceFailure, heading: string): void
  /** There is no code to deploy, and nothing to call. */
  waiting(failure: SourceFailure, entry: string): void
}

/**
 * Creates the teller of one call.
 * @param reporter where it tells
 * @param context the folder that paths are told from
 * @param functionName names the function that is developed, once it is known
 * @returns the teller
 */
export function createDevTeller(
  reporter: Reporter,
  { cwd }: Pick<Context, 'cwd'>,
  functionName: () => string,
): DevTeller {
  const { errorPaint: paint } = reporter
  const tell = (type: string, data: object, text: () => string | undefined): void => {
    if (reporter.format === 'json') {
      reporter.print(JSON.stringify({ type, ...data }))
      return
    }
    const line = text()
    if (line !== undefined) reporter.say(line)
  }
  const fail = (failure: SourceFailure, title: string, says: string): void =>
    tell('source-failed', { functionName: functionName(), failure }, () =>
      [paint('red', title), renderSourceFailure(failure), paint('dim', says)].join('\n'),
    )
  return {
    request: (record) => tell('request', { record }, () => renderRequestLine(record, paint)),
    log: (line) => tell('log', { line }, () => createOwnLine(line, functionName(), paint)),
    updated: (paths, ms) => {
      const files = paths.map((path) => relative(cwd, path))
      const more = files.length > 3 ? ` and ${files.length - 3} more` : ''
      const list = files.length === 0 ? '' : ` (${files.slice(0, 3).join(', ')}${more})`
      tell('updated', { functionName: functionName(), files, ms }, () =>
        paint('green', `updated ${functionName()} in ${ms} ms${list}`),
      )
    },
    failed: (failure, heading) =>
      fail(failure, `${functionName()}: ${heading}`, 'Callers are told so until one is saved that does.'),
    waiting: (failure, entry) =>
      fail(
        failure,
        // Where no place is named it is not the compiler that speaks.
        `${entry}: ${failure.line === undefined ? 'there is no code to run yet' : 'the source does not compile'}`,
        'Nothing is served until one is saved that does; ctrl-c ends the waiting.',
      ),
  }
}
