import type { ThrottleReason } from '../record/record.ts'

/** Where a fault strikes: before the signature is checked, at the limits, before the function runs, or before its answer. */
export type FaultStage = 'authenticate' | 'admit' | 'function' | 'answer'

/** What a fault does to a call of a function. */
export type FaultEffect =
  /** 429 with this reason. */
  | { readonly kind: 'throttle'; readonly reason: ThrottleReason }
  /** Time passes: before the function runs, or before its answer goes out. */
  | { readonly kind: 'delay'; readonly delayMs: number; readonly before: 'function' | 'answer' }
  /** The function fails without being run: 502 by its URL, FunctionError by Invoke. */
  | { readonly kind: 'function-error' }
  /** The connection is torn: before the function runs, or after it has. */
  | { readonly kind: 'reset'; readonly before: 'function' | 'answer' }
  /** ExpiredTokenException for every signed call. */
  | { readonly kind: 'expired-token' }
  /** The side answers as if its clock were that many seconds ahead, or behind when negative. */
  | { readonly kind: 'clock-skew'; readonly skewSeconds: number }
  /** ServiceException. */
  | { readonly kind: 'service-error'; readonly status: 500 | 503 }

/** A fault as it is asked for. */
export type FaultRule = FaultEffect & {
  /** Name, `name:alias` or ARN of a function; every function when absent. */
  readonly function?: string
  /** Share of the calls that are struck, above 0 and up to 1; default 1. */
  readonly rate?: number
  /** Seed of the draw behind `rate`, a whole number from 0; default 1. The same seed strikes the same calls. */
  readonly seed?: number
  /** Most calls that are struck; without end when absent. */
  readonly count?: number
  /** Seconds until it ends by itself; without end when absent. */
  readonly durationSeconds?: number
}

/** A fault that was set. */
export type Fault = FaultRule & {
  /** Short, unique within a side. */
  readonly id: string
  /** What it does, as half a sentence without its subject. */
  readonly says: string
  /** Calls that it could have struck. */
  readonly seen: number
  /** Calls that it struck. */
  readonly struck: number
  /** When it ends by itself, ISO 8601. */
  readonly expiresAt?: string
  /** False once its count is used up or its time is over. */
  readonly isActive: boolean
}

interface KindRow<Effect extends FaultEffect> {
  readonly stage: (effect: Effect) => FaultStage
  /** What it does, as half a sentence. */
  readonly says: (effect: Effect) => string
  /** What is wrong with its own members, if anything. */
  readonly check: (effect: Partial<Record<keyof Effect, unknown>>) => string | undefined
  readonly members: readonly string[]
}

const throttleReasons: readonly string[] = [
  'ConcurrentInvocationLimitExceeded',
  'FunctionInvocationRateLimitExceeded',
  'ReservedFunctionConcurrentInvocationLimitExceeded',
  'ReservedFunctionInvocationRateLimitExceeded',
  'CallerRateLimitExceeded',
  'ConcurrentSnapshotCreateLimitExceeded',
] satisfies ThrottleReason[]

const places: readonly unknown[] = ['function', 'answer']
const checkPlace = ({ before }: { readonly before?: unknown }): string | undefined =>
  places.includes(before) ? undefined : `before must be 'function' or 'answer', not ${show(before)}`
const where = (before: 'function' | 'answer'): string =>
  before === 'function' ? 'before the function runs' : 'before its answer goes out'

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
const isWithin = (value: unknown, from: number, to: number): boolean =>
  Number.isInteger(value) && Number(value) >= from && Number(value) <= to

/** Lambda lets no invocation take longer, in milliseconds. */
const longestDelayMs = 900_000
/** Ten years either way, in seconds. */
const largestSkewSeconds = 315_576_000

