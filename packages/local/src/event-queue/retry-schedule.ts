/** When Lambda tries an asynchronous invocation again. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */

/** How often a function that failed is tried again, and after how long each time, in milliseconds. */
const pausesAfterFailureMs: readonly number[] = [60_000, 120_000]

/** The pause after a throttle or an error of the service doubles from the first to the longest, in milliseconds. */
const firstPauseMs = 1000
const longestPauseMs = 300_000

/** How long an event is kept, in milliseconds. */
export const maximumEventAgeMs: number = 6 * 60 * 60 * 1000

/**
 * Tells how long to wait after the function failed.
 *
 * @param failures how often it has failed, from 1
 * @returns milliseconds; undefined when it is not tried again
 */
export function pauseAfterFailureMs(failures: number): number | undefined {
  return pausesAfterFailureMs[failures - 1]
}

/**
 * Tells how long to wait after a throttle or an error of the service.
 *
 * @param throttles how many there were in a row, from 1
 * @returns milliseconds
 */
export function pauseAfterThrottleMs(throttles: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (throttles - 1))
}
