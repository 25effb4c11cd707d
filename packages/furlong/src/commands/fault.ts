import type { Fault, FaultEffect, FaultRule, ThrottleReason } from '@furlong/local'
import { targetOptions, type Command, type Option } from '../command.ts'
import { CliError } from '../errors.ts'
import { nameFunction } from '../render/name.ts'
import { createTable } from '../reporter.ts'
import { createSideClient, type SideClient } from '../side-client.ts'
import { selectTarget, type Selection } from '../target.ts'
import type { Values } from '../values.ts'

const reasons: readonly ThrottleReason[] = [
  'ConcurrentInvocationLimitExceeded',
  'FunctionInvocationRateLimitExceeded',
  'ReservedFunctionConcurrentInvocationLimitExceeded',
  'ReservedFunctionInvocationRateLimitExceeded',
  'CallerRateLimitExceeded',
  'ConcurrentSnapshotCreateLimitExceeded',
]

/** An option that says what the fault does, and the options that go with it. */
interface EffectRow {
  readonly option: Option
  readonly takes: readonly string[]
  read(values: Values): FaultEffect
}

const moments = ['function', 'answer'] as const

const before = (values: Values): 'function' | 'answer' => values.oneOf('before', moments) ?? 'function'

/** One row for each fault. */
const effects: Readonly<Record<string, EffectRow>> = {
  throttle: {
    option: { type: 'boolean', says: '429 TooManyRequestsException' },
    takes: ['reason'],
    read: (values) => ({
      kind: 'throttle',
      reason: values.oneOf('reason', reasons) ?? 'ConcurrentInvocationLimitExceeded',
    }),
  },
  delay: {
    option: { type: 'string', value: '<ms>', says: 'time passes, up to 900000 ms' },
    takes: ['before'],
    read: (values) => ({
      kind: 'delay',
      delayMs: values.number('delay', { min: 1, max: 900_000 }) ?? 1,
      before: before(values),
    }),
  },
  '502': {
    option: {
      type: 'boolean',
      says: 'the function fails without being run: 502, or FunctionError by Invoke',
    },
    takes: [],
    read: () => ({ kind: 'function-error' }),
  },
  reset: {
    option: { type: 'boolean', says: 'the connection is torn' },
    takes: ['before'],
    read: (values) => ({ kind: 'reset', before: before(values) }),
  },
  'expired-session': {
    option: { type: 'boolean', says: '403 ExpiredTokenException for whatever is signed' },
    takes: [],
    read: () => ({ kind: 'expired-token' }),
  },
  'clock-skew': {
    option: {
      type: 'string',
      value: '<seconds>',
      says: 'the side’s clock is so much ahead, or behind: =-300',
    },
    takes: [],
    read: (values) => ({ kind: 'clock-skew', skewSeconds: readSkew(values) }),
  },
  '500': {
    option: { type: 'boolean', says: '500 ServiceException' },
    takes: [],
    read: () => ({ kind: 'service-error', status: 500 }),
  },
  '503': {
    option: { type: 'boolean', says: '503 ServiceException' },
    takes: [],
    read: () => ({ kind: 'service-error', status: 503 }),
  },
}

/** Options that go with some effects only. */
const details: Readonly<Record<string, Option>> = {
  reason: {
    type: 'string',
    value: '<reason>',
    takes: reasons,
    says: `throttle: AWS's Reason; default ${reasons[0]}`,
  },
  before: {
    type: 'string',
    takes: moments,
    says: 'delay, reset: before the function runs (default), or before its answer goes out',
  },
}

/** `furlong fault` */
export const command: Command = {
  name: 'fault',
  summary: 'what AWS does on a bad day, on demand',
  usage:
    'fault [<function>] --<fault> [--rate <share>] [--count <calls>], fault --list, or fault --clear [<id>]',
  description: [
    'Makes calls of a function fail, of all functions when none is named: by its URL, by Invoke, and by the queue of',
    'asynchronous invocations. What sets functions up is left alone. Faults lie in the memory of the local side; a record',
    'that a fault touched says so.',
  ],
  options: {
    ...Object.fromEntries(Object.entries(effects).map(([name, { option }]) => [name, option])),
    ...details,
    rate: { type: 'string', value: '<share>', says: 'share of the calls, above 0 and up to 1; default 1' },
    count: { type: 'string', value: '<calls>', says: 'so many calls, then no more' },
    duration: { type: 'string', value: '<seconds>', says: 'so long, then no more' },
    seed: {
      type: 'string',
      value: '<number>',
      says: 'of the draw behind --rate; the same seed strikes the same calls',
    },
    list: { type: 'boolean', says: 'the faults that are set' },
    clear: { type: 'boolean', says: 'take one back by its id, or all' },
    ...targetOptions,
  },
  positionals: [0, 1],
  examples: [
    ['furlong fault books --throttle --rate 0.2 --count 10', 'ten calls, one in five'],
    ['furlong fault --delay 2000 --before answer', 'every answer two seconds late'],
    ['furlong fault books --clock-skew=-600', 'as if the side were ten minutes behind'],
    ['furlong fault --list', 'what is set, and what it struck'],
    ['furlong fault --clear', 'all is well again'],
  ],
  run: async ({ values, positionals: [name], context, reporter }) => {
    const rule = readRule(values)
    const selection = await selectTarget(values, context, reporter)
    if (selection.kind === 'aws') {
      const suggestion = 'AWS Fault Injection Service has actions for Lambda: aws fis list-actions'
      throw new CliError('local-only', { what: 'furlong fault', suggestion })
    }
    const client = createSideClient(selection.side)
    if (rule === 'list') return show(await client.faults())
    if (rule === 'clear') return clear(client, name)
    const only = name === undefined ? {} : { function: await findArn(name, selection) }
    const fault = await client.addFault({ ...rule, ...only })
    reporter.say(`It ends with: npx furlong fault --clear ${fault.id}`)
    return { data: fault, lines: renderFaults([fault]) }
  },
}

