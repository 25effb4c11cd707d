/** The response stream of the Node runtimes, in memory. */
import { Writable } from 'node:stream'
import type { HostContext, HostEvent } from './events.ts'

/** Takes what is written and copies it once, as a socket does. */
export class MemorySink extends Writable {
  beforeFirstWrite: (() => void) | undefined
  readonly #chunks: Buffer[] = []

  override write(chunk: unknown, ...rest: never[]): boolean {
    const before = this.beforeFirstWrite
    this.beforeFirstWrite = undefined
    before?.()
    return super.write(chunk, ...rest)
  }

  /** Writes what is no part of the answer's body. */
  writeRaw(chunk: string | Buffer): void {
    super.write(chunk)
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk))
    done()
  }

  /** @returns everything written so far */
  read(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

/** A handler that answers into a stream. */
export type StreamHandler = (event: HostEvent, sink: MemorySink, context: HostContext) => Promise<unknown>

/** What the runtimes put into the global scope. */
interface Runtime {
  readonly streamifyResponse: <Handler>(handler: Handler) => Handler
  readonly HttpResponseStream: { readonly from: (sink: MemorySink, prelude: object) => MemorySink }
}

declare global {
  var awslambda: Runtime
}

/** Puts `awslambda` into the global scope; hosts look for it when they are loaded. */
export function installRuntime(): void {
  globalThis.awslambda = {
    streamifyResponse: (handler) => handler,
    HttpResponseStream: {
      from(sink, prelude) {
        sink.beforeFirstWrite = () => {
          sink.writeRaw(JSON.stringify(prelude))
          sink.writeRaw(Buffer.alloc(8))
        }
        return sink
      },
    },
  }
}

/**
 * Invokes a streaming handler as the runtime does: it is over when the handler has returned and the stream has finished.
 *
 * @returns the stream, finished
 * @throws what the handler throws, or the stream
 */
export async function invokeStreaming(
  handler: StreamHandler,
  event: HostEvent,
  context: HostContext,
): Promise<MemorySink> {
  const sink = new MemorySink()
  const finished = new Promise<void>((resolve, reject) => {
    sink.once('finish', resolve).once('error', reject)
  })
  await handler(event, sink, context)
  await finished
  return sink
}
