/** Thrown while a streamed response is read: the function failed after its first byte. */
export class StreamFailed extends Error {
  override readonly name = 'StreamFailed'
  /** The error type, for example `Runtime.TruncatedResponse` or the type of the trailer. */
  readonly errorType: string
  /** The error document, JSON text. */
  readonly errorBody: string

  /**
   * Creates the error.
   * @param errorType The error type.
   * @param errorBody The error document, JSON text.
   */
  constructor(errorType: string, errorBody: string) {
    super(`The response stream failed with ${errorType}`)
    this.errorType = errorType
    this.errorBody = errorBody
  }
}

/** What a function or its process reported: a type and the JSON document that Invoke returns. */
export interface FailureReport {
  readonly errorType: string
  /** JSON: `{"errorType","errorMessage",…}`. */
  readonly document: Uint8Array
}

/**
 * Creates the report of a failure that no runtime described.
 * @param errorType The error type, for example `Runtime.ExitError`.
 * @param errorMessage The sentence.
 * @returns The report with its JSON document.
 */
export function createFailureReport(errorType: string, errorMessage: string): FailureReport {
  return { errorType, document: Buffer.from(JSON.stringify({ errorType, errorMessage })) }
}

/**
 * Puts the request before the sentence of a failure that was found before there was a request.
 * @param report The failure, with a sentence.
 * @param requestId The request it is told to.
 * @returns The report as Lambda words it.
 */
export function prefixReport({ errorType, document }: FailureReport, requestId: string): FailureReport {
  return createFailureReport(errorType, `RequestId: ${requestId} Error: ${readMessage(document)}`)
}

/**
 * Reads the sentence of a failure.
 * @param document Its JSON document.
 * @returns `errorMessage`, or nothing when a runtime sent another document.
 */
export function readMessage(document: Uint8Array): string {
  const { errorMessage } = JSON.parse(Buffer.from(document).toString()) as { errorMessage?: unknown }
  return typeof errorMessage === 'string' ? errorMessage : ''
}

/** How a process ended: an exit status or a signal. */
export interface ProcessEnd {
  readonly status: number | null
  readonly signal: string | null
}

// Lambda prints the kernel's words for a signal, not its name.
const signalWords: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGPIPE: 'broken pipe',
}

/**
 * Creates the report of a process that ended before it answered.
 * @param requestId The request it was working on.
 * @param end How it ended.
 * @returns A `Runtime.ExitError` report worded as Lambda words it.
 */
export function createExitReport(requestId: string, end: ProcessEnd): FailureReport {
  return createFailureReport('Runtime.ExitError', `RequestId: ${requestId} Error: ${describeEnd(end)}`)
}

function describeSignal(signal: string): string {
  return `signal: ${signalWords[signal] ?? signal}`
}

function describeEnd({ status, signal }: ProcessEnd): string {
  if (signal !== null) return `Runtime exited with error: ${describeSignal(signal)}`
  return status === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${status}`
}

/**
 * Creates the report of an environment that was killed because it held more memory than it may.
 * @param requestId The request it was working on.
 * @returns A `Runtime.OutOfMemory` report worded as Lambda words it.
 */
export function createOutOfMemoryReport(requestId: string): FailureReport {
  const { document } = createExitReport(requestId, { status: null, signal: 'SIGKILL' })
  return createFailureReport('Runtime.OutOfMemory', readMessage(document))
}

/**
 * Creates the report of an external extension that ended while it was needed.
 * @param requestId The request its environment was working on.
 * @param end How it ended.
 * @param reason Why it could not be started, if it could not.
 * @returns An `Extension.Crash` report, or `Extension.LaunchError`.
 */
export function createExtensionReport(
  requestId: string,
  end: ProcessEnd,
  reason: string | undefined,
): FailureReport {
  if (reason !== undefined)
    return createFailureReport('Extension.LaunchError', `RequestId: ${requestId} Error: ${reason}`)
  const how = end.signal === null ? `exit code ${end.status}` : describeSignal(end.signal)
  return createFailureReport('Extension.Crash', `RequestId: ${requestId} Error: ${how}`)
}

/**
 * Creates the report of an invocation that was stopped at the function's timeout.
 * @param requestId The request.
 * @param timeoutSeconds The function's timeout.
 * @returns A `Sandbox.Timedout` report.
 */
export function createTimeoutReport(requestId: string, timeoutSeconds: number): FailureReport {
  return createFailureReport(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  )
}
