import type { Examination, HalfGrantedUrl } from '@furlong/aws'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { confirmOnAws } from '../confirm.ts'
import { renderExamination } from '../render/doctor.ts'
import { renderPlan } from '../render/fix.ts'
import { nameFunction } from '../render/name.ts'
import { createCredentialsOf } from '../session.ts'
import { findSideOf } from '../find-side.ts'
import { selectTarget, type Selection } from '../target.ts'

/** `furlong doctor` */
export const command: Command = {
  name: 'doctor',
  summary: 'what is wrong with a function URL',
  usage: 'doctor <url|function> [--as <caller>] [--fix] | doctor --all',
  description: [
    'Says for a caller, by default whoever runs it, which gate of a function URL refuses and why: by the policies that',
    'can be read, and by the answers to an unsigned and a signed GET. What cannot be read is named. The exit code is 1',
    'when something is wrong. With --all: the URLs whose callers have one of the two permissions only.',
  ],
  options: {
    as: {
      type: 'string',
      value: '<caller>',
      says: 'a function (its role), a role, a user, or an ARN of one',
    },
    fix: { type: 'boolean', says: 'do what mends it, after showing it' },
    'no-probe': {
      type: 'boolean',
      says: 'send nothing to the URL; each request that is let in runs the function',
    },
    all: { type: 'boolean', says: 'every function URL of the account and region' },
    yes: { type: 'boolean', says: 'do not ask before a change on AWS' },
    ...targetOptions,
  },
  positionals: [0, 1],
  examples: [
    ['furlong doctor books --as my-calling-function', 'may that function call it?'],
    ['furlong doctor https://<id>.lambda-url.eu-west-1.on.aws/ --profile work', 'a URL of AWS'],
    ['furlong doctor --all --profile work', 'what the change of October 2025 broke'],
  ],
  run: async (invocation) => {
    const { values, positionals, context, reporter } = invocation
    const [what] = positionals
    if (values.flag('all') === (what !== undefined)) {
      throw values.wrong('A function or a URL is wanted, or --all for every one: one of the two.')
    }
    if (what === undefined) {
      const { target } = await selectTarget(values, context, reporter)
      const { findHalfGrantedUrls } = await import('@furlong/aws')
      return tellAll(await findHalfGrantedUrls(target))
    }
    const selection = await select(invocation, what)
    const first = await examine(invocation, selection, what)
    if (!values.flag('fix') || first.fixes.length === 0) return tell(invocation, first)
    for (const line of renderExamination(first, reporter.errorPaint)) reporter.say(line)
    await mend(invocation, selection, first)
    return tell(invocation, await examine(invocation, selection, what))
  },
}

async function select({ values, context, reporter }: Invocation, what: string): Promise<Selection> {
  if (!URL.canParse(what) || !/^https?:/i.test(what)) {
    return selectTarget(values, context, reporter, { functionName: what })
  }
  const url = new URL(what)
  const awsRegion = /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(url.hostname)?.[1]
  const owner = await findSideOf(url, context)
  return selectTarget(values, context, reporter, {
    ...(awsRegion === undefined ? {} : { awsRegion }),
    ...(owner === undefined ? {} : { side: owner.side }),
  })
}

async function examine(
  { values, context, reporter }: Invocation,
  selection: Selection,
  what: string,
): Promise<Examination> {
  reporter.progress('Reading policies, and asking the URL …')
  const { examineUrl, resolvePrincipal, createClients } = await import('@furlong/aws')
  const { target } = selection
  const as = values.text('as')
  return examineUrl(target, {
    what,
    ...(as === undefined ? {} : { as }),
    credentialsOf: async () =>
      as === undefined
        ? target.credentials
        : createCredentialsOf(selection, await resolvePrincipal(as, createClients(target))),
    probes: !values.flag('no-probe'),
    now: () => context.now(),
  })
}

async function mend(
  { values, context, reporter }: Invocation,
  { target }: Selection,
  { fixes }: Examination,
): Promise<void> {
  await confirmOnAws(target, 'A change of policies', { yes: values.flag('yes'), context })
  const { applyFix } = await import('@furlong/aws')
  for (const fix of fixes) {
    await applyFix(target, fix)
    const [done = fix.kind] = renderPlan([fix]).aws
    reporter.say(`done: ${done}`)
  }
}

function tell({ reporter }: Invocation, examination: Examination): Outcome {
  return {
    data: { ...examination, commands: renderPlan(examination.fixes) },
    lines: renderExamination(examination, reporter.paint),
    exitCode: examination.isHealthy ? 0 : 1,
  }
}

function tellAll(urls: readonly HalfGrantedUrl[]): Outcome {
  if (urls.length === 0)
    return { data: { urls }, lines: ['Every caller that has one of the two permissions has the other.'] }
  return {
    data: { urls },
    lines: urls.flatMap(({ url, functionArn, halfGrants }) => [
      `${nameFunction(functionArn)}  ${url}`,
      ...halfGrants.map(({ principal }) => `  ${principal}: lambda:InvokeFunction is missing`),
      `  Fix: npx furlong grant ${nameFunction(functionArn)} --upgrade`,
    ]),
    exitCode: 1,
  }
}
