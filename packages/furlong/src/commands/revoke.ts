import type { Revocation } from '@furlong/aws'
import { callerSideOptions, selectCaller } from '../caller-side.ts'
import { targetOptions, type Command } from '../command.ts'
import { selectTarget } from '../target.ts'

/** `furlong revoke` */
export const command: Command = {
  name: 'revoke',
  summary: 'take a grant back',
  usage: 'revoke <function> --from <caller> [--caller-profile <name>] | revoke <function> --orphans',
  description: [
    "Removes each statement of the function's policy that lets exactly this caller call its URL. The caller is",
    "named as for grant; '*' stands for the statements of a public URL.",
    'Of a caller of another account, the policy that furlong grant put there goes with the same option as it came.',
    'A role or user that was deleted leaves its statements behind, and Lambda adds nothing to a policy with such: --orphans.',
  ],
  options: {
    from: { type: 'string', value: '<caller>', says: 'who may no longer call' },
    orphans: { type: 'boolean', says: 'the statements of roles and users that were deleted' },
    ...callerSideOptions("take the caller's own policy back"),
    ...targetOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong revoke my-function-with-url --from my-calling-function', 'the role of another function'],
    ["furlong revoke books --from '*'", 'closes a public URL'],
    ['furlong revoke books --orphans', 'after a role was deleted and made again'],
  ],
  run: async ({ values, positionals: [functionName = ''], context, reporter }) => {
    const from = values.text('from')
    if (values.flag('orphans')) {
      if (from !== undefined) throw values.wrong('--orphans and --from exclude each other.')
      const { target } = await selectTarget(values, context, reporter, { functionName })
      const { revokeOrphans } = await import('@furlong/aws')
      const removed = await revokeOrphans(target, { functionName })
      const says =
        removed.length === 0
          ? 'No statement is of a principal that was deleted.'
          : `Removed ${removed.join(', ')}`
      return { data: { removed }, lines: [says] }
    }
    if (from === undefined)
      throw values.wrong(
        '--from is missing: who may no longer call?',
        `npx furlong revoke ${functionName} --from <caller>`,
      )
    const selection = await selectTarget(values, context, reporter, { functionName })
    const caller = await selectCaller(selection, values)
    const { revoke } = await import('@furlong/aws')
    const revoked = await revoke(selection.target, {
      functionName,
      from,
      ...(caller === undefined ? {} : { caller: caller.target }),
    })
    return { data: revoked, lines: render(revoked) }
  },
}

function render({ removed, principal, callerSide }: Revocation): string[] {
  const own =
    removed.length === 0
      ? `There was no grant to ${principal.principal}.`
      : `${principal.principal} may no longer call: removed ${removed.join(', ')}`
  if (callerSide === undefined) return [own]
  const says = {
    removed: 'removed',
    absent: 'was not there',
    changed: 'stays, for it is not as furlong grant writes it',
  }[callerSide.outcome]
  return [own, `Identity policy ${callerSide.policyName} of ${callerSide.principal}: ${says}`]
}
