/** The documented rules of a function URL in one process: event in, result or stream out, the client's view at the end. */
import { createEvent, PreludeReader, readResult } from '@furlong/events'
import { Writable } from 'node:stream'
import type { LambdaContext } from '../context.ts'
import type { LambdaRuntime } from '../runtime.ts'
import type { LambdaHandler } from '../to-lambda.ts'
import { fidelityAddress, fidelityHost } from './fidelity.ts'
import type { FidelityRequest, FidelityView } from './fidelity.ts'

/** Lambda's response stream, in memory: a Writable that sends the prelude before its first write. */
export class MemorySink extends Writable {
  readonly chunks: Buffer[] = []
  beforeFirstWrite: (() => void) | undefined
  /** Chunks it does not take until release(). */
  holds: (chunk: Buffer) => boolean = () => false
  #held: () => void = () => undefined

  /** Takes everything again. */
  release(): void {
    this.holds = () => false
    this.#held()
  }

  override write(chunk: unknown): boolean {
    const before = this.beforeFirstWrite
    this.beforeFirstWrite = undefined
    before?.()
    if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk)) throw new TypeError('Neither text nor a Buffer')
    return super.write(chunk)
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.chunks.push(Buffer.from(chunk))
    if (this.holds(chunk)) this.#held = done
    else done()
  }

  /** Everything written so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

/** The global `awslambda` as the Node runtimes define it, as far as handlers can tell. */
export const memoryRuntime: LambdaRuntime = {
  streamifyResponse: (handler) =>
    Object.assign(handler, { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'response' }),
  HttpResponseStream: {
    from(sink, prelude) {
      const stream = sink as unknown as MemorySink
      stream.beforeFirstWrite = () => {
        Writable.prototype.write.call(stream, JSON.stringify(prelude), 'utf8')
        Writable.prototype.write.call(stream, Buffer.alloc(8), 'utf8')
      }
      return sink
    },
  },
}

/** A handler in mode `stream`, as the runtime calls it. */
export type MemoryStreamHandler = (event: unknown, sink: MemorySink, context: LambdaContext) => Promise<void>

/**
 * Creates the event of a request, through JSON as on Lambda.
 *
 * @param request The request.
 * @returns The parsed event.
 */
export function createFidelityEvent(request: FidelityRequest): Record<string, unknown> {
  const { event = {} } = request
  const named = request.headers ?? []
  const host = named.some(([name]) => name === 'host') ? [] : ['Host', fidelityHost]
  const { kind = 'function-url' } = event
  const created = createEvent({
    kind,
    method: request.method ?? 'GET',
    target: request.target ?? '/',
    rawHeaders: [...host, ...named.flat()],
    body: request.body ?? new Uint8Array(0),
    sourceIp: event.sourceIp ?? fidelityAddress,
    httpVersion: '1.1',
    urlId: fidelityHost.slice(0, 32),
    domainName: kind === 'http-api' ? 'abcdefghij.execute-api.us-west-2.amazonaws.com' : fidelityHost,
    requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
    now: new Date(1_783_711_146_671),
    ...(event.iam !== undefined && { iam: event.iam }),
    ...(kind === 'http-api' && event.stage !== undefined && { stage: event.stage }),
  })
  return JSON.parse(JSON.stringify({ ...created, ...event.overwrite })) as Record<string, unknown>
}

/**
 * Creates the context of an invocation.
 *
 * @param remainingMs Milliseconds until the timeout; the clock runs.
 * @returns The context.
 */
export function createFidelityContext(remainingMs = 30_000): LambdaContext {
  const end = Date.now() + remainingMs
  return {
    functionName: 'fn',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-west-2:111122223333:function:fn',
    memoryLimitInMB: '128',
    awsRequestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
    logGroupName: '/aws/lambda/fn',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => end - Date.now(),
  }
}

const failed: FidelityView = {
  statusCode: 502,
  headers: [['content-type', 'text/plain']],
  body: Buffer.from('Internal Server Error'),
  truncated: false,
}

/**
 * Sends a request to a handler in mode `buffered`.
 *
 * @param handler The handler.
 * @param request The request.
 * @returns What a client of the function URL sees.
 */
export async function sendBuffered(handler: LambdaHandler, request: FidelityRequest): Promise<FidelityView> {
  const event = createFidelityEvent(request)
  const context = createFidelityContext(request.event?.remainingMs)
  try {
    const result = await handler(event as never, context)
    const reading = readResult(Buffer.from(JSON.stringify(result)))
    return reading.ok ? { ...reading.response, truncated: false } : failed
  } catch {
    return failed
  }
}

/**
 * Sends a request to a handler in mode `stream`.
 *
 * @param handler The handler.
 * @param request The request.
 * @returns What a client of the function URL sees; 502 when the stream failed before its first byte.
 */
export async function sendStreaming(
  handler: MemoryStreamHandler,
  request: FidelityRequest,
): Promise<FidelityView> {
  const sink = new MemorySink()
  sink.on('error', () => undefined)
  let truncated = false
  try {
    await handler(createFidelityEvent(request), sink, createFidelityContext(request.event?.remainingMs))
    truncated = !sink.writableEnded
  } catch {
    truncated = true
  }
  if (sink.bytes.length === 0) return failed
  const prelude = new PreludeReader().push(sink.bytes)
  return prelude === undefined ? failed : { ...prelude.head, body: prelude.rest, truncated }
}
