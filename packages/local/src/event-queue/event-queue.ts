import { parseFunctionArn } from '@furlong/iam'
import { type Barred, fixOfFailure, type Invoker } from '../admit/index.ts'
import { collectStream, createFunctionSpec, type InvokeOutcome, StreamFailed } from '../engine/index.ts'
import { LocalError } from '../errors.ts'
import { Recording } from '../record/recording.ts'
import type { AsyncInvocation } from '../store/async-invocations.ts'
import type { Store } from '../store/store.ts'
import { maximumEventAgeMs, pauseAfterFailureMs, pauseAfterThrottleMs } from './retry-schedule.ts'

/** An invocation that is answered before it runs. */
export interface AcceptedEvent {
  /** Of the call; every attempt has it. */
  readonly requestId: string
  /** Unqualified, of an existing function. */
  readonly functionArn: string
  readonly qualifier?: string | undefined
  /** JSON. */
  readonly payload: Uint8Array
  readonly clientContext?: string | undefined
}

/** Runs something later; the result forgets it. */
export type Schedule = (run: () => void, delayMs: number) => () => void

/** A timer of the machine's that keeps no process alive. */
export const startTimer: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
}

/** The parts a queue works with. */
export interface EventQueueParts {
  readonly store: Store
  readonly invoker: Invoker
  /** Where a function's code lies unpacked. */
  readonly codeFolder: (codeSha256: string) => string
  /** `127.0.0.1:<port>`, for the records of attempts. */
  readonly host: string
  readonly nextRecordId: () => string
  /** Closes a record with the status that Invoke would have answered. */
  readonly keep: (recording: Recording, status: number) => void
  readonly now: () => Date
  readonly schedule: Schedule
  /** Whether what waits is still there at the next start. */
  readonly isKept: boolean
}

type Failure = { readonly errorType: string; readonly document: string }

/**
 * The asynchronous invocations: what was accepted is stored first, then tried until it succeeds, fails for the third time
 * or grows too old, also by a later start on the same state. Every attempt has a record.
 */
export class EventQueue {
  readonly #parts: EventQueueParts
  readonly #timers = new Map<string, () => void>()
  #isClosed = false

  /** @param parts store, invoker, records and clock */
  constructor(parts: EventQueueParts) {
    this.#parts = parts
  }

