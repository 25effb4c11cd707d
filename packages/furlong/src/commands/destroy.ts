import type { DestroyStep } from '@furlong/aws'
import { targetOptions, type Command } from '../command.ts'
import { confirmOnAws } from '../confirm.ts'
import { createTable } from '../reporter.ts'
import { selectTarget } from '../target.ts'

/** `furlong destroy` */
export const command: Command = {
  name: 'destroy',
  summary: 'take away what deploy made',
  usage: 'destroy <function> [--plan] [--yes]',
  description: [
    "Deletes the function's URLs, the function with its versions, aliases and policy, and its role, as far as furlong deploy",
    'made them and nothing else hangs on them. Of a function that somebody else made, the alias, URL and grants go that deploy',
    'put there. What stays is said, with the reason.',
  ],
  options: {
    plan: { type: 'boolean', says: 'show what would go, and change nothing' },
    yes: { type: 'boolean', short: 'y', says: 'do not ask on AWS' },
    ...targetOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong destroy books --plan', 'what would go'],
    ['furlong destroy books --profile dev', 'on AWS, after asking'],
  ],
  run: async ({ values, positionals: [functionName = ''], context, reporter }) => {
    const { target } = await selectTarget(values, context, reporter, { functionName })
    const { destroy, planDestroy } = await import('@furlong/aws')
    const plan = await planDestroy(target, { functionName })
    if (values.flag('plan')) return { data: { plan }, lines: renderSteps(plan, 'goes') }
    if (target.kind === 'aws' && !values.flag('yes'))
      for (const line of renderSteps(plan, 'goes')) reporter.say(line)
    await confirmOnAws(target, `Deleting ${functionName}`, { yes: values.flag('yes'), context })
    const gone = await destroy(target, { functionName })
    return { data: { gone }, lines: renderSteps(gone, 'gone') }
  },
}

function renderSteps(steps: readonly DestroyStep[], goes: string): string[] {
  return createTable(
    steps.map(({ what, name, kept }) => [
      what,
      kept === undefined ? goes : 'stays',
      kept === undefined ? name : `${name}: ${kept}`,
    ]),
  )
}
