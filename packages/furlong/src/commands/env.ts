import { createClientChange, createClientUndo } from '../client-change.ts'
import { targetOptions, type Command } from '../command.ts'
import { guessShell, shells, type ShellName } from '../shells.ts'
import { selectTarget } from '../target.ts'

const { port, state, account, region } = targetOptions

/** `furlong env` */
export const command: Command = {
  name: 'env',
  summary: 'shell lines that point AWS clients at the local side',
  usage: 'env [--shell <shell>] [--account <id>]',
  description: [
    'Sets the endpoints of Lambda, IAM and STS (other services stay untouched), the region and the',
    "administrator's keys, and unsets what would contradict them. Proxy and CA variables are not for a whole shell:",
    'npx furlong run -- $SHELL opens one in which code with URLs of AWS written into it works too.',
  ],
  options: {
    shell: {
      type: 'string',
      takes: Object.keys(shells),
      says: 'whose syntax; default by SHELL',
    },
    unset: { type: 'boolean', says: 'lines that take back what this command has set' },
    ...(port && { port }),
    ...(state && { state }),
    ...(account && { account }),
    ...(region && { region }),
  },
  positionals: [0, 0],
  examples: [
    ['eval "$(npx furlong env)"', 'this shell, bash or zsh'],
    ['npx furlong env --shell fish | source', 'the same in fish'],
    ['npx furlong env --shell dotenv > .env.local', 'a file for programs that read one'],
    ['eval "$(npx furlong env --unset)"', 'takes it back'],
    ['npx furlong env --account 444455556666', "the other account's administrator"],
  ],
  run: async ({ values, context, reporter }) => {
    const names = Object.keys(shells) as ShellName[]
    const shell = values.oneOf('shell', names) ?? guessShell(context.env['SHELL'])
    if (values.flag('unset')) {
      const undo = createClientUndo()
      return { data: undo, lines: shells[shell](undo) }
    }
    const selection = await selectTarget(values, context, reporter)
    // The options of this command cannot name AWS.
    if (selection.kind === 'aws') return { exitCode: 2 }
    const change = createClientChange(selection.side, selection.account, selection.target.region)
    return { data: change, lines: shells[shell](change) }
  },
}
