import type { Grant, GrantOptions, UpgradedGrant } from '@furlong/aws'
import { targetOptions, type Command, type Outcome } from '../command.ts'
import { callerSideOptions, selectCaller } from '../caller-side.ts'
import { createCredentialsOf } from '../session.ts'
import { createTable, type Reporter } from '../reporter.ts'
import { hearStop } from '../stop-signal.ts'
import { selectTarget, type Selection } from '../target.ts'

const defaultTimeoutSeconds = 180

/** `furlong grant` */
export const command: Command = {
  name: 'grant',
  summary: 'let a caller call a URL',
  usage: 'grant <function> --to <caller> [--caller-profile <name>] [--wait] | grant <function> --upgrade',
  description: [
    'Adds both statements a function URL needs, lambda:InvokeFunctionUrl and lambda:InvokeFunction, with the',
    'conditions that keep them to the URL. The caller is a function (its role is granted), a role, a user, an',
    'account id, or an ARN of one of them; a session is granted as its role. The ARN of a CloudFront distribution lets',
    'CloudFront call for it and for no other. Doing it again changes nothing.',
    "A caller of another account needs a policy of its own as well: it is printed, or put with that account's credentials.",
  ],
  options: {
    to: { type: 'string', value: '<caller>', says: 'who may call' },
    ...callerSideOptions("put the caller's own policy"),
    wait: { type: 'boolean', says: "wait until a signed GET / of the caller's role is let in" },
    upgrade: {
      type: 'boolean',
      says: 'add the second permission for each caller that has the first one only, as grants before October 2025',
    },
    timeout: {
      type: 'string',
      value: '<seconds>',
      says: `how long to wait; default ${defaultTimeoutSeconds}`,
    },
    ...targetOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong grant my-function-with-url --to my-calling-function', 'the role of another function'],
    ['furlong grant books --to arn:aws:cloudfront::111122223333:distribution/E1ABC', 'CloudFront, with OAC'],
    ['furlong grant books --to arn:aws:iam::444455556666:role/reader', 'a role of another account'],
    [
      'furlong grant books --to reader --profile books --caller-profile shop',
      'the same, and what that side needs',
    ],
    ['furlong grant books --to my-calling-function --wait --profile dev', 'on AWS, until it works'],
  ],
  run: async ({ values, positionals: [functionName = ''], context, reporter }) => {
    const to = values.text('to')
    if (values.flag('upgrade')) {
      if (to !== undefined)
        throw values.wrong('--upgrade is for every caller there is, --to for one: one or the other.')
      const selection = await selectTarget(values, context, reporter, { functionName })
      const { upgradeGrants } = await import('@furlong/aws')
      return tellUpgrade(await upgradeGrants(selection.target, { functionName }))
    }
    if (to === undefined)
      throw values.wrong(
        '--to is missing: who may call?',
        `npx furlong grant ${functionName} --to <function|role|user|account>`,
      )
    const timeout = values.number('timeout', { min: 1, max: 900 })
    const selection = await selectTarget(values, context, reporter, { functionName })
    const { grant } = await import('@furlong/aws')
    // Both statements or none: a stop counts once they are there.
    const stop = hearStop(context, reporter)
    try {
      const caller = await selectCaller(selection, values)
      const granted = await grant(selection.target, {
        functionName,
        to,
        ...(caller === undefined ? {} : { caller: caller.target }),
        ...(values.flag('wait')
          ? { wait: createWait(caller ?? selection, { timeout, reporter, signal: stop.signal }) }
          : {}),
      })
      for (const note of granted.notes) reporter.say(note)
      return { data: granted, lines: renderGrant(granted, reporter.paint) }
    } finally {
      stop.close()
    }
  },
}

function tellUpgrade(added: readonly UpgradedGrant[]): Outcome {
  const lines = added.map(
    ({ principal, action, statementId }) => `${principal}  ${action}  added  ${statementId}`,
  )
  return {
    data: { added },
    lines: lines.length === 0 ? ['Every caller that has one of the two permissions has the other.'] : lines,
  }
}

function createWait(
  selection: Selection,
  options: {
    readonly timeout: number | undefined
    readonly reporter: Reporter
    readonly signal: AbortSignal
  },
): NonNullable<GrantOptions['wait']> {
  const { timeout = defaultTimeoutSeconds, reporter, signal } = options
  return {
    credentialsFor: (principal) => createCredentialsOf(selection, principal),
    timeoutMs: timeout * 1000,
    signal,
    onRefused: (attempts, status) => {
      // Once, where no line can be written over.
      if (attempts === 1 && !reporter.canErase) {
        reporter.say(`Waiting until a signed GET / is let in, for up to ${timeout} s.`)
      }
      reporter.progress(`Call ${attempts} was refused (${status}); waiting for up to ${timeout} s …`)
    },
  }
}

function renderGrant(granted: Grant, paint: (style: 'bold', text: string) => string): string[] {
  const { principal, statements, identityPolicy, callerSide, access } = granted
  return [
    `${principal.principal} (${principal.says}) may call ${granted.url ?? granted.functionArn}`,
    ...createTable(
      statements.map(({ action, outcome, statementId }) => [action, outcome, statementId]),
      { indent: 2 },
    ),
    ...(access === undefined
      ? []
      : [`A signed GET / was let in at call ${access.attempts}: ${access.status}`]),
    ...(callerSide === undefined
      ? []
      : [`Identity policy ${callerSide.policyName} of ${callerSide.principal}: ${callerSide.outcome}`]),
    ...(identityPolicy === undefined || callerSide !== undefined
      ? []
      : [
          '',
          paint('bold', `Identity policy for ${principal.principal}, in account ${principal.accountId}`),
          ...identityPolicy.split('\n'),
        ]),
  ]
}
