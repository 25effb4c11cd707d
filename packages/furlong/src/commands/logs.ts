import { parseFunctionArn } from '@furlong/iam'
import type { LogLine } from '@furlong/local'
import type { Side } from '@furlong/local/sides'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { CliError } from '../errors.ts'
import { createLogFilter, type LogFilter } from '../log-filter.ts'
import { renderLogLine } from '../render/log.ts'
import { createSideClient } from '../side-client.ts'
import { selectTarget, type Selection } from '../target.ts'
import { waitForSide } from '../wait-for-side.ts'

/** `furlong logs` */
export const command: Command = {
  name: 'logs',
  summary: 'what functions wrote',
  usage: 'logs [<function>] [-f] [--since <time>] [--grep <pattern>]',
  description: [
    'With -f it goes on until ctrl-c, and waits for the local side when that is started anew. With --format json and -f',
    'each line is one JSON object.',
  ],
  options: {
    follow: { type: 'boolean', short: 'f', says: 'go on with new lines until ctrl-c' },
    since: { type: 'string', value: '<time>', says: 'from then on: 30s, 5m, 2h, 1d ago, or an ISO time' },
    grep: { type: 'string', value: '<pattern>', says: 'lines that a regular expression matches' },
    ...targetOptions,
  },
  positionals: [0, 1],
  examples: [
    ['furlong logs', 'of all functions'],
    ['furlong logs my-function-with-url -f', 'of one, as they come'],
    ['furlong logs -f --since 5m --grep "timed out|ERROR"', 'the last five minutes and on, what went wrong'],
  ],
  run: async (invocation) => {
    const { values, positionals, context, reporter } = invocation
    const [name] = positionals
    const filter = createLogFilter(values, context.now())
    const selection = await selectTarget(values, context, reporter)
    if (selection.kind === 'aws') {
      const suggestion = `aws logs tail /aws/lambda/${name ?? '<function>'}${values.flag('follow') ? ' --follow' : ''}`
      throw new CliError('local-only', { what: 'furlong logs', suggestion })
    }
    const only = name === undefined ? {} : { function: await findName(name, selection) }
    if (values.flag('follow')) return follow(invocation, selection.side, only, filter)
    const lines = (await createSideClient(selection.side).logs(only)).lines.filter(filter)
    return {
      data: { lines },
      lines: lines.map((line) => renderLogLine(line, { withName: name === undefined }, reporter.paint)),
    }
  },
}

type Only = { readonly function?: string }

async function findName(name: string, selection: Selection): Promise<string> {
  const { createClients, findFunction } = await import('@furlong/aws')
  await findFunction(createClients(selection.target), name, selection.target)
  return parseFunctionArn(name)?.name ?? name.split(':')[0] ?? name
}

async function follow(
  { context, reporter }: Invocation,
  first: Side,
  only: Only,
  filter: LogFilter,
): Promise<Outcome> {
  const withName = only.function === undefined
  const print = (line: LogLine): void => {
    if (!filter(line)) return
    const { format, paint } = reporter
    reporter.print(format === 'json' ? JSON.stringify(line) : renderLogLine(line, { withName }, paint))
  }
  const stop = new AbortController()
  const end = (): void => stop.abort()
  const stopHearing = context.onSignal(end)
  const stopWatching = context.onReaderGone(end)
  try {
    for (let side = first; ;) {
      for await (const { event, data } of createSideClient(side).followLogs(only, stop.signal)) {
        if (event === 'line') print(data)
        else
          reporter.say(`${data.lines} lines are missing here: they came faster than they could be printed.`)
      }
      if (!stop.signal.aborted) reporter.say(`${side.endpoint} has ended; waiting for it to come back.`)
      const next = await waitForSide(side, context, stop.signal)
      if (next === undefined) return {}
      reporter.say(`${next.endpoint} is back.`)
      side = next
    }
  } catch (error) {
    if (stop.signal.aborted) return {}
    throw error
  } finally {
    stopHearing()
    stopWatching()
  }
}
