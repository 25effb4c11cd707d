import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderPlan } from '../render/fix.ts'
import { renderRecord } from '../render/record.ts'
import { createSideClient } from '../side-client.ts'
import { findSide } from '../target.ts'

const { port, state } = targetOptions

/** `furlong explain` */
export const command: Command = {
  name: 'explain',
  summary: 'why a request was refused',
  usage: 'explain [<id>]',
  description: [
    'Shows the way of a request through the local side: each gate, the cause, the statement that came nearest,',
    'and the commands that fix it. Without an id: the latest refusal. The id stands in the header x-furlong-why.',
  ],
  options: { ...(port && { port }), ...(state && { state }) },
  positionals: [0, 1],
  examples: [
    ['furlong explain', 'the latest refusal'],
    ['furlong explain k3f9a', 'the request of that id'],
    ['furlong explain --format json', 'the whole record, and the fixes as data'],
  ],
  run: async ({ values, positionals: [id], context, reporter }) => {
    const side = await findSide(values, context)
    const client = createSideClient(side)
    const record =
      id === undefined ? (await client.records({ refused: true, limit: 1 }))[0] : await client.record(id)
    if (record === undefined)
      throw id === undefined ? new CliError('no-refusal') : new CliError('no-such-record', { id })
    const home = { accountId: side.accounts[0]?.accountId ?? '', region: side.region }
    const commands = renderPlan(record.refusal?.explanation?.fixes ?? [], home)
    return { data: { record, commands }, lines: renderRecord(record, reporter.paint, home) }
  },
}
