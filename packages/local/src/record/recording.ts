import { formatInstant } from '../instant.ts'
import type { KeptExchange } from './kept-exchanges.ts'
import type { Gate, GateOutcome, RecordedPayload, Refusal, RequestRecord } from './record.ts'

/** How much of an event or a result is kept, when they are kept at all. */
const maxPayloadBytes = 16_384

/** The beginning of a payload, as records hold it. */
export function createRecordedPayload({ buffer, byteOffset, length }: Uint8Array): RecordedPayload {
  const text = Buffer.from(buffer, byteOffset, Math.min(length, maxPayloadBytes)).toString('utf8')
  return { text, bytes: length }
}

type Draft = { -readonly [K in keyof RequestRecord]: RequestRecord[K] }

/**
 * A record being written: every step of a request's way adds to it, and the front door closes it.
 *
 * Building one costs a few objects and one clock reading a gate, so that recording is always on.
 */
export class Recording {
  readonly id: string
  readonly #startedMs: number = performance.now()
  readonly #gates: GateOutcome[] = []
  readonly #notes: string[] = []
  readonly #draft: Draft
  readonly #keepsPayloads: boolean
  /** What the console may show and send again; undefined where it is not kept. */
  kept: KeptExchange | undefined
  #onLate: (() => void) | undefined

  /**
   * @param id the record's id
   * @param request what arrived, with presigned credentials masked
   * @param keepsPayloads whether events and results are part of the record
   */
  constructor(
    id: string,
    request: Pick<RequestRecord, 'kind' | 'method' | 'url' | 'host'> & { readonly now: Date },
    keepsPayloads = false,
  ) {
    this.id = id
    this.#keepsPayloads = keepsPayloads
    this.#draft = {
      id,
      cursor: 0,
      at: formatInstant(request.now),
      kind: request.kind,
      method: request.method,
      url: request.url,
      host: request.host,
      gates: this.#gates,
      status: 0,
      durationMs: 0,
      notes: this.#notes,
    }
  }

  /** The refusal so far, if any. */
  get refusal(): Refusal | undefined {
    return this.#draft.refusal
  }

  /** Milliseconds since arrival. */
  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** The gate let the request through. */
  pass(gate: Gate, says?: string): void {
    this.#add(gate, 'passed', says)
  }

  /** The gate answered the request itself, as a preflight does. */
  answer(gate: Gate, says: string): void {
    this.#add(gate, 'answered', says)
  }

  /** The gate refused the request. */
  refuse(refusal: Refusal): void {
    this.#add(refusal.gate, 'refused', refusal.cause)
    this.#draft.refusal = refusal
  }

  /** Adds a hint. */
  note(text: string): void {
    this.#notes.push(text)
  }

  /** A fault on demand struck: its answer is not AWS's own. */
  fault(id: string, says: string): void {
    this.#draft.faults = [...(this.#draft.faults ?? []), id]
    this.#notes.push(says)
  }

  /** Adds what became known on the way. */
  set(
    facts: Partial<
      Pick<RequestRecord, 'caller' | 'allowedBy' | 'functionArn' | 'operation' | 'functionRequestId'>
    >,
  ): void {
    Object.assign(this.#draft, facts)
  }

  /**
   * Adds what the function logs, as far as it comes: the last lines may be written after the caller has its answer.
   *
   * @param log a list that grows until `finished` settles
   */
  follow({
    logLines,
    finished,
  }: {
    readonly logLines: readonly string[]
    readonly finished: Promise<void>
  }): void {
    this.#draft.logLines = logLines
    void finished.then(() => this.#onLate?.())
  }

  /** Adds what the function got or gave, when that is wanted. */
  keepPayload(part: 'event' | 'result', payload: Uint8Array): void {
    if (this.kept !== undefined) this.kept[part] = payload
    if (this.#keepsPayloads) this.#draft[part] = createRecordedPayload(payload)
  }

  /**
   * Closes the record.
   *
   * @param status HTTP status that was answered
   * @param cursor its place in the sequence
   * @param onLate called when something is added later, such as the last log lines of a stream
   * @returns the finished record
   */
  finish(status: number, cursor: number, onLate?: () => void): RequestRecord {
    this.#onLate = onLate
    this.#draft.status = status
    this.#draft.cursor = cursor
    this.#draft.durationMs = Math.round(this.elapsedMs * 1000) / 1000
    return this.#draft
  }

  #add(gate: Gate, outcome: GateOutcome['outcome'], says: string | undefined): void {
    const atMs = Math.round(this.elapsedMs * 1000) / 1000
    this.#gates.push(says === undefined ? { gate, outcome, atMs } : { gate, outcome, says, atMs })
  }
}
