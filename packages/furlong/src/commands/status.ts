import { parseFunctionArn } from '@furlong/iam'
import { nameFunction } from '../render/name.ts'
import { targetOptions, type Command } from '../command.ts'
import { createTable } from '../reporter.ts'
import { createSideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'

const { port, state } = targetOptions

/** `furlong status` */
export const command: Command = {
  name: 'status',
  summary: 'what runs where',
  usage: 'status [--port <port> | --state <folder>]',
  options: { ...(port && { port }), ...(state && { state }) },
  positionals: [0, 0],
  examples: [
    ['furlong status', 'the local side of this folder'],
    ['furlong status --format json', 'the same for a program'],
  ],
  run: async ({ values, context, reporter }) => {
    const side = await selectSide(values, context, reporter)
    const status = await createSideClient(side).status()
    const { paint } = reporter
    const facts = createTable([
      ['endpoint', status.endpoint],
      ['state', status.stateFolder ?? 'in memory'],
      ['process', `${status.pid}, since ${status.startedAt}`],
      ['accounts', status.accounts.map(({ accountId }) => accountId).join(', ')],
    ])
    const urls = status.urls.map(({ functionArn, url, authType, invokeMode }) => {
      const { region = '', accountId = '' } = parseFunctionArn(functionArn) ?? {}
      return [nameFunction(functionArn), url, authType, invokeMode, region, accountId]
    })
    const listed = urls.length === 0 ? ['No function has a URL.'] : createTable(urls)
    return { data: status, lines: [...facts, '', paint('bold', 'Function URLs'), ...listed] }
  },
}
