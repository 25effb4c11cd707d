import { FetchError } from './errors.ts'

/** The longest time that timers take, in milliseconds; they would fire at once for more. */
export const longestTimeoutMs = 2_147_483_647

/** What ends a call before its answer is read: the caller's signal and the total timeout. */
export interface Deadline {
  /** Aborts with the caller's reason or a `TimedOut`; undefined when nothing can end the call. */
  readonly signal: AbortSignal | undefined
  /** How much time is left, in milliseconds. */
  readonly getLeftMs: () => number
  /** Says what is waited for from now on, for the message of a `TimedOut`. */
  readonly waitFor: (what: string) => void
  /** Ends the timer with the answer: at once when it has no body, else when the body is no longer in use. */
  readonly release: (response?: Response) => void
}

/**
 * Starts the time a call may take.
 * @param timeoutMs the total, in milliseconds, with pauses and the reading of the body; undefined for no limit
 * @param signal the caller's signal
 * @returns the deadline
 */
export function startDeadline(timeoutMs: number | undefined, signal: AbortSignal | undefined): Deadline {
  if (timeoutMs === undefined) {
    return {
      signal: joinSignals(signal),
      getLeftMs: () => Number.POSITIVE_INFINITY,
      waitFor: () => {},
      release: () => {},
    }
  }
  const end = performance.now() + timeoutMs
  let awaited = 'the body of the request'
  const timer = startTimer('timeoutMs', timeoutMs, () => awaited)
  return {
    signal: joinSignals(signal, timer.signal),
    getLeftMs: () => end - performance.now(),
    waitFor: (what) => (awaited = what),
    release: (response) => {
      awaited = 'the body of the answer'
      if (response?.body) registry?.register(response.body, timer.stop)
      else timer.stop()
    },
  }
}

/** Timers of bodies that are still read: a body says to nobody when it ends, but it is collected after that. */
const registry: FinalizationRegistry<() => void> | undefined =
  typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry((stop) => stop())

/** A signal that aborts after a time. */
export interface Timer {
  readonly signal: AbortSignal
  readonly stop: () => void
}

/**
 * Starts a timer that keeps no process alive.
 * @param option the option that sets the time, for the message
 * @param timeoutMs the time, in milliseconds
 * @param getAwaited tells what is waited for when the time is up, for the message
 * @returns a signal that aborts with a `TimedOut`, and a way to stop it
 */
export function startTimer(
  option: 'timeoutMs' | 'attemptTimeoutMs',
  timeoutMs: number,
  getAwaited: () => string,
): Timer {
  const controller = new AbortController()
  const timeout: unknown = setTimeout(() => {
    const what = option === 'timeoutMs' ? 'The request took' : 'An attempt took'
    const message = `${what} longer than ${timeoutMs} milliseconds and was ended while it waited for ${getAwaited()}: raise the option \`${option}\` to wait longer`
    controller.abort(new FetchError('TimedOut', message))
  }, timeoutMs)
  // The connection keeps the process alive while there is something to wait for.
  ;(timeout as { unref?: () => void }).unref?.()
  return { signal: controller.signal, stop: () => clearTimeout(timeout as number) }
}

/**
 * Joins signals into a new one. The platform's fetch listens to what it is given until it is collected: with a
 * signal of its own for each request, a signal that serves for thousands of requests gathers no listeners.
 * @param signals the signals, undefined for none
 * @returns a signal that aborts with the first of them; undefined when there is none
 */
export function joinSignals(
  ...signals: readonly (AbortSignal | null | undefined)[]
): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined && signal !== null)
  return given.length === 0 ? undefined : AbortSignal.any(given)
}

/**
 * Waits for work, but no longer than a signal allows.
 * @param work anything that may take long
 * @param signal ends the wait, not the work
 * @returns what the work gives
 * @throws the signal's reason
 */
export async function orAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal || !(work instanceof Promise)) return work
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    // Work that nobody waits for any more is raced all the same: its failure would go unhandled, and end the process.
    return await Promise.race([aborted, work])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Pauses.
 * @param ms how long, in milliseconds
 * @param signal ends the pause
 * @returns nothing
 * @throws the signal's reason
 */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timeout = setTimeout(resolve, ms)
  try {
    await orAborted(promise, signal)
  } finally {
    clearTimeout(timeout)
  }
}
