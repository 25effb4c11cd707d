import type { Engine, FunctionSpec, Invocation, InvokeOutcome } from '../engine/index.ts'
import type { Recording } from '../record/recording.ts'
import type { ThrottleReason } from '../record/record.ts'
import type { Admission } from './admission.ts'

/** An invocation that never reached its function, and what its caller is told instead. */
export type Barred = { readonly kind: 'throttled'; readonly reason: ThrottleReason }

/** The parts an invoker works with. */
export interface InvokerParts {
  readonly admission: Admission
  readonly engine: Pick<Engine, 'invoke'>
}

/** The admit gate, and the way through it: function URLs, the Invoke API and the queue of events all come by here. */
export class Invoker {
  readonly #parts: InvokerParts

  /** @param parts admission and the engine */
  constructor(parts: InvokerParts) {
    this.#parts = parts
  }

  /**
   * Runs a function once, if its limits of concurrency allow it.
   *
   * @param spec the function
   * @param invocation the event and its ids
   * @param recording gets the admit gate
   * @returns what the function did, or why it was not run
   * @throws {LocalError} when no execution environment can be started
   */
  async invoke(
    spec: FunctionSpec,
    invocation: Invocation,
    recording: Recording,
  ): Promise<InvokeOutcome | Barred> {
    const { admission } = this.#parts
    const throttle = admission.enter(spec)
    if (throttle !== undefined) {
      recording.refuse(throttle.refusal)
      return { kind: 'throttled', reason: throttle.reason }
    }
    recording.pass('admit')
    return this.#run(spec, invocation)
  }

  async #run(spec: FunctionSpec, invocation: Invocation): Promise<InvokeOutcome> {
    const { admission, engine } = this.#parts
    let outcome: InvokeOutcome
    try {
      outcome = await engine.invoke(spec, invocation)
    } catch (error) {
      admission.leave(spec.arn)
      throw error
    }
    if (outcome.kind === 'stream') return leaveAtEnd(outcome, () => admission.leave(spec.arn))
    admission.leave(spec.arn)
    return outcome
  }
}

/**
 * A stream counts until its reader has it whole, as its reader would count it; when the reader leaves, until the function
 * has ended.
 */
function leaveAtEnd(outcome: InvokeOutcome & { kind: 'stream' }, leave: () => void): InvokeOutcome {
  let hasLeft = false
  const leaveOnce = (): void => {
    if (hasLeft) return
    hasLeft = true
    leave()
  }
  void outcome.finished.then(leaveOnce)
  return { ...outcome, body: tellEnd(outcome.body, leaveOnce) }
}

async function* tellEnd(body: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk
  } catch (error) {
    onEnd()
    throw error
  }
  onEnd()
}
