import { createMethodRefusal } from './answer.ts'
import type { Answer, AnswerBody, Application, ChunkWriter } from './answer.ts'
import type { LambdaBindings, LambdaExecutionContext } from './context.ts'
import { getRequestFactory } from './lazy-request.ts'

/** A function of the shape `fetch` handlers share. */
export type FetchFunction = (
  request: Request,
  bindings: LambdaBindings,
  execution: LambdaExecutionContext,
) => Response | Promise<Response>

/** An application with a `fetch` method: Hono, Elysia, H3, … Declared as a method, so that narrower bindings are accepted. */
export interface FetchApp {
  fetch(
    request: Request,
    bindings: LambdaBindings,
    execution: LambdaExecutionContext,
  ): Response | Promise<Response>
}

/** Methods `Request` refuses to be made with. */
const unservedMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * Makes a fetch handler callable with events.
 *
 * @param fetch The handler, already bound to its application.
 * @returns The application; what the handler throws passes through.
 */
export function createFetchApplication(fetch: FetchFunction): Application {
  const createRequest = getRequestFactory()
  return (from, invocation) => {
    if (unservedMethods.has(from.method.toUpperCase())) return createMethodRefusal(from.method)
    const response: unknown = fetch(createRequest(from, invocation), invocation, invocation)
    return isResponse(response) ? readResponse(response) : Promise.resolve(response).then(readResponse)
  }
}

function readResponse(response: unknown): Answer {
  if (!isResponse(response)) {
    throw new TypeError(
      'The application returned no Response: its fetch handler must return or resolve to one',
    )
  }
  const { status: statusCode } = response
  if (statusCode < 200) {
    throw new TypeError(`The application returned a Response of status ${statusCode}, which cannot be sent`)
  }
  return { statusCode, headers: response.headers, body: new ResponseBody(response.body) }
}

/** By shape: frameworks bring Response classes of their own. */
function isResponse(value: unknown): value is Response {
  const candidate = value as Partial<Response> | null | undefined
  return typeof candidate?.status === 'number' && typeof candidate.arrayBuffer === 'function'
}

const noBytes = new Uint8Array(0)

/** Reads the stream itself: `arrayBuffer()` copies what is often a single chunk, and a second time when it joins chunks. */
class ResponseBody implements AnswerBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined

  constructor(stream: ReadableStream<Uint8Array> | null) {
    this.#reader = stream?.getReader()
  }

  collect(): Promise<Uint8Array> | Uint8Array {
    return this.#reader === undefined ? noBytes : collect(this.#reader)
  }

  async pump(writer: ChunkWriter): Promise<void> {
    const reader = this.#reader
    if (reader === undefined) return
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      const chunk = checkChunk(step.value)
      if (chunk.length > 0 && !writer.write(chunk)) await writer.drained()
    }
  }

  cancel(reason: unknown): void {
    // Not awaited: a producer that fails while it is cancelled has nobody left to tell.
    this.#reader?.cancel(reason).catch(() => undefined)
  }
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  const first = await reader.read()
  if (first.done) return noBytes
  const chunk = checkChunk(first.value)
  let step = await reader.read()
  if (step.done) return chunk
  const chunks = [chunk]
  for (; !step.done; step = await reader.read()) chunks.push(checkChunk(step.value))
  return joinChunks(chunks)
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

function checkChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('The body of the Response yielded something that is not a Uint8Array')
}
