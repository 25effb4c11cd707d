import { parseFunctionArn } from '@furlong/iam'
import { nameFunction } from '../render/name.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine } from '@furlong/local'
import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { createSideClient } from '../side-client.ts'
import { selectTarget } from '../target.ts'

const followIntervalMs = 300

/** `furlong logs` */
export const command: Command = {
  name: 'logs',
  summary: 'what functions wrote',
  usage: 'logs [<function>] [-f]',
  options: {
    follow: { type: 'boolean', short: 'f', says: 'go on with new lines until ctrl-c' },
    ...targetOptions,
  },
  positionals: [0, 1],
  examples: [
    ['furlong logs', 'of all functions'],
    ['furlong logs my-function-with-url -f', 'of one, as they come'],
  ],
  run: async ({ values, positionals: [name], context, reporter }) => {
    const selection = await selectTarget(values, context, reporter)
    if (selection.kind === 'aws') {
      const suggestion = `aws logs tail /aws/lambda/${name ?? '<function>'}${values.flag('follow') ? ' --follow' : ''}`
      throw new CliError('local-only', { what: 'furlong logs', suggestion })
    }
    const client = createSideClient(selection.side)
    if (name !== undefined) {
      const { createClients, findFunction } = await import('@furlong/aws')
      await findFunction(createClients(selection.target), name, selection.target)
    }
    const filter =
      name === undefined ? {} : { function: parseFunctionArn(name)?.name ?? name.split(':')[0] ?? name }
    let { lines, cursor } = await client.logs(filter)
    const withName = name === undefined
    if (!values.flag('follow'))
      return { data: { lines }, lines: lines.map((line) => renderLogLine(line, withName)) }
    let isStopped = false
    const stopHearing = context.onSignal(() => (isStopped = true))
    try {
      for (;;) {
        for (const line of lines) {
          reporter.print(reporter.format === 'json' ? JSON.stringify(line) : renderLogLine(line, withName))
        }
        await sleep(followIntervalMs)
        if (isStopped) return {}
        ;({ lines, cursor } = await client.logs({ ...filter, after: cursor }))
      }
    } finally {
      stopHearing()
    }
  },
}

/**
 * Renders a line that a function wrote.
 * @param line the line
 * @param withName whether the function is named
 * @returns time, function and text
 */
export function renderLogLine(line: LogLine, withName: boolean): string {
  const name = withName ? `${nameFunction(line.functionArn)} ` : ''
  return `${line.at.slice(11, 23)} ${name}${line.text.trimEnd()}`
}
