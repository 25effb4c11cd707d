import type { PreludeDocument } from '@furlong/events'
import type { ResponseSink } from './sink.ts'

/** `awslambda.HttpResponseStream`. */
export interface ResponseStreamFactory {
  /** @returns The stream, which sends the prelude with its first write. */
  from(sink: ResponseSink, prelude: PreludeDocument): ResponseSink
}

/** A streaming handler as the runtime calls it: event, stream, context. */
export type StreamingHandler = (event: unknown, ...rest: readonly unknown[]) => Promise<void>

/**
 * The global `awslambda` that Lambda's Node runtimes define.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export interface LambdaRuntime {
  /** @returns A handler marked as streaming. */
  readonly streamifyResponse: (handler: StreamingHandler) => unknown
  readonly HttpResponseStream: ResponseStreamFactory
}

/**
 * Finds the streaming half of the Node runtime.
 *
 * @returns The global `awslambda`.
 * @throws TypeError when this process has none.
 */
export function getLambdaRuntime(): LambdaRuntime {
  const { awslambda } = globalThis as { readonly awslambda?: Partial<LambdaRuntime> }
  if (awslambda?.streamifyResponse === undefined || awslambda.HttpResponseStream === undefined) {
    throw new TypeError(
      "mode 'stream' needs the global awslambda, which Lambda's Node runtimes and furlong's local side define: run the " +
        "function there, or choose mode 'buffered' for this process",
    )
  }
  return awslambda as LambdaRuntime
}

/** How an answer leaves the function. */
export type SendMode = 'buffered' | 'stream'

/** Set by `furlong deploy` together with the URL's invoke mode. */
export const invokeModeVariable = 'FURLONG_INVOKE_MODE'

const invokeModes: Readonly<Record<string, SendMode>> = { BUFFERED: 'buffered', RESPONSE_STREAM: 'stream' }

/**
 * Reads the mode a function was deployed with.
 *
 * @param environment Environment variables.
 * @returns The mode; buffered when the variable is absent.
 * @throws TypeError when the variable holds anything but an invoke mode.
 */
export function readInvokeMode(environment: Readonly<Record<string, string | undefined>>): SendMode {
  const value = environment[invokeModeVariable]
  if (value === undefined) return 'buffered'
  const mode = Object.hasOwn(invokeModes, value) ? invokeModes[value] : undefined
  if (mode !== undefined) return mode
  throw new TypeError(
    `${invokeModeVariable} is ${JSON.stringify(value)}; it must be BUFFERED or RESPONSE_STREAM, like the URL's InvokeMode`,
  )
}
