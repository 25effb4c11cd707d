import { randomInt } from 'node:crypto'
import type { Archive } from './archive.ts'
import { createRecordMatcher, type RecordFilter } from './filter.ts'
import { KeptExchanges } from './kept-exchanges.ts'
import type { Refusal, RequestRecord } from './record.ts'
import type { Recording } from './recording.ts'
import { type Followed, Ring, type RingLimits } from './ring.ts'

/** What a side keeps of its records: what a function or a client sends must not fill the memory. */
export const recordLimits: RingLimits<RequestRecord> = {
  entries: 10_000,
  characters: 32 * 1024 * 1024,
  sizeOf: ({ url, logLines = [], event, result, refusal }) =>
    logLines.reduce(
      (sum, line) => sum + line.length,
      1024 + url.length + (event?.text.length ?? 0) + (result?.text.length ?? 0) + measureRefusal(refusal),
    ),
}

/** Statements of policies and both sides of a signature are as long as their owners made them. */
function measureRefusal(refusal: Refusal | undefined): number {
  return refusal === undefined ? 0 : JSON.stringify(refusal).length
}

/** Which part of a list is wanted. */
export interface RecordPage extends RecordFilter {
  /** At most so many; default 100. */
  readonly limit?: number
  /** Only those before the record with this cursor: the next page. */
  readonly before?: number
}

/** The records of one side: those of this run in memory, older ones in the archive where there is one. */
export class Records {
  readonly #ring: Ring<RequestRecord>
  readonly #archive: Archive | undefined
  /** What went over the wire for the latest records that keep it. */
  readonly exchanges: KeptExchanges = new KeptExchanges()
  // A few random letters keep ids of yesterday's side from naming today's requests.
  readonly #prefix = randomInt(36 ** 3, 36 ** 4).toString(36)
  #next = 0
  /** Cursor before the first record of this run. */
  readonly #first: number
  /** Records of former runs, once they were counted. */
  #former: number | undefined

  /** @param archive where records outlive the side; without it they end with it */
  constructor(archive?: Archive) {
    this.#archive = archive
    // Cursors begin at the microsecond of the start: a client that comes back after a restart finds what is new, also
    // when the last records of a side that was killed were never written.
    this.#first = Math.max(Date.now() * 1000, archive?.cursor ?? 0)
    this.#ring = new Ring(recordLimits, this.#first)
  }

  /** Cursor behind the newest record. */
  get cursor(): number {
    return this.#ring.cursor
  }

  /** How many records there are, of former runs too: at most so many, since of long ones the archive keeps fewer. */
  get total(): number {
    const { cursor, oldest } = this.#ring
    if (this.#archive === undefined) return cursor - oldest
    this.#former ??= this.#archive.count(this.#first)
    return Math.min(this.#former + cursor - this.#first, this.#archive.maxRecords)
  }

  /** How many records could not be written, since the disk or its worker did not keep up. */
  get dropped(): number {
    return this.#archive?.dropped ?? 0
  }

  /** @returns a fresh id, short enough to type */
  nextId(): string {
    this.#next += 1
    return `${this.#prefix}${this.#next.toString(36)}`
  }

  /**
   * Closes a record and keeps it.
   *
   * @param recording the record
   * @param status HTTP status that was answered
   * @returns the finished record
   */
  add(recording: Recording, status: number): RequestRecord {
    const archive = this.#archive
    const record = recording.finish(
      status,
      this.#ring.cursor + 1,
      archive === undefined ? undefined : () => archive.add(record),
    )
    this.#ring.push(record)
    if (recording.kept !== undefined) this.exchanges.add(record.id, recording.kept)
    archive?.add(record)
    return record
  }

  /**
   * @param page which records, and how many
   * @returns records, newest first
   */
  list({ limit = 100, before, ...filter }: RecordPage = {}): RequestRecord[] {
    const matches = createRecordMatcher(filter)
    const found: RequestRecord[] = []
    for (const record of this.#newest(before)) {
      if (found.length >= limit) break
      if (matches(record)) found.push(record)
    }
    return found
  }

  /**
   * @param cursor where to begin
   * @param most how many at most: the newest
   * @returns records of this run, oldest first, and how many were left out or are no longer in memory
   */
  since(cursor: number, most: number): { readonly records: RequestRecord[]; readonly missed: number } {
    const from = Math.max(cursor, this.#ring.oldest, this.#ring.cursor - most)
    return { records: [...this.#ring.after(from)], missed: Math.max(0, from - cursor) }
  }

  /** @returns the record of that id, unless it is too old to be kept */
  get(id: string): RequestRecord | undefined {
    for (const record of this.#ring.newest()) if (record.id === id) return record
    return this.#archive?.get(id)
  }

  /** @returns the latest refusal of all */
  latestRefusal(): RequestRecord | undefined {
    return this.list({ refused: true, limit: 1 })[0]
  }

  /**
   * Follows the records: what is kept behind `cursor`, of former runs too, then each as it comes.
   *
   * @param cursor where to begin; 0 for everything that is kept
   * @param signal ends it, without an error
   */
  async *follow(cursor: number, signal: AbortSignal): AsyncGenerator<Followed<RequestRecord>> {
    let at = cursor
    const { oldest } = this.#ring
    if (at < oldest) {
      for (const entry of this.#archive?.between(at, oldest) ?? []) {
        if (signal.aborted) return
        at = entry.cursor
        yield { kind: 'entry', entry, cursor: at }
      }
      at = oldest
    }
    yield* this.#ring.follow(at, signal)
  }

  *#newest(before?: number): Generator<RequestRecord> {
    // The record with cursor n lies before the place n.
    const end = before === undefined ? this.#ring.cursor : before - 1
    yield* this.#ring.newest(end)
    if (this.#archive !== undefined) yield* this.#archive.newest(Math.min(end, this.#ring.oldest))
  }
}
