import type { RequestRecord } from '@furlong/local'
import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderPlan } from '../render/fix.ts'
import { isWorthTelling, renderRecord } from '../render/record.ts'
import { createSideClient, type SideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'

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
    const side = await selectSide(values, context, reporter)
    const client = createSideClient(side)
    const record = id === undefined ? await findLatest(client) : await client.record(id)
    if (record === undefined)
      throw id === undefined ? new CliError('no-refusal') : new CliError('no-such-record', { id })
    const home = { accountId: side.accounts[0]?.accountId ?? '', region: side.region }
    const commands = renderPlan(record.refusal?.explanation?.fixes ?? [], home)
    return { data: { record, commands }, lines: renderRecord(record, reporter.paint, home) }
  },
}

/** A refusal that only the local side can explain comes before the 404 of a look-up. */
async function findLatest(client: SideClient): Promise<RequestRecord | undefined> {
  const refused = await client.records({ refused: true, limit: 200 })
  return refused.find(isWorthTelling) ?? refused[0]
}
