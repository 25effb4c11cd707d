import { readEvent } from '@furlong/events'
import type { FunctionUrlResult, HttpEvent } from '@furlong/events'
import type { AppKind, LambdaApp } from './application.ts'
import { createApplication } from './application.ts'
import { createBufferedResult } from './buffered.ts'
import type { LambdaContext } from './context.ts'
import { defaultDeadlineMarginMs } from './deadline.ts'
import { Delivery } from './delivery.ts'
import type { Send } from './delivery.ts'
import type { FetchApp, FetchFunction } from './fetch-app.ts'
import { Invocation } from './invocation.ts'
import { startLifecycle } from './lifecycle.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ResponseStreamFactory, SendMode } from './runtime.ts'
import { getLambdaRuntime, readInvokeMode } from './runtime.ts'
import type { ResponseSink } from './sink.ts'
import { sendStreamed } from './streamed.ts'

/** Options of toLambda(). */
export interface LambdaOptions extends Lifecycle {
  /**
   * How answers leave the function; it must agree with the URL's InvokeMode. `auto`, the default, reads the environment
   * variable FURLONG_INVOKE_MODE (`BUFFERED` or `RESPONSE_STREAM`), which `furlong deploy` sets; without it: buffered.
   * Do not compress in mode `stream`: function URLs undo or refuse a `content-encoding` there.
   */
  readonly mode?: 'auto' | SendMode
  /**
   * What a bare function is. By default it is a fetch function when it declares fewer than two parameters, and a Node
   * listener when it declares two or more.
   */
  readonly kind?: AppKind
  /**
   * How long before Lambda's timeout the application is told, in milliseconds; default 500. `request.signal` aborts, and a
   * Node response emits `timeout`. Half of it later the client gets 504 when the application has not answered.
   */
  readonly deadlineMarginMs?: number
  /**
   * Whether to believe `x-forwarded-host` and `x-forwarded-for`: a number of proxies, such as 1 for CloudFront, or true for
   * one. Default false: any client can send these headers.
   */
  readonly trustProxy?: boolean | number
}

/**
 * A handler for Lambda's Node runtimes, with two declared parameters: Node 24 refuses handlers with three. In mode
 * `stream` the runtime calls it with its stream in between and ignores what it resolves to.
 */
export type LambdaHandler = (event: HttpEvent, context: LambdaContext) => Promise<FunctionUrlResult>

/**
 * Hosts an HTTP application behind a function URL.
 *
 * What the application throws before it answered passes through: the runtime logs it and the client gets 502. What its body
 * throws after the head is out makes the stream fail.
 *
 * @param app An application with a `fetch` method, such as Hono, or a fetch function: called with the request,
 *   `{ event, context, signal }` and `{ waitUntil, passThroughOnException }`. Or a Node application: an express, connect, Koa,
 *   Fastify or Nest application, a listener `(req, res)`, an `http.Server`. Or a promise of one of these.
 * @param options How to send, whom to trust, what to do first and last.
 * @returns The handler to export.
 * @throws TypeError when the application is of no known kind, and when streaming is asked for outside Lambda.
 * @example
 * ```ts
 * export const handler = toLambda(app)
 * ```
 */
export function toLambda(app: FetchApp | FetchFunction, options?: LambdaOptions): LambdaHandler
export function toLambda(app: LambdaApp, options?: LambdaOptions): LambdaHandler
export function toLambda(app: LambdaApp, options: LambdaOptions = {}): LambdaHandler {
  const { mode = 'auto' } = options
  const host = createHost(app, options)
  if ((mode === 'auto' ? readInvokeMode(process.env) : mode) === 'buffered') return host.buffered

  const { streamifyResponse, HttpResponseStream } = getLambdaRuntime()
  return streamifyResponse(async (event, ...rest) => {
    const [sink, context] = rest as readonly [ResponseSink, LambdaContext]
    await host.stream(event, context, sink, HttpResponseStream)
  }) as LambdaHandler
}

/** An application that takes events, and gives its answers in either way. */
export interface Host {
  /** Settles once `init` is done; undefined when there is nothing to wait for. */
  readonly ready: Promise<void> | undefined
  readonly buffered: LambdaHandler
  readonly stream: (
    event: unknown,
    context: LambdaContext,
    sink: ResponseSink,
    factory: ResponseStreamFactory,
  ) => Promise<void>
}

/**
 * Makes an application take events, without asking how the runtime wants its answers.
 *
 * @param app As for toLambda().
 * @param options As for toLambda(); the mode does not matter.
 * @returns Both ways of answering.
 * @throws TypeError as toLambda() does.
 */
export function createHost(app: LambdaApp, options: LambdaOptions): Host {
  const { kind, deadlineMarginMs = defaultDeadlineMarginMs } = options
  const readOptions = { trustedProxies: Number(options.trustProxy ?? 0) }
  checkCount('deadlineMarginMs', deadlineMarginMs)
  checkCount('trustProxy', readOptions.trustedProxies)
  const ready = startLifecycle(options)
  const application = createApplication(app, kind)

  // Rejects, as an async function would, but without one more promise in every invocation.
  const run = <T>(event: unknown, context: LambdaContext, send: Send<T>): Promise<T> => {
    try {
      const invocation = new Invocation(readEvent(event, readOptions), context, deadlineMarginMs)
      return new Delivery(invocation, send).start(application, ready)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  return {
    ready,
    buffered: (event, context) => run(event, context, createBufferedResult),
    stream: (event, context, sink, factory) =>
      run(event, context, (answer, bodiless, invocation) => {
        invocation.isHeadSent = true
        return sendStreamed(answer, bodiless, sink, factory, invocation.deadline)
      }),
  }
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new TypeError(`${name} must be a whole number of at least 0; it is ${String(value)}`)
}
