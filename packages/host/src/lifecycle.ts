import { logError } from './log.ts'

/** What is done once in the life of an execution environment. */
export interface Lifecycle {
  /**
   * Called at once, in the init phase; invocations wait for it. When it fails the process ends, so that Lambda reports the failure
   * and begins anew with another environment.
   */
  readonly init?: () => unknown
  /**
   * Called on SIGTERM, after which the process ends. Lambda sends SIGTERM only where an extension is registered, and leaves
   * 500 ms with internal extensions, 2 s with external ones.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
   */
  readonly shutdown?: () => unknown
}

/**
 * Starts the life of an environment.
 *
 * @param lifecycle What to do first and last.
 * @returns Settles when `init` is done; undefined when there is nothing to wait for.
 */
export function startLifecycle({ init, shutdown }: Lifecycle): Promise<void> | undefined {
  if (shutdown !== undefined) process.once('SIGTERM', () => void runShutdown(shutdown))
  if (init === undefined) return undefined
  const ready = (async () => void (await init()))()
  // This branch has nobody who takes its rejection, on purpose: what initialised itself by half must not live on.
  void ready.then(() => undefined)
  return ready
}

async function runShutdown(shutdown: () => unknown): Promise<void> {
  try {
    await shutdown()
    process.exit(0)
  } catch (error) {
    logError('shutdown() failed', error)
    process.exit(1)
  }
}