/** One row for each kind: where it strikes, what it says, what it takes. */
const kinds: { readonly [K in FaultEffect['kind']]: KindRow<FaultEffect & { readonly kind: K }> } = {
  throttle: {
    stage: () => 'admit',
    says: ({ reason }) => `answers 429 ${reason}`,
    check: ({ reason }) =>
      throttleReasons.includes(String(reason))
        ? undefined
        : `reason must be one of ${throttleReasons.join(', ')}, not ${show(reason)}`,
    members: ['reason'],
  },
  delay: {
    stage: ({ before }) => before,
    says: ({ delayMs, before }) => `waits ${delayMs} ms ${where(before)}`,
    check: (effect) =>
      isWithin(effect.delayMs, 1, longestDelayMs)
        ? checkPlace(effect)
        : `delayMs must be a whole number from 1 to ${longestDelayMs} milliseconds, not ${show(effect.delayMs)}`,
    members: ['delayMs', 'before'],
  },
  'function-error': {
    stage: () => 'function',
    says: () => 'fails in the function’s place: 502 by its URL, FunctionError by Invoke',
    check: () => undefined,
    members: [],
  },
  reset: {
    stage: ({ before }) => before,
    says: ({ before }) => `tears the connection ${where(before)}`,
    check: checkPlace,
    members: ['before'],
  },
  'expired-token': {
    stage: () => 'authenticate',
    says: () => 'answers 403 ExpiredTokenException',
    check: () => undefined,
    members: [],
  },
  'clock-skew': {
    stage: () => 'authenticate',
    says: ({ skewSeconds }) =>
      `sets the side’s clock ${Math.abs(skewSeconds)} s ${skewSeconds < 0 ? 'back' : 'forward'}`,
    check: ({ skewSeconds }) =>
      isWithin(skewSeconds, -largestSkewSeconds, largestSkewSeconds) && skewSeconds !== 0
        ? undefined
        : `skewSeconds must be a whole number from -${largestSkewSeconds} to ${largestSkewSeconds} seconds and not 0, not ${show(skewSeconds)}`,
    members: ['skewSeconds'],
  },
  'service-error': {
    stage: () => 'admit',
    says: ({ status }) => `answers ${status} ServiceException`,
    check: ({ status }) =>
      status === 500 || status === 503 ? undefined : `status must be 500 or 503, not ${show(status)}`,
    members: ['status'],
  },
}

const rowOf = (effect: FaultEffect): KindRow<FaultEffect> =>
  kinds[effect.kind] as unknown as KindRow<FaultEffect>

/** @returns where the fault strikes */
export const stageOf = (effect: FaultEffect): FaultStage => rowOf(effect).stage(effect)

/** @returns what the fault does, as half a sentence without its subject */
export const describeEffect = (effect: FaultEffect): string => rowOf(effect).says(effect)

const commonMembers: readonly string[] = ['kind', 'function', 'rate', 'seed', 'count', 'durationSeconds']

/** ARN, `name:alias` or name. */
const functionForm =
  /^(?:arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}(?::(?:\$LATEST|[\w-]{1,128}))?$/

/**
 * Reads a fault from what a caller gave.
 *
 * @param input such as `{ kind: 'throttle', reason: 'ConcurrentInvocationLimitExceeded', rate: 0.2 }`
 * @returns the rule
 * @throws {TypeError} naming the member, what it must be, and what it is
 */
export function parseFaultRule(input: unknown): FaultRule {
  const wrong = (what: string): TypeError => new TypeError(`A fault's ${what}.`)
  if (typeof input !== 'object' || input === null) throw new TypeError('A fault must be an object.')
  const rule = input as Record<string, unknown>
  const { kind } = rule
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    throw wrong(`kind must be one of ${Object.keys(kinds).join(', ')}, not ${show(kind)}`)
  }
  const row = kinds[kind as FaultEffect['kind']] as unknown as KindRow<FaultEffect>
  const unknown = Object.keys(rule).find(
    (name) => !commonMembers.includes(name) && !row.members.includes(name),
  )
  if (unknown !== undefined) throw wrong(`kind ${kind} has no member ${unknown}`)
  const broken = row.check(rule) ?? checkCommon(rule)
  if (broken !== undefined) throw wrong(broken)
  return { ...rule } as unknown as FaultRule
}

function checkCommon(rule: Readonly<Record<string, unknown>>): string | undefined {
  const { function: name, rate = 1, seed = 1, count = 1, durationSeconds = 1 } = rule
  if (name !== undefined && (typeof name !== 'string' || !functionForm.test(name))) {
    return `function must be a name, name:alias or an ARN, not ${show(name)}`
  }
  if (typeof rate !== 'number' || !(rate > 0 && rate <= 1)) {
    return `rate must be a number above 0 and up to 1, not ${show(rate)}`
  }
  if (!isWithin(seed, 0, 0xff_ff_ff_ff))
    return `seed must be a whole number from 0 to 4294967295, not ${show(seed)}`
  if (!isWithin(count, 1, 1_000_000_000)) {
    return `count must be a whole number from 1 to 1000000000, not ${show(count)}`
  }
  if (!isWithin(durationSeconds, 1, 31_557_600)) {
    return `durationSeconds must be a whole number from 1 to 31557600, not ${show(durationSeconds)}`
  }
  return undefined
}
