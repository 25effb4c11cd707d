import { randomUUID } from 'node:crypto'
import type { HttpResponseParts } from '@furlong/events'
import { integrationResponseContentType, PreludeReader, readResult } from '@furlong/events'
import { fixOfFailure } from '../admit/index.ts'
import { collectStream, type InvokeOutcome } from '../engine/index.ts'
import { headerOf, type Exchange } from '../exchange.ts'
import type { Reply } from '../front/reply.ts'
import { createRecordedPayload } from '../record/recording.ts'
import type { Answer } from '../front/send.ts'
import { functionFailed, toReply } from './answers.ts'
import { corsHeaders } from './cors.ts'
import { hintsFor } from './hints.ts'
import { createSourceFailedAnswer } from './source-failure.ts'
import type { UrlFunction } from './url-function.ts'

interface Ids {
  readonly requestId: string
  readonly traceId: string
}

type Stream = InvokeOutcome & { kind: 'stream' }

/** guess: content type of a RESPONSE_STREAM answer to a function that does not stream; that the envelope comes verbatim is reported. */
const verbatimContentType = 'application/json'

/**
 * Turns what the function gave into the answer to the caller.
 *
 * @param exchange the request; its record gets the respond gate and hints
 * @param called the URL, which says whether answers are streamed
 * @param outcome what the engine brought back
 * @param ids for the headers of a success
 * @returns the answer; 502 `Internal Server Error` for a function that failed or answered what Lambda cannot read
 */
export async function respond(
  exchange: Exchange,
  called: UrlFunction,
  outcome: InvokeOutcome,
  ids: Ids,
): Promise<Reply> {
  if (outcome.kind === 'error') return failed(exchange, called, outcome, ids)
  exchange.recording.pass('invoke')
  const streaming = called.url.invokeMode === 'RESPONSE_STREAM'
  if (outcome.kind === 'stream') {
    return streaming
      ? stream(exchange, called, outcome, ids)
      : whole(exchange, called, ids, await collect(outcome))
  }
  exchange.recording.keepPayload('result', outcome.payload)
  if (streaming) {
    const headers = [['content-type', verbatimContentType] as const]
    return whole(exchange, called, ids, {
      ok: true,
      response: { statusCode: 200, headers, body: outcome.payload },
    })
  }
  return whole(exchange, called, ids, readResult(outcome.payload))
}

type Read = ReturnType<typeof readResult>

function whole(exchange: Exchange, called: UrlFunction, ids: Ids, read: Read): Reply {
  const { recording } = exchange
  if (!read.ok) {
    return malformed(exchange, read.reason, ids)
  }
  const { statusCode, headers, body } = read.response
  comment(exchange, statusCode)
  recording.pass('respond')
  return {
    kind: 'whole',
    status: statusCode,
    headers: withLambdaHeaders(exchange, called, headers, ids),
    body,
  }
}

function malformed(exchange: Exchange, reason: string, ids: Ids): Reply {
  exchange.recording.refuse({
    gate: 'respond',
    code: 'MalformedResponse',
    cause: `The function's answer is no HTTP response: ${reason}.`,
    fix: 'Return {"statusCode": 200, "headers": {…}, "body": "…"}, or any JSON value, which becomes a 200.',
  })
  return toReply(functionFailed, ids.requestId)
}

function failed(
  exchange: Exchange,
  called: UrlFunction,
  outcome: InvokeOutcome & { kind: 'error' },
  ids: Ids,
): Reply {
  const { sourceFailure } = outcome
  if (sourceFailure !== undefined) {
    const cause = errorMessageOf(outcome)
    exchange.recording.refuse({
      gate: 'invoke',
      code: outcome.errorType,
      cause,
      fix: 'Mend the source and save it.',
    })
    return createSourceFailedAnswer(exchange, called.spec.name, sourceFailure)
  }
  exchange.recording.refuse({
    gate: 'invoke',
    code: outcome.errorType,
    cause: `${failedIn(outcome.phase)}: ${toOneLine(errorMessageOf(outcome))}`,
    fix: fixOfFailure(outcome),
    document: createRecordedPayload(outcome.document),
  })
  return toReply(functionFailed, ids.requestId)
}

const failedIn = (phase: string): string =>
  phase === 'fault' ? 'The function was not asked' : `The function failed in its ${phase} phase`

/** What a function says of its error may repeat what a caller sent, and is told in one line of a terminal. */
function toOneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function errorMessageOf({ document, errorType }: InvokeOutcome & { kind: 'error' }): string {
  try {
    const { errorMessage } = JSON.parse(Buffer.from(document).toString('utf8')) as { errorMessage?: unknown }
    return typeof errorMessage === 'string' ? errorMessage : errorType
  } catch {
    return errorType
  }
}

