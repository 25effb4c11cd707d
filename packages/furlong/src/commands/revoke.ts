import { targetOptions, type Command } from '../command.ts'
import { selectTarget } from '../target.ts'

/** `furlong revoke` */
export const command: Command = {
  name: 'revoke',
  summary: 'take a grant back',
  usage: 'revoke <function> --from <caller>',
  description: [
    "Removes each statement of the function's policy that lets exactly this caller call its URL. The caller is",
    "named as for grant; '*' stands for the statements of a public URL.",
  ],
  options: { from: { type: 'string', value: '<caller>', says: 'who may no longer call' }, ...targetOptions },
  positionals: [1, 1],
  examples: [
    ['furlong revoke my-function-with-url --from my-calling-function', 'the role of another function'],
    ["furlong revoke books --from '*'", 'closes a public URL'],
  ],
  run: async ({ values, positionals: [functionName = ''], context, reporter }) => {
    const from = values.text('from')
    if (from === undefined)
      throw values.wrong(
        '--from is missing: who may no longer call?',
        `npx furlong revoke ${functionName} --from <caller>`,
      )
    const { target } = await selectTarget(values, context, reporter, { functionName })
    const { revoke } = await import('@furlong/aws')
    const revoked = await revoke(target, { functionName, from })
    const { removed, principal } = revoked
    const lines =
      removed.length === 0
        ? [`There was no grant to ${principal.principal}.`]
        : [`${principal.principal} may no longer call: removed ${removed.join(', ')}`]
    return { data: revoked, lines }
  },
}
