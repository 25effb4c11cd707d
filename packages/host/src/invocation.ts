import type { FunctionUrlEvent } from '@furlong/events'
import type { LambdaBindings, LambdaContext, LambdaExecutionContext } from './context.ts'
import { Deadline } from './deadline.ts'
import { logError } from './log.ts'

/** What belongs to one invocation and to no other; several may run at a time in one process. */
export interface Invocation {
  readonly bindings: LambdaBindings
  readonly execution: LambdaExecutionContext
  readonly deadline: Deadline
  /** Waits for the background work the application registered, then ends the deadline's timer. */
  finish(): Promise<void>
}

/**
 * Creates the state of one invocation.
 *
 * @param event The function URL event.
 * @param context Lambda's context.
 * @returns The state; call finish() once the answer is out.
 */
export function createInvocation(event: FunctionUrlEvent, context: LambdaContext): Invocation {
  const pending = new Set<Promise<void>>()
  const deadline = new Deadline(context)
  const execution: LambdaExecutionContext = {
    waitUntil(promise) {
      const settled: Promise<void> = Promise.resolve(promise).then(
        () => void pending.delete(settled),
        (error: unknown) => {
          pending.delete(settled)
          logError('A promise given to waitUntil() was rejected', error)
        },
      )
      pending.add(settled)
    },
    passThroughOnException() {
      // Nothing to pass on to.
    },
    props: {},
  }
  return { bindings: { event, context }, execution, deadline, finish: () => finish(pending, deadline) }
}

async function finish(pending: ReadonlySet<Promise<void>>, deadline: Deadline): Promise<void> {
  // Background work may register more of its kind.
  if (pending.size > 0) {
    await Promise.all(pending)
    return finish(pending, deadline)
  }
  deadline.stop()
}