/** guess: a BUFFERED URL honours the prelude of a function that streams; that Lambda collects the stream is documented. */
async function collect(outcome: Stream): Promise<Read> {
  let bytes: Buffer
  try {
    bytes = await collectStream(outcome)
  } catch (error) {
    return { ok: false, reason: `its stream failed (${nameOf(error)})` }
  }
  if (outcome.contentType !== integrationResponseContentType) {
    const headers = [['content-type', outcome.contentType] as const]
    return { ok: true, response: { statusCode: 200, headers, body: bytes } }
  }
  const reader = new PreludeReader()
  try {
    const prelude = reader.push(bytes)
    if (prelude === undefined) return { ok: false, reason: 'its stream ended before the prelude was whole' }
    return { ok: true, response: { ...prelude.head, body: prelude.rest } }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : 'its prelude is malformed' }
  }
}

/**
 * guess: a `content-encoding` of the function and the bytes under it pass as they are; users report that AWS takes it away,
 * unpacks the body or answers 502.
 */
async function stream(exchange: Exchange, called: UrlFunction, outcome: Stream, ids: Ids): Promise<Reply> {
  const { recording } = exchange
  const opened = await openStream(outcome)
  if (!opened.ok) return malformed(exchange, opened.reason, ids)
  comment(exchange, opened.statusCode)
  return {
    kind: 'streamed',
    status: opened.statusCode,
    headers: withLambdaHeaders(exchange, called, opened.headers, ids),
    body: opened.body,
    cancel: () => outcome.cancel(),
    finished: (end) => {
      if (end === 'whole') {
        recording.pass('respond')
      } else if (end === 'caller-left') {
        recording.answer('respond', 'the caller closed the connection before the answer was whole')
      } else {
        const code = nameOf(end.failed)
        recording.refuse({
          gate: 'respond',
          code,
          cause: `The stream broke after its status had been sent (${code}): the caller got part of the body and a closed connection.`,
          fix: 'Read the log lines of this request.',
        })
      }
    },
  }
}

type OpenedStream =
  | (Pick<HttpResponseParts, 'statusCode' | 'headers'> & {
      readonly ok: true
      readonly body: AsyncIterable<Uint8Array>
    })
  | { readonly ok: false; readonly reason: string }

/** Reads a stream up to its head, so that a failure before it can still become a 502. */
async function openStream(outcome: Stream): Promise<OpenedStream> {
  if (outcome.contentType !== integrationResponseContentType) {
    return { ok: true, statusCode: 200, headers: [['content-type', outcome.contentType]], body: outcome.body }
  }
  const chunks = outcome.body[Symbol.asyncIterator]()
  const reader = new PreludeReader()
  try {
    for (;;) {
      const next = await chunks.next()
      if (next.done === true) return { ok: false, reason: 'its stream ended before the prelude was whole' }
      const prelude = reader.push(next.value)
      if (prelude !== undefined) {
        return { ok: true, ...prelude.head, body: continueWith(prelude.rest, chunks) }
      }
    }
  } catch (error) {
    outcome.cancel()
    return { ok: false, reason: error instanceof Error ? error.message : nameOf(error) }
  }
}

async function* continueWith(
  first: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) return
    yield next.value
  }
}

const nameOf = (error: unknown): string => {
  if (error instanceof Error) {
    return 'errorType' in error && typeof error.errorType === 'string' ? error.errorType : error.name
  }
  return 'Error'
}

function comment({ raw, recording }: Exchange, status: number): void {
  if (status < 400) return
  const requestContentType = headerOf(raw.rawHeaders, 'content-type')
  for (const hint of hintsFor({ status, requestContentType, requestBody: raw.body })) recording.note(hint)
}

/** guess: what follows the root is random here; its shape is reported. */
function createTraceHeader(traceId: string): string {
  // A UUID costs less than random bytes of one's own; its first and last digits are random.
  const uuid = randomUUID()
  return `${traceId};Parent=${uuid.slice(0, 8)}${uuid.slice(28)};Sampled=0;Lineage=1:${uuid.slice(24, 28)}${uuid.slice(9, 13)}:0`
}

function withLambdaHeaders(
  { raw }: Exchange,
  { url }: UrlFunction,
  headers: HttpResponseParts['headers'],
  { requestId, traceId }: Ids,
): Answer['headers'] {
  const cors = url.cors === undefined ? [] : corsHeaders(url.cors, headerOf(raw.rawHeaders, 'origin'))
  return [
    ...headers,
    ['x-amzn-RequestId', requestId],
    ['X-Amzn-Trace-Id', createTraceHeader(traceId)],
    ...cors,
  ]
}
