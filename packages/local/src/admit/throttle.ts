import type { Refusal, ThrottleFix, ThrottleReason } from '../record/record.ts'

/** Why an invocation was not admitted. */
export interface Throttle {
  /** What the caller is told. */
  readonly reason: ThrottleReason
  /** What the record says; AWS's answer does not tell it. */
  readonly refusal: Refusal
}

/** Numbers behind a throttle. */
export interface ThrottleFacts {
  /** Unqualified. */
  readonly functionArn: string
  /** Reserved simultaneous executions of the function; undefined when it has none. */
  readonly reserved: number | undefined
  /** What the limit that was met leaves: simultaneous executions, or requests a second. */
  readonly limit: number
  /** What runs now and counts against it. */
  readonly running: number
}

/** The reasons that admission itself knows; a fault may name any other. */
export type AdmissionReason = Extract<
  ThrottleReason,
  | 'ConcurrentInvocationLimitExceeded'
  | 'FunctionInvocationRateLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionInvocationRateLimitExceeded'
>

interface ReasonRow {
  readonly cause: (facts: ThrottleFacts) => string
  readonly fix: (facts: ThrottleFacts) => string
  readonly fixes: (facts: ThrottleFacts) => readonly ThrottleFix[]
}

const executions = (count: number): string => `${count} simultaneous execution${count === 1 ? '' : 's'}`

const remove = ({ functionArn }: ThrottleFacts): ThrottleFix => ({
  kind: 'delete-function-concurrency',
  functionArn,
})

/** Twice as much: how much a function needs, only its callers know. */
const double = ({ functionArn, reserved = 1 }: ThrottleFacts): ThrottleFix => ({
  kind: 'put-function-concurrency',
  functionArn,
  reservedConcurrentExecutions: Math.max(1, reserved) * 2,
})

const moreForAccount =
  'Call less at a time, delete the reserved concurrency of other functions, or start the local side with a larger --account-concurrency.'

/** One row for each limit: what was met, and what to do. */
const rows: Readonly<Record<AdmissionReason, ReasonRow>> = {
  ReservedFunctionConcurrentInvocationLimitExceeded: {
    cause: ({ reserved, running }) =>
      reserved === 0
        ? 'The function is switched off: its reserved concurrency is 0.'
        : `The function's reserved concurrency is ${executions(reserved ?? 0)}, and ${running} ${running === 1 ? 'is' : 'are'} running, over all its versions and aliases.`,
    fix: ({ reserved }) =>
      reserved === 0
        ? 'Delete the reserved concurrency to switch the function on.'
        : 'Reserve more, delete the reserved concurrency, or call less at a time.',
    fixes: (facts) => (facts.reserved === 0 ? [remove(facts)] : [double(facts)]),
  },
  ReservedFunctionInvocationRateLimitExceeded: {
    cause: ({ reserved, limit }) =>
      `The function's reserved concurrency of ${reserved} allows ${limit} requests a second (10 for each unit), and this was one too many.`,
    fix: () => 'Reserve more, delete the reserved concurrency, or call less often.',
    fixes: (facts) => [double(facts)],
  },
  ConcurrentInvocationLimitExceeded: {
    cause: ({ limit, running }) =>
      `The account has ${executions(limit)} left for functions without reserved concurrency in this region, and ${running} ${running === 1 ? 'is' : 'are'} running.`,
    fix: () => moreForAccount,
    fixes: () => [],
  },
  FunctionInvocationRateLimitExceeded: {
    cause: ({ limit }) =>
      `Functions without reserved concurrency may take ${limit} requests a second together in this account and region (10 for each unit of concurrency), and this was one too many.`,
    fix: () => moreForAccount,
    fixes: () => [],
  },
}

/**
 * Writes down why an invocation was not admitted.
 *
 * @param reason which limit was met
 * @param facts its numbers
 * @returns the answer's reason and the record's refusal
 */
export function createThrottle(reason: AdmissionReason, facts: ThrottleFacts): Throttle {
  const row = rows[reason]
  return {
    reason,
    refusal: {
      gate: 'admit',
      code: 'TooManyRequestsException',
      cause: row.cause(facts),
      fix: row.fix(facts),
      throttle: { reason, limit: facts.limit, running: facts.running, fixes: row.fixes(facts) },
    },
  }
}
