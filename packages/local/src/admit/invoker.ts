import { setTimeout as sleep } from 'node:timers/promises'
import { createFailureReport } from '../engine/errors.ts'
import type { Engine, FunctionSpec, Invocation, InvokeOutcome } from '../engine/index.ts'
import type { FaultRule, Faults } from '../faults/index.ts'
import type { Recording } from '../record/recording.ts'
import type { ThrottleReason } from '../record/record.ts'
import type { Admission } from './admission.ts'

/** An invocation that never reached its function, or whose answer nobody gets, and what its caller is told instead. */
export type Barred =
  | { readonly kind: 'throttled'; readonly reason: ThrottleReason }
  /** By a fault alone. */
  | { readonly kind: 'service-error'; readonly status: 500 | 503 }
  /** By a fault alone: nothing is told, the connection ends. */
  | { readonly kind: 'torn' }

/** The parts an invoker works with. */
export interface InvokerParts {
  readonly admission: Admission
  readonly engine: Pick<Engine, 'invoke'>
  readonly faults: Faults
}

/** The admit gate, and the way through it: function URLs, the Invoke API and the queue of events all come by here. */
export class Invoker {
  readonly #parts: InvokerParts

  /** @param parts admission, the engine and faults */
  constructor(parts: InvokerParts) {
    this.#parts = parts
  }

  /**
   * Runs a function once, if its limits of concurrency allow it; the record gets what the function logs.
   *
   * @param spec the function
   * @param invocation the event and its ids
   * @param recording gets the admit gate and the log lines
   * @returns what the function did, or why it was not run
   * @throws {LocalError} when no execution environment can be started
   */
  async invoke(
    spec: FunctionSpec,
    invocation: Invocation,
    recording: Recording,
  ): Promise<InvokeOutcome | Barred> {
    const { admission, faults } = this.#parts
    const barred = faults.isSet ? this.#strikeLimits(spec, invocation, recording) : undefined
    if (barred !== undefined) return barred
    const throttle = admission.enter(spec)
    if (throttle !== undefined) {
      recording.refuse(throttle.refusal)
      return { kind: 'throttled', reason: throttle.reason }
    }
    recording.pass('admit')
    const outcome = await (faults.isSet
      ? this.#runUnderFaults(spec, invocation, recording)
      : this.#run(spec, invocation))
    if (outcome.kind !== 'torn' && outcome.kind !== 'service-error' && outcome.kind !== 'throttled')
      recording.follow(outcome)
    return outcome
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

  #strikeLimits(spec: FunctionSpec, invocation: Invocation, recording: Recording): Barred | undefined {
    const [rule] = this.#parts.faults.strike('admit', arnOf(spec, invocation), recording)
    if (rule?.kind === 'throttle') {
      recording.refuse({
        ...causedByFault,
        code: 'TooManyRequestsException',
        cause: `A fault answered 429 ${rule.reason} in the place of the limits.`,
      })
      return { kind: 'throttled', reason: rule.reason }
    }
    if (rule?.kind === 'service-error') {
      recording.refuse({
        ...causedByFault,
        code: 'ServiceException',
        cause: `A fault answered ${rule.status} in the place of Lambda.`,
      })
      return { kind: 'service-error', status: rule.status }
    }
    return undefined
  }

  async #runUnderFaults(
    spec: FunctionSpec,
    invocation: Invocation,
    recording: Recording,
  ): Promise<InvokeOutcome | Barred> {
    const { admission, faults } = this.#parts
    const functionArn = arnOf(spec, invocation)
    const instead = await takePlace(faults.strike('function', functionArn, recording), invocation, recording)
    if (instead !== undefined) {
      admission.leave(spec.arn)
      return instead
    }
    const outcome = await this.#run(spec, invocation)
    const torn = await takePlace(faults.strike('answer', functionArn, recording), invocation, recording)
    if (torn !== undefined && outcome.kind === 'stream') outcome.cancel()
    return torn ?? outcome
  }
}

const faultFix = 'This fault was set on purpose; npx furlong fault --list shows it.'

/** What every refusal by a fault says beside its own cause. */
const causedByFault = { gate: 'admit', fix: faultFix } as const

/**
 * Says what to do about a function that failed.
 *
 * @param outcome what became of its invocation
 * @returns one sentence
 */
export function fixOfFailure(outcome: InvokeOutcome): string {
  return outcome.kind === 'error' && outcome.phase === 'fault'
    ? faultFix
    : 'Read the log lines of this request, mend the function and deploy it again.'
}

const arnOf = ({ arn }: FunctionSpec, { invokedFunctionArn = arn }: Invocation): string => invokedFunctionArn

/** Waits as long as faults say; then says what comes in the place of the function or of its answer, if anything. */
async function takePlace(
  rules: readonly FaultRule[],
  { requestId }: Invocation,
  recording: Recording,
): Promise<InvokeOutcome | Barred | undefined> {
  for (const rule of rules) {
    if (rule.kind === 'delay') {
      await sleep(rule.delayMs, undefined, { ref: false })
    } else if (rule.kind === 'reset') {
      recording.refuse({
        ...causedByFault,
        gate: rule.before === 'function' ? 'invoke' : 'respond',
        code: 'ConnectionReset',
        cause: `A fault tore the connection ${rule.before === 'function' ? 'before the function ran' : 'after the function had run'}.`,
      })
      return { kind: 'torn' }
    } else if (rule.kind === 'function-error') {
      const message = `RequestId: ${requestId} Error: a fault failed in the function's place`
      return {
        kind: 'error',
        phase: 'fault',
        ...createFailureReport('Runtime.ExitError', message),
        logLines: [],
        finished: Promise.resolve(),
      }
    }
  }
  return undefined
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
