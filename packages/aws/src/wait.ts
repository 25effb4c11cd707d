import { setTimeout as sleepFor } from 'node:timers/promises'
import { isServiceError } from './errors.ts'
import type { Target } from './target.ts'

/** How long to wait between two looks, and how long in all; the clock is an argument. */
export interface Patience {
  readonly intervalMs: number
  readonly timeoutMs: number
  sleep(ms: number): Promise<unknown>
  now(): number
}

/** Waits in real time: briefly between looks on the local side, a second on AWS. A signal ends the waiting with an `AbortError`. */
export function createPatience(target: Target, timeoutMs = 120_000, signal?: AbortSignal): Patience {
  return {
    intervalMs: target.kind === 'local' ? 25 : 1_000,
    timeoutMs,
    sleep: (ms) => sleepFor(ms, undefined, signal === undefined ? {} : { signal }),
    now: () => performance.now(),
  }
}

/**
 * Looks again and again until there is an answer.
 * @param look returns the answer, or undefined for "not yet"
 * @param patience interval, limit and clock
 * @returns the answer, or undefined once the time is up
 */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  patience: Patience,
): Promise<T | undefined> {
  const end = patience.now() + patience.timeoutMs
  for (;;) {
    const answer = await look()
    if (answer !== undefined || patience.now() >= end) return answer
    await patience.sleep(patience.intervalMs)
  }
}

/** One reason for which AWS refuses now and would accept a moment later. */
export interface RetryRule {
  readonly name: string
  readonly message?: RegExp
}

/**
 * What passes by itself: AWS throttles, IAM tells its other halves about new roles late, and Lambda takes one change of a function
 * or of its policy at a time.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
 */
export const passingRefusals: readonly RetryRule[] = [
  { name: 'InvalidParameterValueException', message: /cannot be assumed by Lambda/i },
  { name: 'InvalidParameterValueException', message: /KMS/ },
  { name: 'ResourceConflictException', message: /update is in progress|concurrent update/i },
  // No request of ours names a revision: two writers have met.
  { name: 'PreconditionFailedException' },
  { name: 'TooManyRequestsException' },
  { name: 'ThrottlingException' },
  { name: 'Throttling' },
  { name: 'RequestLimitExceeded' },
]

/** A principal that IAM has just created is unknown to Lambda for some seconds. */
export const freshPrincipal: RetryRule = {
  name: 'InvalidParameterValueException',
  message: /provided principal was invalid/i,
}

/**
 * Does work again while AWS refuses it for a reason that passes.
 * @param work the work; safe to repeat
 * @param patience interval, limit and clock
 * @param rules the reasons that pass
 * @returns what the work returns
 * @throws whatever the work throws for another reason, or at the end of the time
 */
export async function retry<T>(
  work: () => Promise<T>,
  patience: Patience,
  rules: readonly RetryRule[],
): Promise<T> {
  const end = patience.now() + patience.timeoutMs
  for (let tries = 0; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const passes = rules.some(
        (rule) => isServiceError(error, rule.name) && (rule.message?.test(error.message) ?? true),
      )
      if (!passes || patience.now() >= end) throw error
      await patience.sleep(Math.max(nextPauseMs(patience, tries), readRetryAfterMs(error)))
    }
  }
}

/** Longer each time up to eight intervals, and never the same for two who were refused together. */
function nextPauseMs({ intervalMs }: Patience, tries: number): number {
  return intervalMs * Math.min(2 ** (tries + 1), 8) * (0.75 + Math.random() / 2)
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html `Retry-After` of TooManyRequestsException, in seconds */
function readRetryAfterMs(error: unknown): number {
  const { retryAfterSeconds } = error as { retryAfterSeconds?: unknown }
  const seconds = Number(retryAfterSeconds ?? 0)
  return Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0
}
