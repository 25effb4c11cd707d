import { startLocal, type Local, type LocalOptions, type LogLine, type RequestRecord } from '@furlong/local'
import { findConsolePage } from './console-page.ts'
import type { Home } from './render/fix.ts'
import { isWorthTelling, renderRefusalLine } from './render/record.ts'
import type { Reporter } from './reporter.ts'

/**
 * Starts a local side in this process that tells each refusal in one line on stderr, or as JSON on stdout.
 * @param options how it is started
 * @param io where its lines go; `onLog` for the lines of functions, `onRequest` for calls of function URLs that nothing refused
 * @returns the running side
 */
export async function startSide(
  options: LocalOptions,
  io: {
    readonly reporter: Reporter
    readonly onLog?: (line: LogLine) => void
    readonly onRequest?: (record: RequestRecord) => void
  },
): Promise<Local> {
  const { reporter } = io
  const home: { here?: Home } = {}
  const page = findConsolePage()
  const local = await startLocal({
    ...(page === undefined ? {} : { page }),
    ...options,
    onRecord: (record) => {
      if (record.kind === 'function-url' && !isRefused(record)) io.onRequest?.(record)
      if (!isWorthTelling(record)) return
      // Where each request has its line, source failures are told once, when they are made.
      if (io.onRequest !== undefined && isSourceFailure(record)) return
      if (reporter.format === 'json') reporter.print(JSON.stringify({ type: 'refusal', record }))
      else reporter.say(renderRefusalLine(record, reporter.errorPaint, home.here))
    },
    onNotice: (text) => reporter.say(text),
    ...(io.onLog === undefined ? {} : { onLog: io.onLog }),
  })
  for (const warning of warnOfOthers(options, local.port)) reporter.say(reporter.errorPaint('red', warning))
  home.here = { accountId: local.accounts[0]?.accountId ?? '', region: local.region }
  return local
}

const isSourceFailure = ({ refusal }: RequestRecord): boolean => refusal?.code === 'Furlong.SourceFailed'

/** A source failure was no gate's doing: the request is one like any other. */
const isRefused = (record: RequestRecord): boolean => record.refusal !== undefined && !isSourceFailure(record)

/** What listens beyond the loopback is told each time. */
function warnOfOthers({ host = '127.0.0.1', urlHost }: LocalOptions, port: number): string[] {
  if (/^127\.|^::1$/.test(host)) return []
  return [
    `Warning: ${host}:${port} and the ports of function URLs take connections from other machines. Every call is still signed and authorised, but URLs with AuthType NONE are open to them, and nothing is encrypted.`,
    ...(urlHost === undefined
      ? [
          'Function URLs are handed out with 127.0.0.1: --url-host <name> puts the name that others use in its place.',
        ]
      : []),
  ]
}
