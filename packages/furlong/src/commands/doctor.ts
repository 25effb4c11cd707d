import type { Examination, HalfGrantedUrl } from '@furlong/aws'
import type { Fix } from '@furlong/iam'
import type { Context } from '../context.ts'
import type { Paint } from '../reporter.ts'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { confirmOnAws } from '../confirm.ts'
import { callerSideOptions, findCallerAccount, nameCallerSide, selectCaller } from '../caller-side.ts'
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
    'Of another host, such as a domain of your own before CloudFront, it says what an unsigned GET of it shows.',
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
    ...callerSideOptions("read the caller's own policies"),
    ...targetOptions,
  },
  positionals: [0, 1],
  examples: [
    ['furlong doctor books --as my-calling-function', 'may that function call it?'],
    ['furlong doctor https://<id>.lambda-url.eu-west-1.on.aws/ --profile work', 'a URL of AWS'],
    ['furlong doctor https://books.example.com/', 'a domain of your own, from outside'],
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
    const sides = await select(invocation, what)
    if (sides === undefined) return tell(invocation, await examineOutside(invocation, what))
    const first = await examine(invocation, sides, what)
    const { canApply } = await import('@furlong/aws')
    const fixes = first.fixes.filter((fix) => canApply(fix, sides.caller?.target))
    if (!values.flag('fix') || fixes.length === 0) return tell(invocation, first, sides.caller)
    for (const line of render(first, reporter.errorPaint, sides.caller)) reporter.say(line)
    await mend(invocation, sides, fixes)
    return tell(invocation, await examine(invocation, sides, what), sides.caller)
  },
}

/** The function's account, and the caller's where it is another one. */
interface Sides {
  readonly function: Selection
  readonly caller: Selection | undefined
}

/** @returns undefined for a host that is neither a function URL of AWS nor a running side's */
async function select({ values, context, reporter }: Invocation, what: string): Promise<Sides | undefined> {
  const isUrl = URL.canParse(what) && /^https?:/i.test(what)
  const awsRegion = isUrl
    ? /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(new URL(what).hostname)?.[1]
    : undefined
  const owner = isUrl ? await findSideOf(new URL(what), context) : undefined
  if (isUrl && awsRegion === undefined && owner === undefined) return undefined
  const functionName = isUrl ? owner?.functionArn : what
  const selection = await selectTarget(values, context, reporter, {
    ...(functionName === undefined ? {} : { functionName }),
    ...(awsRegion === undefined ? {} : { awsRegion }),
    ...(owner === undefined ? {} : { side: owner.side }),
  })
  const named = await selectCaller(selection, values)
  return { function: selection, caller: named ?? findCallerAccount(selection, values.text('as') ?? '') }
}

async function examine(
  { values, context, reporter }: Invocation,
  { function: selection, caller }: Sides,
  what: string,
): Promise<Examination> {
  reporter.progress('Reading policies, and asking the URL …')
  const { examineUrl, resolvePrincipal, createClients } = await import('@furlong/aws')
  const { target } = selection
  const as = values.text('as')
  const clientRegion = readShellRegion(selection, context)
  return examineUrl(target, {
    what,
    ...(as === undefined ? {} : { as }),
    ...(caller === undefined ? {} : { caller: caller.target }),
    ...(clientRegion === undefined ? {} : { clientRegion }),
    credentialsOf: async () => {
      if (as === undefined) return target.credentials
      const own = caller ?? selection
      return createCredentialsOf(own, await resolvePrincipal(as, createClients(own.target)))
    },
    probes: !values.flag('no-probe'),
    now: () => context.now(),
  })
}

/** What clients in this shell sign for; a shell that is not for the local side says nothing about calls of it. */
function readShellRegion(selection: Selection, { env }: Context): string | undefined {
  const isOwn = selection.kind === 'aws' || env['AWS_ENDPOINT_URL_LAMBDA'] === selection.side.endpoint
  return isOwn ? (env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']) : undefined
}

async function examineOutside({ values, context, reporter }: Invocation, url: string): Promise<Examination> {
  if (values.text('as') !== undefined) {
    throw values.wrong(
      `--as is for a function or its own URL: whom ${new URL(url).host} calls as is not known.`,
      'npx furlong doctor <function> --as <ARN of the CloudFront distribution>',
    )
  }
  if (values.flag('no-probe')) {
    throw values.wrong(`Without a request to ${new URL(url).host} nothing can be found out about it.`)
  }
  reporter.progress('Asking the host …')
  const { examineHost } = await import('@furlong/aws')
  return examineHost(url, { now: () => context.now() })
}

async function mend(
  { values, context, reporter }: Invocation,
  { function: { target }, caller }: Sides,
  fixes: readonly Fix[],
): Promise<void> {
  await confirmOnAws(target, 'A change of policies', { yes: values.flag('yes'), context })
  const { applyFix } = await import('@furlong/aws')
  for (const fix of fixes) {
    await applyFix(target, fix, caller?.target)
    const [done = fix.kind] = renderPlan([fix]).aws
    reporter.say(`done: ${done}`)
  }
}

function render(examination: Examination, paint: Paint, caller: Selection | undefined): string[] {
  return renderExamination(examination, {
    paint,
    ...(caller === undefined ? {} : { callerSide: nameCallerSide(caller) }),
  })
}

function tell({ reporter }: Invocation, examination: Examination, caller?: Selection): Outcome {
  return {
    data: { ...examination, commands: renderPlan(examination.fixes) },
    lines: render(examination, reporter.paint, caller),
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
