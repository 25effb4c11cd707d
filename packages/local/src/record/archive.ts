import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { RequestRecord } from './record.ts'

/** A batch on its way to the worker: a line for each record, of its cursor, its id and its JSON, which has no line ends. */
export interface ArchiveBatch {
  readonly lines: string
}

/** What the worker says of a batch. */
export type ArchiveReply = { readonly kept: true } | { readonly kept: false; readonly reason: string }

/** What the worker is started with. */
export interface ArchiveSetup {
  readonly file: string
  readonly maxRecords: number
  readonly maxCharacters: number
}

/** How an archive is set up. */
export interface ArchiveOptions extends ArchiveSetup {
  /** Told once when records cannot be written. */
  readonly onTrouble: (sentence: string) => void
}

/** Records gather for so long before they are handed over. */
const gatherMs = 20
/** Handed over at once, so that writing JSON never holds up requests for long: about 10 µs a record. */
const batchSize = 32
/** Records that may wait for the worker; then the oldest of them go. */
const maxWaiting = 4_096

const program = new URL(import.meta.resolve('#archive-worker'))

/**
 * Records on disk, in a database of their own that a worker thread writes.
 *
 * The way of a request only puts its record in line. JSON costs less than half of what a structured clone to the worker
 * does (`decisions/004`), so batches travel as text. The worker starts with the first record.
 */
export class Archive {
  readonly #options: ArchiveOptions
  readonly #waiting = new Set<RequestRecord>()
  #worker: Worker | undefined
  #reader: DatabaseSync | undefined
  #timer: NodeJS.Timeout | undefined
  /** Records in the batch that the worker has not answered for. */
  #underWay = 0
  #dropped = 0
  #isDead = false
  #onIdle: (() => void) | undefined

  /** @param options the file, made when there is something to write */
  constructor(options: ArchiveOptions) {
    this.#options = options
  }

  /** How many records were not written. */
  get dropped(): number {
    return this.#dropped
  }

  /** Cursor behind the newest record that is written. */
  get cursor(): number {
    return Number(this.#read('SELECT max(cursor) AS cursor FROM records')[0]?.['cursor'] ?? 0)
  }

  /** Most records that it keeps. */
  get maxRecords(): number {
    return this.#options.maxRecords
  }

  /** How many records are written up to a cursor. */
  count(cursor: number): number {
    return Number(
      this.#read('SELECT count(*) AS count FROM records WHERE cursor <= ?', cursor)[0]?.['count'] ?? 0,
    )
  }

  /** Puts a record in line, if it is not there yet; one that was written already is replaced. */
  add(record: RequestRecord): void {
    if (this.#isDead) {
      this.#dropped += 1
      return
    }
    if (this.#waiting.size >= maxWaiting && !this.#waiting.has(record)) {
      this.#take(1)
      this.#dropped += 1
    }
    this.#waiting.add(record)
    this.#timer ??= setTimeout(() => this.#send(), gatherMs).unref()
  }

  /** @returns the record of that id, when it is written */
  get(id: string): RequestRecord | undefined {
    const [row] = this.#read('SELECT record FROM records WHERE id = ?', id)
    return row && toRecord(row)
  }

  /** Written records up to a cursor, newest first. */
  *newest(cursor: number): Generator<RequestRecord> {
    let before = cursor
    for (;;) {
      const rows = this.#read(
        'SELECT cursor, record FROM records WHERE cursor <= ? ORDER BY cursor DESC LIMIT 200',
        before,
      )
      yield* rows.map(toRecord)
      const last = rows.at(-1)
      if (last === undefined) return
      before = Number(last['cursor']) - 1
    }
  }

  /** Written records behind a cursor, up to another, oldest first. */
  *between(cursor: number, end: number): Generator<RequestRecord> {
    let after = cursor
    for (;;) {
      const rows = this.#read(
        'SELECT cursor, record FROM records WHERE cursor > ? AND cursor <= ? ORDER BY cursor LIMIT 200',
        after,
        end,
      )
      yield* rows.map(toRecord)
      const last = rows.at(-1)
      if (last === undefined) return
      after = Number(last['cursor'])
    }
  }

  /** Writes what waits, and ends the worker. */
  async close(): Promise<void> {
    while (!this.#isDead && (this.#waiting.size > 0 || this.#underWay > 0)) {
      const idle = new Promise<void>((done) => (this.#onIdle = done))
      this.#send()
      await idle
    }
    clearTimeout(this.#timer)
    this.#isDead = true
    this.#reader?.close()
    this.#reader = undefined
    const worker = this.#worker
    if (worker === undefined) return
    const ended = new Promise((done) => worker.once('exit', done))
    worker.ref()
    worker.postMessage('close')
    await ended
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // One batch at a time: while it is written, the line grows, and its bound holds.
    if (this.#underWay > 0 || this.#waiting.size === 0) return
    const batch = this.#take(batchSize)
    this.#underWay = batch.length
    const message: ArchiveBatch = { lines: batch.map(toLine).join('\n') }
    this.#worker ??= this.#start()
    this.#worker.postMessage(message)
  }

  /** Takes the oldest out of the line. */
  #take(most: number): RequestRecord[] {
    const taken: RequestRecord[] = []
    for (const record of this.#waiting) {
      if (taken.length === most) break
      taken.push(record)
      this.#waiting.delete(record)
    }
    return taken
  }

  #start(): Worker {
    const { file, maxRecords, maxCharacters } = this.#options
    const workerData: ArchiveSetup = { file, maxRecords, maxCharacters }
    const worker = new Worker(program, { workerData, execArgv: [], env: {} })
    worker.unref()
    worker.on('message', (reply: ArchiveReply) => {
      if (!reply.kept) this.#lose(this.#underWay, reply.reason)
      this.#underWay = 0
      this.#send()
      if (this.#underWay === 0) this.#onIdle?.()
    })
    worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)))
    worker.once('exit', () => this.#end('its worker ended'))
    return worker
  }

  /** Without its worker, nothing is written any more; requests go on. */
  #end(reason: string): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#worker = undefined
    this.#lose(this.#underWay + this.#waiting.size, reason)
    this.#waiting.clear()
    this.#underWay = 0
    this.#onIdle?.()
  }

  #lose(count: number, reason: string): void {
    if (count === 0) return
    if (this.#dropped === 0) {
      this.#options.onTrouble(
        `Records of requests are not written to ${this.#options.file}: ${reason}. They are kept in memory until the side ends; requests are served as before.`,
      )
    }
    this.#dropped += count
  }

  #read(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    try {
      if (this.#reader === undefined) {
        if (this.#isDead || !existsSync(this.#options.file)) return []
        this.#reader = new DatabaseSync(this.#options.file, { readOnly: true })
      }
      return this.#reader.prepare(sql).all(...values)
    } catch {
      // Not made yet, or to be made anew by the worker since it is damaged: there is nothing to read.
      this.#reader?.close()
      this.#reader = undefined
      return []
    }
  }
}

const toLine = (record: RequestRecord): string => `${record.cursor} ${record.id} ${JSON.stringify(record)}`

const toRecord = (row: Record<string, unknown>): RequestRecord =>
  JSON.parse(String(row['record'])) as RequestRecord