function readRule(values: Values): FaultRule | 'list' | 'clear' {
  const names = Object.keys(effects).filter((name) => isGiven(values, name))
  const actions = ['list', 'clear'].filter((name) => values.flag(name))
  const [asked, ...more] = [...actions, ...names]
  if (asked === undefined) {
    const all = Object.keys(effects).map((name) => `--${name}`)
    throw values.wrong(`A fault is missing: one of ${all.join(', ')} is wanted, or --list or --clear.`)
  }
  if (more.length > 0)
    throw values.wrong(`--${asked} and --${more[0]} exclude each other: one fault at a time.`)
  const row = effects[asked]
  const foreign = [
    ...Object.keys(details),
    ...(row === undefined ? ['rate', 'count', 'duration', 'seed'] : []),
  ].find((name) => row?.takes.includes(name) !== true && isGiven(values, name))
  if (foreign !== undefined) throw values.wrong(`--${foreign} does not go with --${asked}.`)
  if (row === undefined) return asked === 'list' ? 'list' : 'clear'
  return { ...row.read(values), ...readReach(values) }
}

const isGiven = (values: Values, name: string): boolean =>
  values.flag(name) || values.text(name) !== undefined

function readReach(values: Values): Pick<FaultRule, 'rate' | 'count' | 'durationSeconds' | 'seed'> {
  const rate = values.text('rate')
  if (rate !== undefined && !(/^\d*\.?\d+$/.test(rate) && Number(rate) > 0 && Number(rate) <= 1)) {
    throw values.wrong(`--rate ${rate}: a number above 0 and up to 1 is wanted, such as 0.2.`)
  }
  const count = values.number('count', { min: 1, max: 1_000_000_000 })
  const durationSeconds = values.number('duration', { min: 1, max: 31_557_600 })
  const seed = values.number('seed', { min: 0, max: 4_294_967_295 })
  return {
    ...(rate === undefined ? {} : { rate: Number(rate) }),
    ...(count === undefined ? {} : { count }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(seed === undefined ? {} : { seed }),
  }
}

function readSkew(values: Values): number {
  const text = values.text('clock-skew') ?? ''
  if (!/^[+-]?[1-9]\d{0,8}$/.test(text)) {
    throw values.wrong(
      `--clock-skew ${text}: whole seconds other than 0 are wanted, such as 600, or =-600 for a clock that is behind.`,
    )
  }
  return Number(text)
}

async function findArn(name: string, { target }: Selection): Promise<string> {
  const { createClients, findFunction } = await import('@furlong/aws')
  const { functionArn } = await findFunction(createClients(target), name, target)
  return functionArn
}

const show = (faults: readonly Fault[]): { data: unknown; lines: readonly string[] } => ({
  data: { faults },
  lines: faults.length === 0 ? ['No fault is set.'] : renderFaults(faults),
})

async function clear(
  client: SideClient,
  id: string | undefined,
): Promise<{ data: unknown; lines: readonly string[] }> {
  const cleared = await client.clearFaults(id)
  if (id !== undefined && cleared === 0) {
    throw new CliError('side-refused', {
      message: `No fault has the id ${id}; npx furlong fault --list shows them.`,
    })
  }
  return { data: { cleared }, lines: [`Cleared ${cleared} fault${cleared === 1 ? '' : 's'}.`] }
}

function renderFaults(faults: readonly Fault[]): string[] {
  return createTable(
    faults.map((fault) => [
      fault.id,
      fault.function === undefined ? 'every function' : nameFunction(fault.function),
      fault.says,
      renderReach(fault),
      `struck ${fault.struck} of ${fault.seen}${fault.isActive ? '' : ', used up'}`,
    ]),
  )
}

function renderReach({ rate, count, expiresAt }: Fault): string {
  const parts = [
    ...(rate === undefined ? [] : [`${rate * 100} % of calls`]),
    ...(count === undefined ? [] : [`${count} call${count === 1 ? '' : 's'}`]),
    ...(expiresAt === undefined ? [] : [`until ${expiresAt}`]),
  ]
  return parts.length === 0 ? 'every call' : parts.join(', ')
}
