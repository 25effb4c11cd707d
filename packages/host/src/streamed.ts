import { createPreludeDocument } from '@furlong/events'
import type { Answer } from './answer.ts'
import type { Deadline } from './deadline.ts'
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
 * @param deadline Aborted when the sink dies before the answer is complete.
 * @throws What the body or the sink failed with.
 */
export async function sendStreamed(
  answer: Answer,
  bodiless: boolean,
  sink: ResponseSink,
  factory: ResponseStreamFactory,
  deadline: Deadline,
): Promise<void> {
  const { body } = answer
  const watch = new SinkWatch({ sink: factory.from(sink, createPreludeDocument(answer)), deadline, body })
  try {
    // The prelude leaves with the first write, even an empty one; without it an empty body would lose the status.
    if (!watch.write('')) await watch.drained()
    if (bodiless) body.cancel(undefined)
    else await body.pump(watch)
    watch.end()
  } catch (error) {
    body.cancel(error)
    throw error
  }
}
