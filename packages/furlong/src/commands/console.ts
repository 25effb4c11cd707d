import { targetOptions, type Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { openInBrowser } from '../open-in-browser.ts'
import { createSideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'

const { port, state } = targetOptions

/** `furlong console` */
export const command: Command = {
  name: 'console',
  summary: 'the page of the local side: requests as they come, and why',
  usage: 'console [<id>] [--no-open] [--port <port> | --state <folder>]',
  description: [
    'Opens the page in a browser, at a request when its id is given, and prints its link. The link works once and for',
    'ten minutes. Over SSH, without a display and into a pipe it is only printed; the page answers on this machine alone:',
    'from another one, bring the port over with ssh -L <port>:127.0.0.1:<port>.',
  ],
  options: {
    'no-open': { type: 'boolean', says: 'print the link alone' },
    ...(port && { port }),
    ...(state && { state }),
  },
  positionals: [0, 1],
  examples: [
    ['furlong console', 'the requests of the local side of this folder'],
    ['furlong console k3f9a', 'the request of that id, which stands in x-furlong-why'],
    ['furlong console --no-open', 'the link, for a browser of your choice'],
  ],
  run: async ({ values, positionals: [id], context, reporter }) => {
    const side = await selectSide(values, context, reporter)
    const client = createSideClient(side)
    if (id !== undefined && (await client.record(id)) === undefined)
      throw new CliError('no-such-record', { id })
    const link = await client.consoleLink(id === undefined ? undefined : `/requests/${id}`)
    const isShown = reporter.format === 'human' && context.stdout.isTTY === true
    const opened = isShown && !values.flag('no-open') ? await openInBrowser(link, context.env) : undefined
    if (opened !== undefined) reporter.say(reporter.errorPaint('dim', `Opened by ${opened}.`))
    return { data: { link, opened: opened ?? null }, lines: [link] }
  },
}
