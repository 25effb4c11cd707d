import type { HttpEvent } from '@furlong/events'

/**
 * The members of Lambda's context object that every supported Node runtime has.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export interface LambdaContext {
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  /** MiB, as text. */
  readonly memoryLimitInMB: string
  readonly awsRequestId: string
  readonly logGroupName: string
  readonly logStreamName: string
  /** @returns Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number
}

/** Second argument of a fetch application; Hono calls it `c.env`. */
export interface LambdaBindings {
  readonly event: HttpEvent
  readonly context: LambdaContext
  /** Aborts shortly before Lambda's deadline, and when the client of a stream is gone; `request.signal` is the same. */
  readonly signal: AbortSignal
}

/** Third argument of a fetch application; Hono calls it `c.executionCtx`. */
export interface LambdaExecutionContext {
  /**
   * Keeps the invocation open until a promise settles, at most until the deadline's margin begins. A stream is ended before;
   * a buffered answer waits as well, because Lambda freezes the process as soon as it has the answer.
   *
   * @param promise Work to wait for; a rejection is logged and changes nothing.
   */
  waitUntil(promise: Promise<unknown>): void
  /** Does nothing: there is no origin behind a function URL to pass the request on to. */
  passThroughOnException(): void
  /** Always empty. */
  readonly props: Readonly<Record<string, never>>
}