  /**
   * Takes an event; its first attempt begins at once.
   *
   * @param event it is stored when this returns
   */
  accept(event: AcceptedEvent): void {
    const now = this.#parts.now()
    this.#parts.store.asyncInvocations.add({
      ...event,
      acceptedAt: now,
      failures: 0,
      throttles: 0,
      dueAt: now,
    })
    void this.#attempt(event.requestId)
  }

  /** Goes on with what an earlier start left. */
  resume(): void {
    const now = this.#parts.now().getTime()
    for (const { requestId, dueAt } of this.#parts.store.asyncInvocations.due()) {
      this.#tryLater(requestId, Math.max(0, dueAt.getTime() - now))
    }
  }

  /** Begins no further attempt. What is not kept is said to be lost, one record each. */
  close(): void {
    this.#isClosed = true
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    if (this.#parts.isKept) return
    const { asyncInvocations } = this.#parts.store
    for (const { requestId } of asyncInvocations.due()) {
      const invocation = asyncInvocations.get(requestId)
      if (invocation === undefined) continue
      const recording = this.#record(invocation)
      recording.refuse({
        gate: 'invoke',
        code: 'EventLost',
        cause: `The local side was closed while this asynchronous invocation waited for its attempt ${attemptOf(invocation)}, and its state lay in memory.`,
        fix: 'Start the local side without memory: what waits then goes on at the next start.',
      })
      this.#parts.keep(recording, 0)
    }
  }

  #tryLater(requestId: string, delayMs: number): void {
    if (this.#isClosed) return
    const cancel = this.#parts.schedule(() => {
      this.#timers.delete(requestId)
      void this.#attempt(requestId)
    }, delayMs)
    this.#timers.set(requestId, cancel)
  }

  async #attempt(requestId: string): Promise<void> {
    const invocation = this.#parts.store.asyncInvocations.get(requestId)
    if (invocation === undefined || this.#isClosed) return
    const recording = this.#record(invocation)
    const status = await this.#run(invocation, recording)
    // The side ends: the next start tries again, or it was said that nothing will.
    if (status !== undefined) this.#parts.keep(recording, status)
  }

  async #run(invocation: AsyncInvocation, recording: Recording): Promise<number | undefined> {
    const { store, codeFolder, invoker } = this.#parts
    const { functionArn, qualifier, requestId, payload, clientContext } = invocation
    const version = store.version(functionArn, qualifier, Math.random)
    if (version === undefined) {
      const cause = `The function has no version or alias ${qualifier} any more.`
      recording.refuse({ gate: 'route', code: 'ResourceNotFoundException', cause })
      this.#drop(invocation, recording, 'what it is for is gone')
      return 404
    }
    try {
      const spec = createFunctionSpec(version, codeFolder(version.codeSha256))
      const outcome = await invoker.invoke(
        spec,
        {
          requestId,
          payload,
          invokedFunctionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
          ...(clientContext === undefined ? {} : { clientContext }),
        },
        recording,
      )
      return await this.#settle(invocation, outcome, recording)
    } catch (error) {
      if (this.#isClosed) return undefined
      const message = error instanceof Error ? error.message : String(error)
      const code = error instanceof LocalError ? error.code : 'InternalFailure'
      recording.refuse({ gate: 'invoke', code, cause: message })
      this.#postponeThrottled(invocation, recording)
      return 500
    }
  }

  async #settle(
    invocation: AsyncInvocation,
    outcome: InvokeOutcome | Barred,
    recording: Recording,
  ): Promise<number | undefined> {
    if (this.#isClosed) return undefined
    if (outcome.kind === 'torn' || outcome.kind === 'service-error') {
      this.#postponeThrottled(invocation, recording)
      return outcome.kind === 'torn' ? 0 : outcome.status
    }
    if (outcome.kind === 'throttled') {
      if (this.#parts.store.reservedConcurrency().get(invocation.functionArn) === 0) {
        this.#drop(invocation, recording, 'the reserved concurrency is 0')
      } else {
        this.#postponeThrottled(invocation, recording)
      }
      return 429
    }
    const failure = await readFailure(outcome)
    await outcome.finished
    if (this.#isClosed) return undefined
    if (failure === undefined) {
      recording.pass('invoke')
      this.#parts.store.asyncInvocations.remove(invocation.requestId)
    } else {
      recording.refuse({
        gate: 'invoke',
        code: failure.errorType,
        cause: `The function failed: ${messageOf(failure)}`,
        fix: fixOfFailure(outcome),
      })
      this.#postponeFailed(invocation, recording)
    }
    return 200
  }

  #postponeFailed(invocation: AsyncInvocation, recording: Recording): void {
    const failures = invocation.failures + 1
    const pauseMs = pauseAfterFailureMs(failures)
    if (pauseMs === undefined) {
      this.#drop(invocation, recording, `it was the attempt ${failures}`)
      return
    }
    this.#postpone({ ...invocation, failures, throttles: 0 }, pauseMs, recording)
  }

  #postponeThrottled(invocation: AsyncInvocation, recording: Recording): void {
    const throttles = invocation.throttles + 1
    this.#postpone({ ...invocation, throttles }, pauseAfterThrottleMs(throttles), recording)
  }

  #postpone(invocation: AsyncInvocation, pauseMs: number, recording: Recording): void {
    const dueAt = new Date(this.#parts.now().getTime() + pauseMs)
    if (dueAt.getTime() - invocation.acceptedAt.getTime() > maximumEventAgeMs) {
      this.#drop(invocation, recording, 'it is six hours old')
      return
    }
    this.#parts.store.asyncInvocations.postpone({ ...invocation, dueAt })
    recording.note(`It is tried again in ${pauseMs / 1000} s, at ${dueAt.toISOString()}.`)
    this.#tryLater(invocation.requestId, pauseMs)
  }

  #drop({ requestId }: AsyncInvocation, recording: Recording, why: string): void {
    this.#parts.store.asyncInvocations.remove(requestId)
    recording.note(`It is not tried again: ${why}. On AWS it would go to the function's failure destination.`)
  }

  #record(invocation: AsyncInvocation): Recording {
    const { nextRecordId, host, now } = this.#parts
    const { functionArn, qualifier, requestId } = invocation
    const recording = new Recording(nextRecordId(), {
      kind: 'event',
      method: 'POST',
      url: `/2015-03-31/functions/${parseFunctionArn(functionArn)?.name ?? functionArn}/invocations`,
      host,
      now: now(),
    })
    recording.set({
      operation: 'Invoke',
      functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
      functionRequestId: requestId,
    })
    recording.pass('route', `asynchronous, attempt ${attemptOf(invocation)}`)
    return recording
  }
}

const attemptOf = ({ failures, throttles }: AsyncInvocation): number => failures + throttles + 1

async function readFailure(outcome: InvokeOutcome): Promise<Failure | undefined> {
  if (outcome.kind === 'result') return undefined
  if (outcome.kind === 'error') {
    return { errorType: outcome.errorType, document: Buffer.from(outcome.document).toString('utf8') }
  }
  try {
    await collectStream(outcome)
    return undefined
  } catch (error) {
    if (error instanceof StreamFailed) return { errorType: error.errorType, document: error.errorBody }
    throw error
  }
}

function messageOf({ errorType, document }: Failure): string {
  try {
    const { errorMessage } = JSON.parse(document) as { errorMessage?: unknown }
    return typeof errorMessage === 'string' ? errorMessage : errorType
  } catch {
    return errorType
  }
}
