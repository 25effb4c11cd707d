import { longestTimeoutMs } from './deadline.ts'
import { readHttpDate } from './http-date.ts'

/** Why a request may be sent again. */
export type RetryCause = 429 | 502 | 503 | 504 | 'connection' | 'timeout'

/** For each cause, whether a request is sent again. */
export type RetryRow = Readonly<Record<RetryCause, boolean>>

const always: RetryRow = { 429: true, 502: true, 503: true, 504: true, connection: true, timeout: true }
const never: RetryRow = { 429: false, 502: false, 503: false, 504: false, connection: false, timeout: false }

/**
 * What is sent again by default: the methods that may be repeated without another effect, after answers that say
 * "later", failed connections and attempts that took longer than `attemptTimeoutMs`. Any other method: never.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
export const retryTable: Readonly<
  Record<'GET' | 'HEAD' | 'OPTIONS' | 'PUT' | 'DELETE' | 'POST' | 'PATCH', RetryRow>
> = {
  GET: always,
  HEAD: always,
  OPTIONS: always,
  PUT: always,
  DELETE: always,
  POST: never,
  PATCH: never,
}

const rows: ReadonlyMap<string, RetryRow> = new Map(Object.entries(retryTable))

/**
 * Tells whether a method may be repeated without another effect, whatever the caller allowed besides.
 * @param method the method in upper case
 * @returns true for the methods that `retryTable` repeats
 */
export function isRepeatable(method: string): boolean {
  return (rows.get(method) ?? never) !== never
}

/** How requests are sent again. */
export interface RetryOptions {
  /** How often a request is sent in all, 1 or more; 3 by default. */
  readonly attempts?: number
  /** The longest first pause, in milliseconds; it doubles each time. 200 by default. */
  readonly baseDelayMs?: number
  /**
   * The longest pause, in milliseconds, 10,000 by default and 2,147,483,647 at most. An answer whose `Retry-After`
   * asks for more is handed back instead.
   */
  readonly maxDelayMs?: number
  /** The methods that are sent again, instead of those of `retryTable`. */
  readonly methods?: readonly string[]
  /** The statuses after which a request is sent again, instead of those of `retryTable`; 401 and 403 never. */
  readonly statuses?: readonly number[]
}

/** Options with their defaults, checked. */
export interface RetryPolicy {
  readonly attempts: number
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  /** Whether a request with this method is sent again for this cause. */
  readonly retries: (method: string, cause: number | 'connection' | 'timeout') => boolean
}

/**
 * Reads the retry option.
 * @param options what the caller set; false for a single attempt
 * @returns the policy
 * @throws TypeError when a number is out of range, or a refusal would be repeated
 */
export function readRetryPolicy(options: RetryOptions | false = {}): RetryPolicy {
  const {
    attempts = 3,
    baseDelayMs = 200,
    maxDelayMs = 10_000,
    methods,
    statuses,
  } = options === false ? { attempts: 1 } : options
  if (!(Number.isInteger(attempts) && attempts >= 1)) {
    throw new TypeError('retry.attempts must be a whole number, 1 or more')
  }
  if (!(baseDelayMs >= 0 && maxDelayMs >= baseDelayMs)) {
    throw new TypeError('retry.baseDelayMs must be 0 or more, and retry.maxDelayMs no less')
  }
  if (maxDelayMs > longestTimeoutMs) {
    throw new TypeError(
      `retry.maxDelayMs must be at most ${longestTimeoutMs} milliseconds: timers take no more`,
    )
  }
  if (statuses?.some((status) => status === 401 || status === 403)) {
    throw new TypeError(
      'retry.statuses must not hold 401 or 403: a refusal stays one, however often it is asked for',
    )
  }
  const retried = methods && new Set(methods.map((method) => method.toUpperCase()))
  const answers = statuses && new Set(statuses)
  return {
    attempts,
    baseDelayMs,
    maxDelayMs,
    retries: (method, cause) => {
      const row = retried ? (retried.has(method) ? always : never) : (rows.get(method) ?? never)
      if (typeof cause === 'number' && answers) return row !== never && answers.has(cause)
      return (row as Readonly<Record<string, boolean>>)[cause] ?? false
    },
  }
}

/**
 * Tells how long to pause before a request is sent again: full jitter, or what the server asked for.
 * @param policy the policy
 * @param retry 1 for the first time a request is sent again
 * @param random a number from 0 to 1, without 1
 * @param retryAfterMs what the server asked for
 * @returns milliseconds; undefined when the server asked for more than `maxDelayMs`
 */
export function getPauseMs(
  policy: RetryPolicy,
  retry: number,
  random: number,
  retryAfterMs: number | undefined,
): number | undefined {
  if (retryAfterMs === undefined) {
    return random * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (retry - 1))
  }
  if (retryAfterMs > policy.maxDelayMs) return undefined
  // All who were told the same time would otherwise come back at the same time.
  return Math.min(policy.maxDelayMs, retryAfterMs + random * policy.baseDelayMs)
}

/**
 * Reads a `Retry-After` header.
 * @param value seconds or an HTTP date
 * @param nowMs the server's time, in milliseconds since 1970
 * @returns milliseconds, 0 or more; undefined when there is none or it is malformed
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function readRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = readHttpDate(value)
  return date === undefined ? undefined : Math.max(0, date - nowMs)
}
