import { readEvent } from '@furlong/events'
import type { FunctionUrlEvent, FunctionUrlResult } from '@furlong/events'
import type { Answer } from './answer.ts'
import { isBodiless } from './answer.ts'
import type { AppKind, LambdaApp } from './application.ts'
import { createApplication } from './application.ts'
import { createBufferedResult } from './buffered.ts'
import type { LambdaContext } from './context.ts'
import type { FetchApp, FetchFunction } from './fetch-app.ts'
import type { NodeApp } from './listener.node.ts'
import type { Invocation } from './invocation.ts'
import { createInvocation } from './invocation.ts'
import type { SendMode } from './runtime.ts'
import { getLambdaRuntime, readInvokeMode } from './runtime.ts'
import type { ResponseSink } from './sink.ts'
import { sendStreamed } from './streamed.ts'

/** Options of toLambda(). */
export interface LambdaOptions {
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
}

/**
 * A handler for Lambda's Node runtimes, with two declared parameters: Node 24 refuses handlers with three. In mode
 * `stream` the runtime calls it with its stream in between and ignores what it resolves to.
 */
export type LambdaHandler = (event: FunctionUrlEvent, context: LambdaContext) => Promise<FunctionUrlResult>

/** Delivers an answer; what it resolves to is what the handler resolves to. */
type Send<T> = (answer: Answer, bodiless: boolean, invocation: Invocation) => Promise<T>

/**
 * Hosts an HTTP application behind a function URL.
 *
 * What the application throws before it answered passes through: the runtime logs it and the client gets 502. What its body
 * throws after the head is out makes the stream fail.
 *
 * @param app An application with a `fetch` method, such as Hono, or a fetch function: called with the request,
 *   `{ event, context }` and `{ waitUntil, passThroughOnException }`. Or a Node listener: an express application, Koa's
 *   `callback()`, an `http.Server`.
 * @param options How to send.
 * @returns The handler to export.
 * @throws TypeError when the application is of no known kind, and when streaming is asked for outside Lambda.
 * @example
 * ```ts
 * export const handler = toLambda(app)
 * ```
 */
export function toLambda(app: FetchApp | FetchFunction, options?: LambdaOptions): LambdaHandler
export function toLambda(app: NodeApp, options?: LambdaOptions): LambdaHandler
export function toLambda(app: LambdaApp, options?: LambdaOptions): LambdaHandler
export function toLambda(app: LambdaApp, options: LambdaOptions = {}): LambdaHandler {
  const application = createApplication(app, options.kind)
  const { mode = 'auto' } = options

  async function run<T>(event: unknown, context: LambdaContext, send: Send<T>): Promise<T> {
    const request = readEvent(event)
    const invocation = createInvocation(request.event, context)
    try {
      const answer = await application(request, invocation)
      return await send(answer, isBodiless(request.method, answer.statusCode), invocation)
    } finally {
      await invocation.finish()
    }
  }

  if ((mode === 'auto' ? readInvokeMode(process.env) : mode) === 'buffered') {
    return (event, context) => run(event, context, createBufferedResult)
  }

  const { streamifyResponse, HttpResponseStream } = getLambdaRuntime()
  return streamifyResponse(async (event, ...rest) => {
    const [sink, context] = rest as readonly [ResponseSink, LambdaContext]
    await run(event, context, (answer, bodiless, { deadline }) =>
      sendStreamed(answer, bodiless, sink, HttpResponseStream, (error) => deadline.abort(error)),
    )
  }) as LambdaHandler
}
