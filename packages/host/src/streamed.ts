import { createPreludeDocument } from '@furlong/events'
import type { Answer } from './answer.ts'
import type { ResponseStreamFactory } from './runtime.ts'
import type { ResponseSink } from './sink.ts'
import { SinkWatch } from './sink.ts'

/**
 * Sends an answer into Lambda's response stream.
 *
 * The head goes out at once. Should the body fail afterwards, the stream is left unended and the error thrown, so that the
 * runtime marks it as failed: ending it would turn half an answer into a whole one.
 *
 * @param answer What the application answered.
 * @param bodiless Whether the body has to be left out.
 * @param sink The stream the runtime gave.
 * @param factory `awslambda.HttpResponseStream`.
 * @param onSinkFailure Called when the sink dies before the answer is complete.
 * @throws What the body or the sink failed with.
 */
export async function sendStreamed(
  answer: Answer,
  bodiless: boolean,
  sink: ResponseSink,
  factory: ResponseStreamFactory,
  onSinkFailure: (error: Error) => void,
): Promise<void> {
  const reader = answer.stream?.getReader()
  const watch = new SinkWatch(factory.from(sink, createPreludeDocument(answer)), (reason) => {
    onSinkFailure(reason)
    discard(reader, reason)
  })
  try {
    // The prelude leaves with the first write, even an empty one; without it an empty body would lose the status.
    await watch.write('')
    if (bodiless) discard(reader, undefined)
    else if (reader !== undefined) await pump(reader, watch)
    watch.end()
  } catch (error) {
    discard(reader, error)
    throw error
  }
}

/** Stops a producer without waiting for it; one that fails while it is cancelled has nobody left to tell. */
function discard(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, reason: unknown): void {
  reader?.cancel(reason).catch(() => undefined)
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, watch: SinkWatch): Promise<void> {
  for await (const chunk of readChunks(reader)) {
    watch.check()
    if (chunk.length > 0) await watch.write(createChunk(chunk))
  }
  watch.check()
}

async function* readChunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const chunk: unknown = step.value
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError('The body of the Response yielded something that is not a Uint8Array')
    }
    yield chunk
  }
}

/** Older runtimes turn a Uint8Array that is not a Buffer into JSON. */
function createChunk(chunk: Uint8Array): Uint8Array {
  return typeof Buffer === 'undefined' ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
