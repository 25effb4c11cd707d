import type { Context } from './context.ts'
import type { Reporter } from './reporter.ts'

/** npm passes a ctrl-c on that the terminal has sent to everybody: the same press, a moment later. */
const echoMs = 500

/** The wish of whoever started a command that it ends. */
export interface StopSignal {
  /** Settles with the first signal. */
  readonly stopped: Promise<void>
  /** Fires with it. */
  readonly signal: AbortSignal
  /** Hears no more. */
  close(): void
}

/**
 * Hears the first signal, so that a command can end in order; a later one ends the process as if nothing was heard.
 * @param context where signals come from
 * @param reporter where it is said
 * @returns the wish, once it comes
 */
export function hearStop(context: Context, reporter: Reporter): StopSignal {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const stop = new AbortController()
  let heardAt: number | undefined
  const close = context.onSignal((signal) => {
    if (heardAt === undefined) {
      heardAt = performance.now()
      const says = 'Stopping; ctrl-c again ends it at once.'
      if (signal === 'SIGINT') reporter.say(reporter.errorPaint('dim', says))
      resolve()
      stop.abort()
    } else if (performance.now() - heardAt > echoMs) {
      close()
      process.kill(process.pid, signal)
    }
  })
  return { stopped, signal: stop.signal, close }
}

/**
 * Says one sentence when the process is ended by a signal, which then ends it as ever: for a time in which there is nothing to
 * put in order.
 * @param context where signals come from
 * @param reporter where it is said
 * @param says the sentence
 * @returns hears no more
 */
export function sayWhenStopped(context: Context, reporter: Reporter, says: string): () => void {
  const close = context.onSignal((signal) => {
    close()
    reporter.say(says)
    process.kill(process.pid, signal)
  })
  return close
}
